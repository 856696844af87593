"""Published sessions of classes."""

import datetime as dt
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookme.bookings.models import Appointment
from bookme.core.errors import NotFound
from bookme.services.models import Service, ServiceKind
from bookme.staff.models import StaffService


def sessions() -> QuerySet[Appointment]:
    """What anybody may see: published, of an active class, person and place; by start.

    `seat_price` is that of its person, if they have one of their own.
    """
    own_price = StaffService.objects.filter(service=OuterRef("service"), staff=OuterRef("staff")).values("price")[:1]
    return (
        Appointment.objects.filter(published=True, service__kind=ServiceKind.CLASS, service__is_active=True)
        .filter(staff__is_active=True, location__is_active=True)
        .select_related("service", "staff", "location")
        .annotate(seat_price=Coalesce(Subquery(own_price), "service__price"))
    )


def sessions_between(start: dt.datetime, end: dt.datetime, *, service_id: UUID | None = None) -> QuerySet[Appointment]:
    """Sessions that begin in the half-open range."""
    found = sessions().filter(starts_at__gte=start, starts_at__lt=end)
    return found if service_id is None else found.filter(service_id=service_id)


def session_for(session_id: UUID) -> Appointment:
    """Raises NotFound."""
    found = sessions().filter(pk=session_id).first()
    if found is None:
        raise NotFound
    return found


def session_at(
    service: Service, start: dt.datetime, *, staff_id: UUID | None, location_id: UUID | None
) -> Appointment | None:
    """The class's session that begins then, with that person and at that place if they are named."""
    found = sessions().filter(service=service, starts_at=start)
    found = found.filter(staff=staff_id) if staff_id else found
    found = found.filter(location=location_id) if location_id else found
    return found.order_by("location__position", "id").first()


def sessions_near(
    service: Service, start: dt.datetime, *, party_size: int, soonest: dt.datetime, count: int
) -> list[Appointment]:
    """Up to `count` sessions of a class from `soonest` on with room for the party, nearest to `start` first."""
    open_ones = sessions().filter(service=service, seats_taken__lte=F("capacity") - party_size, starts_at__gte=soonest)
    later = open_ones.filter(starts_at__gte=start).order_by("starts_at", "id")[:count]
    earlier = open_ones.filter(starts_at__lt=start).order_by("-starts_at", "-id")[:count]
    return sorted([*later, *earlier], key=lambda each: (abs(each.starts_at - start), each.pk))[:count]
