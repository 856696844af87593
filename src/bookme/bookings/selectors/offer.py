"""What the business offers, as a request names it: ids become rows, and unknown ones Invalid with their pointer.

Where an id is a path and not a part of a request, the `…_for` selectors raise NotFound.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID

from django.db.models import Exists, Q, QuerySet

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.sessions import sessions
from bookme.bookings.wishes import Wish
from bookme.core.errors import FieldError, Invalid
from bookme.core.fetch import all_of
from bookme.locations.models import Location
from bookme.services.models import Extra, Service, ServiceKind
from bookme.staff.models import Staff, StaffService
from bookme.staff.selectors import asked_point
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.statements import columns_of, prepared_instances

# Written down, for every booking asks it: to put it together takes the ORM longer than to ask.
_SERVICE = f"SELECT {columns_of(Service)} FROM services_service WHERE id = %(id)s AND is_active"
_LEAD = f"""SELECT {columns_of(Staff)}, doing.price AS own_price FROM staff_staff
LEFT JOIN staff_staffservice doing ON doing.staff_id = staff_staff.id AND doing.service_id = %(service)s
WHERE staff_staff.id = %(staff)s"""
_PLACE = f"SELECT {columns_of(Location)} FROM locations_location WHERE id = %(id)s"

CLASS_APART = "A class is booked by its session, apart from other services."


def policy_of(service: Service) -> Policy:
    """The business's policy with the service's own parts."""
    return require_tenant().config.policy.overridden(service.policy)


def asked_service(service_id: UUID | None) -> Service:
    """The active service; raises Invalid `required` or `unknown_service`."""
    if service_id is None:
        raise Invalid.field("/service", "Say which service.", code="required")
    found = next(iter(prepared_instances(Service, _SERVICE, {"id": service_id})), None)
    if found is None:
        raise Invalid.field("/service", "There is no service of this id.", code="unknown_service")
    return found


def lead_of(appointment: Appointment) -> tuple[Staff, Decimal | None]:
    """Its person, and what they ask for its service, if not what the service costs."""
    [lead] = prepared_instances(Staff, _LEAD, {"service": appointment.service_id, "staff": appointment.staff_id})
    return lead, lead.own_price  # type: ignore[attr-defined]  # a column of the statement


def place_of(appointment: Appointment) -> Location:
    """Read only where it was not yet."""
    if Appointment.location.is_cached(appointment):
        return appointment.location
    [place] = prepared_instances(Location, _PLACE, {"id": appointment.location_id})
    return place


def asked_session(session_id: UUID) -> Appointment:
    """The session that can be seen; raises Invalid `unknown_session`."""
    found = sessions().filter(pk=session_id).first()
    if found is None:
        raise Invalid.field("/session", "There is no session of this id.", code="unknown_session")
    return found


def require_session_as_asked(session: Appointment, *, staff_id: UUID | None, location_id: UUID | None) -> None:
    """Raises Invalid `session_staff` or `session_location` for another person or place than it has."""
    if staff_id not in {None, session.staff_id}:
        raise Invalid.field("/staff", "A session is given by whom it says.", code="session_staff")
    if location_id not in {None, session.location_id}:
        raise Invalid.field("/location", "A session is where it says.", code="session_location")


def asked_extras(service: Service, ids: Sequence[UUID]) -> tuple[Extra, ...]:
    """The service's active extras, in the order asked; raises Invalid `unknown_extra` or `repeated`."""
    if not ids:
        return ()
    found: Mapping[UUID, Extra] = all_of(service.extras.filter(is_active=True), ids)
    for index, each in enumerate(ids):
        if each not in found:
            raise Invalid.field(f"/extras/{index}", "This service has no extra of this id.", code="unknown_extra")
        if each in ids[:index]:
            raise Invalid.field(f"/extras/{index}", "Each extra is booked once.", code="repeated")
    return tuple(found[each] for each in ids)


