"""What the availability engine reads about one service, in two statements, or three if it needs resources.

How many they are never depends on how many people or days. The ORM takes longer to put them together, and to make rows
of what comes back, than they take to run.
"""

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

from bookme.bookings.availability import Group, Hours, Person, Place, Snapshot, Span, Unit
from bookme.bookings.models import Appointment, Booking
from bookme.core.errors import Invalid
from bookme.core.time import DAY_MINUTES, DAY_NAMES, clock_minutes, is_calendar_day
from bookme.postcodes.distance import Point
from bookme.services.models import MAX_DURATION, Service, ServiceKind
from bookme.staff.areas import Area, reach
from bookme.staff.selectors import known_point
from bookme.tenants.config import AnyStaff, Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.statements import prepared_rows

MAX_RANGE_DAYS = 90

# How long before the window a blocked range may have begun: it bounds the scan of a person's past. What were longer
# would be offered over, and refused by the exclusion constraint.
LONGEST_BLOCK = dt.timedelta(days=14)


def _minute(rounding: str, column: str) -> str:
    """SQL for an instant as whole minutes since 1970."""
    return f"{rounding}(date_part('epoch', {column}) / 60)::bigint"


def _spans(start: str, end: str) -> str:
    """SQL for the starts and the ends of all rows as two arrays of minutes, for `_pairs`. Ranges are widened."""
    return f"array_agg({_minute('floor', start)}), array_agg({_minute('ceil', end)})"


def _hours(table: str, owner: str, *more: str) -> str:
    """SQL for the rows of hours that speak of a weekday, or of one of the dates read, as JSON for `_hours_of`."""
    columns = ", ".join(("start", '"end"', "weekday", "on_date", *more))
    return (
        f"(SELECT json_agg(json_build_array({columns}) ORDER BY on_date, weekday, start, id)::text FROM {table}"
        f" WHERE {owner} AND (on_date IS NULL OR on_date BETWEEN %(first)s AND %(last)s))"
    )


_ACTIVE = "(published OR seats_taken > 0)"
_BLOCKED = "blocked_start < %(end)s AND blocked_end > %(start)s AND blocked_start > %(earliest)s"
_TOUCHING = "starts_at < %(end)s AND ends_at > %(start)s"
_NOT_LEFT = "NOT coalesce(lead_id, id) = ANY(%(ignored)s)"

_PLACES = f"""
SELECT place.id::text, place.timezone, shut.*, {_hours("locations_openinghours", "location_id = place.id")},
CASE WHEN %(most)s::int IS NOT NULL THEN ARRAY(
    SELECT (starts_at AT TIME ZONE coalesce(nullif(place.timezone, ''), %(zone)s))::date AS day
    FROM bookings_appointment
    WHERE location_id = place.id AND service_id = %(service)s AND lead_id IS NULL AND {_ACTIVE} AND {_NOT_LEFT}
    AND starts_at >= %(start)s AND starts_at < %(end)s
    GROUP BY day HAVING count(*) >= %(most)s
) ELSE '{{}}' END, ARRAY(
    SELECT kind::text FROM services_servicerequirement WHERE service_id = %(service)s ORDER BY kind
), (SELECT count(*) FROM locations_location WHERE is_active)
FROM locations_location place, LATERAL (
    SELECT {_spans("starts_at", "ends_at")} FROM locations_closure
    WHERE (location_id IS NULL OR location_id = place.id) AND {_TOUCHING}
) shut
WHERE place.is_active AND (%(asked)s::uuid[] IS NULL OR place.id = ANY(%(asked)s)) AND (
    place.id IN (SELECT location_id FROM services_service_locations WHERE service_id = %(service)s)
    OR NOT EXISTS (SELECT FROM services_service_locations WHERE service_id = %(service)s)
)
ORDER BY place.position, place.id
"""

_PEOPLE = f"""
SELECT staff.id::text, doing.duration_minutes,
{_hours("staff_workinghours", "staff_id = staff.id", "location_id", "breaks")},
busy.*, away.*, elsewhere.*, CASE WHEN %(in_turn)s THEN (
    SELECT max(created_at) FROM bookings_appointment
    WHERE staff_id = staff.id AND seats_taken > 0 AND NOT published
) END, CASE WHEN %(areas)s THEN (
    SELECT json_agg(json_build_array(latitude, longitude, radius_km, days)) FROM staff_servicearea
    WHERE staff_id = staff.id
) END, CASE WHEN %(groups)s THEN (
    SELECT json_agg(json_build_array(id, location_id, start, stop, capacity - seats_taken) ORDER BY start, id)
    FROM (
        SELECT *, {_minute("floor", "starts_at")} AS start, {_minute("ceil", "ends_at")} AS stop
        FROM bookings_appointment
        WHERE service_id = %(service)s AND staff_id = staff.id AND NOT published AND seats_taken > 0
        AND lead_id IS NULL AND starts_at >= %(start)s AND starts_at < %(end)s AND {_NOT_LEFT}
    ) begun
) END
FROM staff_staffservice doing JOIN staff_staff staff ON staff.id = doing.staff_id, LATERAL (
    SELECT {_spans("blocked_start", "blocked_end")}, {_spans("starts_at", "ends_at")},
    CASE WHEN %(is_spread)s THEN array_agg(location_id::text) END
    FROM bookings_appointment WHERE staff_id = staff.id AND {_ACTIVE} AND {_BLOCKED} AND {_NOT_LEFT}
) busy, LATERAL (
    SELECT {_spans("starts_at", "ends_at")} FROM staff_timeoff WHERE staff_id = staff.id AND {_TOUCHING}
) away, LATERAL (
    SELECT {_spans("starts_at", "ends_at")} FROM staff_externalbusy WHERE staff_id = staff.id AND {_TOUCHING}
) elsewhere
WHERE doing.service_id = %(service)s AND staff.is_active AND (%(among)s::uuid[] IS NULL OR staff.id = ANY(%(among)s))
ORDER BY staff.position, staff.id
"""

