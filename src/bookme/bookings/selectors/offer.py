"""What the business offers, as a request names it: ids become rows, and unknown ones Invalid with their pointer.

Where an id is a path and not a part of a request, the `…_for` selectors raise NotFound.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.sessions import sessions
from bookme.core.errors import Invalid
from bookme.core.fetch import all_of
from bookme.locations.models import Location
from bookme.services.models import Extra, Service
from bookme.staff.models import StaffService
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant


def policy_of(service: Service) -> Policy:
    """The business's policy with the service's own parts."""
    return require_tenant().config.policy.overridden(service.policy)


def asked_service(service_id: UUID | None) -> Service:
    """The active service; raises Invalid `required` or `unknown_service`."""
    if service_id is None:
        raise Invalid.field("/service", "Say which service.", code="required")
    found = Service.objects.filter(pk=service_id, is_active=True).first()
    if found is None:
        raise Invalid.field("/service", "There is no service of this id.", code="unknown_service")
    return found


def asked_session(session_id: UUID) -> Appointment:
    """The session that can be seen; raises Invalid `unknown_session`."""
    found = sessions().filter(pk=session_id).first()
    if found is None:
        raise Invalid.field("/session", "There is no session of this id.", code="unknown_session")
    return found


def asked_extras(service: Service, ids: Sequence[UUID]) -> tuple[Extra, ...]:
    """The service's active extras, in the order asked; raises Invalid `unknown_extra` or `repeated`."""
    found: Mapping[UUID, Extra] = all_of(service.extras.filter(is_active=True), ids)
    for index, each in enumerate(ids):
        if each not in found:
            raise Invalid.field(f"/extras/{index}", "This service has no extra of this id.", code="unknown_extra")
        if each in ids[:index]:
            raise Invalid.field(f"/extras/{index}", "Each extra is booked once.", code="repeated")
    return tuple(found[each] for each in ids)


def require_party(service: Service, party_size: int) -> None:
    """Raises Invalid `party_too_large` for more people than the service ever takes."""
    if party_size > service.capacity:
        raise Invalid.field("/party_size", f"At most {service.capacity} can come together.", code="party_too_large")


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
