"""People at work as a caller may see them: everybody for the team, who is active for everybody else."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Prefetch, QuerySet, Subquery

from bookme.core.actor import GUEST, OUT_OF_REACH, Actor
from bookme.core.errors import Invalid, NotAllowed
from bookme.core.fetch import offered_to, one
from bookme.core.permissions import Permission
from bookme.postcodes.distance import Point
from bookme.postcodes.selectors import locate
from bookme.services.models import Service
from bookme.services.selectors import services_for
from bookme.staff.areas import Area, Reach, reach
from bookme.staff.models import ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from bookme.tenants.context import require_tenant


def staff_for(actor: Actor) -> QuerySet[Staff]:
    """People with what they do (`staff_services`), in a fixed number of queries."""
    return offered_to(actor, Staff.objects.prefetch_related(Prefetch("staff_services", _offers(actor))))


def person_for(actor: Actor, staff_id: UUID) -> Staff:
    """Raises NotFound."""
    return one(staff_for(actor), staff_id)


def areas_count() -> bool:
    """Whether areas decide in this business who can come."""
    return require_tenant().config.features.service_areas


def asked_point(postcode: str, *, pointer: str = "/postcode") -> Point | None:
    """Where the postcode that was asked for is; None where none was.

    Raises Invalid with that pointer: `areas_off` where no areas count, and `postcode_unknown`.
    """
    if not postcode:
        return None
    if not areas_count():
        raise Invalid.field(pointer, "Areas do not count in this business: ask without a postcode.", code="areas_off")
    return locate(postcode, pointer=pointer)


def known_point(postcode: str) -> Point | None:
    """Where it is. None: areas do not count, or nobody knows."""
    if not areas_count():
        return None
    try:
        return asked_point(postcode)
    except Invalid:
        return None


class Going(NamedTuple):
    """Somebody who goes to a point, with the weekdays and the distance."""

    person: Staff
    reach: Reach


def people_going_to(point: Point, *, service_id: UUID | None = None, weekday: int | None = None) -> list[Going]:
    """Who is active and goes there (on that weekday), in the business's order, loaded as by `staff_for` a stranger.

    With a service only who does it.
    """
    rows = staff_for(GUEST).prefetch_related("areas").order_by("position", "id")
    if service_id is not None:
        rows = rows.filter(staff_services__service_id=service_id, staff_services__service__is_active=True)
    found = [Going(person, _reach_of(person, point)) for person in rows]
    return [each for each in found if (each.reach.days if weekday is None else weekday in each.reach.days)]


def services_of_people(people: Collection[Staff]) -> QuerySet[Service]:
    """What these people do on their own, or with each other where it needs several; loaded as a stranger sees it."""
    doing = StaffService.objects.filter(service=OuterRef("pk"), staff__in=people).values("service")
    return (
        services_for(GUEST).alias(doing=Subquery(doing.values(count=Count("pk")))).filter(doing__gte=F("staff_needed"))
    )


def _reach_of(person: Staff, point: Point) -> Reach:
    areas = (Area(each.latitude, each.longitude, each.radius_km, each.days) for each in person.areas.all())
    return reach(areas, point)


def kept_by(actor: Actor) -> QuerySet[Staff]:
    """Whose hours, services, areas and absence their scopes let them change; permissions are asked apart.

    Of some calendars, these. Of some places, who works there and nowhere else: hours without a place are everywhere.
    """
    rows = Staff.objects.all()
    if actor.staff_ids is not None:
        rows = rows.filter(pk__in=actor.staff_ids)
    if actor.location_ids is not None:
        hours = WorkingHours.objects.filter(staff=OuterRef("pk"))
        there = hours.filter(location__in=actor.location_ids)
        rows = rows.filter(Exists(there), ~Exists(hours.exclude(location__in=actor.location_ids)))
    return rows


def require_kept(actor: Actor, person: Staff) -> None:
    """Raises NotAllowed `out_of_scope` for who is not `kept_by` the actor."""
    if actor.is_bound and not kept_by(actor).filter(pk=person.pk).exists():
        raise NotAllowed(OUT_OF_REACH, code="out_of_scope")


def demand_time_off_of(actor: Actor, person: Staff) -> None:
    """Raises NotAllowed unless the actor keeps that person's absence: as their manager, or as themselves."""
    if not actor.may(Permission.STAFF_MANAGE):
        actor.demand(Permission.TIME_OFF_OWN)
        if person.user_id is None or person.user_id != actor.id:
            raise NotAllowed
    else:
        require_kept(actor, person)


