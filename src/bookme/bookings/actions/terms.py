"""From what was asked to what can be booked: ids become rows, and what does not fit together is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.steps import acts_for_business
from bookme.bookings.answers import checked_answers
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.openings import policy_of
from bookme.bookings.selectors.sessions import sessions
from bookme.bookings.wishes import Wish
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import FieldError, Invalid, NotAllowed
from bookme.core.fetch import all_of
from bookme.customers.actions import Address
from bookme.customers.models import ConsentKind
from bookme.locations.models import Location
from bookme.services.models import Extra, Service
from bookme.services.selectors import questions_of
from bookme.staff.models import StaffService
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.models import BusinessKind

NEEDED_CONSENTS = (ConsentKind.TERMS, ConsentKind.PRIVACY)


@dataclass(frozen=True, kw_only=True)
class BookingTerms:
    """A request whose every part exists and fits; `session` is set where one is booked."""

    wish: Wish
    policy: Policy
    session: Appointment | None
    extras: tuple[Extra, ...]
    answers: dict[str, Any]


def checked_terms(request: BookingRequest, *, actor: Actor) -> BookingTerms:
    """Raises Invalid with the pointer of what is wrong, and NotAllowed: `guest_booking_off`, or no right to book."""
    session = _session(request)
    service = session.service if session else service_of(request.service_id)
    policy = policy_of(service)
    if actor.kind is ActorKind.GUEST and not policy.guest_booking:
        raise NotAllowed("Sign in or register to book here.", code="guest_booking_off")
    require_party(service, request.party_size)
    if session is None:
        require_staff(service, request.staff_id)
        require_location(service, request.location_id)
    if not acts_for_business(actor):
        # The team writes down what a caller asked for, and can consent to nothing in their name.
        _require_consents(request.consents)
        _require_address(request.address)
    extras = extras_of(service, request.extra_ids)
    return BookingTerms(
        wish=_session_wish(session, request) if session else _slot_wish(service, request, extras),
        policy=policy,
        session=session,
        extras=extras,
        answers=checked_answers(questions=questions_of(service), answers=request.answers),
    )


def _require_address(address: Address | None) -> None:
    if address is None and require_tenant().kind == BusinessKind.MOBILE:
        raise Invalid.field("/address", "Say where we are to come.", code="required")


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


def _session(request: BookingRequest) -> Appointment | None:
    wants_service = request.service_id is not None or request.start is not None
    if wants_service == (request.session_id is not None):
        raise Invalid.field("", "Give either a session, or a service and a start.", code="session_or_service")
    if request.session_id is None:
        return None
    found = sessions().filter(pk=request.session_id).first()
    if found is None:
        raise Invalid.field("/session", "There is no session of this id.", code="unknown_session")
    return found


def service_of(service_id: UUID | None) -> Service:
    """The active service; raises Invalid `required` or `unknown_service`."""
    if service_id is None:
        raise Invalid.field("/service", "Say which service.", code="required")
    found = Service.objects.filter(pk=service_id, is_active=True).first()
    if found is None:
        raise Invalid.field("/service", "There is no service of this id.", code="unknown_service")
    return found


def require_party(service: Service, party_size: int) -> None:
    """Raises Invalid `party_too_large` for more people than the service ever takes."""
    if party_size > service.capacity:
        raise Invalid.field("/party_size", f"At most {service.capacity} can come together.", code="party_too_large")


def extras_of(service: Service, ids: Sequence[UUID]) -> tuple[Extra, ...]:
    """The service's active extras, in the order asked; raises Invalid `unknown_extra` or `repeated`."""
    found: Mapping[UUID, Extra] = all_of(service.extras.filter(is_active=True), ids)
    for index, each in enumerate(ids):
        if each not in found:
            raise Invalid.field(f"/extras/{index}", "This service has no extra of this id.", code="unknown_extra")
        if each in ids[:index]:
            raise Invalid.field(f"/extras/{index}", "Each extra is booked once.", code="repeated")
    return tuple(found[each] for each in ids)


def _require_consents(consents: Mapping[str, bool]) -> None:
    missing = [kind for kind in NEEDED_CONSENTS if not consents.get(kind)]
    if missing:
        raise Invalid(
            "Nothing is booked without consent to the terms and the privacy notice.",
            code="consent_required",
            errors=[FieldError(f"/consents/{kind}", "consent_required", "This is needed to book.") for kind in missing],
        )


def _slot_wish(service: Service, request: BookingRequest, extras: tuple[Extra, ...]) -> Wish:
    if request.start is None:
        raise Invalid.field("/start", "Say when it begins.", code="required")
    return Wish(
        service=service,
        start=request.start,
        staff_id=request.staff_id,
        location_id=request.location_id,
        party_size=request.party_size,
        extra_minutes=sum(extra.duration_minutes for extra in extras),
    )


def _session_wish(session: Appointment, request: BookingRequest) -> Wish:
    return Wish(
        service=session.service,
        start=session.starts_at,
        staff_id=session.staff_id,
        location_id=session.location_id,
        party_size=request.party_size,
    )
