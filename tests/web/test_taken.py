"""Taken in the meantime: kindly said, what was entered is kept, and the nearest times are a tap away."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking
from bookme.web.booking.draft import Draft, Line
from tests.bookings.desk import written
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import TimeOffFactory
from tests.web.conftest import MONDAY, Shop, Visitor, configure, page_of

WEEK = dt.timedelta(weeks=1)
HOUR = dt.timedelta(hours=1)
LATE = {"name": "Too Late", "email": "late@mail.example", "notes": "Left knee"}


@pytest.fixture
def yoga(shop: Shop) -> list[Appointment]:
    """On three Mondays, with room for four."""
    service = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[shop.ana], capacity=4)
    where = {"service": service, "staff": shop.ana, "location": shop.place, "capacity": 4}
    return [SessionFactory(starts_at=MONDAY + n * WEEK, **where) for n in range(3)]


def fill(session: Appointment, *, left: int) -> None:
    Appointment.objects.filter(pk=session.pk).update(seats_taken=session.capacity - left)


def test_a_class_that_filled_up(visitor: Visitor, yoga: list[Appointment]) -> None:
    draft = Draft(session_id=yoga[0].pk)
    fill(yoga[0], left=0)
    before = written()
    answer = visitor.book(draft, party_size="2", **LATE)
    page = page_of(answer)
    assert (answer.status_code, written()) == (409, before)
    assert "This class has just filled up. What you entered is kept: pick another date." in page
    assert 'value="Too Late"' in page
    assert "Left knee" in page
    assert '<option value="2" selected' in page
    for other in yoga[1:]:
        assert f'name="session" value="{other.pk}"' in page
    assert f'value="{yoga[0].pk}"' not in page
    assert "Join the waitlist" not in page
    answer = visitor.book(draft, party_size="2", session=str(yoga[2].pk), **LATE)
    assert answer.status_code == 302
    booking = Booking.objects.get()
    assert (booking.appointment_id, booking.party_size, booking.visit.notes) == (yoga[2].pk, 2, "Left knee")


def test_fewer_places_than_people(visitor: Visitor, yoga: list[Appointment]) -> None:
    """Two were asked for while there was room: they are not one now, because only one place is left."""
    draft = Draft(session_id=yoga[0].pk)
    assert "How many people?" in page_of(visitor.get("/book/details/", draft))
    fill(yoga[0], left=1)
    before = written()
    answer = visitor.book(draft, party_size="2", **LATE)
    assert (answer.status_code, written()) == (409, before)
    page = page_of(answer)
    assert "Only 1 place is left in this class." in page
    assert f'name="session" value="{yoga[1].pk}"' in page
    assert "How many people?" not in page_of(visitor.get("/book/details/", draft))
    assert visitor.book(draft, **LATE).status_code == 302
    assert Booking.objects.get().party_size == 1


def test_a_full_class_without_other_dates(visitor: Visitor, yoga: list[Appointment]) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})
    Appointment.objects.update(seats_taken=4)
    page = page_of(visitor.book(Draft(session_id=yoga[0].pk), party_size="1", **LATE))
    assert f'href="/classes/{yoga[0].pk}/wait/"' in page
    assert 'href="/classes/?service=yoga"' in page
    assert 'name="session"' not in page


def test_another_class_is_not_smuggled_in(visitor: Visitor, shop: Shop, yoga: list[Appointment]) -> None:
    other = ServiceFactory(of_class=True, name="Boxing", staff=[shop.ana], capacity=4)
    theirs = SessionFactory(service=other, staff=shop.ana, location=shop.place, starts_at=MONDAY + 3 * HOUR)
    for picked in (str(theirs.pk), "nonsense", "00000000-0000-0000-0000-000000000000"):
        draft = Draft(session_id=yoga[0].pk)
        sent = {"session": picked, "party_size": "1", "email": f"{picked[:8]}@mail.example"}
        assert visitor.book(draft, **sent).status_code == 302
    assert set(Booking.objects.values_list("appointment", flat=True)) == {yoga[0].pk}


@pytest.mark.parametrize("is_class", [True, False])
def test_it_has_become_too_late(visitor: Visitor, yoga: list[Appointment], clock: Any, *, is_class: bool) -> None:
    configure(visitor.shop.tenant, policies={"min_notice_minutes": 60})
    clock.move_to(MONDAY - HOUR / 2)
    draft = Draft(session_id=yoga[0].pk) if is_class else visitor.draft()
    answer = visitor.book(draft, party_size="1", **LATE)
    page = page_of(answer)
    assert answer.status_code == 409
    assert ("It is too late to book this class here." if is_class else "It is too late to book that time here.") in page
    assert ('name="session"' if is_class else 'name="start"') in page
    assert "just been taken" not in page


def test_a_cart_keeps_all_of_it(visitor: Visitor, shop: Shop) -> None:
    draft = visitor.draft(lines=(Line(shop.cut.id, extra_ids=(shop.massage.id,)), Line(shop.colour.id)))
    TimeOffFactory(staff=shop.ana, starts_at=MONDAY + HOUR, ends_at=MONDAY + 2 * HOUR)
    before = written()
    answer = visitor.book(draft, **LATE)
    page = page_of(answer)
    assert (answer.status_code, written()) == (409, before)
    assert "That time has just been taken. What you entered is kept: pick another time." in page
    assert 'value="Too Late"' in page
    recap = page.partition('class="card recap"')[2].partition("</section>")[0]
    assert "Cut &amp; finish" in recap
    assert "Full colour" in recap
    starts = [each.partition('"')[0] for each in page.split('name="start" value="')[1:]]
    assert len(starts) == 5
    assert visitor.book(draft, start=starts[0], **LATE).status_code == 302
    assert [len(each.extras) for each in Booking.objects.order_by("position")] == [1, 0]
