"""A draft with the rows behind it: the service, its extras, who does it, where."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookme.bookings.availability import Snapshot
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import snapshots_between
from bookme.bookings.selectors.sessions import session_for
from bookme.bookings.wishes import Wish
from bookme.core.actor import GUEST
from bookme.core.errors import Invalid, NotFound
from bookme.core.time import MINUTE
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for, zone_of
from bookme.postcodes.distance import Point
from bookme.services.models import Extra, Service, ServiceKind
from bookme.services.selectors import service_for
from bookme.staff.models import Staff, StaffService
from bookme.staff.selectors import areas_count, asked_point, offers_of_service, people_going_to
from bookme.tenants.config import Policy
from bookme.web.booking.draft import Draft
from bookme.web.booking.picker import Openings, openings


class Price(NamedTuple):
    """`is_from`: the lowest of several, until somebody is chosen."""

    amount: Decimal
    is_from: bool


class Nowhere(Exception):
    """Areas count, and nobody is known to come to where it is wanted: no postcode, an unknown one, or out of reach."""


@dataclass(frozen=True)
class Choice:
    """What a draft stands for. `offers` are the people who do the service, `places` where it is given, in order.

    `session` is set where a class is booked. `point` is where it is wanted, where areas count: then `offers` are of
    those who go there.
    """

    draft: Draft
    service: Service
    extras: tuple[Extra, ...]
    offers: tuple[StaffService, ...]
    places: tuple[Location, ...]
    session: Appointment | None = None
    point: Point | None = None

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.service)

    @property
    def staff(self) -> Staff | None:
        """Whom the visitor asked for; None for anyone."""
        return None if self.draft.chosen_for_them else self.person

    @property
    def person(self) -> Staff | None:
        """Whom the booking will be with, as far as that is known."""
        return self._offer.staff if self._offer else None

    @cached_property
    def _offer(self) -> StaffService | None:
        if len(self.offers) == 1:
            return self.offers[0]
        return next((offer for offer in self.offers if offer.staff_id == self.draft.staff_id), None)

    @property
    def place(self) -> Location:
        return next((place for place in self.places if place.id == self.draft.location_id), self.places[0])

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.place)

    @property
    def has_several_people(self) -> bool:
        return len(self.offers) > 1

    @property
    def is_group(self) -> bool:
        return self.service.kind == ServiceKind.GROUP

    @property
    def asks_where(self) -> bool:
        """Its people come to the customer, each to their own areas."""
        return self.session is None and areas_count()

    @property
    def extra_minutes(self) -> int:
        return sum(extra.duration_minutes for extra in self.extras)

    @property
    def starts_at(self) -> dt.datetime | None:
        """The chosen start in the wall time of the place."""
        return self.draft.start.astimezone(self.zone) if self.draft.start else None

    @cached_property
    def duration_minutes(self) -> int:
        """The chosen person's, else the usual one, with extras."""
        if self.session is not None:
            return (self.session.ends_at - self.session.starts_at) // MINUTE
        own = self._offer.duration_minutes if self._offer else None
        return (own or self.service.duration_minutes) + self.extra_minutes

    @cached_property
    def unit_price(self) -> Price:
        """For one person, without extras."""
        return price_among(self.service, [self._offer] if self._offer else self.offers)

    @cached_property
    def total(self) -> Price:
        """The price for the whole party, extras once."""
        amount, is_from = self.unit_price
        return Price(amount * self.draft.party_size + sum((each.price for each in self.extras), Decimal(0)), is_from)

    @property
    def sure_price(self) -> Decimal | None:
        """What it costs, once that does not depend on who it will be."""
        return None if self.total.is_from else self.total.amount

    @cached_property
    def people_differ(self) -> bool:
        """Who it is decides about price or length."""
        return len({(offer.price, offer.duration_minutes) for offer in self.offers}) > 1

    def snapshot(self, first: dt.date, last: dt.date, now: dt.datetime, *, anyone: bool = False) -> Snapshot:
        """What the availability engine needs for these dates, with the chosen person unless `anyone` is asked for."""
        wish = Wish(
            service=self.service,
            start=now,
            staff_id=None if anyone else self.draft.staff_id,
            location_id=self.place.id,
            party_size=self.draft.party_size,
            extra_minutes=self.extra_minutes,
            point=self.point,
        )
        return snapshots_between(wish, first, last, now=now)[0]

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime) -> Openings:
        return openings([self.snapshot(first, last, now)], self.zone)

    def at(self, postcode: str) -> "Choice":
        """The same where that postcode is, of a choice of nowhere: with those who go there, whoever was chosen before.

        Raises Invalid `postcode_unknown`, and Nowhere if too few people go there.
        """
        point = asked_point(postcode)
        if point is None:
            raise Nowhere
        going = {each.person.pk for each in people_going_to(point, service_id=self.service.pk)}
        offers = tuple(offer for offer in self.offers if offer.staff_id in going)
        if len(offers) < self.service.staff_needed:
            raise Nowhere
        draft = replace(self.draft, postcode=postcode)
        if draft.staff_id not in going:
            draft = replace(draft, staff_id=None, chosen_for_them=False)
        return replace(self, draft=draft, point=point, offers=offers)


