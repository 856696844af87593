"""Visits of several services, and series of visits, as the actions make them: with Ana, from Monday at ten."""

import datetime as dt
from typing import Any

from bookme.bookings.actions import BookingRequest, Item
from bookme.bookings.actions.booking import create_visit
from bookme.bookings.actions.series import create_series
from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.core.actor import GUEST
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.customers.actions import Contact
from bookme.services.models import Service
from tests.bookings.desk import CONSENTS
from tests.web.conftest import MONDAY, Shop

WEEK = dt.timedelta(weeks=1)
FOUR_WEEKS = Recurrence(frequency=Frequency.WEEKLY, count=4)


def asked(shop: Shop, *services: Service, **more: Any) -> BookingRequest:
    items = tuple(Item(service_id=each.pk, staff_id=shop.ana.pk) for each in services)
    contact = Contact(name="Ada Byron", email="ada@mail.example")
    return BookingRequest(items=items, contact=contact, consents=CONSENTS, **{"start": MONDAY, **more})


def visit_of(shop: Shop, *services: Service, **more: Any) -> Visit:
    """A cut and a colour, unless others are named: one after another, an hour and two."""
    with write():
        return create_visit(request=asked(shop, *(services or (shop.cut, shop.colour)), **more), actor=GUEST, now=now())


def series_of(shop: Shop, *services: Service, rule: Recurrence = FOUR_WEEKS, **more: Any) -> list[Visit]:
    """A cut on four Mondays."""
    request = asked(shop, *(services or (shop.cut,)), **more)
    with write():
        return create_series(request=request, rule=rule, actor=GUEST, now=now())


def path_of(visit: Visit) -> str:
    """The page behind its link."""
    return f"/manage/{manage_token(visit)}/"


def bookings_now(*visits: Visit) -> list[tuple[str, dt.datetime]]:
    """The status and the start of all their bookings, by start as they are now."""
    found = Booking.objects.filter(visit__in=visits).select_related("appointment")
    return [(each.status, each.appointment.starts_at) for each in found.order_by("appointment__starts_at")]
