"""Is this one time free, for whom, why not, and what is near: what booking asks the availability engine."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Board, Cause, Chain, Plan, Slot, Snapshot, Unit, board_of, explain, nearest
from bookme.bookings.models import Appointment, Booking, ResourceAllocation
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import sessions_near
from bookme.bookings.selectors.snapshots import Left, left_by, load_snapshot, point_of_visit
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.time import DAY_MINUTES, MINUTE, iso_text, minute_of, zone
from bookme.locations.selectors import zone_of
from bookme.services.models import ServiceKind
from bookme.tenants.context import require_tenant

ALTERNATIVES = 5
_DAY = dt.timedelta(days=1)
NEAR_DAYS = 7
_FORCED = 3653 * _DAY


def require_reach(wish: Wish, *, now: dt.datetime) -> None:
    """Raises SlotUnavailable for what no snapshot needs to be read for: long past, too far ahead, between minutes.

    What may be waived reaches ten years either way.
    """
    if wish.service.kind == ServiceKind.CLASS:
        raise SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
    lenient = wish.may_waive | wish.moot
    if wish.start < now - (_FORCED if Cause.NOTICE in lenient else _DAY):
        raise SlotUnavailable(wish=wish, causes=[Cause.NOTICE])
    ahead = _FORCED if Cause.HORIZON in lenient else (policy_of(wish.service).max_days_ahead + 2) * _DAY
    if wish.start > now + ahead:
        raise SlotUnavailable(wish=wish, causes=[Cause.HORIZON])
    if wish.start.second or wish.start.microsecond:
        raise SlotUnavailable(wish=wish, causes=[Cause.GRID])


def require_session_notice(session: Appointment, wish: Wish, *, now: dt.datetime) -> None:
    """Raises SlotUnavailable for a session that begins too soon, unless that may be waived."""
    if Cause.NOTICE not in wish.may_waive and session_causes(session, wish, now=now):
        raise SlotUnavailable(wish=wish, causes=[Cause.NOTICE])


def session_causes(session: Appointment, wish: Wish, *, now: dt.datetime) -> tuple[Cause, ...]:
    """What stands against joining it now, seats apart."""
    is_late = session.starts_at < now + policy_of(wish.service).min_notice_minutes * MINUTE
    return (Cause.NOTICE,) if is_late else ()


def snapshots_of(wish: Wish, *, now: dt.datetime, days_around: int = 0) -> list[Snapshot]:
    """What the engine needs of each service, for the wish's date and so many days before and after it.

    Read once more after the lock: what was read before it may be history.
    """
    day = wish.start.astimezone(require_tenant().config.zone).date()
    around = dt.timedelta(days=days_around)
    return snapshots_between(wish, day - _DAY - around, day + _DAY + around, now=now)


def snapshots_between(wish: Wish, first: dt.date, last: dt.date, *, now: dt.datetime) -> list[Snapshot]:
    """The same for a visit that begins on these dates, whenever the wish says."""
    going = wish.leaving or tuple(each.moving for each in wish.services if each.moving is not None)
    left = left_by(going) if going else ()
    snapshots = [_snapshot_of(wish, first, last, left, now=now)]
    minutes = snapshots[0].longest
    for index, each in enumerate(wish.then, 1):
        reach = last + dt.timedelta(days=1 + minutes // DAY_MINUTES)
        earlier = sum(one.service == each.service for one in wish.services[:index])
        snapshots.append(replace(_snapshot_of(each, first, reach, left, earlier=earlier, now=now), follows=True))
        minutes += snapshots[-1].longest + max_gap(wish)
    return snapshots


def max_gap(wish: Wish) -> int:
    """How many minutes may pass between one service and the next: what the policy allows, or what padding needs."""
    services = [each.service for each in wish.services]
    padding = (one.padding_after_minutes + next_.padding_before_minutes for one, next_ in pairwise(services))
    return max((min(policy_of(each).max_gap_minutes for each in services), *padding))


def _snapshot_of(
    wish: Wish, first: dt.date, last: dt.date, left: Sequence[Left], *, earlier: int = 0, now: dt.datetime
) -> Snapshot:
    """`earlier` is how many of the service begin before it in the same visit: they help to fill the day."""
    policy = policy_of(wish.service)
    if policy.max_per_day is not None:
        policy = replace(policy, max_per_day=policy.max_per_day - earlier)
    snapshot = load_snapshot(
        service=wish.service,
        first=first,
        last=last,
        now=now,
        policy=policy,
        staff_ids=wish.staff_ids,
        staff_within=wish.staff_within,
        location_ids=wish.location_ids,
        party_size=wish.party_size,
        extra_minutes=wish.extra_minutes,
        point=wish.point if wish.moving is None else point_of_visit(wish.moving),
        left=left,
    )
    if wish.minutes is not None:
        people = tuple(replace(each, duration=wish.minutes) for each in snapshot.people)
        snapshot = replace(snapshot, people=people, extra_minutes=0)
    if wish.moving is not None and snapshot.units:
        snapshot = replace(snapshot, units=_own_first(snapshot.units, wish.moving))
    return snapshot


def _own_first(units: Sequence[Unit], booking: Booking) -> tuple[Unit, ...]:
    """What it has now, it keeps where it can."""
    held = ResourceAllocation.objects.filter(appointment=booking.appointment_id)
    own = {str(each) for each in held.values_list("resource", flat=True)}
    return tuple(sorted(units, key=lambda unit: unit.id not in own))


def refusal(wish: Wish, snapshots: Sequence[Snapshot]) -> SlotUnavailable:
    """Why the wish cannot be had: of the first service that nobody can take then, the causes of who has the fewest.

    What may be waived is none of them.
    """
    # No cause at all: somebody became free who was not among those we locked. Nearly as good as taken.
    return SlotUnavailable(wish=wish, causes=_causes(wish, lenient(snapshots, wish.tries[-1])) or [Cause.BOOKING])


def lenient(snapshots: Sequence[Snapshot], waived: frozenset[Cause]) -> list[Snapshot]:
    """The same questions with causes that do not count."""
    return [replace(each, waived=waived) for each in snapshots] if waived else list(snapshots)


def causes_against(wish: Wish, *, now: dt.datetime) -> list[str]:
    """Why the wish cannot be booked now; empty if it can."""
    try:
        require_reach(wish, now=now)
    except SlotUnavailable as error:
        return error.causes
    return [str(each) for each in _causes(wish, snapshots_of(wish, now=now))]


def _causes(wish: Wish, snapshots: Sequence[Snapshot]) -> list[Cause]:
    minute = minute_of(wish.start)
    return causes_each(wish, [board_of(each) for each in snapshots], [minute])[minute]


def causes_each(wish: Wish, boards: Sequence[Board], minutes: Iterable[int]) -> dict[int, list[Cause]]:
    """Why the wish cannot be had at each of these minutes, at which it cannot.

    They are those of the first service for which there is nobody, once those before it are placed.
    """
    reached = {minute: minute for minute in minutes}
    causes: dict[int, list[Cause]] = {}
    for index, board in enumerate(boards[:-1]):
        plans = Chain(boards[: index + 1], max_gap=max_gap(wish)).at_each(reached)
        causes |= {minute: _fewest_causes(board, reached[minute]) for minute in reached.keys() - plans.keys()}
        reached = {minute: plan.end for minute, plan in plans.items()}
    return causes | {minute: _fewest_causes(boards[-1], end) for minute, end in reached.items()}


def _fewest_causes(board: Board, minute: int) -> list[Cause]:
    people = [person for person in board.snapshot.people if person.asked] if board.snapshot.places else []
    return min((explain(board, person.id, minute) for person in people), key=len, default=[Cause.HOURS])


def with_alternatives(error: SlotUnavailable, *, now: dt.datetime) -> SlotUnavailable:
    """The same refusal with the nearest times that can be booked, for after the transaction was left."""
    error.extra["alternatives"] = alternatives_to(error.wish, now=now)
    return error


def alternatives_to(wish: Wish, *, now: dt.datetime, count: int = ALTERNATIVES) -> list[dict[str, Any]]:
    """Up to `count` openings, nearest first: `{start, end, location, staff: [id…]}`; of a class with its `session`.

    Of several services, with `services` instead of `staff`, as in `available_visit_slots`.
    """
    start = looked_around(wish, now=now)
    if wish.service.kind == ServiceKind.CLASS:
        soonest = now + policy_of(wish.service).min_notice_minutes * MINUTE
        found = sessions_near(wish, start, soonest=soonest, count=count)
        return [session_as_data(each) for each in found]
    chain = Chain(snapshots_of(wish.at(start), now=now, days_around=NEAR_DAYS), max_gap=max_gap(wish))
    return alternatives_in(chain, wish, start, count=count)


def looked_around(wish: Wish, *, now: dt.datetime) -> dt.datetime:
    """The instant around which alternatives are looked for: that of the wish, if it can be reached."""
    return min(max(wish.start, now), now + policy_of(wish.service).max_days_ahead * _DAY)


def alternatives_in(
    chain: Chain, wish: Wish, start: dt.datetime, *, count: int, reach: int | None = None
) -> list[dict[str, Any]]:
    """Those to any wish for the same things that are nearest to `start`, at most `reach` minutes away."""
    tz, minute = zone(chain.boards[0].snapshot.zone), minute_of(start)
    if wish.then:
        return [plan_as_data(plan, wish, tz) for plan in chain.nearest(minute, count, reach=reach)]
    return [slot_as_data(slot, tz) for slot in nearest(chain.boards[0], minute, count, reach=reach)]


def slot_as_data(slot: Slot, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "start": iso_text(slot.start, tz),
        "end": iso_text(slot.end, tz),
        "location": slot.place,
        "staff": slot.staff,
    }


def plan_as_data(plan: Plan, wish: Wish, tz: ZoneInfo) -> dict[str, Any]:
    """A visit of several services as `available_visit_slots` answers it."""
    return {
        "start": iso_text(plan.start, tz),
        "end": iso_text(plan.end, tz),
        "location": plan.place,
        "services": [
            {
                "service": str(each.service.pk),
                "start": iso_text(leg.start, tz),
                "end": iso_text(leg.end, tz),
                "staff": leg.staff,
            }
            for leg, each in zip(plan.legs, wish.services, strict=True)
        ],
    }


def session_as_data(session: Appointment) -> dict[str, Any]:
    """As an alternative of a class has it."""
    tz = zone_of(session.location)
    return {
        "session": str(session.pk),
        "start": iso_text(minute_of(session.starts_at), tz),
        "end": iso_text(minute_of(session.ends_at), tz),
        "location": str(session.location_id),
        "staff": [str(session.staff_id)],
    }
