"""A letter of several bookings: of one visit each in full, of a series a line for each date, what is the same once."""

import dataclasses
import datetime as dt
import re
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from bookme.communications.kinds import Audience, Kind
from bookme.communications.letters import Rendered
from bookme.communications.models import Channel
from bookme.communications.told import BookingFacts
from bookme.core.ids import uuid7
from bookme.tenants.config import Cancellation
from tests.communications.test_messages import ATLAS, BOOKING, OF_BOOKINGS, SENDER, START, letter_of

MINUTE = dt.timedelta(minutes=1)
WEEK = dt.timedelta(weeks=1)
CLIPPED_AT = 102_000  # bytes of a letter, after which a large mail service hides the rest


def _facts(**changes: Any) -> BookingFacts:
    return dataclasses.replace(BOOKING, id=uuid7(), **changes)


VISIT = [
    _facts(price=Decimal("58.000"), payment_due=Decimal("10.000")),
    _facts(
        service="Colour",
        staff="Benedict",
        extras=("Head massage",),
        starts_at=START + 45 * MINUTE,
        ends_at=START + 135 * MINUTE,
        price=Decimal("94.500"),
        payment_due=Decimal("10.000"),
    ),
    _facts(service="Brows", starts_at=START + 135 * MINUTE, ends_at=START + 155 * MINUTE, price=Decimal("12.000")),
]


def _series(count: int = 10, **changes: Any) -> list[BookingFacts]:
    return [
        _facts(
            service="Yoga",
            reference=f"REF{number:05}",
            starts_at=START + number * WEEK,
            ends_at=START + number * WEEK + 45 * MINUTE,
            price=Decimal("12.000"),
            manage_url=f"http://house-of-hair.localhost:8000/manage/token{number}/",
            **changes,
        )
        for number in range(count)
    ]


def _render(
    bookings: list[BookingFacts],
    kind: Kind = Kind.CONFIRMED,
    audience: Audience = Audience.CUSTOMER,
    language: str = "en",
) -> Rendered:
    sender = SENDER if language == "en" else ATLAS
    return letter_of(kind, audience, *bookings, sender=sender, language=language)


def test_a_visit_is_told_service_by_service() -> None:
    letter = _render(VISIT)
    assert letter.subject == "You're booked: Cut and finish and 2 more, Thursday 12 November, 13:30"
    assert letter.text.split("\n\n")[2:6] == [
        (
            "Thursday 12 November, London time (GMT)\n"
            "13:30 to 14:15: Cut and finish\n  With: Amara\n  Price: £58\n"
            "14:15 to 15:45: Colour\n  With: Benedict\n  Extras: Head massage\n  Price: £94.50\n"
            "15:45 to 16:05: Brows\n  With: Amara\n  Price: £12"
        ),
        "Where: Soho, 1 High Street, London, N1 1AA\nTotal: £164.50\nDue: £20 as a deposit\nReference: ABC23456",
        "Cancelling is free until Wednesday 11 November at 13:30. After that, it costs 50% (£82.25).",
        "See, move or cancel it:\nhttp://house-of-hair.localhost:8000/manage/token/",
    ]
    for told in ("13:30 to 14:15", "Colour", "Extras: Head massage", "£164.50", "£20 as a deposit"):
        assert told in letter.html
    for once in ("Soho, 1 High Street", "ABC23456", "Cancelling is free"):
        assert letter.html.count(once) == letter.text.count(once) == 1, once
    # The button, and below it the address that it leads to, in full.
    assert (letter.text.count("/manage/token/"), letter.html.count("/manage/token/")) == (1, 3)


def test_the_calendar_has_each_of_them() -> None:
    events = Calendar.from_ical(_render(VISIT).calendar).walk("VEVENT")
    assert [str(each["SUMMARY"]) for each in events] == [f"{each.service} at House of Hair" for each in VISIT]
    assert {str(each["UID"]) for each in events} == {f"{each.id}@bookme" for each in VISIT}


def test_a_part_on_another_day_has_its_own_date() -> None:
    later = dataclasses.replace(VISIT[2], starts_at=VISIT[2].starts_at + WEEK, ends_at=VISIT[2].ends_at + WEEK)
    text = _render([VISIT[0], VISIT[1], later]).text
    assert text.count("Thursday 12 November, London time") == 1
    assert "\n\nThursday 19 November, London time (GMT)\n15:45 to 16:05: Brows\n" in text


def test_places_and_parties_that_differ_are_told_of_each() -> None:
    away = dataclasses.replace(VISIT[1], place="Camden", party_size=2)
    text = _render([VISIT[0], away]).text
    assert "  Where: Soho, 1 High Street, London, N1 1AA\n" in text
    assert "  Where: Camden, 1 High Street, London, N1 1AA\n  For: 2 people\n" in text
    assert "\nWhere:" not in text


