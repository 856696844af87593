"""From the names in a file to rows: everything that it may name is read once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Generic, TypeVar
from uuid import UUID

from bookme.bookings.actions.importing.lines import ImportedBooking, Meant
from bookme.bookings.states import Status
from bookme.core.actor import Actor
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
        found = self._rows.get(name, [])
        active = [each for each in found if each.is_active]
        if len(found) != 1 and len(active) != 1:
            code, how = ("ambiguous", "several") if found else (f"unknown_{self.column}", "no")
            raise said.wrong(self.column, code, f"There is {how} {self.what} of this name.")
        return found[0] if len(found) == 1 else active[0]


class Catalogue:
    """What the business offers, and has offered."""

    def __init__(self, actor: Actor, now: dt.datetime) -> None:
        self.actor, self.now = actor, now
        self.services = Named(Service.objects.prefetch_related("locations"), column="service", what="service")
        staff = self.everybody = list(Staff.objects.order_by("position", "id"))
        self.staff = Named(staff, column="staff", what="person")
        self.places = list(Location.objects.order_by("position", "id"))
        self.locations = Named(self.places, column="location", what="place")
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

    def meant(self, said: ImportedBooking) -> Meant:
        """Raises LineError."""
        service = self.services.one(said)
        if service is None:
            raise said.wrong("service", "required", "Say which service.")
        place = self._place(said, service)
        starts_at = _instant(said, "start", said.start, place)
        is_past = starts_at <= self.now
        people = self._people(said, service, is_past=is_past)
        ends_at = {each.pk: self._end(said, service, each, place, starts_at) for each in people}
        is_over = max(ends_at.values()) <= self.now
        self._require_fitting(said, service, is_past=is_past)
        return Meant(
            said=said,
            service=service,
            place=place,
            people=people,
            starts_at=starts_at,
            ends_at=ends_at,
            status=_status(said, is_past=is_past, is_over=is_over),
            is_over=is_over,
        )

    def _place(self, said: ImportedBooking, service: Service) -> Location:
        given = list(service.locations.all())
        offered = [each for each in self.places if each.is_active and (not given or each in given)]
        found = self.locations.one(said) or next(iter(offered), None)
        if found is None:
            raise said.wrong("location", "required", "Say where: the service is given nowhere now.")
        if self.actor.location_ids is not None and found.pk not in self.actor.location_ids:
            raise said.wrong("location", "out_of_scope", "Your role here does not reach this place.")
        return found

    def _people(self, said: ImportedBooking, service: Service, *, is_past: bool) -> tuple[Staff, ...]:
        """Who is named, or else everybody who does it and is within reach."""
        named = self.staff.one(said)
        reach = self.actor.staff_ids
        is_class = service.kind == ServiceKind.CLASS  # its session says who gives it
        if named is None:
            able = self.everybody if is_class else self.people_of.get(service.pk, ())
            found = [each for each in able if reach is None or each.pk in reach]
            if not found:
                raise said.wrong("staff", "required", "Say who does it: nobody else does.")
            return tuple(found)
        if reach is not None and named.pk not in reach:
            raise said.wrong("staff", "out_of_scope", "Your role here does not reach this calendar.")
        if not (is_past or is_class) and (not named.is_active or named.pk not in self.doing[service.pk]):
            raise said.wrong("staff", "unknown_staff", "This person does not do the service.")
        return (named,)

    def _end(
        self, said: ImportedBooking, service: Service, staff: Staff, place: Location, starts_at: dt.datetime
    ) -> dt.datetime:
        if said.end is not None:
            end = _instant(said, "end", said.end, place)
            if not MINUTE <= end - starts_at <= MAX_DURATION * MINUTE:
                detail = f"It ends between a minute and {MAX_DURATION} minutes after it begins."
                raise said.wrong("end", "out_of_range", detail)
            return end
        return starts_at + self.minutes_of(service, staff.pk) * MINUTE

    def _require_fitting(self, said: ImportedBooking, service: Service, *, is_past: bool) -> None:
        if not is_past and not service.is_active:
            raise said.wrong("service", "not_offered", "This service is not offered any more.")
        if said.party_size > service.capacity:
            raise said.wrong("party_size", "party_too_large", f"At most {service.capacity} can come together.")
        currency = require_tenant().config.currency
        if said.currency and said.currency.upper() != currency:
            raise said.wrong("currency", "other_currency", f"Prices are in {currency} here.")
        if said.price is not None and rounded(said.price, currency) != said.price:
            raise said.wrong("price", "max_decimal_places", f"An amount in {currency} has fewer decimal places.")


def _status(said: ImportedBooking, *, is_past: bool, is_over: bool) -> Status:
    if said.status is None:
        return Status.COMPLETED if is_over else Status.CONFIRMED
    if said.status is Status.HELD or (said.status is Status.PENDING and is_past):
        raise said.wrong("status", "wrong_status", "What was never decided cannot be taken over.")
    if said.status in _BEGUN and not is_past:
        raise said.wrong("status", "wrong_status", "It has not begun yet.")
    return said.status


def _instant(said: ImportedBooking, column: str, moment: dt.datetime, place: Location) -> dt.datetime:
    """In UTC; of a wall time that comes twice the first. Raises LineError for one that the clock leaves out."""
    zone = zone_of(place)
    instant = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)
    if moment.tzinfo is None and instant.astimezone(zone).replace(tzinfo=None) != moment:
        raise said.wrong(column, "no_such_time", "The clock was put forward over this time.")
    if instant.second or instant.microsecond:
        raise said.wrong(column, "between_minutes", "Give whole minutes.")
    return instant
