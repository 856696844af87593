"""Keeping people at work: those whom the actor keeps (`kept_by`).

Each action demands `staff.manage` and publishes StaffChanged.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookme.core.actor import OUT_OF_REACH, Actor
from bookme.core.errors import FieldError, Invalid, NotAllowed
from bookme.core.permissions import Permission
from bookme.core.slugs import free_slug
from bookme.core.weekly import Shift, clashes
from bookme.eventlog.changes import archive_row, change_row, make_row, publish_change_of_parent
from bookme.locations.rules import at_index, range_faults
from bookme.services.rules import price_faults
from bookme.staff.events import StaffChanged
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.staff.rules import area_faults, offers_faults, shift_faults, week_faults
from bookme.staff.selectors import demand_time_off_of, require_kept
from bookme.tenants.context import require_tenant

_UNSAID = ("email", "phone")
_OVERLAP = "This overlaps other hours of this person."


def make_person(*, values: Mapping[str, Any], actor: Actor) -> Staff:
    """The slug is made from the name unless it is given. They do nothing, and at no time, until told so."""
    _demand(actor, None)
    slug = values.get("slug") or free_slug(Staff, values["name"])
    return make_row(row=Staff(), values={**values, "slug": slug}, event=StaffChanged, actor=actor, unsaid=_UNSAID)


def change_person(*, person: Staff, values: Mapping[str, Any], actor: Actor) -> Staff:
    _demand(actor, person)
    return change_row(row=person, values=values, event=StaffChanged, actor=actor, unsaid=_UNSAID)


def archive_person(*, person: Staff, actor: Actor) -> Staff:
    """No longer offered; their appointments stand."""
    _demand(actor, person)
    return archive_row(row=person, event=StaffChanged, actor=actor)


def set_offers(*, person: Staff, rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """Replace what a person does: rows of `service`, `price` and `duration_minutes` (None: as the service).

    Locks the person. Raises Invalid `twice` at the row that repeats a service.
    """
    _demand(actor, person)
    services = [each["service"].pk for each in rows]
    Invalid.unless_good(_offers_faults(rows, services))
    before = _locked(person, _offers_now)
    StaffService.objects.filter(staff=person).exclude(service__in=services).delete()
    wanted = [
        {"service_id": each["service"].pk, "price": each.get("price"), "duration_minutes": each.get("duration_minutes")}
        for each in rows
    ]
    StaffService.objects.bulk_create(
        [StaffService(staff=person, **each) for each in wanted if each not in before],
        update_conflicts=True,
        unique_fields=["staff", "service"],
        update_fields=["price", "duration_minutes", "updated_at"],
    )
    _tell(person, "staff_service", before, _offers_now(person), actor)


def set_working_hours(*, person: Staff, rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """Replace all of a person's hours. Raises Invalid with every fault, `overlap` among them, at its row.

    Locks the person.
    """
    _demand(actor, person)
    _demand_places(actor, rows)
    before = _locked(person, _hours_now)
    Invalid.unless_good(week_faults(rows))
    WorkingHours.objects.filter(staff=person).delete()
    WorkingHours.objects.bulk_create(WorkingHours(staff=person, **_shift(each)) for each in rows)
    _tell(person, "working_hours", before, _hours_now(person), actor)


def add_working_hours(*, person: Staff, values: Mapping[str, Any], actor: Actor) -> WorkingHours:
    """Raises Invalid, also `overlap`. Locks the person."""
    _demand(actor, person)
    _demand_places(actor, [values])
    before = _locked(person, _hours_now)
    Invalid.unless_good(shift_faults(values))
    if clashes([*map(Shift.of, before), Shift.of(values)]):
        raise Invalid.field("/start", _OVERLAP, code="overlap")
    made = WorkingHours.objects.create(staff=person, **_shift(values))
    _tell(person, "working_hours", before, _hours_now(person), actor)
    return made


def remove_working_hours(*, hours: WorkingHours, actor: Actor) -> None:
    _demand(actor, hours.staff)
    before = _locked(hours.staff, _hours_now)
    hours.delete()
    _tell(hours.staff, "working_hours", before, _hours_now(hours.staff), actor)


def add_time_off(*, person: Staff, values: Mapping[str, Any], actor: Actor) -> TimeOff:
    """A range of absence; bookings in it stand. With `time_off.own` only one's own. The reason stays out of history."""
    demand_time_off_of(actor, person)
    Invalid.unless_good(range_faults(values))
    made = TimeOff.objects.create(staff=person, **values)
    _tell(person, "time_off", None, _absence(made), actor)
    return made


