"""Visits with their bookings, as a caller may see them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from bookme.bookings.models import Booking, Visit
from bookme.bookings.selectors.bookings import bookings_visible_to, with_all, with_appointment
from bookme.bookings.selectors.terms import still_ahead
from bookme.core.actor import Actor
from bookme.core.errors import NotAllowed, NotFound


@dataclass(frozen=True)
class BookedVisit:
    """A visit with its bookings, in order."""

    visit: Visit
    bookings: list[Booking]

    @property
    def start(self) -> dt.datetime:
        return min(each.appointment.starts_at for each in still_ahead(self.bookings))

    @property
    def end(self) -> dt.datetime:
        return max(each.appointment.ends_at for each in still_ahead(self.bookings))

    @property
    def price(self) -> Decimal:
        return sum((each.price for each in still_ahead(self.bookings)), Decimal(0))

    @property
    def still_due(self) -> Decimal:
        return sum((each.still_due for each in self.bookings), Decimal(0))

    @property
    def currency(self) -> str:
        return self.bookings[0].currency


def visit_bookings_for(actor: Actor, visit_id: UUID) -> list[Booking]:
    """All bookings of a visit, in order, for who may act on all of them.

    Raises NotFound where there is none that they may see, and NotAllowed `out_of_scope` where there is another.
    """
    seen = list(bookings_visible_to(actor).filter(visit=visit_id).order_by("position", "id"))
    if not seen:
        raise NotFound
    if Booking.objects.filter(visit=visit_id).count() > len(seen):
        raise NotAllowed("Your role here does not reach all services of this visit.", code="out_of_scope")
    return seen


def booked_visits(visits: Sequence[Visit]) -> list[BookedVisit]:
    """For whoever has these visits already, in their order; loaded as in `bookings_visible_to`."""
    rows = with_all().select_related("visit__series").filter(visit__in=visits).order_by("position", "id")
    by_visit: dict[UUID, list[Booking]] = {each.pk: [] for each in visits}
    for booking in rows:
        by_visit[booking.visit_id].append(booking)
    return [BookedVisit(same[0].visit, same) for same in by_visit.values()]


def bookings_of_visit(visit: Visit) -> QuerySet[Booking]:
    """For whoever has the visit already, with appointment, service, staff, location and `helper_ids`."""
    return with_appointment(visit.bookings.all()).order_by("position", "id")