def test_of_a_move_each_tells_where_it_was() -> None:
    moved = [dataclasses.replace(each, old_start=each.starts_at - dt.timedelta(days=1)) for each in VISIT]
    letter = _render(moved, Kind.RESCHEDULED)
    for was in ("13:30", "14:15", "15:45"):
        assert f"  Was: Wednesday 11 November, {was}\n" in letter.text
    assert letter.subject.startswith("New time: Cut and finish and 2 more, Thursday 12 November, 13:30")


def test_rules_that_differ_are_told_of_each() -> None:
    """The strictest alone would say that all of it costs what one of them does."""
    strict = dataclasses.replace(VISIT[2], cancellation=Cancellation(free_until_minutes=2880, late_fee_percent=50))
    text = _render([VISIT[0], VISIT[1], strict]).text
    assert (
        "\nCut and finish, Colour: Cancelling is free until Wednesday 11 November at 13:30. "
        "After that, it costs 50% (£76.25).\n"
        "Brows: Cancelling is free until Tuesday 10 November at 13:30. After that, it costs 50% (£6).\n"
    ) in text


def test_what_costs_nothing_has_no_fee() -> None:
    text = _render([dataclasses.replace(each, price=Decimal(0), payment_due=Decimal(0)) for each in VISIT]).text
    assert "\nTotal: Free\n" in text
    assert "\n\nCancelling is free until it begins, on Thursday 12 November at 13:30.\n\n" in text


def test_fees_are_added_up() -> None:
    cancelled = [dataclasses.replace(each, fee=Decimal("5.500")) for each in VISIT]
    assert "\nCancellation fee: £16.50\n" in _render(cancelled, Kind.CANCELLED).text


def test_of_a_series_each_date_is_a_line_and_the_rest_is_told_once() -> None:
    letter = _render(_series(10))
    assert letter.subject == "You're booked: Yoga, 10 dates, from Thursday 12 November, 13:30"
    parts = letter.text.split("\n\n")
    assert parts[2] == (
        "What: Yoga\nWith: Amara\nWhere: Soho, 1 High Street, London, N1 1AA\nPrice: £12\nTime zone: London time (GMT)"
    )
    assert parts[3] == (
        "November 2026\nThu 12 Nov: 13:30 to 14:15\nThu 19 Nov: 13:30 to 14:15\nThu 26 Nov: 13:30 to 14:15"
    )
    assert parts[5] == "January 2027\nThu 7 Jan: 13:30 to 14:15\nThu 14 Jan: 13:30 to 14:15"
    assert parts[6] == "Total: £120\nReference: REF00000"
    assert (letter.text.count("/manage/"), letter.html.count("/manage/")) == (1, 3)
    assert "/manage/token0/" in letter.text
    assert len(Calendar.from_ical(letter.calendar).walk("VEVENT")) == 10


def test_what_differs_in_a_series_is_told_with_its_date() -> None:
    series = _series(3)
    series[1] = dataclasses.replace(series[1], staff="Benedict", price=Decimal("15.000"))
    text = _render(series).text
    assert "\nThu 12 Nov: 13:30 to 14:15\n  With: Amara\n  Price: £12\n" in text
    assert "\nThu 19 Nov: 13:30 to 14:15\n  With: Benedict\n  Price: £15\n" in text
    assert "\nWith:" not in text
    assert "\nTotal: £39\n" in text


def test_of_a_series_of_several_services_a_line_is_a_visit() -> None:
    series = [
        dataclasses.replace(each, id=uuid7(), reference=f"REF{week}", starts_at=each.starts_at + week * WEEK,
                            ends_at=each.ends_at + week * WEEK)
        for week in range(2)
        for each in VISIT
    ]  # fmt: skip
    letter = _render(series)
    assert "Cut and finish and 2 more, 2 dates, from Thursday" in letter.subject
    assert "What: Cut and finish, Colour, Brows\n" in letter.text
    assert "\nThu 12 Nov: 13:30 to 16:05\nThu 19 Nov: 13:30 to 16:05\n" in letter.text
    assert "\nPrice: £164.50\n" in letter.text
    assert "\nTotal: £329\n" in letter.text


def test_a_series_over_the_change_of_the_clock_tells_both() -> None:
    assert "Time zone: London time (GMT), London time (BST)\n" in _render(_series(30)).text


def test_two_years_of_a_series_fit_a_letter() -> None:
    letter = _render([dataclasses.replace(each, old_start=START) for each in _series(104)], Kind.RESCHEDULED)
    assert len(letter.html.encode()) < CLIPPED_AT
    assert letter.text.count("\nThu ") == 104


def test_the_business_reads_the_customer_once() -> None:
    letter = _render(VISIT, audience=Audience.BUSINESS)
    assert letter.subject == "Booked: Amelia Hart, Cut and finish and 2 more, Thursday 12 November, 13:30"
    assert letter.text.count("amelia@mail.example") == 1
    assert "/manage/" not in letter.text
    assert "Cancelling is free" not in letter.text


