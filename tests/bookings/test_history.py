"""The sentences of a booking's history: one wording for the API and the team page."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from bookme.bookings.history import Fact, fact_text
from bookme.core.formats import Formats, locale_of
from bookme.eventlog.registry import wired_types

LONDON = ZoneInfo("Europe/London")
WAS = {
    "old_start": "2030-01-07T10:00:00+00:00",
    "old_end": "2030-01-07T11:00:00+00:00",
    "old_staff_id": "a",
    "old_location_id": "p",
    "start": "2030-01-07T10:00:00+00:00",
    "end": "2030-01-07T11:00:00+00:00",
    "staff_id": "a",
    "location_id": "p",
    "by": "business",
}
TUESDAY = {"start": "2030-01-08T09:00:00+00:00", "end": "2030-01-08T10:00:00+00:00"}


def said(name: str, payload: dict[str, Any], *, language: str = "en", **more: Any) -> str:
    given = {"actor_kind": "user", "actor_name": "Ann", "is_first": False, "names": {"b": "Ben", "q": "Quay"}} | more
    with override(language):
        formats = Formats(locale_of(language, "GB"), "GBP")
        return fact_text(Fact(name=name, payload=payload, **given), formats=formats, zone=LONDON)


@pytest.mark.parametrize(
    ("name", "payload", "text"),
    [
        ("booking.requested", {}, "Asked for by Ann"),
        ("booking.held", {}, "Held by Ann"),
        ("booking.confirmed", {}, "Confirmed by Ann"),
        ("booking.declined", {}, "Declined by Ann"),
        ("booking.cancelled", {"by": "business"}, "Cancelled by Ann"),
        ("booking.cancelled", {"by": "customer"}, "Cancelled by the customer"),
        ("booking.arrived", {}, "Checked in by Ann"),
        ("booking.completed", {}, "Marked as done by Ann"),
        ("booking.no_show", {}, "Marked as a no-show by Ann"),
        ("booking.undone", {}, "Last step taken back by Ann"),
        ("booking.expired", {}, "Expired without an answer"),
        ("booking.updated", {"fields": ["internal_notes"]}, "Notes changed by Ann"),
        ("booking.updated", {"fields": ["answers"]}, "Answers changed by Ann"),
        ("booking.updated", {"fields": ["answers", "internal_notes"]}, "Changed by Ann"),
        ("booking.unheard_of", {}, "booking.unheard_of"),
        ("booking.rescheduled", WAS | TUESDAY, "Moved by Ann from Mon 7 Jan, 10:00 to Tue 8 Jan, 09:00"),
        ("booking.rescheduled", WAS | {"end": "2030-01-07T11:30:00+00:00"}, "Lengthened by Ann until 11:30"),
        ("booking.rescheduled", WAS | {"end": "2030-01-08T00:30:00+00:00"}, "Lengthened by Ann until Tue 8 Jan, 00:30"),
        ("booking.rescheduled", WAS | {"end": "2030-01-07T10:30:00+00:00"}, "Shortened by Ann until 10:30"),
        ("booking.rescheduled", WAS | {"staff_id": "b"}, "Moved by Ann, now with Ben"),
        ("booking.rescheduled", WAS | {"staff_id": "c"}, "Moved by Ann, now with somebody else"),
        ("booking.rescheduled", WAS | {"location_id": "q"}, "Moved by Ann, now at Quay"),
        ("booking.rescheduled", WAS | {"location_id": "r"}, "Moved by Ann, now at another place"),
        (
            "booking.rescheduled",
            WAS | TUESDAY | {"staff_id": "b", "by": "customer"},
            "Moved by the customer from Mon 7 Jan, 10:00 to Tue 8 Jan, 09:00, now with Ben",
        ),
    ],
)
def test_each_fact_has_its_sentence(name: str, payload: dict[str, Any], text: str) -> None:
    assert said(name, payload) == text


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ({"actor_kind": "guest", "actor_name": ""}, "Booked by the customer"),
        ({"actor_kind": "system", "actor_name": "x"}, "Booked by BookMe"),
        ({"actor_kind": "key", "actor_name": "Till"}, "Booked by Till"),
        ({"actor_kind": "user", "actor_name": ""}, "Booked by the business"),
    ],
)
def test_who_it_was(who: dict[str, str], text: str) -> None:
    assert said("booking.confirmed", {}, is_first=True, **who) == text


def test_what_was_waived_is_told() -> None:
    hours, over = {"waived": ["break", "notice"]}, {"waived": ["break", "booking"]}
    assert said("booking.confirmed", hours, is_first=True) == (
        "Booked by Ann, outside of the offered hours on purpose: In a break. Too soon: it has to be booked earlier."
    )
    assert said("booking.requested", over) == (
        "Asked for by Ann, overbooked on purpose: In a break. Something is booked then."
    )


def test_every_event_of_a_booking_has_words() -> None:
    payload = WAS | {"fields": ["answers"]}
    names = [each.name for each in wired_types() if each.name.startswith("booking.")]
    assert len(names) > 10
    assert [name for name in names if said(name, payload) == name] == []


def test_in_other_languages() -> None:
    assert said("booking.confirmed", {}, is_first=True, language="fr") == "Réservée par Ann"
    assert said("booking.cancelled", {"by": "customer"}, language="es") == "Cancelada por el cliente"
    assert said("booking.arrived", {}, language="ar") == "سجّل الحضور Ann"
