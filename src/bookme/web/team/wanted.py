"""What the caller on the phone wants so far: kept in the address, checked against what the business offers."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from bookme.bookings.availability import Snapshot
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.openings import snapshots_between
from bookme.bookings.selectors.sessions import session_for
from bookme.bookings.wishes import Wish
from bookme.core.actor import GUEST, Actor
from bookme.core.errors import NotFound
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.postcodes.distance import Point
from bookme.postcodes.selectors import MAX_CODE
from bookme.services.models import Extra, Service, ServiceKind
from bookme.services.selectors import service_for
from bookme.staff.models import Staff, StaffService
from bookme.staff.selectors import areas_count, known_point, offers_of_service
from bookme.web.asked import read_instant
from bookme.web.booking.lines import offered_extras, places_of, price_among
from bookme.web.booking.picker import Openings, openings
from bookme.web.team.doors import asked_id

MOST_EXTRAS = 20


@dataclass(frozen=True)
class Wanted:
    """A service with who, where and how many. None for `person` or `place`: anybody, anywhere.

    `moved` is the booking that looks for another time. `postcode` is where the caller wants it, where areas count and
    they have said so, and `point` where that is, if it is known.
    """

    service: Service
    offers: tuple[StaffService, ...]
    places: tuple[Location, ...]
    person: Staff | None = None
    place: Location | None = None
    extras: tuple[Extra, ...] = ()
    party_size: int = 1
    start: dt.datetime | None = None
    session: Appointment | None = None
    moved: Booking | None = None
    postcode: str = ""
    point: Point | None = None

    @property
    def asks_where(self) -> bool:
        return areas_count() and not self.is_class and policy_of(self.service).at_customer

    @property
    def is_class(self) -> bool:
        return self.service.kind == ServiceKind.CLASS

    @property
    def is_group(self) -> bool:
        return self.service.capacity > 1

    @property
    def party_sizes(self) -> range:
        return range(1, self.service.capacity + 1)

    @property
    def people(self) -> list[Staff]:
        return [offer.staff for offer in self.offers]

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.session.location if self.session else self.place or next(iter(self.places), None))

    @property
    def starts_at(self) -> dt.datetime | None:
        start = self.session.starts_at if self.session else self.start
        return start.astimezone(self.zone) if start else None

    @property
    def extra_minutes(self) -> int:
        return self.moved.extra_minutes if self.moved else sum(extra.duration_minutes for extra in self.extras)

    @property
    def duration_minutes(self) -> int:
        own = next((offer.duration_minutes for offer in self.offers if offer.staff == self.person), None)
        return (own or self.service.duration_minutes) + self.extra_minutes

    @property
    def price(self) -> Decimal:
        """What it costs; of several prices the lowest, as long as nobody is chosen."""
        chosen = [offer for offer in self.offers if self.person is None or offer.staff_id == self.person.pk]
        amount = price_among(self.service, chosen).amount
        return amount * self.party_size + sum((extra.price for extra in self.extras), Decimal(0))

    @property
    def price_is_from(self) -> bool:
        return self.person is None and price_among(self.service, list(self.offers)).is_from

    def snapshot(self, first: dt.date, last: dt.date, now: dt.datetime) -> Snapshot:
        """What the availability engine needs for these dates."""
        where: dict[str, Any] = {
            "start": now,
            "staff_id": self.person.pk if self.person else None,
            "location_id": self.place.pk if self.place else None,
            "staff_within": frozenset(each.pk for each in self.people),
            "places_within": frozenset(each.pk for each in self.places),
        }
        if self.moved is not None:
            return snapshots_between(Wish.to_move(self.moved, **where), first, last, now=now)[0]
        wish = Wish(
            service=self.service,
            party_size=self.party_size,
            extra_minutes=self.extra_minutes,
            point=self.point,
            **where,
        )
        return snapshots_between(wish, first, last, now=now)[0]

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime) -> Openings:
        return openings([self.snapshot(first, last, now)], self.zone)

    def query(self, **more: Any) -> dict[str, Any]:
        """The part of an address that says all this again; `more` is added, None taken away."""
        parts: dict[str, Any] = {
            "service": self.service.pk,
            "person": self.person.pk if self.person else None,
            "place": self.place.pk if self.place else None,
            "postcode": self.postcode or None,
            "people": self.party_size if self.party_size > 1 else None,
            "extra": [str(each.pk) for each in self.extras],
        } | more
        return {key: value for key, value in parts.items() if value not in (None, [])}

    def url(self, name: str, **more: Any) -> str:
        return f"{reverse(name)}?{urlencode(self.query(**more), doseq=True)}"

    @property
    def when(self) -> dict[str, Any]:
        """The part of an address that names the start, or the session."""
        if self.session is not None:
            return {"session": self.session.pk}
        return {"start": self.start.isoformat()} if self.start else {}

    def fields(self, **more: Any) -> list[tuple[str, str]]:
        """The address's parts as fields of a form that is sent by GET."""
        fields = []
        for name, value in self.query(**more).items():
            fields += [(name, str(each)) for each in (value if isinstance(value, list) else [value])]
        return fields

    def with_person(self, person: Staff | None) -> "Wanted":
        return replace(self, person=person)

    def with_place(self, place: Location | None) -> "Wanted":
        return replace(self, place=place)