def test_the_short_form_says_how_many() -> None:
    assert letter_of(Kind.REMINDER, Audience.CUSTOMER, *VISIT, channel=Channel.SMS).text == (
        "House of Hair: See you soon: Cut and finish and 2 more, Thursday 12 November, 13:30\n"
        "http://house-of-hair.localhost:8000/manage/token/"
    )
    assert letter_of(Kind.CONFIRMED, Audience.CUSTOMER, *_series(4), channel=Channel.SMS).text == (
        "House of Hair: You're booked: Yoga, 4 dates, from Thursday 12 November, 13:30\n"
        "http://house-of-hair.localhost:8000/manage/token0/"
    )


@pytest.mark.parametrize(
    ("language", "visit", "series"),
    [
        ("fr", "Cut and finish et 2 autres, ", "Yoga, 10 dates, à partir du jeudi 12 novembre"),
        ("pl", "Cut and finish i jeszcze 2, ", "Yoga, 10 terminów, od: czwartek, 12 listopada"),
        ("es", "Cut and finish y 2 más, ", "Yoga, 10 fechas, desde el jueves, 12 de noviembre"),
        ("ar", "Cut and finish وخدمتان أخريان، ", "Yoga، 10 مواعيد، ابتداءً من الخميس"),
    ],
)
def test_how_many_is_said_as_the_language_says_it(language: str, visit: str, series: str) -> None:
    assert visit in _render(VISIT, language=language).subject
    assert series in _render(_series(), language=language).subject


@pytest.mark.parametrize("kind", [Kind.CONFIRMED, Kind.RESCHEDULED])
@pytest.mark.parametrize("audience", [Audience.CUSTOMER, Audience.BUSINESS])
def test_an_arabic_letter_has_arabic_commas(kind: Kind, audience: Audience) -> None:
    """Between what is listed: people, places, extras, the parts of a contact, a day and its zone."""
    told = {"address": "Rue de la Plage", "extras": ("Massage", "Mask"), "old_start": START, "old_staff": "Cleo"}
    own_rule = Cancellation(free_until_minutes=60, late_fee_percent=100)
    visit = [dataclasses.replace(each, **told) for each in VISIT]  # type: ignore[arg-type]
    visit[2] = dataclasses.replace(visit[2], cancellation=own_rule)
    for bookings in (visit, visit[:1], [dataclasses.replace(each, **told) for each in _series()]):  # type: ignore[arg-type]
        letter = _render(bookings, kind, audience, "ar")
        for text in (letter.subject, letter.text):
            assert "، " in text
            assert ", " not in text
    english = _render(visit, kind, audience)
    assert "، " not in english.text
    assert "Massage, Mask" in english.text


@pytest.mark.parametrize("language", ["fr", "ar", "pl", "es"])
@pytest.mark.parametrize(("kind", "audience"), OF_BOOKINGS)
@pytest.mark.parametrize("bookings", [VISIT, _series(3)], ids=["visit", "series"])
def test_every_letter_of_several_is_written_in_every_language(
    bookings: list[BookingFacts], kind: Kind, audience: Audience, language: str
) -> None:
    bookings = [
        dataclasses.replace(each, zone=ZoneInfo("Africa/Casablanca"), currency="MAD", old_start=START)
        for each in bookings
    ]
    english = letter_of(kind, audience, *bookings, sender=ATLAS)
    letter = _render(bookings, kind, audience, language)
    assert letter.subject != english.subject
    untold = set(letter.text.splitlines()) & set(english.text.splitlines()) - {""}
    assert untold <= {
        ATLAS.name,
        ATLAS.phone,
        ATLAS.email,
        ATLAS.url,
        f"{ATLAS.team_url}bookings/{bookings[0].id}/",
        bookings[0].manage_url,
    }
    assert "%(" not in letter.html + letter.text
    assert f'dir="{"rtl" if language == "ar" else "ltr"}"' in letter.html


def test_a_label_ends_as_its_language_has_it() -> None:
    """French leaves a space before a colon."""
    for bookings in (VISIT, VISIT[:1], _series(3)):
        lines = _render(bookings, language="fr").text.splitlines()
        assert [each for each in lines if each.endswith(" :")]
        assert [each for each in lines if " : " in each]
        assert not [each for each in lines if re.search(r"\w:( |$)", each)]
        assert not [each for each in _render(bookings).text.splitlines() if " :" in each]


def test_two_days_are_no_number_in_arabic() -> None:
    rule = Cancellation(free_until_minutes=2 * 24 * 60, late_fee_percent=100)
    first = dataclasses.replace(VISIT[0], cancellation=rule)
    next_week = dataclasses.replace(first, reference="NEXT2345", starts_at=first.starts_at + WEEK)
    text = _render([first, next_week], language="ar").text
    assert "حتى يومين قبل" in text
    assert "2 يومين" not in text


def test_hostile_names_stay_text() -> None:
    hostile = {"service": "<script>alert(1)</script>", "staff": "<b>A</b> & {{ x }} %(when)s"}
    for bookings in (VISIT, _series(2)):
        letter = _render([dataclasses.replace(bookings[0], **hostile), *bookings[1:]])  # type: ignore[arg-type]
        assert "<script>" not in letter.html
        assert "<b>A" not in letter.html
        assert "<b>A</b> & {{ x }} %(when)s" in letter.text
