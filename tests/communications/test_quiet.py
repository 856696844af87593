"""Quiet hours: never too late, never while they last, whatever clocks do and wherever somebody lives."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookme.communications.quiet import before_quiet, is_quiet, quiet_until

ZONES = [
    "Europe/London",
    "America/New_York",
    "Africa/Casablanca",
    "Australia/Lord_Howe",  # half an hour
    "Pacific/Kiritimati",  # fourteen hours ahead
    "Pacific/Pago_Pago",  # eleven behind
    "Asia/Kathmandu",
]
MINUTE = dt.timedelta(minutes=1)
NIGHT = {"start": dt.time(21), "end": dt.time(8)}


def _at(zone: str, *when: int) -> dt.datetime:
    return dt.datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("instant", "begins", "ends"),
    [
        # The night in which the clock goes forward has ten hours, the one in which it goes back has twelve.
        ((2030, 3, 31, 7, 30), (2030, 3, 30, 21), (2030, 3, 31, 8)),
        ((2030, 3, 30, 23), (2030, 3, 30, 21), (2030, 3, 31, 8)),
        ((2030, 10, 27, 0, 30), (2030, 10, 26, 21), (2030, 10, 27, 8)),
        ((2030, 10, 26, 21), (2030, 10, 26, 21), (2030, 10, 27, 8)),
    ],
)
def test_the_nights_of_a_change(instant: tuple[int, ...], begins: tuple[int, ...], ends: tuple[int, ...]) -> None:
    zone, moment = ZoneInfo("Europe/London"), _at("Europe/London", *instant)
    assert before_quiet(moment, zone=zone, **NIGHT) == _at("Europe/London", *begins)
    assert quiet_until(moment, zone=zone, **NIGHT) == _at("Europe/London", *ends)


@pytest.mark.parametrize("zone", ZONES)
def test_what_is_not_quiet_stays(zone: str) -> None:
    noon = _at(zone, 2030, 6, 1, 12)
    assert before_quiet(noon, zone=ZoneInfo(zone), **NIGHT) == noon == quiet_until(noon, zone=ZoneInfo(zone), **NIGHT)
    eight = _at(zone, 2030, 6, 1, 8)
    assert quiet_until(eight, zone=ZoneInfo(zone), **NIGHT) == eight


def test_without_hours_nothing_is_quiet() -> None:
    midnight = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)
    for hours in ({"start": None, "end": dt.time(8)}, {"start": dt.time(8), "end": None}, dict.fromkeys(NIGHT)):
        assert before_quiet(midnight, zone=ZoneInfo("UTC"), **hours) == midnight
        assert quiet_until(midnight, zone=ZoneInfo("UTC"), **hours) == midnight


@given(
    zone=st.sampled_from([ZoneInfo(each) for each in ZONES]),
    minute=st.integers(0, 3 * 365 * 24 * 60),
    start=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_before_is_never_later_and_after_is_never_sooner_nor_quiet(
    zone: ZoneInfo, minute: int, start: int, end: int
) -> None:
    instant = dt.datetime(2029, 1, 1, tzinfo=dt.UTC) + minute * MINUTE
    hours = {"zone": zone, "start": dt.time(*divmod(start, 60)), "end": dt.time(*divmod(end, 60))}
    before, after = before_quiet(instant, **hours), quiet_until(instant, **hours)
    assert before <= instant <= after
    assert after - before <= dt.timedelta(hours=26)
    assert not is_quiet(after, **hours)
    if not is_quiet(instant, **hours):
        assert before == instant == after
    elif zone.utcoffset(before.astimezone(zone)) == zone.utcoffset(instant.astimezone(zone)):
        assert is_quiet(before, **hours)
        assert not is_quiet(before - MINUTE, **hours)
