"""What happened to a booking: the facts with their sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.translation import get_language

from bookme.bookings.history import Fact, fact_text
from bookme.bookings.models import Booking
from bookme.bookings.wording import formats_here
from bookme.core.models import Translated
from bookme.eventlog.models import Event
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.staff.models import Staff


@dataclass(frozen=True)
class Told:
    """An event, and the sentence that says it."""

    event: Event
    text: str


def history_of(booking: Booking) -> QuerySet[Event]:
    """Every fact about it, in the order in which they became true."""
    return Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id")


def told_history(booking: Booking, events: Sequence[Event]) -> list[Told]:
    """These events of the booking in words, in the language that is active and the clock of the booking's place."""
    formats = formats_here(booking.currency)
    zone = zone_of(booking.appointment.location)
    first_id = history_of(booking).values_list("pk", flat=True).first()
    names = _names_in(events)
    facts = (
        Fact(
            name=each.name,
            payload=each.payload,
            actor_kind=each.actor_kind,
            actor_name=each.actor_name,
            is_first=each.pk == first_id,
            names=names,
        )
        for each in events
    )
    return [Told(event, fact_text(fact, formats=formats, zone=zone)) for event, fact in zip(events, facts, strict=True)]


def _names_in(events: Sequence[Event]) -> dict[str, str]:
    """Whom and which places moves speak of, by id, in the language that is active."""
    moves = [each.payload for each in events if "old_staff_id" in each.payload]
    if not moves:
        return {}
    people = Staff.objects.filter(pk__in={each["staff_id"] for each in moves})
    places = Location.objects.filter(pk__in={each["location_id"] for each in moves})
    return _named(people) | _named(places)


def _named(rows: Iterable[Translated]) -> dict[str, str]:
    return {str(each.pk): each.text("name", get_language() or "") for each in rows}
