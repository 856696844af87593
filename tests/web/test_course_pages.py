"""A course on pages: all its dates, what it costs, and the booking of all of it."""

import datetime as dt
import re
from html import unescape
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, Series
from bookme.core.ids import uuid7
from bookme.services.models import Service
from tests.bookings.desk import written
from tests.factories.locations import ClosureFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import GOOD, MONDAY, NOW, Visitor, configure, page_of, publish

WEEK = dt.timedelta(weeks=1)
ONE = GOOD | {"party_size": "1"}


@pytest.fixture
def pottery(visitor: Visitor) -> Service:
    staff = [visitor.shop.ana]
    return ServiceFactory(of_class=True, name="Pottery", slug="pottery", course="whole", price="30.000", staff=staff)


def run_of(visitor: Visitor, service: Service, *weeks: int, start: dt.datetime = MONDAY) -> list[Appointment]:
    """A course on these weeks from the start on."""
    dates = [publish(visitor, service, start + week * WEEK) for week in weeks]
    Appointment.objects.filter(pk__in=[each.pk for each in dates]).update(course_id=uuid7())
    return dates


def text_of(answer: Any) -> str:
    """Its words alone."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page_of(answer))))


def let_drop_in(service: Service) -> None:
    Service.objects.filter(pk=service.pk).update(course="drop_in")


def details_of(visitor: Visitor, session: Appointment, **query: str) -> str:
    return str(visitor.get(f"/classes/{session.pk}/course/", **query)["Location"])


def test_its_page_tells_all_dates_and_the_price_of_the_whole(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1, 3, 4)
    shut = MONDAY + 2 * WEEK
    ClosureFactory(name="Kiln repairs", location=visitor.shop.place, starts_at=shut, ends_at=shut + WEEK / 7)
    page = page_of(visitor.get(f"/classes/{dates[2].pk}/"))
    assert "week 3 of 4" in page
    for each in dates:
        assert f'href="/classes/{each.pk}/"' in page
    assert "Not on Monday 21 January: Kiln repairs" in page
    assert "The whole course" in page
    assert "£120" in page
    assert f"/classes/{dates[2].pk}/book/" not in page
    assert f'href="/classes/{dates[2].pk}/course/"' in page
    assert "It is booked as a whole, until it begins." in page


@pytest.mark.parametrize("path", ["/", "/book/"])
def test_it_is_advertised_at_the_price_of_the_whole(visitor: Visitor, pottery: Service, path: str) -> None:
    assert "£30" not in text_of(visitor.get(path))
    run_of(visitor, pottery, 0, start=NOW - dt.timedelta(days=1))
    full = run_of(visitor, pottery, 0, 1)
    assert "£60 for 2 dates" in text_of(visitor.get(path))
    Appointment.objects.filter(pk=full[1].pk).update(seats_taken=8)
    assert "£60 for 2 dates" in text_of(visitor.get(path))
    run_of(visitor, pottery, 0, 1, 2, 3, start=MONDAY + WEEK / 7)
    page = text_of(visitor.get(path))
    assert "£120 for 4 dates" in page
    assert "£30" not in page
    let_drop_in(pottery)
    assert "£30" in text_of(visitor.get(path))


def test_it_has_as_many_places_as_its_fullest_date(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1, 2)
    Appointment.objects.filter(pk=dates[1].pk).update(seats_taken=7)
    for path, count in (("/classes/", 2), ("/", 3), (f"/classes/{dates[0].pk}/", 4)):
        page = text_of(visitor.get(path))
        assert page.count("1 place left") == count
        assert "8 places left" not in page
        assert "8 of 8" not in page
    Appointment.objects.filter(pk=dates[1].pk).update(seats_taken=8)
    page = page_of(visitor.get("/classes/"))
    assert page.count("is-full") == 2
    assert "8 of 8" not in page
    page = page_of(visitor.get(f"/classes/{dates[0].pk}/"))
    assert '"price": "90.000"' in page
    assert "https://schema.org/SoldOut" in page


def test_the_list_leads_to_the_course(visitor: Visitor, pottery: Service) -> None:
    run_of(visitor, pottery, 0, 1)
    page = page_of(visitor.get("/classes/"))
    assert "week 1 of 2" in page
    assert "for 2 dates" in page
    assert page.count("See the course") == 2
    assert "/book/" not in page


def test_all_of_it_is_booked_at_once(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1, 2)
    address = details_of(visitor, dates[1], people="2")
    page = page_of(visitor.client.get(address))
    assert "3 dates" in page
    for day in ("7", "14", "21"):
        assert f"Monday {day} January, 10:00" in page
    assert "£180" in page
    assert "You can move it" not in page
    answer = visitor.client.post(address, GOOD | {"party_size": "2"})
    assert answer.status_code == 302
    assert Series.objects.get().rule is None
    assert [each.party_size for each in Booking.objects.all()] == [2, 2, 2]
    done = page_of(visitor.client.get(answer["Location"]))
    assert "A course on 3 dates" in done
    assert done.count("/manage/") > 3


def test_sent_twice_it_is_booked_once(visitor: Visitor, pottery: Service) -> None:
    address = details_of(visitor, run_of(visitor, pottery, 0, 1)[0])
    form = re.search(r'name="form" value="([^"]+)"', page_of(visitor.client.get(address)))
    assert form is not None
    sent = [visitor.client.post(address, ONE | {"form": form[1]}) for _ in range(2)]
    assert sent[0].status_code == sent[1].status_code == 302
    assert Series.objects.count() == 1


def test_fewer_places_on_one_date_are_said_and_nothing_is_booked(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1, 2)
    address = details_of(visitor, dates[0])
    Appointment.objects.filter(pk=dates[2].pk).update(seats_taken=7)
    before = written()
    answer = visitor.client.post(address, GOOD | {"party_size": "2"})
    assert answer.status_code == 409
    assert "Only 1 place is left in this course." in page_of(answer)
    Appointment.objects.filter(pk=dates[2].pk).update(seats_taken=8)
    assert "This course has just filled up." in page_of(visitor.client.post(address, ONE))
    assert "The course is full" in page_of(visitor.get(f"/classes/{dates[0].pk}/"))
    assert written() == before
    assert "Sold out" in page_of(visitor.get("/classes/"))


def test_one_that_has_begun_is_not_joined(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1, 2, start=NOW - dt.timedelta(days=2))
    path = f"/classes/{dates[1].pk}/"
    page = page_of(visitor.get(path))
    assert "The course has begun" in page
    assert f"{path}course/" not in page
    assert visitor.get(f"{path}course/")["Location"] == path
    assert visitor.get(f"{path}book/")["Location"] == path


def test_begun_while_the_form_was_filled_in(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1)
    address = details_of(visitor, dates[0])
    Appointment.objects.filter(pk=dates[0].pk).update(
        starts_at=NOW - WEEK, ends_at=NOW - WEEK / 2, blocked_start=NOW - WEEK, blocked_end=NOW - WEEK / 2
    )
    answer = visitor.client.post(address, ONE)
    assert answer.status_code == 422
    assert "This course has begun." in page_of(answer)
    assert not Booking.objects.exists()


def test_single_dates_or_what_is_left_where_the_business_lets_them(visitor: Visitor, pottery: Service) -> None:
    let_drop_in(pottery)
    dates = run_of(visitor, pottery, 0, 1, 2, start=NOW - dt.timedelta(days=2))
    path = f"/classes/{dates[1].pk}/"
    page = page_of(visitor.get(path))
    assert "The rest of the course" in page
    assert "£60" in page
    assert f'href="{path}book/"' in page
    assert visitor.client.post(details_of(visitor, dates[1]), ONE).status_code == 302
    assert Booking.objects.count() == 2
    single = str(visitor.get(f"{path}book/")["Location"])
    assert visitor.client.post(single, ONE | {"email": "grace@mail.example"}).status_code == 302
    assert Booking.objects.count() == 3


def test_what_is_due_is_that_of_all_dates(visitor: Visitor, pottery: Service) -> None:
    configure(visitor.shop.tenant, policies={"deposit": {"kind": "percent", "value": "50"}})
    page = page_of(visitor.client.get(details_of(visitor, run_of(visitor, pottery, 0, 1, 2)[0])))
    assert re.search(r"Due for the booking</span><span class=\"num\">£45", page)


def test_when_it_is_booked_what_is_due_and_the_price_are_of_all_dates(visitor: Visitor, pottery: Service) -> None:
    configure(visitor.shop.tenant, policies={"deposit": {"kind": "percent", "value": "50"}})
    done = visitor.client.post(details_of(visitor, run_of(visitor, pottery, 0, 1, 2)[0]), ONE)["Location"]
    for address in (done, done.replace("/book/done/", "/manage/")):
        page = text_of(visitor.client.get(address))
        assert "Price £30 £90 for 3 dates of it £45 due for the booking" in page
    assert "£45 is due for the booking; " in text_of(visitor.client.get(done))
    third = Booking.objects.order_by("appointment__starts_at").last()
    assert third is not None
    Booking.objects.filter(pk=third.pk).update(status="cancelled")
    page = text_of(visitor.client.get(done))
    assert "£60 for 2 dates of it £30 due for the booking" in page


def test_afterwards_a_date_is_cancelled_and_none_is_moved(visitor: Visitor, pottery: Service) -> None:
    done = visitor.client.post(details_of(visitor, run_of(visitor, pottery, 0, 1, 2)[0]), ONE)["Location"]
    manage = done.replace("/book/done/", "/manage/")
    page = page_of(visitor.get(manage))
    assert "move/" not in page
    assert "Its dates stay as they are" in page
    cancelling = page_of(visitor.get(f"{manage}cancel/"))
    assert "Only this date" in cancelling
    assert "All 3 dates still to come" in cancelling
    assert visitor.post(f"{manage}cancel/", {"what": "this", "fee-this": "0"}).status_code == 302
    assert sorted(each.status for each in Booking.objects.all()) == ["cancelled", "confirmed", "confirmed"]


def test_a_single_session_is_not_moved_to_one_date_of_a_course(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1)
    single, other = (publish(visitor, pottery, MONDAY + dt.timedelta(days=each)) for each in (1, 2))
    address = str(visitor.get(f"/classes/{single.pk}/book/")["Location"])
    move = visitor.client.post(address, ONE)["Location"].replace("/book/done/", "/manage/") + "move/"
    page = page_of(visitor.get(move))
    assert f'value="{other.pk}"' in page
    assert str(dates[1].pk) not in page
    answer = visitor.post(move, {"session": str(dates[1].pk)})
    assert "This class is booked as a whole course." in page_of(answer)
    assert Booking.objects.get().appointment_id == single.pk


def test_of_a_class_no_other_step_is_asked(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1)
    single = publish(visitor, pottery, MONDAY + dt.timedelta(days=1))
    for address in (details_of(visitor, dates[0]), str(visitor.get(f"/classes/{single.pk}/book/")["Location"])):
        for step in ("professional", "dates", "time", "where"):
            for answer in (
                visitor.client.get(address.replace("/details/", f"/{step}/"), follow=True),
                visitor.client.post(address.replace("/details/", f"/{step}/"), {"slot": "x"}, follow=True),
            ):
                assert answer.status_code == 200, step
                assert answer.redirect_chain[-1][0].startswith("/book/details/"), step


def test_a_course_that_was_called_off_is_begun_anew(visitor: Visitor, pottery: Service) -> None:
    dates = run_of(visitor, pottery, 0, 1)
    address = details_of(visitor, dates[0])
    Appointment.objects.update(published=False)
    assert visitor.client.get(address).status_code == 302
    single = publish(visitor, pottery, MONDAY + dt.timedelta(days=1))
    assert visitor.get(f"/classes/{single.pk}/course/")["Location"] == f"/classes/{single.pk}/"