def load_choice(draft: Draft) -> Choice:
    """Where areas count, for where it is wanted.

    Raises NotFound as `choice_anywhere`, and Nowhere, also if it is whoever was chosen who does not go there.
    """
    choice = choice_anywhere(draft)
    if not choice.asks_where:
        return choice
    try:
        found = choice.at(draft.postcode)
    except Invalid as error:
        raise Nowhere from error
    if found.draft.staff_id != draft.staff_id:
        raise Nowhere
    return found


def choice_anywhere(draft: Draft) -> Choice:
    """Wherever it is wanted. Raises NotFound if something that was chosen is not offered (any more)."""
    if draft.session_id is not None:
        return _session_choice(draft, session_for(draft.session_id))
    if draft.service_id is None:
        raise NotFound
    service = service_for(GUEST, draft.service_id)
    offers = tuple(offers_of_service(GUEST, service))
    places = places_of(service)
    extras = tuple(extra for extra in offered_extras(service) if extra.id in draft.extra_ids)
    if not offers or not places or len(extras) != len(draft.extra_ids):
        raise NotFound
    if draft.staff_id is not None and draft.staff_id not in {offer.staff_id for offer in offers}:
        raise NotFound
    return Choice(draft=draft, service=service, extras=extras, offers=offers, places=places)


def _session_choice(draft: Draft, session: Appointment) -> Choice:
    """A place in a session: who, where and when are settled."""
    return Choice(
        draft=replace(draft, start=session.starts_at, staff_id=session.staff_id, location_id=session.location_id),
        service=session.service,
        extras=(),
        offers=(_offer_of(session),),
        places=(session.location,),
        session=session,
    )


def _offer_of(appointment: Appointment) -> StaffService:
    """The person of an appointment doing its service, also if they do it no more."""
    found = StaffService.objects.filter(service=appointment.service_id, staff=appointment.staff_id).first()
    offer = found or StaffService(service=appointment.service, staff=appointment.staff)
    offer.staff = appointment.staff
    return offer


def offered_extras(service: Service) -> list[Extra]:
    """The extras that can be added to a service fetched by `services_for`."""
    extras: list[Extra] = service.offered_extras  # type: ignore[attr-defined]
    return extras


def places_of(service: Service) -> tuple[Location, ...]:
    """Where a service is given, in the business's order."""
    return places_among(service, locations_for(GUEST))


def places_among(service: Service, places: Iterable[Location]) -> tuple[Location, ...]:
    """Which of these places a service is given at: its own ones, else all, in their order."""
    own = {place.id for place in service.locations.all()}
    return tuple(place for place in places if not own or place.id in own)


def price_among(service: Service, offers: "list[StaffService] | tuple[StaffService, ...]") -> Price:
    """The price with one of these people: the lowest, and whether it is not the same with all."""
    prices = {service.price if offer.price is None else offer.price for offer in offers} or {service.price}
    return Price(min(prices), len(prices) > 1)
