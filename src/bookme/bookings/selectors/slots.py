"""The answers to `available-slots`, of a service and of a whole visit, as plain data."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from bookme.bookings.availability import Chain, Snapshot, offered
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import max_gap, plan_as_data, slot_as_data, snapshots_between
from bookme.bookings.selectors.snapshots import load_snapshot, require_range
from bookme.bookings.wishes import Wish
from bookme.core.time import zone
from bookme.postcodes.distance import Point
from bookme.services.models import Service, ServiceKind
from bookme.tenants.context import require_tenant


def available_slots(
    *,
    service: Service,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    staff_ids: Collection[UUID] | None = None,
    location_ids: Collection[UUID] | None = None,
    party_size: int = 1,
    extra_minutes: int = 0,
    point: Point | None = None,
) -> dict[str, Any]:
    """The slots of a service: `{service, timezone, days: [{date, slots: [{start, end, location, staff}]}]}`.

    Ids are texts, instants ISO 8601 with the offset of `timezone`. Every date is listed. A class is booked by its
    sessions: its days are empty, and `sessions_only` is true. Raises Invalid as `require_range` does.
    """
    require_range(first, last)
    business = require_tenant().config
    answer = {"service": str(service.id), "timezone": business.timezone}
    if service.kind == ServiceKind.CLASS:
        dates = [first + dt.timedelta(days=each) for each in range((last - first).days + 1)]
        return {**answer, "sessions_only": True, "days": [{"date": day.isoformat(), "slots": []} for day in dates]}
    snapshot = load_snapshot(
        service=service,
        first=first,
        last=last,
        now=now,
        policy=policy_of(service),
        staff_ids=staff_ids,
        location_ids=location_ids,
        party_size=party_size,
        extra_minutes=extra_minutes,
        point=point,
    )
    return {**answer, "timezone": snapshot.zone, "days": slots_as_data(snapshot)}


def available_visit_slots(*, wish: Wish, first: dt.date, last: dt.date, now: dt.datetime) -> dict[str, Any]:
    """The starts at which the whole wish can be had, by day, each with one way to do it.

    `{services, timezone, days: [{date, slots: [{start, end, location, services: [{service, start, end, staff}]}]}]}`:
    the first of `staff` leads. Ids are texts, instants ISO 8601 with the offset of `timezone`; every date is listed.
    Raises Invalid as `require_range` does.
    """
    require_range(first, last)
    snapshots = snapshots_between(wish, first, last, now=now)
    tz = zone(snapshots[0].zone)
    days = Chain(snapshots, max_gap=max_gap(wish)).offered()
    return {
        "services": [str(each.service.pk) for each in wish.services],
        "timezone": snapshots[0].zone,
        "days": [
            {"date": day.isoformat(), "slots": [plan_as_data(plan, wish, tz) for plan in plans]}
            for day, plans in days.items()
        ],
    }


def slots_as_data(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The snapshot's days with their slots, as `available_slots` answers them."""
    tz = zone(snapshot.zone)
    return [
        {"date": day.isoformat(), "slots": [slot_as_data(slot, tz) for slot in slots]}
        for day, slots in offered(snapshot).items()
    ]
