"""Keeping places. Each action demands `catalogue.manage`, respects `keeps_place` and publishes LocationsChanged."""

from collections.abc import Mapping, Sequence
from typing import Any

from bookme.core.actor import OUT_OF_REACH, Actor
from bookme.core.errors import Invalid, NotAllowed
from bookme.core.permissions import Permission
from bookme.core.slugs import free_slug
from bookme.core.weekly import Shift, clashes
from bookme.eventlog.changes import (
    Change,
    archive_row,
    change_row,
    make_row,
    plain,
    publish_change,
    publish_change_of_parent,
)
from bookme.locations.events import LocationsChanged
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.locations.rules import hours_faults, location_faults, range_faults, set_faults
from bookme.locations.selectors import keeps_place

_OVERLAP = "This overlaps other opening hours."


def make_location(*, values: Mapping[str, Any], actor: Actor) -> Location:
    """Raises NotAllowed, also to somebody who is bound (`out_of_scope`), and Invalid for what breaks `rules`."""
    _demand(actor, None)
    values = {**values, "slug": values.get("slug") or free_slug(Location, values["name"])}
    return make_row(row=Location(), values=values, event=LocationsChanged, actor=actor, rule=location_faults)


def change_location(*, location: Location, values: Mapping[str, Any], actor: Actor) -> Location:
    """Sets what is given; the slug stays unless it is given."""
    _demand(actor, location)
    return change_row(row=location, values=values, event=LocationsChanged, actor=actor, rule=location_faults)


def archive_location(*, location: Location, actor: Actor) -> Location:
    """No longer offered; appointments there stand."""
    _demand(actor, location)
    return archive_row(row=location, event=LocationsChanged, actor=actor)


def make_resource(*, values: Mapping[str, Any], actor: Actor) -> Resource:
    _demand(actor, values["location"])
    return make_row(row=Resource(), values=values, event=LocationsChanged, actor=actor)


def change_resource(*, resource: Resource, values: Mapping[str, Any], actor: Actor) -> Resource:
    _demand(actor, resource.location)
    _demand(actor, values.get("location", resource.location))
    return change_row(row=resource, values=values, event=LocationsChanged, actor=actor)


def archive_resource(*, resource: Resource, actor: Actor) -> Resource:
    """No longer given to appointments; those that hold it keep it."""
    _demand(actor, resource.location)
    return archive_row(row=resource, event=LocationsChanged, actor=actor)


def make_closure(*, values: Mapping[str, Any], actor: Actor) -> Closure:
    """Shuts a location, or with none the business, for a range of instants. Bookings in it stand."""
    _demand(actor, values.get("location"))
    return make_row(row=Closure(), values=values, event=LocationsChanged, actor=actor, rule=range_faults)


def change_closure(*, closure: Closure, values: Mapping[str, Any], actor: Actor) -> Closure:
    _demand(actor, closure.location)
    _demand(actor, values.get("location", closure.location))
    return change_row(row=closure, values=values, event=LocationsChanged, actor=actor, rule=range_faults)


def remove_closure(*, closure: Closure, actor: Actor) -> None:
    _demand(actor, closure.location)
    told = {name: [plain(getattr(closure, name)), None] for name in ("name", "location", "starts_at", "ends_at")}
    publish_change(LocationsChanged, row=closure, change=Change.REMOVED, changes=told, actor=actor)
    closure.delete()


def set_opening_hours(*, location: Location, rows: Sequence[Mapping[str, Any]], actor: Actor) -> list[OpeningHours]:
    """Replace all of a location's hours. Raises Invalid with every fault, `overlap` among them, at its row.

    Locks the location.
    """
    _demand(actor, location)
    before = _locked_hours(location)
    Invalid.unless_good(set_faults(rows))
    location.opening_hours.all().delete()
    made = OpeningHours.objects.bulk_create(OpeningHours(location=location, **each) for each in rows)
    _tell_hours(location, before, actor)
    return made


def add_opening_hours(*, location: Location, values: Mapping[str, Any], actor: Actor) -> OpeningHours:
    """Raises Invalid, also `overlap`. Locks the location."""
    _demand(actor, location)
    before = _locked_hours(location)
    Invalid.unless_good(hours_faults(values))
    if clashes([*map(Shift.of, before), Shift.of(values)]):
        raise Invalid.field("/start", _OVERLAP, code="overlap")
    made = OpeningHours.objects.create(location=location, **values)
    _tell_hours(location, before, actor)
    return made


def remove_opening_hours(*, hours: OpeningHours, actor: Actor) -> None:
    _demand(actor, hours.location)
    before = _locked_hours(hours.location)
    hours.delete()
    _tell_hours(hours.location, before, actor)


def _locked_hours(location: Location) -> list[dict[str, Any]]:
    Location.objects.select_for_update().get(pk=location.pk)
    return _hours_now(location)


def _hours_now(location: Location) -> list[dict[str, Any]]:
    return [dict(each) for each in location.opening_hours.values("weekday", "on_date", "start", "end")]


def _tell_hours(location: Location, before: list[dict[str, Any]], actor: Actor) -> None:
    after = _hours_now(location)
    if after != before:
        publish_change_of_parent(
            LocationsChanged, kind="opening_hours", parent=location, before=before, after=after, actor=actor
        )


def _demand(actor: Actor, location: Location | None) -> None:
    actor.demand(Permission.CATALOGUE_MANAGE)
    if not keeps_place(actor, location.pk if location else None):
        raise NotAllowed(OUT_OF_REACH, code="out_of_scope")
