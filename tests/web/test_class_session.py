"""The page of one session: how many come and what that costs, and what is over or called off."""

import datetime as dt
import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from bookme.bookings.actions.sessions import cancel_session
from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.services.models import Service
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import PASSWORD, make_person
from tests.web.conftest import GOOD, MONDAY, NOW, Visitor, configure, page_of, publish, without_values


@pytest.fixture
def yoga(visitor: Visitor) -> Service:
    return ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[visitor.shop.ana], description="Bring a mat.")


def structured(page: str) -> dict[str, Any]:
    [found] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    event: dict[str, Any] = json.loads(found)
    return event


def test_how_many_come_and_what_that_costs(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, taken=5)
    path = f"/classes/{session.id}/"
    one = page_of(visitor.get(path))
    assert "Bring a mat." in one
    assert 'href="?people=2#places"' in one
    assert "One person fewer" not in one
    three = page_of(visitor.get(path, people="3"))
    assert "£120" in three
    assert f'href="{path}book/?people=3"' in three
    assert "One person more" not in three
    assert "No more than 3 places can be booked at once." in three


@pytest.mark.parametrize("people", ["99", "-1", "0", "x", "٣", "1" * 5000, ""])
def test_any_number_is_one_that_fits(visitor: Visitor, yoga: Service, people: str) -> None:
    session = publish(visitor, yoga, taken=5)
    page = page_of(visitor.get(f"/classes/{session.id}/", people=people))
    [shown] = re.findall(r'<b class="num">(\d+)</b>', page)
    assert 1 <= int(shown) <= 3
    assert visitor.get(f"/classes/{session.id}/book/", people=people).status_code == 302


def test_htmx_gets_the_places_alone_and_is_told_the_price(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    target = {"HX-Request": "true", "HX-Target": "places"}
    page = page_of(visitor.client.get(f"/classes/{session.id}/?people=2", headers=target))
    assert page.lstrip().startswith('<section class="places card" id="places"')
    assert "2 people, £80" in page


def test_so_many_are_chosen_at_the_details(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    address = str(visitor.get(f"/classes/{session.id}/book/", people="3")["Location"])
    page = page_of(visitor.client.get(address))
    assert '<option value="3" selected>' in page
    assert "£120" in page
    assert visitor.client.post(address, GOOD | {"party_size": "3"}).status_code == 302
    assert Booking.objects.get().party_size == 3


def test_fewer_places_meanwhile_are_said_with_how_many_are_left(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    address = str(visitor.get(f"/classes/{session.id}/book/", people="3")["Location"])
    Appointment.objects.filter(pk=session.pk).update(seats_taken=6)
    answer = visitor.client.post(address, GOOD | {"party_size": "3"})
    assert answer.status_code == 409
    assert "Only 2 places are left in this class." in page_of(answer)
    assert not Booking.objects.exists()


def test_it_is_told_to_search_engines_with_a_picture_of_its_own(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, taken=8)
    page = page_of(visitor.get(f"/classes/{session.id}/"))
    event = structured(page)
    assert (event["@type"], event["name"], event["startDate"]) == ("Event", "Yoga", "2030-01-07T10:00:00+00:00")
    assert event["offers"]["availability"].endswith("SoldOut")
    assert f'property="og:image" content="http://salon.localhost:8000/classes/{session.id}/card.png"' in page
    picture = visitor.get(f"/classes/{session.id}/card.png")
    assert picture["Content-Type"] == "image/png"
    assert picture.content != visitor.get("/card.png").content


def test_called_off_leads_to_the_next(visitor: Visitor, yoga: Service) -> None:
    session, full, other = (publish(visitor, yoga, MONDAY + dt.timedelta(days=day)) for day in (0, 1, 2))
    Appointment.objects.filter(pk=full.pk).update(seats_taken=8)
    with transaction.atomic():
        cancel_session(session=session, actor=SYSTEM, now=NOW)
    for path in ("", "book/", "course/"):
        answer = visitor.get(f"/classes/{session.id}/{path}")
        page = page_of(answer)
        assert answer.status_code == 410
        assert "This class has been called off" in page
        assert f'href="/classes/{other.id}/"' in page, "one with a place rather than the very next"
        assert f'href="/classes/{full.id}/"' not in page


def test_over_and_none_to_come(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, NOW - dt.timedelta(days=1))
    page = page_of(visitor.get(f"/classes/{session.id}/"))
    assert "This class is over" in page
    assert "The next one" not in page
    assert 'content="noindex"' in page
    assert "ld+json" not in page


def test_begun_is_not_bookable(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga, NOW - dt.timedelta(minutes=10))
    path = f"/classes/{session.id}/"
    page = page_of(visitor.get(path))
    assert "It has already begun" in page
    assert f"{path}book/" not in page
    assert visitor.get(f"{path}book/")["Location"] == path


def test_whoever_is_signed_in_sees_their_booking_and_their_place_in_line(visitor: Visitor, yoga: Service) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})
    person = make_person(visitor.shop.tenant, Role.CUSTOMER)
    customer = CustomerFactory(user_id=person.user.pk)
    session = publish(visitor, yoga, taken=8)
    stranger = page_of(visitor.get(f"/classes/{session.id}/"))
    assert "All places are taken" in stranger
    assert "Join the waitlist" in stranger
    assert visitor.post("/account/sign-in/", {"email": person.user.email, "password": PASSWORD}).status_code == 302
    said = {"session": session, "service": yoga, "customer": customer, "contact_name": "Ada"}
    WaitlistEntry.objects.create(**said | {"customer": CustomerFactory()}, rank=1)
    WaitlistEntry.objects.create(**said, rank=2, user_id=person.user.pk)
    page = page_of(visitor.get(f"/classes/{session.id}/"))
    assert "You are number 2 in line" in page
    [place] = re.findall(r'href="(/waitlist/[^"]+/)"', page)
    there = page_of(visitor.get(place))
    assert "You are number 2 in line" in there
    assert visitor.post(place, {"step": "leave"}).status_code == 302
    assert "in line" not in without_values(page_of(visitor.get(f"/classes/{session.id}/")))
    assert "in line" not in stranger


def test_nobody_sees_what_another_one_booked(visitor: Visitor, yoga: Service) -> None:
    session = publish(visitor, yoga)
    address = str(visitor.get(f"/classes/{session.id}/book/")["Location"])
    visitor.client.post(address, GOOD | {"party_size": "1"})
    assert "You are booked." not in page_of(visitor.get(f"/classes/{session.id}/"))
    person = make_person(visitor.shop.tenant, Role.CUSTOMER)
    visitor.post("/account/sign-in/", {"email": person.user.email, "password": PASSWORD})
    assert "You are booked." not in page_of(visitor.get(f"/classes/{session.id}/"))
    Booking.objects.get().visit.__class__.objects.update(user_id=person.user.pk)
    assert "You are booked." in page_of(visitor.get(f"/classes/{session.id}/"))
    assert visitor.get(f"/classes/{uuid4()}/").status_code == 404
