"""The team of the salon at nine on a Wednesday: Ana is the stylist who signs in, Ben has a calendar and no account."""

import datetime as dt
import re
from typing import Any

import pytest
from django.http import HttpResponse

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.services.models import Service
from bookme.staff.models import Staff
from tests.factories.bookings import AppointmentFactory, BookingFactory, VisitFactory
from tests.factories.customers import CustomerFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, page_of

TODAY_AT_TEN = dt.datetime(2030, 1, 2, 10, tzinfo=dt.UTC)


@pytest.fixture
def salon_team(shop: Shop, owner: Person, manager: Person, stylist: Person) -> Shop:
    Staff.objects.filter(pk=shop.ana.pk).update(user_id=stylist.user.id)
    return shop


def book(
    shop: Shop,
    name: str,
    *,
    person: Staff | None = None,
    at: dt.datetime = TODAY_AT_TEN,
    status: Status = Status.CONFIRMED,
    service: Service | None = None,
    **visit: Any,
) -> Booking:
    """A cut with Ana, today at ten, unless something else is said."""
    seats = 0 if status in {Status.CANCELLED, Status.DECLINED, Status.EXPIRED} else 1
    appointment = AppointmentFactory(
        service=service or shop.cut, staff=person or shop.ana, location=shop.place, starts_at=at, seats_taken=seats
    )
    customer = CustomerFactory(name=name, email=f"{name.lower()}@mail.example")
    made = VisitFactory(customer=customer, contact_phone="+442079460958", **visit)
    return BookingFactory(visit=made, appointment=appointment, status=status)


def helped_by(booking: Booking, person: Staff) -> None:
    """This person does it together with who leads."""
    lead = booking.appointment
    AppointmentFactory(
        service=lead.service,
        staff=person,
        location=lead.location,
        lead=lead,
        starts_at=lead.starts_at,
        seats_taken=lead.seats_taken,
    )


def as_it_is(booking: Booking) -> tuple[str, int, dt.datetime]:
    """What a refusal must leave alone: status, version and start."""
    now = Booking.objects.select_related("appointment").get(pk=booking.pk)
    return now.status, now.version, now.appointment.starts_at


def shown(who: Person, path: str, *, status: int = 200, **query: Any) -> str:
    """The page that this person sees, without what is random: any three letters are in it, sooner or later."""
    response = who.page.get(path, query)
    assert response.status_code == status, response.content[:2000]
    return re.sub(r'(nonce|"csrfmiddlewaretoken" value)="[^"]*"', r'\1=""', page_of(response))


def done(who: Person, path: str, data: dict[str, Any] | None = None) -> str:
    """Sends a form that must lead on, and returns the page that it leads to."""
    response = who.page.post(path, data or {})
    assert response.status_code == 302, response.content[:3000]
    return page_of(who.page.get(response["Location"]))


def sent(who: Person, path: str, data: dict[str, Any] | None = None) -> HttpResponse:
    return who.page.post(path, data or {})
