"""Classes: the list, and a place in one."""

import datetime as dt
import re
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.services.models import Service
from tests.bookings.desk import written
from tests.factories.bookings import AppointmentFactory, SessionFactory, WaitlistEntryFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import GOOD, MONDAY, NOW, Visitor, configure, page_of, publish

ONE = GOOD | {"party_size": "1"}


@pytest.fixture
def yoga(visitor: Visitor) -> Service:
    return ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[visitor.shop.ana])


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
    assert 'href="/classes/?from=2030-01-30"' in first
    assert ">Pilates</a></h3>" not in first
    assert ">Yoga</a></h3>" not in page_of(visitor.get("/classes/", service="pilates"))
    later = page_of(visitor.get("/classes/", **{"from": "2030-01-30"}))
    assert ">Pilates</a></h3>" in later
    assert "Earlier classes" in later


def test_days_of_the_strip_and_one_of_them(visitor: Visitor, yoga: Service) -> None:
    publish(visitor, yoga)
    publish(visitor, yoga, MONDAY + dt.timedelta(days=1), taken=7)
    publish(visitor, yoga, MONDAY + dt.timedelta(days=2), taken=8)
    page = page_of(visitor.get("/classes/"))
    for day, level in ((7, "plenty"), (8, "few"), (9, "full")):
        assert f'id="s2030010{day}" class="strip-day is-{level}"' in page
    assert page.count("strip-day is-shut") == 11
    one = page_of(visitor.get("/classes/", day="2030-01-08"))
    assert 'id="s20300108" class="strip-day is-few" aria-current="date"' in one
    assert one.count('class="ses card') == 1
    assert page.count('class="ses card') == 3


def test_nothing_that_day_tells_of_the_next(visitor: Visitor, yoga: Service) -> None:
    other = ServiceFactory(of_class=True, name="Pilates", slug="pilates", staff=[visitor.shop.ben])
    publish(visitor, yoga)
    publish(visitor, other, MONDAY + dt.timedelta(days=2))
    page = page_of(visitor.get("/classes/", service="pilates", day="2030-01-07"))
    assert "No Pilates on Monday 7 January" in page
    assert re.search(r"The next is Pilates: <time[^>]*>Wednesday 9 January, 10:00</time>", page)
    assert 'href="/classes/?service=pilates&amp;day=2030-01-09"' in page
    assert 'href="/classes/?day=2030-01-07"' in page, "the same day without the filter"
    far = page_of(visitor.get("/classes/", day="2030-03-01"))
    assert "No classes on Friday 1 March" in far
    assert "The next is" not in far
    assert "New ones are published from time to time." in far


def test_filters_count_what_they_leave_and_go_together(visitor: Visitor, yoga: Service) -> None:
    pilates = ServiceFactory(of_class=True, name="Pilates", slug="pilates", staff=[visitor.shop.ben])
    for days in (0, 7):
        publish(visitor, yoga, MONDAY + dt.timedelta(days=days))
    away = LocationFactory(name="Camden", slug="camden")
    session = publish(visitor, pilates, MONDAY + dt.timedelta(hours=3))
    Appointment.objects.filter(pk=session.pk).update(staff=visitor.shop.ben, location=away)
    page = page_of(visitor.get("/classes/"))
    for chip, count in (("kind-all", 3), ("kind-yoga", 2), ("kind-pilates", 1), ("place-camden", 1)):
        assert re.search(rf'id="{chip}".*? <small class="num">{count}</small>', page), chip
    ben = visitor.shop.ben.slug
    both = page_of(visitor.get("/classes/", service="pilates", staff=ben, place="camden"))
    assert both.count('class="ses card') == 1
    assert f'href="/classes/?service=yoga&amp;staff={ben}&amp;place=camden"' in both
    none = page_of(visitor.get("/classes/", service="yoga", staff=ben))
    assert "No Yoga in these two weeks" in none


def test_htmx_gets_the_board_alone(visitor: Visitor, yoga: Service) -> None:
    publish(visitor, yoga)
    answer = visitor.client.get("/classes/", headers={"HX-Request": "true", "HX-Target": "classes"})
    page = page_of(answer)
    assert page.lstrip().startswith('<div id="classes"')
    assert "<html" not in page
    assert 'hx-swap-oob="innerHTML">1 class</p>' in page
    assert "HX-Request" in answer["Vary"]


def test_who_waits_is_counted_for_all_at_once(
    visitor: Visitor, yoga: Service, django_assert_max_num_queries: Any
) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})
    full = publish(visitor, yoga, taken=8)
    for _ in range(2):
        WaitlistEntryFactory(session=full)
    WaitlistEntryFactory(session=full, status="left")
    assert "Full · 2 on the waitlist" in page_of(visitor.get("/classes/"))
    with django_assert_max_num_queries(100) as alone:
        visitor.get("/classes/")
    for hours in range(2, 8, 2):
        publish(visitor, yoga, MONDAY + dt.timedelta(hours=hours), taken=8)
    with django_assert_max_num_queries(len(alone)):
        visitor.get("/classes/")