_UNITS = f"""
SELECT unit.id::text, unit.location_id::text, unit.kind, held.*
FROM locations_resource unit, LATERAL (
    SELECT {_spans("blocked_start", "blocked_end")} FROM bookings_resourceallocation
    WHERE resource_id = unit.id AND {_BLOCKED} AND NOT appointment_id = ANY(%(ignored)s)
) held
WHERE unit.is_active AND unit.kind = ANY(%(kinds)s) AND unit.location_id = ANY(%(places)s)
ORDER BY unit.position, unit.id
"""


@dataclass(frozen=True, slots=True)
class Left:
    """Seats of an appointment that count as given back. `is_emptied`: its time and its resources are free with them."""

    appointment_id: UUID
    seats: int
    is_emptied: bool


def require_range(first: dt.date, last: dt.date, *, most: int = MAX_RANGE_DAYS) -> None:
    """Raises Invalid with the pointers `/from` and `/to` unless both dates make a range that can be asked for."""
    for pointer, day in (("/from", first), ("/to", last)):
        if not is_calendar_day(day):
            raise Invalid.field(pointer, "This date is out of range.", code="out_of_range")
    if last < first:
        raise Invalid.field("/to", "The last date is before the first.", code="out_of_range")
    if (last - first).days >= most:
        raise Invalid.field("/to", f"A range has at most {most} days.", code="out_of_range")


def load_snapshot(
    *,
    service: Service,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    policy: Policy,
    staff_ids: Collection[UUID] | None = None,
    staff_within: Collection[UUID] | None = None,
    location_ids: Collection[UUID] | None = None,
    party_size: int = 1,
    extra_minutes: int = 0,
    point: Point | None = None,
    left: Collection[Left] = (),
) -> Snapshot:
    """Everything that decides the service's slots from `first` to `last`, both inclusive.

    Two queries, one more if it needs resources; none depends on how many people or days. `policy` is the service's,
    merged. None for staff or locations means all of them; what is inactive, does not do the service or is not where it
    is given is left out. Where it needs several people, `staff_ids` lead, and nobody helps but from `staff_within`, if
    that is given. Dates are those of the location if any is asked for, else the business's. `point` is where it is
    wanted: only who goes there, by their areas, can take it. What is `left` counts as left already.
    """
    business = require_tenant().config
    reads = _Reads(service, first, last, MAX_DURATION + extra_minutes + service.padding_after_minutes, left)
    places, kinds, is_spread = _places(reads, policy.max_per_day, location_ids, business.timezone)
    alone = service.staff_needed == 1
    return Snapshot(
        zone=places[0].zone if places and location_ids is not None else business.timezone,
        first=first,
        last=last,
        now=now,
        policy=policy,
        places=places,
        people=_people(reads, policy, is_spread, point, asked=staff_ids, among=staff_ids if alone else staff_within),
        units=_units(reads, places, kinds) if kinds else (),
        kinds=kinds,
        padding_before=service.padding_before_minutes,
        padding_after=service.padding_after_minutes,
        extra_minutes=extra_minutes,
        capacity=service.capacity,
        party_size=party_size,
        staff_needed=service.staff_needed,
        hours=bookable_hours(service),
        seasons=bookable_dates(service),
        travel_minutes=policy.travel_minutes if is_spread else 0,
    )


def bookable_hours(service: Service) -> tuple[Hours, ...]:
    """The hours of the service itself, as the engine reads them."""
    return tuple(
        Hours(clock_minutes(each["start"]), clock_minutes(each["end"]), weekday=DAY_NAMES.index(each["day"]))
        for each in service.bookable_hours
    )


def bookable_dates(service: Service) -> tuple[tuple[dt.date, dt.date], ...]:
    """The first and last dates of each of its seasons."""
    day = dt.date.fromisoformat
    return tuple((day(each["from"]), day(each["to"])) for each in service.bookable_dates)


def point_of_visit(booking: Booking) -> Point | None:
    """Where areas count, the address of its visit, to which its people go, as far as that is known."""
    if not Policy.from_data(booking.policy).at_customer:
        return None
    return known_point((booking.visit.address or {}).get("postcode") or "")