def remove_time_off(*, time_off: TimeOff, actor: Actor) -> None:
    demand_time_off_of(actor, time_off.staff)
    before = _absence(time_off)
    time_off.delete()
    _tell(time_off.staff, "time_off", before, None, actor)


def set_areas(*, person: Staff, rows: Sequence[Mapping[str, Any]], actor: Actor) -> None:
    """Replace where a mobile person goes. Raises Invalid with every fault at its row. Locks the person."""
    _demand(actor, person)
    before = _locked(person, _areas_now)
    Invalid.unless_good(at_index(index, fault) for index, row in enumerate(rows) for fault in area_faults(row))
    ServiceArea.objects.filter(staff=person).delete()
    ServiceArea.objects.bulk_create(ServiceArea(staff=person, **_area(each)) for each in rows)
    _tell(person, "service_area", before, _areas_now(person), actor)


def add_area(*, person: Staff, values: Mapping[str, Any], actor: Actor) -> ServiceArea:
    _demand(actor, person)
    before = _locked(person, _areas_now)
    Invalid.unless_good(area_faults(values))
    made = ServiceArea.objects.create(staff=person, **_area(values))
    _tell(person, "service_area", before, _areas_now(person), actor)
    return made


def remove_area(*, area: ServiceArea, actor: Actor) -> None:
    _demand(actor, area.staff)
    before = _locked(area.staff, _areas_now)
    area.delete()
    _tell(area.staff, "service_area", before, _areas_now(area.staff), actor)


def _demand(actor: Actor, person: Staff | None) -> None:
    if person is None:
        actor.demand_everywhere(Permission.STAFF_MANAGE)
        return
    actor.demand(Permission.STAFF_MANAGE)
    require_kept(actor, person)


def _demand_places(actor: Actor, rows: Sequence[Mapping[str, Any]]) -> None:
    """Who is bound to places puts nobody to work elsewhere, nor everywhere."""
    if actor.location_ids is None:
        return
    if any(each.get("location") is None or each["location"].pk not in actor.location_ids for each in rows):
        raise NotAllowed(OUT_OF_REACH, code="out_of_scope")


def _locked(person: Staff, read: Any) -> Any:
    Staff.objects.select_for_update().get(pk=person.pk)
    return read(person)


def _tell(person: Staff, kind: str, before: Any, after: Any, actor: Actor) -> None:
    if before != after:
        publish_change_of_parent(StaffChanged, kind=kind, parent=person, before=before, after=after, actor=actor)


def _offers_faults(rows: Sequence[Mapping[str, Any]], services: Sequence[UUID]) -> Iterator[FieldError]:
    yield from offers_faults(services)
    currency = require_tenant().config.currency
    for index, each in enumerate(rows):
        for fault in price_faults(each.get("price"), currency, pointer="/own_price"):
            yield at_index(index, fault)


def _shift(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "breaks": sorted(values.get("breaks") or [])}


def _area(values: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, "days": sorted(values.get("days") or [])}


def _absence(row: TimeOff) -> dict[str, Any]:
    return {"starts_at": row.starts_at, "ends_at": row.ends_at}


def _rows(rows: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    return list(rows.values(*names))


def _hours_now(person: Staff) -> list[dict[str, Any]]:
    rows = WorkingHours.objects.filter(staff=person)
    return _rows(rows, "weekday", "on_date", "start", "end", "location_id", "breaks")


def _areas_now(person: Staff) -> list[dict[str, Any]]:
    rows = ServiceArea.objects.filter(staff=person)
    return _rows(rows, "postcode", "latitude", "longitude", "radius_km", "days")


def _offers_now(person: Staff) -> list[dict[str, Any]]:
    return _rows(StaffService.objects.filter(staff=person), "service_id", "price", "duration_minutes")
