"""Events made from rows: of bookings, of sessions and of who waits."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from bookme.bookings.events import BookingEvent, SessionEvent, WaitlistEvent
from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from bookme.core.actor import Actor
from bookme.core.money import amount_text
from bookme.eventlog.actions import publish

E = TypeVar("E", bound=BookingEvent)
S = TypeVar("S", bound=SessionEvent)
W = TypeVar("W", bound=WaitlistEvent)


def fact_of(kind: type[E], booking: Booking, **more: Any) -> E:
    """An event of that kind about the booking as it is now; its visit and appointment should be loaded."""
    appointment, visit = booking.appointment, booking.visit
    return kind(
        booking_id=booking.pk,
        visit_id=visit.pk,
        customer_id=visit.customer_id,
        reference=visit.reference,
        status=str(booking.status),
        service_id=appointment.service_id,
        staff_id=appointment.staff_id,
        location_id=appointment.location_id,
        start=appointment.starts_at.isoformat(),
        end=appointment.ends_at.isoformat(),
        party_size=booking.party_size,
        **more,
    )


def publish_together(
    kind: type[BookingEvent],
    bookings: Sequence[Booking],
    *,
    actor: Actor,
    told: Callable[[Booking], dict[str, Any]] = lambda _: {},
) -> None:
    """A fact about each of the bookings that one step changed; what follows from the first tells of the others, too.

    `told` gives what the kind says beyond every BookingEvent.
    """
    first, *others = bookings
    also = [str(each.pk) for each in others]
    publish(fact_of(kind, first, also=also, **told(first)), actor=actor)
    for booking in others:
        publish(fact_of(kind, booking, told_with=str(first.pk), **told(booking)), actor=actor)


def before_move(appointment: Appointment) -> dict[str, Any]:
    """The time, person and place that a fact about a move tells as the old ones: taken before it is moved."""
    return {
        "old_start": appointment.starts_at.isoformat(),
        "old_end": appointment.ends_at.isoformat(),
        "old_staff_id": appointment.staff_id,
        "old_location_id": appointment.location_id,
    }


def cancellation_told(booking: Booking) -> dict[str, Any]:
    """What BookingCancelled says of a booking that is cancelled."""
    return {
        "by": booking.cancelled_by,
        "reason": booking.cancel_reason,
        "fee": amount_text(booking.fee, booking.currency),
        "currency": booking.currency,
    }


def session_fact(kind: type[S], session: Appointment, **more: Any) -> S:
    """An event of that kind about the session as it is now."""
    return kind(
        session_id=session.pk,
        service_id=session.service_id,
        staff_id=session.staff_id,
        location_id=session.location_id,
        start=session.starts_at.isoformat(),
        end=session.ends_at.isoformat(),
        capacity=session.capacity,
        **more,
    )


def waiting_fact(kind: type[W], entry: WaitlistEntry, **more: Any) -> W:
    """An event of that kind about the entry."""
    return kind(
        entry_id=entry.pk,
        customer_id=entry.customer_id,
        service_id=entry.service_id,
        session_id=str(entry.session_id or ""),
        date=entry.date.isoformat() if entry.date else "",
        party_size=entry.party_size,
        **more,
    )