def left_by(bookings: Sequence[Booking]) -> tuple[Left, ...]:
    """What bookings that are to go elsewhere leave: their own seats.

    Their appointment is in nobody's way where nobody else is on it; where others stay, that time is still taken: of the
    appointment as it is now, since others may have come or gone since the booking was read.
    """
    seats = {each.appointment_id: each.party_size for each in bookings}
    rows = Appointment.objects.filter(pk__in=seats).values_list("pk", "published", "seats_taken")
    return tuple(Left(pk, seats[pk], is_emptied=not published and taken <= seats[pk]) for pk, published, taken in rows)


class _Reads:
    """The statements of one snapshot, and what all need: instants and dates that suffice in whatever zone there is."""

    def __init__(self, service: Service, first: dt.date, last: dt.date, longest: int, left: Collection[Left]) -> None:
        self.service, self.left = service, left
        self.first = first - dt.timedelta(days=5)
        self.last = last + dt.timedelta(days=3 + longest // DAY_MINUTES)
        start = dt.datetime.combine(self.first, dt.time.min, tzinfo=dt.UTC)
        self.parameters: dict[str, Any] = {
            "service": service.pk,
            "first": self.first,
            "last": self.last,
            "start": start,
            "end": dt.datetime.combine(self.last, dt.time.min, tzinfo=dt.UTC),
            "earliest": start - LONGEST_BLOCK,
            "ignored": [each.appointment_id for each in left if each.is_emptied],
        }

    def dates(self) -> list[dt.date]:
        return [self.first + dt.timedelta(days=day) for day in range((self.last - self.first).days)]

    def rows(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        return prepared_rows(statement, self.parameters | parameters)


def _places(
    reads: _Reads, most: int | None, asked: Collection[UUID] | None, zone: str
) -> tuple[tuple[Place, ...], tuple[str, ...], bool]:
    """The places, the kinds of resources that the service needs, and whether the business has several places."""
    rows = reads.rows(_PLACES, asked=_listed(asked), most=most, zone=zone)
    always = reads.dates() if most is not None and most < 1 else ()
    places = tuple(
        Place(place, own_zone or zone, _hours_of(hours), _pairs(starts, ends), frozenset((*full, *always)))
        for place, own_zone, starts, ends, hours, full, *_ in rows
    )
    *_, kinds, count = rows[0] if rows else ((), 0)
    return places, tuple(kinds), count > 1


def _people(
    reads: _Reads,
    policy: Policy,
    is_spread: bool,
    point: Point | None,
    *,
    asked: Collection[UUID] | None,
    among: Collection[UUID] | None,
) -> tuple[Person, ...]:
    """All who do the service, or those `among` them; who is not `asked` for can help."""
    service = reads.service
    rows = reads.rows(
        _PEOPLE,
        among=_listed(among),
        is_spread=is_spread,
        in_turn=policy.any_staff is AnyStaff.IN_TURN,
        areas=point is not None,
        groups=service.kind == ServiceKind.GROUP,
    )
    wanted = None if asked is None else {str(each) for each in asked}
    people = []
    for staff, duration, hours, *spans, places, away, back, busy, free, booked_at, areas, groups in rows:
        goes, distance = reach((Area(*each) for each in areas or ()), point) if point else (None, None)
        people.append(
            Person(
                id=staff,
                duration=duration or service.duration_minutes,
                hours=_hours_of(hours),
                time_off=_pairs(away, back),
                booked=_pairs(*spans[2:]),
                blocked=_pairs(*spans[:2]),
                stays=tuple(places or ()),
                external=_pairs(busy, free),
                goes=goes,
                groups=_groups(groups or [], reads.left),
                distance=distance,
                last_booked=booked_at.timestamp() if booked_at else None,
                asked=wanted is None or staff in wanted,
            )
        )
    return tuple(people)


def _groups(rows: list[list[Any]], left: Collection[Left]) -> tuple[Group, ...]:
    given_back = {str(each.appointment_id): each.seats for each in left}
    return tuple(
        Group(
            id=group,
            place=place,
            start=start,
            end=end,
            seats_left=seats + given_back.get(group, 0),
        )
        for group, place, start, end, seats in rows
    )


def _units(reads: _Reads, places: tuple[Place, ...], kinds: tuple[str, ...]) -> tuple[Unit, ...]:
    rows = reads.rows(_UNITS, kinds=list(kinds), places=[UUID(place.id) for place in places])
    return tuple(Unit(id=unit, place=place, kind=kind, blocked=_pairs(*spans)) for unit, place, kind, *spans in rows)


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


@lru_cache(maxsize=4096)
def _hours_of(rows: str | None) -> tuple[Hours, ...]:
    """From what the database made of them. Kept: hours seldom change, and equal texts give the very same rows."""
    return tuple(
        Hours(
            start,
            end,
            weekday,
            dt.date.fromisoformat(on_date) if on_date else None,
            place[0] if place else None,
            tuple((begin, stop) for begin, stop in place[1]) if place else (),
        )
        for start, end, weekday, on_date, *place in json.loads(rows or "[]")
    )


def _pairs(starts: Sequence[int] | None, ends: Sequence[int] | None) -> tuple[Span, ...]:
    return tuple(zip(starts, ends, strict=True)) if starts and ends else ()
