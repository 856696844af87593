"""What the availability engine reads, in a fixed number of queries, and its answer as plain data."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from bookme.bookings.availability import Group, Hours, Person, Place, Snapshot, Span, Unit, offered
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.offer import policy_of
from bookme.core.errors import Invalid
from bookme.core.time import DAY_MINUTES, is_calendar_day, iso_text, minute_of, zone
from bookme.locations.models import OpeningHours
from bookme.services.models import MAX_DURATION, Service, ServiceKind
from bookme.staff.models import WorkingHours
from bookme.tenants.config import AnyStaff, Policy
from bookme.tenants.context import require_tenant

MAX_RANGE_DAYS = 90

# How long before the window a blocked range may have begun: it bounds the scan of a person's past. What were longer
# would be offered over, and refused by the exclusion constraint.
LONGEST_BLOCK = dt.timedelta(days=14)


def _minutes(*columns: str) -> str:
    """SQL for pairs of columns, each the start and the end of a range, as whole minutes one after another.

    One flat array of all rows is made of them: arrays in arrays are read several times slower. Ranges are widened.
    """
    rounded = zip(columns, cycle(("floor", "ceil")), strict=False)
    minutes = (f"{rounding}(date_part('epoch', {column}) / 60)::bigint" for column, rounding in rounded)
    return f"unnest(ARRAY[{', '.join(minutes)}])"


_BLOCKED = "blocked_start < %(end)s AND blocked_end > %(start)s AND blocked_start > %(earliest)s"

_PLACES = f"""
SELECT place.id, place.timezone, ARRAY(
    SELECT {_minutes("starts_at", "ends_at")} FROM locations_closure
    WHERE (location_id IS NULL OR location_id = place.id) AND starts_at < %(end)s AND ends_at > %(start)s
)
FROM locations_location place
WHERE place.is_active AND (%(asked)s::uuid[] IS NULL OR place.id = ANY(%(asked)s)) AND (
    place.id IN (SELECT location_id FROM services_service_locations WHERE service_id = %(service)s)
    OR NOT EXISTS (SELECT FROM services_service_locations WHERE service_id = %(service)s)
)
ORDER BY place.position, place.id
"""

_PEOPLE = f"""
SELECT staff.id, doing.duration_minutes, ARRAY(
    SELECT {_minutes("blocked_start", "blocked_end", "starts_at", "ends_at")} FROM bookings_appointment
    WHERE staff_id = staff.id AND (published OR seats_taken > 0) AND {_BLOCKED}
    AND id IS DISTINCT FROM %(ignored)s::uuid
), ARRAY(
    SELECT {_minutes("starts_at", "ends_at")} FROM staff_timeoff
    WHERE staff_id = staff.id AND starts_at < %(end)s AND ends_at > %(start)s
), CASE WHEN %(in_turn)s THEN (
    SELECT max(created_at) FROM bookings_appointment
    WHERE staff_id = staff.id AND seats_taken > 0 AND NOT published
) END
FROM staff_staffservice doing JOIN staff_staff staff ON staff.id = doing.staff_id
WHERE doing.service_id = %(service)s AND staff.is_active AND (%(asked)s::uuid[] IS NULL OR staff.id = ANY(%(asked)s))
ORDER BY staff.position, staff.id
"""

_UNITS = f"""
SELECT unit.id, unit.location_id, unit.kind, ARRAY(
    SELECT {_minutes("blocked_start", "blocked_end")} FROM bookings_resourceallocation
    WHERE resource_id = unit.id AND {_BLOCKED} AND appointment_id IS DISTINCT FROM %(ignored)s::uuid
)
FROM locations_resource unit
WHERE unit.is_active AND unit.kind = ANY(%(kinds)s) AND unit.location_id = ANY(%(asked)s)
ORDER BY unit.position, unit.id
"""


@dataclass(frozen=True, slots=True)
class ReadRange:
    """Instants and dates that hold all that the engine may look at, in whatever zone."""

    first: dt.date
    last: dt.date

    @classmethod
    def around(cls, first: dt.date, last: dt.date, *, longest_minutes: int) -> "ReadRange":
        after = dt.timedelta(days=3 + longest_minutes // DAY_MINUTES)
        return cls(first - dt.timedelta(days=5), last + after)

    @property
    def start(self) -> dt.datetime:
        return dt.datetime.combine(self.first, dt.time.min, tzinfo=dt.UTC)

    @property
    def end(self) -> dt.datetime:
        return dt.datetime.combine(self.last, dt.time.min, tzinfo=dt.UTC)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"start": self.start, "end": self.end, "earliest": self.start - LONGEST_BLOCK}

    def hours(self) -> Q:
        """Rows of hours that speak of a weekday, or of one of these dates."""
        return Q(on_date=None) | Q(on_date__range=(self.first, self.last))


@dataclass(frozen=True, slots=True)
class Left:
    """Seats of an appointment that count as given back. `is_emptied`: its time and its resources are free with them."""

    appointment_id: UUID
    seats: int
    is_emptied: bool


def require_range(first: dt.date, last: dt.date) -> None:
    """Raises Invalid with the pointers `/from` and `/to` unless both dates make a range that can be asked for."""
    for pointer, day in (("/from", first), ("/to", last)):
        if not is_calendar_day(day):
            raise Invalid.field(pointer, "This date is out of range.", code="out_of_range")
    if last < first:
        raise Invalid.field("/to", "The last date is before the first.", code="out_of_range")
    if (last - first).days >= MAX_RANGE_DAYS:
        raise Invalid.field("/to", f"A range has at most {MAX_RANGE_DAYS} days.", code="out_of_range")


def load_snapshot(
    *,
    service: Service,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    policy: Policy,
    staff_ids: Collection[UUID] | None = None,
    location_ids: Collection[UUID] | None = None,
    party_size: int = 1,
    extra_minutes: int = 0,
    left: Left | None = None,
) -> Snapshot:
    """Everything that decides the service's slots from `first` to `last`, both inclusive.

    Five queries; one more if it needs resources, one more for a group; none depends on how many people or days.
    `policy` is the service's, merged. None for staff or locations means all of them; what is inactive, does not do
    the service or is not where it is given is left out. Dates are those of the location if any is asked for, else the
    business's. `left` counts as left already. Raises Invalid as `require_range` does.
    """
    require_range(first, last)
    business = require_tenant().config
    longest = MAX_DURATION + extra_minutes + service.padding_after_minutes
    span = ReadRange.around(first, last, longest_minutes=longest)
    places = _places(service, location_ids, span, business.timezone)
    kinds = tuple(service.requirements.order_by("kind").values_list("kind", flat=True))
    return Snapshot(
        zone=places[0].zone if places and location_ids is not None else business.timezone,
        first=first,
        last=last,
        now=now,
        policy=policy,
        places=places,
        people=_people(service, staff_ids, span, policy.any_staff, left),
        units=_units(places, kinds, span, left) if kinds else (),
        kinds=kinds,
        padding_before=service.padding_before_minutes,
        padding_after=service.padding_after_minutes,
        extra_minutes=extra_minutes,
        capacity=service.capacity,
        party_size=party_size,
    )


def snapshot_for_move(
    *,
    booking: Booking,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    staff_ids: Collection[UUID] | None = None,
    location_ids: Collection[UUID] | None = None,
) -> Snapshot:
    """As `load_snapshot`, for a booking that may go to these dates: its own seats count as given back.

    Its appointment is in nobody's way where it is the only one on it; where others stay, that time is still taken.
    """
    service = booking.appointment.service
    return load_snapshot(
        service=service,
        first=first,
        last=last,
        now=now,
        policy=policy_of(service),
        staff_ids=staff_ids,
        location_ids=location_ids,
        party_size=booking.party_size,
        extra_minutes=booking.extra_minutes,
        left=_left_by(booking),
    )


def _left_by(booking: Booking) -> Left:
    """Of the appointment as it is now: others may have come or gone since the booking was read."""
    seats = booking.party_size
    stay = Appointment.objects.filter(Q(published=True) | Q(seats_taken__gt=seats), pk=booking.appointment_id)
    return Left(booking.appointment_id, seats, is_emptied=not stay.exists())


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
    )
    return {**answer, "timezone": snapshot.zone, "days": slots_as_data(snapshot)}


def slots_as_data(snapshot: Snapshot) -> list[dict[str, Any]]:
    """The snapshot's days with their slots, as `available_slots` answers them."""
    tz = zone(snapshot.zone)
    ids = [person.id for person in snapshot.people] + [place.id for place in snapshot.places]
    texts = {each: str(each) for each in ids}
    return [
        {
            "date": day.isoformat(),
            "slots": [
                {
                    "start": iso_text(slot.start, tz),
                    "end": iso_text(slot.end, tz),
                    "location": texts[slot.place],
                    "staff": [texts[each] for each in slot.staff],
                }
                for slot in slots
            ],
        }
        for day, slots in offered(snapshot).items()
    ]