def wanted_of(request: HttpRequest, actor: Actor) -> Wanted:
    """What the address says. Raises NotFound for what is not offered, or not to this actor."""
    if session_id := asked_id(request.GET.get("session")):
        return _of_session(request, session_for(session_id))
    service_id = asked_id(request.GET.get("service"))
    if service_id is None:
        raise NotFound
    service = service_for(GUEST, service_id)
    offers, places = _offers(actor, service), _places(actor, service)
    extras = _extras(request.GET.getlist("extra"), service)
    asks_where = areas_count() and policy_of(service).at_customer
    postcode = request.GET.get("postcode", "").strip()[:MAX_CODE] if asks_where else ""
    return Wanted(
        service=service,
        offers=offers,
        places=places,
        person=_one([each.staff for each in offers], asked_id(request.GET.get("person"))),
        place=_one(places, asked_id(request.GET.get("place"))),
        extras=extras,
        party_size=_party(request.GET.get("people", ""), service),
        start=read_instant(request.GET.get("start", "")),
        postcode=postcode,
        point=known_point(postcode),
    )


def moving(booking: Booking, actor: Actor, asked: Mapping[str, str]) -> Wanted:
    """The same booking at another time; `asked` may name another person (`any` for anybody) or place."""
    appointment = booking.appointment
    service = appointment.service
    offers, places = _offers(actor, service), _places(actor, service)
    who, where = asked.get("person", ""), asked.get("place", "")
    same = next((each.staff for each in offers if each.staff_id == appointment.staff_id), None)
    at = next((each for each in places if each.pk == appointment.location_id), None)
    return Wanted(
        service=service,
        offers=offers,
        places=places,
        person=None if who == "any" else _one([each.staff for each in offers], asked_id(who)) or same,
        place=_one(places, asked_id(where)) or at,
        party_size=booking.party_size,
        moved=booking,
    )


def _of_session(request: HttpRequest, session: Appointment) -> Wanted:
    own = StaffService.objects.filter(service=session.service_id, staff=session.staff_id).first()
    offer = own or StaffService(service=session.service, staff=session.staff)
    offer.staff = session.staff
    return Wanted(
        service=session.service,
        offers=(offer,),
        places=(session.location,),
        person=session.staff,
        place=session.location,
        party_size=_party(request.GET.get("people", ""), session.service),
        session=session,
    )


def _offers(actor: Actor, service: Service) -> tuple[StaffService, ...]:
    offers = offers_of_service(GUEST, service)
    return tuple(each for each in offers if actor.staff_ids is None or each.staff_id in actor.staff_ids)


def _places(actor: Actor, service: Service) -> tuple[Location, ...]:
    return tuple(each for each in places_of(service) if actor.location_ids is None or each.pk in actor.location_ids)


def _extras(wanted: list[str], service: Service) -> tuple[Extra, ...]:
    ids = {asked_id(each) for each in wanted[:MOST_EXTRAS]}
    return tuple(extra for extra in offered_extras(service) if extra.pk in ids)


def _one(rows: Any, wanted: UUID | None) -> Any:
    """The row of that id among these, None if none is asked for; raises NotFound for an unknown one."""
    if wanted is None:
        return None
    found = next((each for each in rows if each.pk == wanted), None)
    if found is None:
        raise NotFound
    return found


def _party(text: str, service: Service) -> int:
    """At least one, at most what the service takes."""
    asked = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return min(max(asked, 1), service.capacity)
