"""A booking at the same start that ends at another time, or takes place elsewhere: the team's doing."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from bookme.bookings.actions.moving import Move, is_shared, move_all
from bookme.bookings.actions.placing import owners_of
from bookme.bookings.actions.powers import forcing, require_within
from bookme.bookings.availability import OUTSIDE_HOURS, OVERBOOKING, Cause
from bookme.bookings.models import Booking
from bookme.bookings.selectors.offer import require_location
from bookme.bookings.states import Status
from bookme.bookings.wishes import Wish
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid
from bookme.core.time import MINUTE
from bookme.services.models import MAX_DURATION

_LIES = frozenset({Status.PENDING, Status.CONFIRMED, Status.ARRIVED})
# What is asked of a start alone says nothing about one that stays.
_OF_THE_START = frozenset({Cause.NOTICE, Cause.HORIZON, Cause.GRID, Cause.DAY_LIMIT, Cause.AREA})


def lay_otherwise(
    *,
    booking: Booking,
    location_id: UUID | None,
    ends_at: dt.datetime | None,
    columns: Mapping[str, Any],
    may_waive: frozenset[Cause],
    actor: Actor,
    now: dt.datetime,
) -> bool:
    """Lengthen, shorten or take elsewhere, with `columns` of the booking in the same step; False where nothing differs.

    The same people do it, with the same units where they can be had. The start stays, so that only the time after it,
    and the place, have to be right; what gets shorter, nothing can be in the way of. The price stays. Takes the lock.
    Publishes BookingRescheduled. Raises Invalid `before_start`, `too_long`, `between_minutes`, `unknown_location`,
    Conflict `wrong_status`, `shared_appointment` or `stale_version`, NotAllowed `out_of_scope`, and SlotUnavailable.
    """
    old = booking.appointment
    ends = ends_at is not None and ends_at != old.ends_at
    moves = location_id is not None and location_id != old.location_id
    if not ends and not moves:
        return False
    minutes = _minutes(old.starts_at, ends_at) if ends_at is not None and ends else None
    require_within(actor, staff_id=old.staff_id, location_id=location_id)
    require_location(old.service, location_id)
    if booking.state not in _LIES:
        raise Conflict(
            "Only a booking that is to come, or has just begun, can be changed in this.",
            code="wrong_status",
            extra={"status": str(booking.status)},
        )
    if old.published or is_shared(booking):
        raise Conflict("Others share this appointment. Move the booking instead.", code="shared_appointment")
    shortens = not moves and ends_at is not None and ends_at < old.ends_at
    wish = Wish.to_move(
        booking,
        start=old.starts_at,
        staff_id=old.staff_id,
        location_id=location_id or old.location_id,
        minutes=minutes or booking.duration_minutes,
        moot=OUTSIDE_HOURS | OVERBOOKING if shortens else _OF_THE_START,
    )
    wish = forcing(wish.within_scopes_of(actor), may_waive, actor)
    wish = replace(wish, staff_within=frozenset(owners_of(old)))
    length = {} if minutes is None else {"duration_minutes": minutes}
    move_all([Move([booking], wish, columns={**columns, **length})], actor=actor, now=now)
    return True


def _minutes(starts_at: dt.datetime, ends_at: dt.datetime) -> int:
    minutes, rest = divmod(ends_at - starts_at, MINUTE)
    if minutes < 1:
        raise Invalid.field("/end", "It ends before it begins.", code="before_start")
    if rest:
        raise Invalid.field("/end", "Give whole minutes.", code="between_minutes")
    if minutes > MAX_DURATION:
        raise Invalid.field("/end", f"It takes at most {MAX_DURATION} minutes.", code="too_long")
    return minutes
