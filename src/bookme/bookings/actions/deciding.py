"""What the team says of a booking: yes, no, they are here, it is done, nobody came. Each demands `bookings.manage`."""

import datetime as dt
from typing import Any

from bookme.bookings.actions.facts import fact_of, publish_together
from bookme.bookings.actions.placing import owners_of
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
from bookme.bookings.selectors.visits import visit_bookings_for
from bookme.bookings.states import Status, require_step, require_transition
from bookme.core.actor import Actor
from bookme.core.money import amount_text
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.tenants.config import Policy


def confirm_booking(*, booking: Booking, actor: Actor, now: dt.datetime) -> Booking:
    """Say yes to a visit that was asked for, by any of its bookings. Takes the lock, for another may begin elsewhere.

    Publishes BookingConfirmed; raises Conflict `wrong_status` or `stale_version`, as do the others here, and `too_late`
    once its start has passed. A hold is confirmed by its payment, not here.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_step(booking.state, Status.CONFIRMED, has_begun=booking.appointment.starts_at <= now)
    requested = _requested_with(booking, actor)
    lock({owner for each in requested for owner in owners_of(each.appointment)})
    for each in requested:
        swap(each, status=Status.CONFIRMED)
    publish_together(BookingConfirmed, requested, actor=actor)
    return booking


def decline_booking(*, booking: Booking, actor: Actor, reason: str = "") -> Booking:
    """Say no to a visit that was asked for. Takes the lock and gives the seats back. Publishes BookingDeclined."""
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_transition(booking.state, Status.DECLINED)
    requested = _requested_with(booking, actor)
    lock({owner for each in requested for owner in owners_of(each.appointment)})
    for each in requested:
        swap(each, status=Status.DECLINED, cancel_reason=reason)
        give_back_seats(appointment_id=each.appointment_id, seats=each.party_size)
    publish_together(BookingDeclined, requested, actor=actor, told=lambda _: {"reason": reason})
    return booking


def _requested_with(booking: Booking, actor: Actor) -> list[Booking]:
    """It, and what else of its visit is asked for: a visit is all or nothing."""
    others = visit_bookings_for(actor, booking.visit_id)
    return [booking, *(each for each in others if each.pk != booking.pk and each.status == booking.status)]


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