def _places(
    service: Service, location_ids: Collection[UUID] | None, span: ReadRange, business_zone: str
) -> tuple[Place, ...]:
    rows = _rows(_PLACES, span, service=service.pk, asked=_listed(location_ids))
    hours = _hours(OpeningHours.objects.filter(span.hours(), location__in=[place for place, *_ in rows]), "location_id")
    return tuple(
        Place(id=place, zone=own_zone or business_zone, hours=tuple(hours[place]), closures=_pairs(closed))
        for place, own_zone, closed in rows
    )


def _people(
    service: Service, staff_ids: Collection[UUID] | None, span: ReadRange, rule: AnyStaff, left: Left | None
) -> tuple[Person, ...]:
    in_turn = rule is AnyStaff.IN_TURN
    rows = _rows(_PEOPLE, span, service=service.pk, asked=_listed(staff_ids), ignored=_emptied(left), in_turn=in_turn)
    ids = [staff for staff, *_ in rows]
    hours = _hours(WorkingHours.objects.filter(span.hours(), staff__in=ids), "staff_id", "location_id", "breaks")
    groups = _groups(service, ids, span, left) if service.kind == ServiceKind.GROUP else {}
    return tuple(
        Person(
            id=staff,
            duration=duration or service.duration_minutes,
            hours=tuple(hours[staff]),
            time_off=_pairs(absences),
            booked=_pairs(busy, 2, 4),
            blocked=_pairs(busy, 0, 4),
            groups=tuple(groups.get(staff, ())),
            last_booked=booked_at.timestamp() if booked_at else None,
        )
        for staff, duration, busy, absences, booked_at in rows
    )