def test_one_that_has_begun_or_soon_does(visitor: Visitor, yoga: Service) -> None:
    configure(visitor.shop.tenant, policies={"min_notice_minutes": 60})
    publish(visitor, yoga, NOW - dt.timedelta(minutes=30))
    publish(visitor, yoga, NOW - dt.timedelta(hours=5))
    page = page_of(visitor.get("/classes/"))
    assert "Already begun" in page
    assert page.count('class="ses card') == 1, "what is over is not on"
    Appointment.objects.all().delete()
    publish(visitor, yoga, NOW + dt.timedelta(minutes=20))
    page = page_of(visitor.get("/classes/"))
    assert "Starts in 20 min: too late to book" in page
    assert "/book/" not in page


@pytest.mark.parametrize("start", ["soon", "0001-01-01", "9999-12-31", "2030-02-30"])
def test_any_start_of_the_list(visitor: Visitor, yoga: Service, start: str) -> None:
    assert (
        visitor.get("/classes/", **{"from": start, "day": start, "service": "no-such", "staff": "nobody"}).status_code
        == 200
    )


def test_too_soon_to_book(visitor: Visitor, yoga: Service) -> None:
    publish(visitor, yoga, NOW + dt.timedelta(minutes=30))
    assert "Starts in 30 min: too late to book" in page_of(visitor.get("/classes/"))


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
    assert "This class has just filled up." in page
    assert f'name="session" value="{other.id}"' in page
    assert f"<small>{other.staff.name} · {other.location.name}</small>" in page
    assert written() == before


def test_move_to_another_session(visitor: Visitor, yoga: Service) -> None:
    session, other = publish(visitor, yoga), publish(visitor, yoga, MONDAY + dt.timedelta(days=7))
    done = visitor.client.post(details_of(visitor, session), ONE)["Location"]
    manage = done.replace("/book/done/", "/manage/")
    page = page_of(visitor.get(f"{manage}move/"))
    assert f'name="session" value="{other.pk}"' in page
    assert f'value="{session.pk}"' not in page
    assert visitor.post(f"{manage}move/", {"session": str(other.pk)}).status_code == 302
    assert Booking.objects.get().appointment_id == other.id


def test_move_to_one_of_two_at_the_same_time(visitor: Visitor, yoga: Service) -> None:
    """With other people at other places: the page tells them apart, and moves to the one that was picked."""
    session, week = publish(visitor, yoga), dt.timedelta(days=7)
    annex = LocationFactory(name="Annex", position=1)
    first = publish(visitor, yoga, MONDAY + week)
    second = SessionFactory(service=yoga, staff=visitor.shop.ben, location=annex, starts_at=MONDAY + week)
    done = visitor.client.post(details_of(visitor, session), ONE)["Location"]
    move = done.replace("/book/done/", "/manage/") + "move/"
    page = page_of(visitor.get(move))
    for each in (first, second):
        assert f'name="session" value="{each.pk}"' in page
        assert f"{each.staff.name} · {each.location.name}" in page
    assert visitor.post(move, {"session": str(second.pk)}).status_code == 302
    assert Booking.objects.get().appointment_id == second.pk


def test_what_begins_too_soon_or_is_called_off_is_not_moved_to(visitor: Visitor, yoga: Service) -> None:
    soon, later = publish(visitor, yoga), publish(visitor, yoga, MONDAY + dt.timedelta(days=14))
    session = publish(visitor, yoga, MONDAY + dt.timedelta(days=7))
    done = visitor.client.post(details_of(visitor, session), ONE)["Location"]
    move = done.replace("/book/done/", "/manage/") + "move/"
    Service.objects.filter(pk=yoga.pk).update(policy={"min_notice_minutes": 9 * 24 * 60})
    page = page_of(visitor.get(move))
    assert f'value="{soon.pk}"' not in page
    assert f'value="{later.pk}"' in page
    Appointment.objects.filter(pk=later.pk).update(published=False)
    for given in ({"session": str(later.pk)}, {"session": str(uuid4())}):
        assert "That time has just been taken." in page_of(visitor.post(move, given))
    for given in ({"session": "x"}, {}):
        assert "Pick a time to go on." in page_of(visitor.post(move, given))
    assert Booking.objects.get().appointment_id == session.pk


def test_no_other_session_to_move_to(visitor: Visitor, yoga: Service) -> None:
    done = visitor.client.post(details_of(visitor, publish(visitor, yoga)), ONE)["Location"]
    page = page_of(visitor.get(done.replace("/book/done/", "/manage/") + "move/"))
    assert "No other class has room" in page


def test_no_such_session(visitor: Visitor, yoga: Service) -> None:
    booked = AppointmentFactory(service=visitor.shop.cut, staff=visitor.shop.ana, location=visitor.shop.place)
    for session_id in (uuid4(), booked.pk):
        for path in ("", "book/", "course/", "card.png"):
            assert visitor.get(f"/classes/{session_id}/{path}").status_code == 404
    assert visitor.get("/classes/no-id/book/").status_code == 404


def test_a_class_leads_to_the_list_from_the_services(visitor: Visitor, yoga: Service) -> None:
    assert 'href="/classes/?service=yoga"' in page_of(visitor.get("/book/"))
    assert 'href="/classes/?service=yoga"' in page_of(visitor.get("/"))
    configure(visitor.shop.tenant, policies={"min_notice_minutes": 0})
    assert visitor.post("/book/", {"service": str(yoga.id)}).status_code == 422