def offers_of_service(actor: Actor, service: Service) -> QuerySet[StaffService]:
    """Who does a service, in the order of the staff, with their own price and length if they have one."""
    rows = service.staff_services.select_related("staff", "service").order_by("staff__position", "staff_id")
    return rows if actor.is_team else rows.filter(staff__is_active=True)


def offers_of_person(actor: Actor, person: Staff) -> QuerySet[StaffService]:
    """What a person does, in the order of the catalogue."""
    return _offers(actor).filter(staff=person)


def all_offers(actor: Actor) -> QuerySet[StaffService]:
    """Who does what, in the order of the staff; for others than the team only who is active, and what is."""
    rows = StaffService.objects.select_related("staff").order_by("staff__position", "staff_id", "service_id")
    return rows if actor.is_team else rows.filter(staff__is_active=True, service__is_active=True)


def weekly_hours(actor: Actor) -> QuerySet[WorkingHours]:
    """The shifts of an ordinary week of everybody this actor may see, without those of single dates."""
    rows = WorkingHours.objects.filter(on_date=None).order_by("weekday", "start", "id")
    return rows if actor.is_team else rows.filter(staff__is_active=True)


def working_hours_of(person: Staff) -> QuerySet[WorkingHours]:
    return WorkingHours.objects.filter(staff=person).select_related("location")


def time_off_of(actor: Actor, person: Staff) -> QuerySet[TimeOff]:
    """A person's absence, for who keeps it. Raises NotAllowed: when somebody was away or will be, is theirs to tell."""
    demand_time_off_of(actor, person)
    return TimeOff.objects.filter(staff=person)


def calendars_of(actor: Actor) -> QuerySet[Staff]:
    """Whose bookings this actor sees, in the business's order: everybody's in their scope, or their own."""
    rows = Staff.objects.filter(is_active=True)
    if not actor.may(Permission.BOOKINGS_READ_ALL):
        rows = rows.filter(user_id=actor.id)
    return rows if actor.staff_ids is None else rows.filter(pk__in=actor.staff_ids)


def absences_for(actor: Actor, *, since: dt.datetime) -> QuerySet[TimeOff]:
    """Absence that has not ended by then, by start, of whom `people_away_by` names."""
    rows = TimeOff.objects.filter(ends_at__gt=since).select_related("staff").order_by("starts_at", "id")
    return rows.filter(staff__in=people_away_by(actor))


def absences_between(actor: Actor, start: dt.datetime, end: dt.datetime) -> QuerySet[TimeOff]:
    """Absence that meets the half-open range, of whom `people_away_by` names: its reasons are theirs to know."""
    rows = TimeOff.objects.filter(starts_at__lt=end, ends_at__gt=start, staff__in=people_away_by(actor))
    return rows.select_related("staff")


def people_away_by(actor: Actor) -> QuerySet[Staff]:
    """Whose absence this actor keeps: that of those `kept_by` them, or their own."""
    if actor.may(Permission.STAFF_MANAGE):
        return kept_by(actor).filter(is_active=True)
    own = Staff.objects.filter(is_active=True, user_id=actor.id)
    return own if actor.may(Permission.TIME_OFF_OWN) else own.none()


def areas_of(person: Staff) -> QuerySet[ServiceArea]:
    """For every caller: customers ask who comes to them. The exact middle stays within the team, see the serializer."""
    return ServiceArea.objects.filter(staff=person)


def _offers(actor: Actor) -> QuerySet[StaffService]:
    rows = StaffService.objects.select_related("service").order_by("service__position", "service_id")
    return rows if actor.is_team else rows.filter(service__is_active=True)
