"""Is this one time free, for whom, why not, and what is near: what booking asks the availability engine."""

import datetime as dt
from dataclasses import replace
from typing import Any

from bookme.bookings.availability import Cause, Snapshot, explain, nearest
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import sessions_near
from bookme.bookings.selectors.snapshots import load_snapshot, snapshot_for_move
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.time import MINUTE, iso_text, minute_of, zone
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind
from bookme.tenants.context import require_tenant

ALTERNATIVES = 5
_DAY = dt.timedelta(days=1)
_NEAR = 7


def require_reach(wish: Wish, *, now: dt.datetime) -> None:
    """Raises SlotUnavailable for what no snapshot needs to be read for: long past, too far ahead, between minutes."""
    if wish.service.kind == ServiceKind.CLASS:
        raise SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
    if wish.start < now - _DAY:
        raise SlotUnavailable(wish=wish, causes=[Cause.NOTICE])
    if wish.start > now + (policy_of(wish.service).max_days_ahead + 2) * _DAY:
        raise SlotUnavailable(wish=wish, causes=[Cause.HORIZON])
    if wish.start.second or wish.start.microsecond:
        raise SlotUnavailable(wish=wish, causes=[Cause.GRID])


def snapshot_of(wish: Wish, *, now: dt.datetime, days_around: int = 0) -> Snapshot:
    """What the engine needs for the wish's date, and for so many days before and after it.

    Read once more after the lock: what was read before it may be history.
    """
    day = wish.start.astimezone(require_tenant().config.zone).date()
    around = dt.timedelta(days=days_around)
    asked: dict[str, Any] = {
        "first": day - _DAY - around,
        "last": day + _DAY + around,
        "now": now,
        "staff_ids": wish.staff_ids,
        "staff_within": wish.staff_within,
        "location_ids": wish.location_ids,
    }
    if wish.moving is not None:
        return snapshot_for_move(booking=wish.moving, **asked)
    return load_snapshot(
        service=wish.service,
        policy=policy_of(wish.service),
        party_size=wish.party_size,
        extra_minutes=wish.extra_minutes,
        point=wish.point,
        **asked,
    )


def refusal(wish: Wish, snapshot: Snapshot) -> SlotUnavailable:
    """Why nobody can take the wish: the causes of the person with the fewest."""
    # No cause at all: somebody became free who was not among those we locked. Nearly as good as taken.
    return SlotUnavailable(wish=wish, causes=_fewest_causes(wish, snapshot) or [Cause.BOOKING])


def causes_against(wish: Wish, *, now: dt.datetime) -> list[str]:
    """Why the wish cannot be booked now; empty if it can."""
    try:
        require_reach(wish, now=now)
    except SlotUnavailable as error:
        return error.causes
    return [str(each) for each in _fewest_causes(wish, snapshot_of(wish, now=now))]


def _fewest_causes(wish: Wish, snapshot: Snapshot) -> list[Cause]:
    minute = minute_of(wish.start)
    people = [person for person in snapshot.people if person.asked] if snapshot.places else []
    return min((explain(snapshot, person.id, minute) for person in people), key=len, default=[Cause.HOURS])


def with_alternatives(error: SlotUnavailable, *, now: dt.datetime) -> SlotUnavailable:
    """The same refusal with the nearest times that can be booked, for after the transaction was left."""
    return SlotUnavailable(wish=error.wish, causes=error.causes, alternatives=alternatives_to(error.wish, now=now))


def alternatives_to(wish: Wish, *, now: dt.datetime, count: int = ALTERNATIVES) -> list[dict[str, Any]]:
    """Up to `count` openings, nearest first: `{start, end, location, staff: [id…]}`; of a class with its `session`."""
    policy = policy_of(wish.service)
    start = min(max(wish.start, now), now + policy.max_days_ahead * _DAY)
    if wish.service.kind == ServiceKind.CLASS:
        soonest = now + policy.min_notice_minutes * MINUTE
        found = sessions_near(wish, start, soonest=soonest, count=count)
        return [_session_data(each) for each in found]
    snapshot = snapshot_of(replace(wish, start=start), now=now, days_around=_NEAR)
    tz = zone(snapshot.zone)
    return [
        {
            "start": iso_text(slot.start, tz),
            "end": iso_text(slot.end, tz),
            "location": slot.place,
            "staff": slot.staff,
        }
        for slot in nearest(snapshot, minute_of(start), count)
    ]


def _session_data(session: Appointment) -> dict[str, Any]:
    tz = zone_of(session.location)
    return {
        "session": str(session.pk),
        "start": iso_text(minute_of(session.starts_at), tz),
        "end": iso_text(minute_of(session.ends_at), tz),
        "location": str(session.location_id),
        "staff": [str(session.staff_id)],
    }
