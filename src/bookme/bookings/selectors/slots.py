"""The answer to `available-slots`, as plain data."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Plan, Slot, Snapshot, offered
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.snapshots import load_snapshot, require_range
from bookme.bookings.wishes import Wish
from bookme.core.time import iso_text, zone
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
    """The answer to `available-slots`: `{service, timezone, days: [{date, slots: [{start, end, location, staff}]}]}`.

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


def slots_as_data(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The snapshot's days with their slots, as `available_slots` answers them."""
    tz = zone(snapshot.zone)
    return [
        {"date": day.isoformat(), "slots": [slot_as_data(slot, tz) for slot in slots]}
        for day, slots in offered(snapshot).items()
    ]


def slot_as_data(slot: Slot, tz: ZoneInfo) -> dict[str, Any]:
    return {
        "start": iso_text(slot.start, tz),
        "end": iso_text(slot.end, tz),
        "location": slot.place,
        "staff": slot.staff,
    }


def plan_as_data(plan: Plan, wish: Wish, tz: ZoneInfo) -> dict[str, Any]:
    """A visit of several services as `available_visits` answers it."""
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
