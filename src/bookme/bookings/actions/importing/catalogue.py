"""From the names in a file to rows: everything that it may name is read once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Generic, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.actions.importing.lines import ImportedBooking, Meant, found
from bookme.bookings.states import Status
from bookme.core.actor import Actor
from bookme.core.errors import FieldError
from bookme.core.money import rounded
from bookme.core.time import MINUTE
from bookme.locations.models import Location, Resource
from bookme.locations.selectors import zone_of
from bookme.services.models import MAX_DURATION, Service, ServiceKind
from bookme.staff.models import Staff, StaffService
from bookme.tenants.context import require_tenant

Row = TypeVar("Row", bound=Service | Staff | Location)
_BEGUN = frozenset({Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW})


class Named(Generic[Row]):
    """Rows by key, slug and name, in every language and whatever their case."""

    def __init__(self, rows: Iterable[Row], *, column: str, what: str) -> None:
        self.column = column
        self.what = what
        self._rows: dict[str, list[Row]] = {}
        for row in rows:
            said = [row.key, row.slug, row.name, *(each.get("name") for each in row.translations.values())]
            for name in {" ".join(each.split()).casefold() for each in said if each}:
                self._rows.setdefault(name, []).append(row)

    def one(self, said: ImportedBooking) -> Row | None:
        """None where the line names none. Raises LineError for a name that nobody has, or several."""
        name = " ".join(getattr(said, self.column).split()).casefold()
        if not name:
            return None
        rows = self._rows.get(name, [])
        active = [each for each in rows if each.is_active]
        if len(rows) != 1 and len(active) != 1:
            code, how = ("ambiguous", "several") if rows else (f"unknown_{self.column}", "no")
            raise said.wrong(self.column, code, f"There is {how} {self.what} of this name.")
        return rows[0] if len(rows) == 1 else active[0]


class Catalogue:
    """What the business offers, and has offered."""

    def __init__(self, actor: Actor, now: dt.datetime) -> None:
        self.actor, self.now = actor, now
        self.services = Named(Service.objects.prefetch_related("locations"), column="service", what="service")
        staff = self.everybody = list(Staff.objects.order_by("position", "id"))
        self.staff = Named(staff, column="staff", what="person")
        self.places = list(Location.objects.order_by("position", "id"))
        self.locations = Named(self.places, column="location", what="place")
        zones = {zone_of(each) for each in self.places}
        self.zone = zones.pop() if len(zones) == 1 else None  # the clock of a line whose place is not known
        by_id = {each.pk: each for each in staff}
        self.doing: dict[UUID, dict[UUID, StaffService]] = defaultdict(dict)
        for row in StaffService.objects.order_by("staff__position", "staff_id"):
            self.doing[row.service_id][row.staff_id] = row
        self.people_of = {
            service: [by_id[each] for each in rows if by_id[each].is_active] for service, rows in self.doing.items()
        }
        self.kinds: dict[UUID, list[str]] = defaultdict(list)
        for service, kind in Service.objects.exclude(requirements=None).values_list("pk", "requirements__kind"):
            self.kinds[service].append(kind)
        self.units: dict[tuple[UUID, str], list[UUID]] = defaultdict(list)
        for unit in Resource.objects.filter(is_active=True).order_by("position", "id"):
            self.units[unit.location_id, unit.kind].append(unit.pk)

    def price_of(self, service: Service, staff_id: UUID) -> Any:
        own = self.doing[service.pk].get(staff_id)
        return service.price if own is None or own.price is None else own.price

    def minutes_of(self, service: Service, staff_id: UUID) -> int:
        own = self.doing[service.pk].get(staff_id)
        return (own and own.duration_minutes) or service.duration_minutes

    def meant(self, said: ImportedBooking, wrong: list[FieldError]) -> Meant | None:
        """The line with its rows and its time, None where these are not known; all its faults join what is `wrong`.

        What depends on several columns is told once all of them are known.
        """
        service = found(wrong, self._service, said)
        place = found(wrong, self._place, said, service)
        named = found(wrong, self._person, said)
        zone = self.zone if place is None else zone_of(place)
        starts_at = found(wrong, _instant, said, "start", said.start, zone)
        is_past = None if starts_at is None else starts_at <= self.now
        people = found(wrong, self._people, said, service, named, is_past)
        ends_at = found(wrong, self._ends, said, service, people, zone, starts_at)
        is_over = None if ends_at is None else max(ends_at.values()) <= self.now
        party = found(wrong, _party, said, service)
        found(wrong, _require_offered, said, service, is_past)
        found(wrong, _require_currency, said)
        found(wrong, _require_places, said)
        status = found(wrong, _status, said, is_past, is_over)
        if service is None or place is None or people is None or starts_at is None or ends_at is None:
            return None
        if is_over is None or party is None or status is None or not said.is_identified:
            return None
        return Meant(
            said=said,
            service=service,
            place=place,
            people=people,
            starts_at=starts_at,
            ends_at=ends_at,
            status=status,
            is_over=is_over,
        )

    def _service(self, said: ImportedBooking) -> Service | None:
        if said.leaves_open("service"):
            raise said.wrong("service", "required", "Say which service.")
        return self.services.one(said)

    def _place(self, said: ImportedBooking, service: Service | None) -> Location | None:
        place = self.locations.one(said)
        if place is None and service is not None and said.leaves_open("location"):
            given = list(service.locations.all())
            place = next((each for each in self.places if each.is_active and (not given or each in given)), None)
            if place is None:
                raise said.wrong("location", "required", "Say where: the service is given nowhere now.")
        reach = self.actor.location_ids
        if place is not None and reach is not None and place.pk not in reach:
            raise said.wrong("location", "out_of_scope", "Your role here does not reach this place.")
        return place

    def _person(self, said: ImportedBooking) -> Staff | None:
        """Who is named."""
        named = self.staff.one(said)
        reach = self.actor.staff_ids
        if named is not None and reach is not None and named.pk not in reach:
            raise said.wrong("staff", "out_of_scope", "Your role here does not reach this calendar.")
        return named

    def _people(
        self, said: ImportedBooking, service: Service | None, named: Staff | None, is_past: bool | None
    ) -> tuple[Staff, ...] | None:
        """Who is named, or else everybody who does it and is within reach."""
        if service is None:
            return None
        is_class = service.kind == ServiceKind.CLASS  # its session says who gives it
        if named is not None:
            is_doing = named.is_active and named.pk in self.doing[service.pk]
            if is_past is False and not is_class and not is_doing:
                raise said.wrong("staff", "unknown_staff", "This person does not do the service.")
            return (named,)
        if not said.leaves_open("staff"):
            return None
        reach = self.actor.staff_ids
        able = self.everybody if is_class else self.people_of.get(service.pk, ())
        within = tuple(each for each in able if reach is None or each.pk in reach)
        if not within:
            raise said.wrong("staff", "required", "Say who does it: nobody else does.")
        return within

    def _ends(
        self,
        said: ImportedBooking,
        service: Service | None,
        people: tuple[Staff, ...] | None,
        zone: ZoneInfo | None,
        starts_at: dt.datetime | None,
    ) -> dict[UUID, dt.datetime] | None:
        end = _instant(said, "end", said.end, zone)
        if starts_at is None:
            return None
        if end is not None and not MINUTE <= end - starts_at <= MAX_DURATION * MINUTE:
            detail = f"It ends between a minute and {MAX_DURATION} minutes after it begins."
            raise said.wrong("end", "out_of_range", detail)
        if service is None or people is None or "end" in said.unread:
            return None
        return {each.pk: end or starts_at + self.minutes_of(service, each.pk) * MINUTE for each in people}


def _party(said: ImportedBooking, service: Service | None) -> int | None:
    if service is None or "party_size" in said.unread:
        return None
    if said.party_size > service.capacity:
        raise said.wrong("party_size", "party_too_large", f"At most {service.capacity} can come together.")
    return said.party_size


def _require_offered(said: ImportedBooking, service: Service | None, is_past: bool | None) -> None:
    if service is not None and is_past is False and not service.is_active:
        raise said.wrong("service", "not_offered", "This service is not offered any more.")


def _require_currency(said: ImportedBooking) -> None:
    currency = require_tenant().config.currency
    if said.currency and said.currency.upper() != currency:
        raise said.wrong("currency", "other_currency", f"Prices are in {currency} here.")


def _require_places(said: ImportedBooking) -> None:
    currency = require_tenant().config.currency
    if said.price is not None and rounded(said.price, currency) != said.price:
        raise said.wrong("price", "max_decimal_places", f"An amount in {currency} has fewer decimal places.")


def _status(said: ImportedBooking, is_past: bool | None, is_over: bool | None) -> Status | None:
    if said.status is Status.HELD or (said.status is Status.PENDING and is_past):
        raise said.wrong("status", "wrong_status", "What was never decided cannot be taken over.")
    if said.status in _BEGUN and is_past is False:
        raise said.wrong("status", "wrong_status", "It has not begun yet.")
    if said.status is not None or is_over is None or "status" in said.unread:
        return said.status
    return Status.COMPLETED if is_over else Status.CONFIRMED


def _instant(
    said: ImportedBooking, column: str, moment: dt.datetime | None, zone: ZoneInfo | None
) -> dt.datetime | None:
    """In UTC; of a wall time that comes twice the first. Raises LineError for one that the clock leaves out."""
    if moment is None:
        return None
    instant = None
    if moment.tzinfo is not None:
        instant = moment.astimezone(dt.UTC)
    elif zone is not None:
        instant = moment.replace(tzinfo=zone).astimezone(dt.UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != moment:
            raise said.wrong(column, "no_such_time", "The clock was put forward over this time.")
    if (instant or moment).second or (instant or moment).microsecond:
        raise said.wrong(column, "between_minutes", "Give whole minutes.")
    return instant
