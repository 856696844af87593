"""Classes: the list, and a place in one."""

import datetime as dt
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.services.models import Service
from tests.bookings.desk import written
from tests.factories.services import ServiceFactory
from tests.web.conftest import GOOD, MONDAY, NOW, Visitor, configure, page_of

ONE = GOOD | {"party_size": "1"}


@pytest.fixture
def yoga(visitor: Visitor) -> Service:
    return ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[visitor.shop.ana])


def publish(visitor: Visitor, service: Service, start: dt.datetime = MONDAY, *, taken: int = 0) -> Appointment:
    end = start + dt.timedelta(minutes=90)
    return Appointment.objects.create(
        service=service,
        staff=visitor.shop.ana,
        location=visitor.shop.place,
        starts_at=start,
        ends_at=end,
        blocked_start=start,
        blocked_end=end,
        capacity=8,
        seats_taken=taken,
        published=True,
    )


def details_of(visitor: Visitor, session: Appointment) -> str:
    """The address of the details step of a new booking of that session."""
    return str(visitor.get(f"/classes/{session.id}/book/")["Location"])


def test_list_by_day_with_the_places_left(visitor: Visitor, yoga: Service) -> None:
    publish(visitor, yoga, taken=1)
    publish(visitor, yoga, MONDAY + dt.timedelta(hours=3), taken=6)
    publish(visitor, yoga, MONDAY + dt.timedelta(days=1), taken=8)
    page = page_of(visitor.get("/classes/"))
    assert page.index("Monday 7 January") < page.index("7 of 8 places left") < page.index("2 places left")
    assert page.index("2 places left") < page.index("Tuesday 8 January") < page.index("Sold out")
    assert "1 h 30 min" in page
    assert page.count("/book/") == 2
    assert "--p:75%" in page


def test_those_of_one_kind_and_those_later(visitor: Visitor, yoga: Service) -> None:
    other = ServiceFactory(of_class=True, name="Pilates", slug="pilates", staff=[visitor.shop.ana])
    publish(visitor, yoga)
    publish(visitor, other, NOW + dt.timedelta(days=40))
    first = page_of(visitor.get("/classes/"))
    assert "Later classes" in first
    assert "<h3>Pilates" not in first
    assert "<h3>Yoga" not in page_of(visitor.get("/classes/", service="pilates"))
    later = page_of(visitor.get("/classes/", **{"from": "2030-02-01"}))
    assert "<h3>Pilates" in later
    assert "Back to today" in later


@pytest.mark.parametrize("start", ["soon", "0001-01-01", "9999-12-31", "2030-02-30"])
def test_any_start_of_the_list(visitor: Visitor, yoga: Service, start: str) -> None:
    assert visitor.get("/classes/", **{"from": start, "service": "no-such"}).status_code == 200


def test_too_soon_to_book(visitor: Visitor, yoga: Service) -> None:
    publish(visitor, yoga, NOW + dt.timedelta(minutes=30))
    assert "Too late to book" in page_of(visitor.get("/classes/"))


def test_two_places_in_a_class(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, taken=5)
    address = details_of(visitor, session)
    page = page_of(visitor.client.get(address))
    assert "Step 2 of 3" in page
    assert '<option value="3">' in page
    assert '<option value="4">' not in page
    answer = visitor.client.post(address, GOOD | {"party_size": "2"})
    assert answer.status_code == 302
    session.refresh_from_db()
    assert session.seats_taken == 7
    assert Booking.objects.get().price == 80
    assert "2 people" in page_of(visitor.client.get(answer["Location"]))


def test_each_link_begins_a_booking_of_its_own(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    assert details_of(visitor, session) != details_of(visitor, session)


def test_full_meanwhile_offers_another_one(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, taken=7)
    other = publish(visitor, yoga, MONDAY + dt.timedelta(days=7))
    address = details_of(visitor, session)
    Appointment.objects.filter(pk=session.pk).update(seats_taken=8)
    before = written()
    answer = visitor.client.post(address, GOOD)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "not enough places left" in page
    assert f"/classes/{other.id}/book/" in page
    assert written() == before


def test_move_to_another_session(visitor: Visitor, yoga: Service) -> None:
    session, other = publish(visitor, yoga), publish(visitor, yoga, MONDAY + dt.timedelta(days=7))
    done = visitor.client.post(details_of(visitor, session), ONE)["Location"]
    manage = done.replace("/book/done/", "/manage/")
    page = page_of(visitor.get(f"{manage}move/"))
    assert f'value="{other.starts_at.isoformat()}"' in page
    assert f'value="{session.starts_at.isoformat()}"' not in page
    assert visitor.post(f"{manage}move/", {"slot": other.starts_at.isoformat()}).status_code == 302
    assert Booking.objects.get().appointment_id == other.id


def test_no_other_session_to_move_to(visitor: Visitor, yoga: Service) -> None:
    done = visitor.client.post(details_of(visitor, publish(visitor, yoga)), ONE)["Location"]
    page = page_of(visitor.get(done.replace("/book/done/", "/manage/") + "move/"))
    assert "No other class has room" in page


def test_no_such_session(visitor: Visitor, yoga: Service) -> None:
    hidden = publish(visitor, yoga)
    Appointment.objects.filter(pk=hidden.pk).update(published=False)
    for session_id in (uuid4(), hidden.pk):
        assert visitor.get(f"/classes/{session_id}/book/").status_code == 404
    assert visitor.get("/classes/no-id/book/").status_code == 404


def test_a_class_leads_to_the_list_from_the_services(visitor: Visitor, yoga: Service) -> None:
    assert 'href="/classes/?service=yoga"' in page_of(visitor.get("/book/"))
    assert 'href="/classes/?service=yoga"' in page_of(visitor.get("/"))
    configure(visitor.shop.tenant, policies={"min_notice_minutes": 0})
    assert visitor.post("/book/", {"service": str(yoga.id)}).status_code == 422
