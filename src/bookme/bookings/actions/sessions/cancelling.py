"""Calling a session off, with everybody's bookings."""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from bookme.bookings.actions.facts import cancellation_told, fact_of, session_fact
from bookme.bookings.actions.powers import BUSINESS
from bookme.bookings.actions.seats import lock_and_sweep
from bookme.bookings.actions.sessions.versions import fresh, require_to_come
from bookme.bookings.actions.versions import swap
from bookme.bookings.events import BookingCancelled, SessionCancelled
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.states import KEEPS_SEATS, TRANSITIONS, Status
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish


def cancel_session(*, session: Appointment, actor: Actor, now: dt.datetime, reason: str = "") -> int:
    """Cancel the session and everybody's bookings by the business, without a fee; returns how many bookings.

    Its time and its units are free again. Takes the lock. Publishes BookingCancelled for each and SessionCancelled.
    Raises Conflict `too_late` once it has begun, `has_come` if somebody is there already, or `stale_version`.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_to_come(session, now=now)
    lock_and_sweep([session.staff_id], now=now)
    found = fresh(session)
    bookings = seated_in(found)
    if has_come(bookings):
        raise Conflict("Somebody has come already. Take that back first.", code="has_come")
    call_off(found, bookings, reason_for=lambda _booking: reason, cause="", actor=actor)
    return len(bookings)


def seated_in(session: Appointment) -> list[Booking]:
    """Who has seats in the session, which is locked; their rows are locked, too."""
    found = Booking.objects.filter(appointment=session, status__in=KEEPS_SEATS).select_related("visit")
    bookings = list(found.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for booking in bookings:
        booking.appointment = session
    return bookings


def has_come(bookings: Sequence[Booking]) -> bool:
    """Somebody is further than what can be cancelled."""
    return any(Status.CANCELLED not in TRANSITIONS[booking.state] for booking in bookings)


def call_off(
    session: Appointment,
    bookings: Sequence[Booking],
    *,
    reason_for: Callable[[Booking], str],
    cause: str,
    actor: Actor,
) -> None:
    """Cancel the bookings, then the session; the caller holds the lock. `cause` is TOO_FEW or empty."""
    for booking in bookings:
        reason = reason_for(booking)
        swap(booking, status=Status.CANCELLED, cancelled_by=BUSINESS, cancel_reason=reason, fee=Decimal(0))
        publish(fact_of(BookingCancelled, booking, **cancellation_told(booking), of_session=True), actor=actor)
    session.published, session.seats_taken, session.decide_at = False, 0, None
    session.version += 1
    session.save(update_fields=["published", "seats_taken", "decide_at", "version", "updated_at"])
    session.allocations.all().delete()
    publish(session_fact(SessionCancelled, session, cause=cause, bookings=len(bookings)), actor=actor)