def _groups(service: Service, staff: list[UUID], span: ReadRange, left: Left | None) -> defaultdict[UUID, list[Group]]:
    found = Appointment.objects.filter(
        service=service,
        staff__in=staff,
        published=False,
        seats_taken__gt=0,
        starts_at__gte=span.start,
        starts_at__lt=span.end,
    )
    groups = defaultdict(list)
    for each in found.order_by("starts_at", "id"):
        if each.id == _emptied(left):
            continue
        given_back = left.seats if left and left.appointment_id == each.id else 0
        groups[each.staff_id].append(
            Group(
                id=each.id,
                place=each.location_id,
                start=minute_of(each.starts_at),
                end=minute_of(each.ends_at),
                seats_left=each.capacity - each.seats_taken + given_back,
            )
        )
    return groups


def _units(places: tuple[Place, ...], kinds: tuple[str, ...], span: ReadRange, left: Left | None) -> tuple[Unit, ...]:
    rows = _rows(_UNITS, span, kinds=list(kinds), asked=[place.id for place in places], ignored=_emptied(left))
    return tuple(Unit(id=unit, place=place, kind=kind, blocked=_pairs(spans)) for unit, place, kind, spans in rows)


def _emptied(left: Left | None) -> UUID | None:
    """The appointment that holds nobody's time any more."""
    return left.appointment_id if left and left.is_emptied else None


def _rows(statement: str, span: ReadRange, **parameters: Any) -> list[tuple[Any, ...]]:
    """The rows of one of the statements above. The ORM takes longer to put them together than they take to run."""
    with connection.cursor() as cursor:
        cursor.execute(statement, span.parameters | parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _listed(ids: Collection[UUID] | None) -> list[UUID] | None:
    return None if ids is None else list(ids)


def _hours(rows: QuerySet[Any], owner: str, *more: str) -> defaultdict[UUID, list[Hours]]:
    """By owner, in a stable order; `more` are the columns of the place and of the breaks, where hours have them."""
    found = defaultdict(list)
    columns = rows.order_by("on_date", "weekday", "start", "id").values_list(
        owner, "start", "end", "weekday", "on_date", *more
    )
    for key, start, end, weekday, on_date, *extra in columns:
        place, breaks = extra or (None, ())
        pauses = tuple((begin, stop) for begin, stop in breaks)
        found[key].append(Hours(start, end, weekday, on_date, place, pauses))
    return found


def _pairs(minutes: Sequence[int], first: int = 0, step: int = 2) -> tuple[Span, ...]:
    """The spans in a flat list of `step` minutes a row, each row's at the position `first`."""
    return tuple(zip(minutes[first::step], minutes[first + 1 :: step], strict=True))
