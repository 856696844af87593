"""From what was asked to what can be booked: what does not fit together is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bookme.bookings.actions.powers import acts_for_business, forcing, waivable_by
from bookme.bookings.actions.request import Asked, BookingRequest, Item
from bookme.bookings.answers import checked_answers
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.offer import (
    CLASS_APART,
    asked_extras,
    asked_service,
    asked_session,
    policy_of,
    require_location,
    require_party,
    require_session_as_asked,
    require_shared_place,
    require_staff,
)
from bookme.bookings.selectors.sessions import is_of_whole
from bookme.bookings.wishes import COURSE_ONLY, Wish
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import FieldError, Invalid, NotAllowed
from bookme.customers.actions import Address
from bookme.customers.models import ConsentKind
from bookme.postcodes.distance import Point
from bookme.services.models import Extra, Service, ServiceKind
from bookme.services.selectors import questions_of
from bookme.staff.selectors import areas_count, asked_point
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.models import BusinessKind

NEEDED_CONSENTS = (ConsentKind.TERMS, ConsentKind.PRIVACY)
MOST_SERVICES = 10
SESSION_OR_SERVICE = "Give either a session, or a service and a start."
START_NEEDED = "Say when it begins."
CONSENT_NEEDED = "This is needed to book."
NO_MORE_PLACES = "A class takes no more than it has places: change how many it has."
ADDRESS_NEEDED = "Say where we are to come."


@dataclass(frozen=True, kw_only=True)
class ItemTerms:
    """One service of a visit, or a session. The wish is of itself alone."""

    wish: Wish
    policy: Policy
    extras: tuple[Extra, ...]


@dataclass(frozen=True, kw_only=True)
class VisitTerms:
    """A request whose every part exists and fits; `session` is set where one is booked, and then it is all."""

    items: tuple[ItemTerms, ...]
    session: Appointment | None
    answers: dict[str, Any]

    @property
    def wish(self) -> Wish:
        """All of it."""
        return chained(self.items)


def chained(items: Sequence[ItemTerms]) -> Wish:
    """One after another."""
    first, *others = (each.wish for each in items)
    return replace(first, then=tuple(others))


def checked_terms(request: BookingRequest, *, actor: Actor, of_course: bool = False) -> VisitTerms:
    """Raises Invalid with the pointer of what is wrong, and NotAllowed: no right to book, `guest_booking_off`.

    Or `team_only`, for what only the team may ask for. One date of what is booked as a whole is Invalid `course_only`,
    unless it is asked for as that date `of_course`.
    """
    session = _asked_session(request)
    if session is not None and not of_course:
        require_single(session, actor)
    may_waive = waivable_by(actor, outside_hours=request.outside_hours, overbook=request.overbook)
    if session is not None and request.overbook:
        raise Invalid.field("/overbook", NO_MORE_PLACES, code="not_for_sessions")
    if not acts_for_business(actor):
        # The team writes down what a caller asked for, and can consent to nothing in their name.
        _require_consents(request.consents)
    items = item_terms(request, session=session, point=_point_of(request.address), actor=actor)
    if not acts_for_business(actor):
        _require_address(request.address, items, is_class=session is not None)
    if actor.kind is ActorKind.GUEST and not all(each.policy.guest_booking for each in items):
        raise NotAllowed("Sign in or register to book here.", code="guest_booking_off")
    if may_waive:
        items = tuple(replace(each, wish=forcing(each.wish, may_waive, actor)) for each in items)
    services = [each.wish.service for each in items]
    return VisitTerms(
        items=items,
        session=session,
        answers=checked_answers(questions=questions_of(*services), answers=request.answers),
    )


def item_terms(
    asked: Asked, *, session: Appointment | None = None, point: Point | None, actor: Actor
) -> tuple[ItemTerms, ...]:
    """What is asked for, whoever it is for; `point` is where it is wanted. Raises as `checked_terms` does."""
    items = tuple(_item_terms(asked, item, session, point, actor) for item in asked.items)
    for item, terms in zip(asked.items, items, strict=True):
        if len(items) > 1 and terms.wish.service.kind == ServiceKind.CLASS:
            raise Invalid.field(f"{item.pointer}/service", CLASS_APART, code="class_apart")
    require_shared_place([each.wish.service for each in items], pointer="/items")
    return items


def _item_terms(asked: Asked, item: Item, session: Appointment | None, point: Point | None, actor: Actor) -> ItemTerms:
    try:
        service = session.service if session else asked_service(item.service_id)
        policy = policy_of(service)
        if session is None:
            require_staff(service, item.staff_id)
        extras = asked_extras(service, item.extra_ids)
        _require_no_longer_class(service, extras)
    except Invalid as error:
        raise error.under(item.pointer) from error
    require_party(service, asked.party_size, session=session)
    if session is None:
        require_location(service, asked.location_id)
    else:
        require_session_as_asked(session, staff_id=item.staff_id, location_id=asked.location_id)
    wish = session_wish(session, asked.party_size) if session else _slot_wish(service, asked, item, extras)
    if session is None and policy.at_customer:
        wish = replace(wish, point=point)
    return ItemTerms(wish=wish.within_scopes_of(actor), policy=policy, extras=extras)


def _require_no_longer_class(service: Service, extras: Sequence[Extra]) -> None:
    for index, extra in enumerate(extras):
        if service.kind == ServiceKind.CLASS and extra.duration_minutes:
            raise Invalid.field(f"/extras/{index}", "A session is as long as it is for all.", code="session_length")


def _require_address(address: Address | None, items: Sequence[ItemTerms], *, is_class: bool) -> None:
    """A mobile trade comes to an address; where areas count, its postcode decides who can. A class is where it is."""
    if not any(each.policy.at_customer for each in items):
        return
    if areas_count() and not is_class and not (address and address.postcode):
        raise Invalid.field("/address/postcode", ADDRESS_NEEDED, code="required")
    if address is None and require_tenant().kind == BusinessKind.MOBILE:
        raise Invalid.field("/address", ADDRESS_NEEDED, code="required")


def names_one_wish(*, session: object, service: object, start: object) -> bool:
    """Whether it is a session that is wanted, or else something of a service."""
    return (service is not None or start is not None) != (session is not None)


def missing_consents(given: Mapping[str, Any]) -> list[ConsentKind]:
    """Those without which nothing is booked."""
    return [kind for kind in NEEDED_CONSENTS if not given.get(kind)]


def require_single(session: Appointment, actor: Actor, *, pointer: str = "/session") -> None:
    """Raises Invalid `course_only` for one date of a course that is booked as a whole; the team may give it."""
    if is_of_whole(session) and not acts_for_business(actor):
        raise Invalid.field(pointer, "This class is booked as a whole course.", code=COURSE_ONLY)


def terms_in(terms: VisitTerms, session: Appointment) -> VisitTerms:
    """The same in another session of the class."""
    first = terms.items[0]
    wish = replace(
        session_wish(session, first.wish.party_size),
        staff_within=first.wish.staff_within,
        places_within=first.wish.places_within,
        may_waive=first.wish.may_waive,
    )
    return replace(terms, items=(replace(first, wish=wish),), session=session)


def _asked_session(request: BookingRequest) -> Appointment | None:
    item = request.items[0]
    if not names_one_wish(session=item.session_id, service=item.service_id, start=request.start):
        raise Invalid.field("", SESSION_OR_SERVICE, code="session_or_service")
    return None if item.session_id is None else asked_session(item.session_id)


def _require_consents(consents: Mapping[str, bool]) -> None:
    if missing := missing_consents(consents):
        raise Invalid(
            "Nothing is booked without consent to the terms and the privacy notice.",
            code="consent_required",
            errors=[FieldError(f"/consents/{kind}", "consent_required", CONSENT_NEEDED) for kind in missing],
        )


def _slot_wish(service: Service, asked: Asked, item: Item, extras: tuple[Extra, ...]) -> Wish:
    if asked.start is None:
        raise Invalid.field("/start", START_NEEDED, code="required")
    return Wish(
        service=service,
        start=asked.start,
        staff_id=item.staff_id,
        location_id=asked.location_id,
        party_size=asked.party_size,
        extra_minutes=sum(extra.duration_minutes for extra in extras),
    )


def _point_of(address: Address | None) -> Point | None:
    """Where the people are to go, where areas count. The team may leave it open: then everybody can go."""
    return asked_point(address.postcode, pointer="/address/postcode") if address and areas_count() else None


def session_wish(session: Appointment, party_size: int) -> Wish:
    """So many seats in it."""
    return Wish(
        service=session.service,
        start=session.starts_at,
        staff_id=session.staff_id,
        location_id=session.location_id,
        party_size=party_size,
    )
