"""One service of a draft with the rows behind it: its extras, and the people who do it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from bookme.bookings.selectors.offer import policy_of
from bookme.core.actor import GUEST
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for
from bookme.services.models import Extra, Service, ServiceKind
from bookme.staff.models import Staff, StaffService
from bookme.tenants.config import Policy
from bookme.web.booking.draft import Line


class Price(NamedTuple):
    """`is_from`: the lowest of several, until somebody is chosen."""

    amount: Decimal
    is_from: bool


class Offered(NamedTuple):
    """A service with one of its people."""

    staff: Staff
    price: Decimal
    duration_minutes: int


@dataclass(frozen=True)
class ChosenLine:
    """What a line of the draft stands for. `offers` are the people who do the service, in order."""

    line: Line
    service: Service
    extras: tuple[Extra, ...]
    offers: tuple[StaffService, ...]

    @cached_property
    def policy(self) -> Policy:
        return policy_of(self.service)

    @property
    def staff(self) -> Staff | None:
        """Whom the visitor asked for; None for anyone."""
        return None if self.line.chosen_for_them else self.person

    @property
    def person(self) -> Staff | None:
        """Whom it will be with, as far as that is known."""
        return self._offer.staff if self._offer else None

    @cached_property
    def _offer(self) -> StaffService | None:
        return self.offers[0] if len(self.offers) == 1 else self.offer_of(self.line.staff_id)

    def offer_of(self, staff_id: UUID | None) -> StaffService | None:
        """That person doing it, if they do."""
        return next((offer for offer in self.offers if offer.staff_id == staff_id), None)

    @property
    def has_several_people(self) -> bool:
        return len(self.offers) > 1

    @property
    def is_group(self) -> bool:
        return self.service.kind == ServiceKind.GROUP

    @property
    def extra_minutes(self) -> int:
        return sum(extra.duration_minutes for extra in self.extras)

    @property
    def duration_minutes(self) -> int:
        """The chosen person's, else the usual one, with extras."""
        return self.minutes_with(self._offer)

    def minutes_with(self, offer: StaffService | None) -> int:
        own = offer.duration_minutes if offer else None
        return (own or self.service.duration_minutes) + self.extra_minutes

    @cached_property
    def unit_price(self) -> Price:
        """For one person, without extras."""
        return price_among(self.service, [self._offer] if self._offer else self.offers)

    def total(self, party_size: int) -> Price:
        """The price for so many people, extras once."""
        amount, is_from = self.unit_price
        return Price(amount * party_size + sum((each.price for each in self.extras), Decimal(0)), is_from)

    def sure_price(self, party_size: int) -> Decimal | None:
        """What it costs, once that does not depend on who it will be."""
        amount, is_from = self.total(party_size)
        return None if is_from else amount

    @cached_property
    def people_differ(self) -> bool:
        """Who it is decides about price or length."""
        return len({(offer.price, offer.duration_minutes) for offer in self.offers}) > 1

    @property
    def is_open(self) -> bool:
        """Price or length depend on who it will be, and nobody has been chosen."""
        return self.people_differ and self.line.staff_id is None

    def offered(self, party_size: int) -> list[Offered]:
        """Each of its people, with what it costs with them and how long it takes."""
        lines = [replace(self, line=replace(self.line, staff_id=offer.staff_id)) for offer in self.offers]
        return [
            Offered(offer.staff, each.total(party_size).amount, each.duration_minutes)
            for offer, each in zip(self.offers, lines, strict=True)
        ]

    def among(self, staff_ids: Iterable[UUID]) -> "ChosenLine":
        """The same with none but these people; without whoever was chosen, if it is none of them."""
        known = set(staff_ids)
        offers = tuple(offer for offer in self.offers if offer.staff_id in known)
        line = self.line if self.line.staff_id in {*known, None} else self.line.with_anyone()
        return replace(self, line=line, offers=offers)


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


def price_among(service: Service, offers: Sequence[StaffService]) -> Price:
    """The price with one of these people: the lowest, and whether it is not the same with all."""
    prices = {service.price if offer.price is None else offer.price for offer in offers} or {service.price}
    return Price(min(prices), len(prices) > 1)
