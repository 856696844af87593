"""Cancelling, and taking the last step back."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from bookme.bookings.actions.facts import cancellation_told, fact_of, publish_together
from bookme.bookings.actions.placing import owners_of
from bookme.bookings.actions.powers import BUSINESS, CUSTOMER, acts_for_business, waivable_by
from bookme.bookings.actions.restoring import restore
from bookme.bookings.actions.seats import give_back_seats
from bookme.bookings.actions.versions import swap
from bookme.bookings.availability import Cause
from bookme.bookings.events import BookingCancelled, BookingUndone
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking
from bookme.bookings.selectors.terms import cancel_terms_each, still_ahead
from bookme.bookings.states import Status, require_transition, undone
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish


def cancel_booking(*, booking: Booking, actor: Actor, now: dt.datetime, reason: str = "") -> Booking:
    """Give the seats back. A customer after the cut-off owes the late fee, which is recorded; the business never does.

    Takes the lock. Publishes BookingCancelled. Raises Conflict `wrong_status`, `too_late` (it has begun) or
    `stale_version`.
    """
    _cancel([booking], actor=actor, now=now, reason=reason)
    return booking


def cancel_visits(*, bookings: Sequence[Booking], actor: Actor, now: dt.datetime, reason: str = "") -> None:
    """As `cancel_booking`, of those bookings of one or several visits that still can be; one message tells of them all.

    A visit is as late as its first service. Raises Conflict `wrong_status` where nothing is left to cancel.
    """
    _cancel(still_ahead(bookings), actor=actor, now=now, reason=reason)


def _cancel(bookings: Sequence[Booking], *, actor: Actor, now: dt.datetime, reason: str) -> None:
    by = BUSINESS if acts_for_business(actor) else CUSTOMER
    for booking in bookings:
        require_transition(booking.state, Status.CANCELLED)
    terms = cancel_terms_each(bookings, now=now)
    if by == CUSTOMER and not all(each.allowed for each in terms.values()):
        raise Conflict("It has begun already. Call us, please.", code="too_late")
    fees = {pk: each.fee if by == CUSTOMER else Decimal(0) for pk, each in terms.items()}
    lock({owner for each in bookings for owner in owners_of(each.appointment)})
    for booking in bookings:
        swap(booking, status=Status.CANCELLED, cancelled_by=by, cancel_reason=reason, fee=fees[booking.pk])
        give_back_seats(appointment_id=booking.appointment_id, seats=booking.party_size)
    publish_together(BookingCancelled, bookings, actor=actor, told=cancellation_told)


def undo_booking(*, booking: Booking, actor: Actor, overbook: bool = False) -> Booking:
    """Take the last step back, its fee included. A cancelled booking comes back through the lock and the wall.

    Over what has its time now only with `overbook`. Publishes BookingUndone. Raises Conflict `wrong_status`,
    `session_cancelled` or `stale_version`, NotAllowed, and SlotUnavailable where the time or what it needs has been
    given away.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    may_waive = waivable_by(actor, outside_hours=False, overbook=overbook)
    old_status, status = booking.state, undone(booking.state)
    columns = {"status": status, "fee": Decimal(0) if old_status in {Status.NO_SHOW, Status.CANCELLED} else booking.fee}
    met: list[Cause] = []
    if old_status is Status.CANCELLED:
        met = restore(booking, columns, may_waive)
    else:
        swap(booking, **columns)
    told = {"old_status": old_status.value, "waived": [each.value for each in met]}
    publish(fact_of(BookingUndone, booking, **told), actor=actor)
    return booking
