"""Booking a visit once more: all of it leads to the choice of a time, and what is not offered any more is said."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from bookme.bookings.links import manage_token
from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.core.ids import uuid7
from bookme.customers.models import Customer
from bookme.services.models import Service, ServiceKind
from bookme.staff.models import StaffService
from bookme.web.booking.draft import Draft, Line, Repeat
from tests.factories.bookings import AppointmentFactory, BookingFactory, SeriesFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.privacy.canaries import LONG_AGO
from tests.web.conftest import MONDAY, NOW, Shop, Visitor, page_of, publish

WEEK = dt.timedelta(weeks=1)


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


class TestWhatRepeats:
    """Three cuts by Ana that were, every other week, of four: one was called off."""

    @pytest.fixture
    def series(self, shop: Shop) -> Series:
        shop.cut.policy = {"repeat_weeks": [1, 2]}
        shop.cut.save()
        made: Series = SeriesFactory(rule=Recurrence(frequency=Frequency.WEEKLY, interval=2, count=4).to_data())
        for number, status in enumerate(("completed", "completed", "cancelled", "completed")):
            slot = _slot(shop, shop.cut, shop.ana, number * 2 * 7 * 24)
            BookingFactory(visit__series=made, appointment=slot, status=status)
        return made

    def first(self, series: Series) -> Visit:
        return series.visits.order_by("bookings__appointment__starts_at")[0]

    def test_it_repeats_as_often_and_as_many_times(self, visitor: Visitor, series: Series) -> None:
        url = again(visitor, self.first(series))["Location"]
        draft = led_to(url, "/book/time/")
        assert (draft.repeat, draft.starts) == (Repeat(2, 3), ())
        assert 'aria-current="true">Every 2 weeks<' in page_of(visitor.get(url))
        step = visitor.client.post(url, {"slot": MONDAY.isoformat()})
        dates = page_of(visitor.client.get(step["Location"]))
        assert "Every 2 weeks on Monday at 10:00" in dates
        assert "3 visits, £40 each" in dates

    def test_of_a_date_that_was_called_off_too(self, visitor: Visitor, series: Series) -> None:
        Booking.objects.filter(visit__series=series).exclude(visit=self.first(series)).update(status="cancelled")
        assert led_to(again(visitor, self.first(series))["Location"], "/book/time/").repeat == Repeat(2, 4)

    @pytest.mark.parametrize(
        ("rule", "told"),
        [
            ({"frequency": Frequency.WEEKLY, "interval": 4}, "every 4 weeks on Monday at 10:00"),
            ({"frequency": Frequency.WEEKLY, "weekdays": (0, 4)}, "every week on Monday and Friday at 10:00"),
            ({"frequency": Frequency.MONTHLY}, "every month on the first Monday at 10:00"),
        ],
    )
    def test_where_customers_cannot_have_it_so_it_is_said(
        self, visitor: Visitor, series: Series, rule: dict[str, Any], told: str
    ) -> None:
        series.rule = Recurrence(count=4, **rule).to_data()
        series.save()
        page = page_of(again(visitor, self.first(series)))
        assert f"<li>3 visits, {told}</li>" in page
        assert led_to(_next(page), "/book/time/").repeat is None


class TestCourse:
    """Two places on both dates of a course of pottery that is over."""

    @pytest.fixture
    def pottery(self, shop: Shop) -> Service:
        made: Service = ServiceFactory(of_class=True, name="Pottery", slug="pottery", course="whole", staff=[shop.ana])
        return made

    @pytest.fixture
    def past(self, visitor: Visitor, pottery: Service) -> Visit:
        series, dates = SeriesFactory(rule=None), self.run(visitor, pottery, LONG_AGO)
        made = [
            BookingFactory(appointment=date, status="completed", party_size=2, visit__series=series) for date in dates
        ]
        found: Visit = made[0].visit
        return found

    def run(self, visitor: Visitor, pottery: Service, start: dt.datetime, **more: int) -> list[Appointment]:
        dates = [publish(visitor, pottery, start + week * WEEK, **more) for week in range(2)]
        course_id = uuid7()
        Appointment.objects.filter(pk__in=[each.pk for each in dates]).update(course_id=course_id)
        return dates

    def led_to(self, visitor: Visitor, visit: Visit) -> str:
        answer = again(visitor, visit)
        assert answer.status_code == 302
        return str(answer["Location"])

    def test_the_next_one_with_room_is_shown(self, visitor: Visitor, pottery: Service, past: Visit) -> None:
        self.run(visitor, pottery, MONDAY, taken=7)
        second = self.run(visitor, pottery, MONDAY + WEEK / 7)
        self.run(visitor, pottery, MONDAY + 3 * WEEK)
        url = self.led_to(visitor, past)
        assert url == f"/classes/{second[0].pk}/?people=2"
        assert f'href="/classes/{second[0].pk}/course/?people=2"' in page_of(visitor.client.get(url))
        Booking.objects.update(party_size=1)
        assert "people" not in self.led_to(visitor, past)

    def test_without_a_later_one_the_classes_are(self, visitor: Visitor, pottery: Service, past: Visit) -> None:
        self.run(visitor, pottery, NOW - WEEK / 7)
        publish(visitor, pottery)
        self.run(visitor, ServiceFactory(of_class=True, course="whole", staff=[visitor.shop.ana]), MONDAY + WEEK / 3)
        assert self.led_to(visitor, past) == "/classes/?service=pottery"

    def test_what_they_have_is_not_shown_unless_they_called_it_off(
        self, visitor: Visitor, pottery: Service, past: Visit
    ) -> None:
        dates = self.run(visitor, pottery, MONDAY)
        for date in dates:
            BookingFactory(appointment=date, visit__series=past.series)
        assert self.led_to(visitor, past) == "/classes/?service=pottery"
        Booking.objects.filter(appointment__in=dates).update(status="cancelled")
        assert self.led_to(visitor, past).startswith(f"/classes/{dates[0].pk}/")

    def test_one_from_its_beginning_before_the_rest_of_another(
        self, visitor: Visitor, pottery: Service, past: Visit
    ) -> None:
        Service.objects.filter(pk=pottery.pk).update(course="drop_in")
        begun = self.run(visitor, pottery, NOW - WEEK / 7)
        assert self.led_to(visitor, past).startswith(f"/classes/{begun[1].pk}/")
        fresh = self.run(visitor, pottery, MONDAY + 3 * WEEK)
        assert self.led_to(visitor, past).startswith(f"/classes/{fresh[0].pk}/")

    def test_a_single_date_of_one_leads_to_the_classes(self, visitor: Visitor, pottery: Service, past: Visit) -> None:
        self.run(visitor, pottery, MONDAY)
        Visit.objects.update(series=None)
        assert self.led_to(visitor, past) == "/classes/?service=pottery"


def test_only_by_a_good_link(visitor: Visitor, visit: Visit) -> None:
    assert visitor.get(f"/manage/{manage_token(visit)[:-2]}xx/again/").status_code == 404
    assert Customer.objects.count() == 1


def _next(page: str) -> str:
    before = page.index("Choose a time for the rest")
    start = page.rindex('href="', 0, before) + 6
    return page[start : page.index('"', start)].replace("&amp;", "&")
