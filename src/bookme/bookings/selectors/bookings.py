"""Bookings as a caller may see them. Fetching is authorising: whoever gets one through here may see it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from bookme.bookings.models import Appointment, Booking, Visit
from bookme.bookings.selectors.terms import still_ahead
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed, NotFound
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.eventlog.models import Event
from bookme.staff.models import Staff


def bookings_visible_to(actor: Actor) -> QuerySet[Booking]:
    """With visit, customer, appointment, service, staff, location and `helper_ids`, in one query.

    The team by its permissions and scopes: without `bookings.read_all` what is on their own calendar. A customer what
    they booked while signed in, and what is on the customer that is theirs. A guest the visit of their link, and the
    series that it is of.
    """
    rows = _with_all()
    if actor.may(Permission.BOOKINGS_READ):
        return rows.filter(scope_of(actor))
    if actor.kind is ActorKind.GUEST:
        if actor.visit_id is None:
            return rows.none()
        series = Visit.objects.filter(pk=actor.visit_id, series__isnull=False).values("series")
        return rows.filter(Q(visit=actor.visit_id) | Q(visit__series__in=series))
    if actor.kind is ActorKind.USER and not actor.is_team:
        return rows.filter(Q(visit__user_id=actor.id) | Q(visit__customer__user_id=actor.id))
    return rows.none()


def booking_for(actor: Actor, booking_id: UUID) -> Booking:
    """Raises NotFound, also for what exists and is not theirs to see."""
    return one(bookings_visible_to(actor), booking_id)


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
    rows = _with_all().select_related("visit__series").filter(visit__in=visits).order_by("position", "id")
    by_visit: dict[UUID, list[Booking]] = {each.pk: [] for each in visits}
    for booking in rows:
        by_visit[booking.visit_id].append(booking)
    return [BookedVisit(same[0].visit, same) for same in by_visit.values()]


def bookings_of_visit(visit: Visit) -> QuerySet[Booking]:
    """For whoever has the visit already, with appointment, service, staff, location and `helper_ids`."""
    return _with_appointment(visit.bookings.all()).order_by("position", "id")


def history_of(booking: Booking) -> QuerySet[Event]:
    """Every fact about it, in the order in which they became true."""
    return Event.objects.filter(subject_id=booking.pk).order_by("occurred_at", "id")


def on_calendars(**of_staff: Any) -> Q:
    """Bookings that take the time of such people, whether they lead or help."""
    people = Staff.objects.filter(**of_staff)
    helped = Appointment.objects.filter(lead__isnull=False, staff__in=people)
    return Q(appointment__staff__in=people) | Q(appointment__in=helped.values("lead"))


def _with_all() -> QuerySet[Booking]:
    return _with_appointment(Booking.objects.select_related("visit__customer"))


def _with_appointment(rows: QuerySet[Booking]) -> QuerySet[Booking]:
    helpers = Appointment.objects.filter(lead=OuterRef("appointment")).order_by("staff__position", "staff_id")
    return rows.select_related("appointment__service", "appointment__staff", "appointment__location").annotate(
        helper_ids=ArraySubquery(helpers.values("staff"))
    )  # type: ignore[no-redef]


def scope_of(actor: Actor) -> Q:
    """Which bookings somebody of the team reaches; without `bookings.read_all`, those on their own calendar."""
    scope = Q()
    if not actor.may(Permission.BOOKINGS_READ_ALL):
        scope &= on_calendars(user_id=actor.id)
    if actor.location_ids is not None:
        scope &= Q(appointment__location__in=actor.location_ids)
    if actor.staff_ids is not None:
        scope &= on_calendars(pk__in=actor.staff_ids)
    return scope
