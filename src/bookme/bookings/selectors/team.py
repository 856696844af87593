"""What the team looks at: the bookings of some days, what waits for an answer, what a closure would hit, who comes."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.bookings import appointments_of, bookings_visible_to, on_calendars
from bookme.bookings.selectors.sessions import priced
from bookme.bookings.states import KEEPS_SEATS, UPCOMING, Status
from bookme.core.actor import Actor
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.services.models import ServiceKind

OTHERS_SHOWN = 5


def bookings_between(
    actor: Actor, start: dt.datetime, end: dt.datetime, *, staff_id: UUID | None = None
) -> QuerySet[Booking]:
    """What begins in the half-open range, by start; with `staff_id` on that person's calendar only."""
    found = bookings_visible_to(actor).filter(appointment__starts_at__gte=start, appointment__starts_at__lt=end)
    found = found if staff_id is None else found.filter(on_calendars(pk=staff_id))
    return found.order_by("appointment__starts_at", "appointment_id", "visit__contact_name", "id")


def starts_between(
    actor: Actor, start: dt.datetime, end: dt.datetime, *, staff_id: UUID | None = None
) -> list[dt.datetime]:
    """When each booking of the half-open range begins that has kept its seats: for counting."""
    found = bookings_between(actor, start, end, staff_id=staff_id).filter(status__in=KEEPS_SEATS)
    return list(found.values_list("appointment__starts_at", flat=True))


def requests_for(actor: Actor, *, now: dt.datetime) -> QuerySet[Booking]:
    """What waits for a yes or a no and has not begun, soonest first."""
    found = bookings_visible_to(actor).filter(status=Status.PENDING, appointment__starts_at__gt=now)
    return found.order_by("appointment__starts_at", "id")


def visits_asked_for(actor: Actor, *, now: dt.datetime) -> int:
    """How many visits these are: each is answered as a whole."""
    return requests_for(actor, now=now).order_by().values("visit").distinct().count()


def standing_between(actor: Actor, start: dt.datetime, end: dt.datetime) -> QuerySet[Booking]:
    """Bookings to come whose appointment meets the half-open range, by start."""
    found = bookings_visible_to(actor).filter(
        status__in=UPCOMING, appointment__starts_at__lt=end, appointment__ends_at__gt=start
    )
    return found.order_by("appointment__starts_at", "id")


def others_of_customer(actor: Actor, booking: Booking) -> list[Booking]:
    """The latest other bookings of the same customer that this actor may see."""
    found = bookings_visible_to(actor).filter(visit__customer=booking.visit.customer_id).exclude(pk=booking.pk)
    return list(found.order_by("-appointment__starts_at", "-id")[:OTHERS_SHOWN])


def sessions_of_team(actor: Actor, start: dt.datetime, end: dt.datetime) -> QuerySet[Appointment]:
    """Sessions that begin in the half-open range, on the calendars that this actor may see, by start.

    Also those of a class that is no longer offered: who booked it still comes.
    """
    found = _sessions(actor).filter(starts_at__gte=start, starts_at__lt=end)
    return found.select_related("service", "staff", "location").order_by("starts_at", "id")


def session_of_team(actor: Actor, session_id: UUID) -> Appointment:
    """One of them, with what is told of it. Raises NotFound, also for a session on a calendar that is not theirs."""
    return one(priced(_sessions(actor)), session_id)


def sessions_told(session_ids: Collection[UUID]) -> QuerySet[Appointment]:
    """For whoever has just published them; by start."""
    return priced(Appointment.objects.filter(pk__in=session_ids)).order_by("starts_at", "id")


def _sessions(actor: Actor) -> QuerySet[Appointment]:
    actor.demand(Permission.BOOKINGS_READ)
    return Appointment.objects.filter(calendars_scope(actor), published=True, service__kind=ServiceKind.CLASS)


def enrolled_in(actor: Actor, sessions: Collection[Appointment]) -> dict[UUID, list[Booking]]:
    """Who has seats in each of these sessions, by name."""
    found = bookings_visible_to(actor).filter(appointment__in=sessions, status__in=KEEPS_SEATS)
    by_session: dict[UUID, list[Booking]] = {each.pk: [] for each in sessions}
    for booking in found.order_by("visit__contact_name", "id"):
        by_session[booking.appointment_id].append(booking)
    return by_session


def calendars_scope(actor: Actor) -> Q:
    """The same bounds as those of bookings, on appointments: of who leads and of who helps."""
    scope = Q()
    if not actor.may(Permission.BOOKINGS_READ_ALL):
        scope &= appointments_of(user_id=actor.id)
    if actor.location_ids is not None:
        scope &= Q(location__in=actor.location_ids)
    if actor.staff_ids is not None:
        scope &= appointments_of(pk__in=actor.staff_ids)
    return scope
