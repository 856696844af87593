"""Booking a visit once more: all of it leads to the choice of a time, and what is not offered any more is said."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking, Visit
from bookme.customers.models import Customer
from bookme.services.models import ServiceKind
from bookme.staff.models import StaffService
from bookme.web.booking.draft import Draft, Line
from tests.factories.bookings import AppointmentFactory, BookingFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.privacy.canaries import LONG_AGO
from tests.web.conftest import Shop, Visitor, page_of


@pytest.fixture
def visit(shop: Shop) -> Visit:
    """A cut with a massage by Ben, then a colour by Ana, for two, long ago."""
    extra = {"id": str(shop.massage.pk), "name": "Scalp massage", "price": "5", "duration_minutes": 10}
    first = BookingFactory(appointment=_slot(shop, shop.cut, shop.ben, 0), status="completed", extras=[extra])
    BookingFactory(visit=first.visit, appointment=_slot(shop, shop.colour, shop.ana, 1), status="completed", position=1)
    found: Visit = first.visit
    return found


def _slot(shop: Shop, service: Any, staff: Any, hours: int) -> Any:
    return AppointmentFactory(
        service=service, staff=staff, location=shop.place, starts_at=LONG_AGO + dt.timedelta(hours=hours)
    )


def again(visitor: Visitor, visit: Visit) -> Any:
    return visitor.get(f"/manage/{manage_token(visit)}/again/")


def led_to(url: str, path: str) -> Draft:
    parsed = urlparse(url)
    assert parsed.path == path
    return Draft.from_token(parse_qs(parsed.query)["d"][0])


def test_all_of_it_leads_to_the_choice_of_a_time(visitor: Visitor, visit: Visit) -> None:
    shop = visitor.shop
    answer = again(visitor, visit)
    assert answer.status_code == 302
    draft = led_to(answer["Location"], "/book/time/")
    assert draft.lines == (Line(shop.cut.pk, (shop.massage.pk,), shop.ben.pk), Line(shop.colour.pk, (), shop.ana.pk))
    assert (draft.location_id, draft.party_size, draft.start) == (shop.place.pk, 1, None)
    page = page_of(visitor.get(answer["Location"]))
    assert "When suits you?" in page
    assert "Scalp massage" in page
    assert Visit.objects.count() == 1, "nothing is written"
    other = led_to(again(visitor, visit)["Location"], "/book/time/")
    assert other.id != draft.id, "each time a booking of its own"


def test_for_as_many_people(visitor: Visitor, visit: Visit) -> None:
    Booking.objects.update(party_size=2)
    for service in (visitor.shop.cut, visitor.shop.colour):
        service.kind, service.capacity = ServiceKind.GROUP, 4
        service.save()
    draft = led_to(again(visitor, visit)["Location"], "/book/time/")
    assert draft.party_size == 2


class TestGone:
    """Each is told, and the rest goes on."""

    def test_a_service(self, visitor: Visitor, visit: Visit) -> None:
        visitor.shop.colour.is_active = False
        visitor.shop.colour.save()
        assert self.rest(visitor, visit, "Full colour").lines[0].service_id == visitor.shop.cut.pk

    def test_an_extra(self, visitor: Visitor, visit: Visit) -> None:
        visitor.shop.massage.services.clear()
        rest = self.rest(visitor, visit, "Scalp massage")
        assert [line.extra_ids for line in rest.lines] == [(), ()]

    def test_whom_it_was_with(self, visitor: Visitor, visit: Visit) -> None:
        StaffService.objects.filter(service=visitor.shop.cut, staff=visitor.shop.ben).delete()
        rest = self.rest(visitor, visit, "Cut &amp; finish with Ben Ruiz")
        assert [line.staff_id for line in rest.lines] == [None, visitor.shop.ana.pk]

    def test_so_many_people(self, visitor: Visitor, visit: Visit) -> None:
        Booking.objects.update(party_size=3)
        assert self.rest(visitor, visit, "For 3 people").party_size == 1

    def test_the_place(self, visitor: Visitor, visit: Visit) -> None:
        other = LocationFactory(name="Camden")
        for service in (visitor.shop.cut, visitor.shop.colour):
            service.locations.set([other])
        assert self.rest(visitor, visit, "Soho").location_id is None

    def test_both_in_one_visit(self, visitor: Visitor, visit: Visit) -> None:
        visitor.shop.cut.locations.set([LocationFactory(name="Camden")])
        visitor.shop.colour.locations.set([visitor.shop.place])
        page = page_of(again(visitor, visit))
        assert "All of it in one visit" in page
        assert len(led_to(_next(page), "/book/").lines) == 2

    def test_all_of_it(self, visitor: Visitor, visit: Visit) -> None:
        for service in (visitor.shop.cut, visitor.shop.colour):
            service.is_active = False
            service.save()
        answer = again(visitor, visit)
        page = page_of(answer)
        assert answer.status_code == 200
        assert "This is not offered any more" in page
        assert 'href="/book/"' in page
        assert "/book/time/" not in page

    def rest(self, visitor: Visitor, visit: Visit, gone: str) -> Draft:
        answer = again(visitor, visit)
        page = page_of(answer)
        assert answer.status_code == 200
        assert f"<li>{gone}</li>" in page
        assert page.count("<li>", page.index("Almost as last time"), page.index("Choose a time for the rest")) == 1
        url = _next(page)
        assert "When suits you?" in page_of(visitor.get(url))
        return led_to(url, "/book/time/")


def test_what_was_called_off_of_it_is_not_booked_again(visitor: Visitor, visit: Visit) -> None:
    Booking.objects.filter(appointment__service=visitor.shop.colour).update(status="cancelled")
    draft = led_to(again(visitor, visit)["Location"], "/book/time/")
    assert [line.service_id for line in draft.lines] == [visitor.shop.cut.pk]
    Booking.objects.update(status="cancelled")
    draft = led_to(again(visitor, visit)["Location"], "/book/time/")
    assert len(draft.lines) == 2, "but where all was, all is"


def test_a_class_leads_to_its_sessions(visitor: Visitor) -> None:
    yoga = ServiceFactory(name="Yoga", slug="yoga", kind=ServiceKind.CLASS, capacity=8)
    teacher = StaffFactory(hours=EVERY_DAY, does=[yoga])
    booking = BookingFactory(appointment=_slot(visitor.shop, yoga, teacher, 0), status="completed")
    answer = again(visitor, booking.visit)
    assert (answer.status_code, answer["Location"]) == (302, "/classes/?service=yoga")


def test_only_by_a_good_link(visitor: Visitor, visit: Visit) -> None:
    assert visitor.get(f"/manage/{manage_token(visit)[:-2]}xx/again/").status_code == 404
    assert Customer.objects.count() == 1


def _next(page: str) -> str:
    before = page.index("Choose a time for the rest")
    start = page.rindex('href="', 0, before) + 6
    return page[start : page.index('"', start)].replace("&amp;", "&")
