"""What the team says of a booking: yes, no, they are here, it is done, nobody came. Each demands `bookings.manage`."""

import datetime as dt
from typing import Any

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.seats import give_back_seats
from bookme.bookings.actions.versions import swap
from bookme.bookings.events import (
    BookingArrived,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingEvent,
    BookingNoShow,
)
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking
from bookme.bookings.policies import no_show_fee
from bookme.bookings.states import Status, require_step, require_transition
from bookme.core.actor import Actor
from bookme.core.money import amount_text
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.tenants.config import Policy


def confirm_booking(*, booking: Booking, actor: Actor, now: dt.datetime) -> Booking:
    """Publishes BookingConfirmed; raises Conflict `wrong_status` or `stale_version`, as do the others here.

    `too_late` once its start has passed. A hold is confirmed by its payment, not here.
    """
    return _advance(booking, Status.CONFIRMED, BookingConfirmed, actor, now)


def decline_booking(*, booking: Booking, actor: Actor, reason: str = "") -> Booking:
    """Give the seats back. Takes the lock. Publishes BookingDeclined."""
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_transition(booking.state, Status.DECLINED)
    lock([booking.appointment.staff_id])
    swap(booking, status=Status.DECLINED, cancel_reason=reason)
    give_back_seats(appointment_id=booking.appointment_id, seats=booking.party_size)
    publish(fact_of(BookingDeclined, booking, reason=reason), actor=actor)
    return booking


def arrive_booking(*, booking: Booking, actor: Actor, now: dt.datetime) -> Booking:
    """Publishes BookingArrived."""
    return _advance(booking, Status.ARRIVED, BookingArrived, actor, now)


def complete_booking(*, booking: Booking, actor: Actor, now: dt.datetime) -> Booking:
    """Publishes BookingCompleted. `too_early` before its start, unless they arrived early."""
    return _advance(booking, Status.COMPLETED, BookingCompleted, actor, now)


def miss_booking(*, booking: Booking, actor: Actor, now: dt.datetime) -> Booking:
    """Nobody came: the policy's fee is recorded. `too_early` before its start. Publishes BookingNoShow."""
    policy = Policy.from_data(booking.policy)
    fee = no_show_fee(policy=policy, price=booking.price, currency=booking.currency)
    told = {"fee": amount_text(fee, booking.currency), "currency": booking.currency}
    return _advance(booking, Status.NO_SHOW, BookingNoShow, actor, now, columns={"fee": fee}, told=told)


def _advance(
    booking: Booking,
    status: Status,
    event: type[BookingEvent],
    actor: Actor,
    now: dt.datetime,
    *,
    columns: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
) -> Booking:
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_step(booking.state, status, has_begun=booking.appointment.starts_at <= now)
    swap(booking, status=status, **(columns or {}))
    publish(fact_of(event, booking, **(told or {})), actor=actor)
    return booking
