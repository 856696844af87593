"""Places as a caller may see them: everything for the team, what is active for everybody else."""

import datetime as dt
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookme.core.actor import Actor
from bookme.core.fetch import offered_to, one
from bookme.core.time import zone
from bookme.locations.models import Closure, Location, OpeningHours, Resource
from bookme.tenants.context import require_tenant


def locations_for(actor: Actor) -> QuerySet[Location]:
    """In the business's order; the first one is where a booking goes that names none."""
    return offered_to(actor, Location.objects.all())


def location_for(actor: Actor, location_id: UUID) -> Location:
    """Raises NotFound."""
    return one(locations_for(actor), location_id)


def keeps_place(actor: Actor, location_id: UUID | None) -> bool:
    """Whether their scopes let them change that place, its hours, resources and closures; None: the whole business.

    Not with a scope of calendars: a place is shut for everybody who works there.
    """
    if actor.staff_ids is not None:
        return False
    return actor.location_ids is None or location_id in actor.location_ids


def resources_for(actor: Actor) -> QuerySet[Resource]:
    return offered_to(actor, Resource.objects.select_related("location"))


def closures() -> QuerySet[Closure]:
    """The business's own and those of its places, for every caller: when a business is shut is no secret."""
    return Closure.objects.select_related("location")


def closures_between(start: dt.datetime, end: dt.datetime) -> QuerySet[Closure]:
    """Closures that meet the half-open range, by start."""
    return closures().filter(starts_at__lt=end, ends_at__gt=start).order_by("starts_at", "id")


def closures_since(instant: dt.datetime) -> QuerySet[Closure]:
    """Closures that have not ended by then, by start."""
    return closures().filter(ends_at__gt=instant).order_by("starts_at", "id")


def opening_hours_of(location: Location) -> QuerySet[OpeningHours]:
    return location.opening_hours.all()


def all_opening_hours() -> QuerySet[OpeningHours]:
    """The opening hours of every place, of an ordinary week and of single dates."""
    return OpeningHours.objects.order_by("weekday", "on_date", "start", "id")


def zone_of(location: Location | None) -> ZoneInfo:
    """The location's own zone, else the business's."""
    if location is not None and location.timezone:
        return zone(location.timezone)
    return require_tenant().config.zone