def require_party(service: Service, party_size: int, *, session: Appointment | None = None) -> None:
    """Raises Invalid `party_too_large` for more people than the service, or this session of it, ever takes."""
    most = max(service.capacity, session.capacity if session else 0)
    if party_size > most:
        raise Invalid.field("/party_size", f"At most {most} can come together.", code="party_too_large")


def require_staff(service: Service, staff_id: UUID | None) -> None:
    """Raises Invalid `unknown_staff` unless that person is active and does the service."""
    if staff_id is None:
        return
    if not StaffService.objects.filter(service=service, staff=staff_id, staff__is_active=True).exists():
        raise Invalid.field("/staff", "Nobody of this id does this service.", code="unknown_staff")


def require_location(service: Service, location_id: UUID | None) -> None:
    """Raises Invalid `unknown_location` unless the place is active and the service is given there."""
    if location_id is None:
        return
    place = Location.objects.filter(pk=location_id, is_active=True)
    if not place.exists() or (service.locations.exists() and not place.filter(services=service).exists()):
        raise Invalid.field("/location", "This service is not given at any place of this id.", code="unknown_location")


def shared_places(services: Iterable[Service]) -> QuerySet[Location]:
    """The active places at which all of these are given."""
    places = Location.objects.filter(is_active=True)
    for service in set(services):
        named = Service.locations.through.objects.filter(service=service)
        places = places.filter(Q(pk__in=named.values("location")) | ~Exists(named))
    return places


def require_shared_place(services: Sequence[Service], *, pointer: str) -> None:
    """Raises Invalid `places_apart` for services of one visit that no place gives all of."""
    if len(set(services)) > 1 and not shared_places(services).exists():
        raise Invalid.field(pointer, "There is no place at which all of these are given.", code="places_apart")


def asked_visit(
    *,
    service_ids: Sequence[UUID],
    staff_ids: Sequence[UUID | None],
    extra_ids: Sequence[UUID],
    location_id: UUID | None,
    party_size: int,
    postcode: str,
    start: dt.datetime,
) -> Wish:
    """What somebody asks the times of: these services in this order, each with its person, where any are named.

    Each extra is that of the first service that has it. Raises Invalid with the pointer of what is wrong.
    """
    if staff_ids and len(staff_ids) != len(service_ids):
        raise Invalid.field("/staff", "Name somebody, or any, for each service.", code="staff_for_each")
    point, left, wishes = asked_point(postcode), list(extra_ids), []
    for index, (service_id, staff_id) in enumerate(zip_longest(service_ids, staff_ids)):
        service = _asked_item(service_id, staff_id, location_id, party_size, index)
        extras = [each for each in service.extras.filter(is_active=True) if each.pk in left]
        left = [each for each in left if each not in {extra.pk for extra in extras}]
        wishes.append(
            Wish(
                service=service,
                start=start,
                staff_id=staff_id,
                location_id=location_id,
                party_size=party_size,
                extra_minutes=sum(extra.duration_minutes for extra in extras),
                point=point,
            )
        )
    if left:
        pointer = f"/extras/{list(extra_ids).index(left[0])}"
        raise Invalid.field(pointer, "None of these services has an extra of this id.", code="unknown_extra")
    require_shared_place([each.service for each in wishes], pointer="/service")
    return replace(wishes[0], then=tuple(wishes[1:]))


def _asked_item(
    service_id: UUID, staff_id: UUID | None, location_id: UUID | None, party_size: int, index: int
) -> Service:
    try:
        service = asked_service(service_id)
        require_staff(service, staff_id)
    except Invalid as error:
        faults = [FieldError(f"{each.pointer}/{index}", each.code, each.detail) for each in error.errors]
        raise Invalid(error.detail, code=error.code, errors=faults) from error
    require_location(service, location_id)
    require_party(service, party_size)
    if service.kind == ServiceKind.CLASS:
        raise Invalid.field(f"/service/{index}", CLASS_APART, code="class_apart")
    return service
