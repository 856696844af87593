"""The pages of who waits: joining from a full class or day, one's place in the line, and the answer to an offer."""

import datetime as dt
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from bookme.bookings.actions import cancel_booking
from bookme.bookings.links import manage_token, waitlist_token
from bookme.bookings.models import Appointment, Booking, Waiting, WaitlistEntry
from bookme.core.actor import SYSTEM
from bookme.core.http.views import write
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.tenants.tasks import deliver_outbox
from tests.factories.bookings import AppointmentFactory, BookingFactory, SessionFactory, WaitlistEntryFactory
from tests.factories.services import QuestionFactory, ServiceFactory
from tests.factories.users import Person
from tests.web.conftest import GOOD, MONDAY, NOW, Visitor, configure, page_of

ONE = GOOD | {"party_size": "1"}
BEA = {"email": "bea@mail.example", "phone": ""}


@pytest.fixture(autouse=True)
def _keeps_a_waitlist(visitor: Visitor) -> None:
    configure(visitor.shop.tenant, features={"waitlist": True})


@pytest.fixture
def session(visitor: Visitor) -> Appointment:
    """Yoga on Monday at ten, with one place, which is taken."""
    yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", staff=[visitor.shop.ana], capacity=2)
    made = SessionFactory(
        service=yoga, staff=visitor.shop.ana, location=visitor.shop.place, starts_at=MONDAY, capacity=2, seats_taken=1
    )
    BookingFactory(appointment=made)
    made.capacity = 1
    made.save()
    return made


def full_day(visitor: Visitor, service: Service) -> list[Booking]:
    """Nobody has an hour left on Monday."""
    made = []
    for who in (visitor.shop.ana, visitor.shop.ben):
        for hour in range(9, 17):
            slot = AppointmentFactory(
                service=service,
                staff=who,
                location=visitor.shop.place,
                starts_at=MONDAY.replace(hour=hour),
                seats_taken=1,
            )
            made.append(BookingFactory(appointment=slot))
    return made


def joining(visitor: Visitor, session: Appointment) -> str:
    return str(visitor.get(f"/classes/{session.pk}/wait/")["Location"])


def joined(visitor: Visitor, session: Appointment, **changes: str) -> str:
    """The path of the place of who has just joined."""
    answer = visitor.post(joining(visitor, session), ONE | changes)
    assert answer.status_code == 302, answer.content[:3000]
    return urlsplit(answer["Location"]).path


def freed(session: Appointment) -> None:
    with write():
        cancel_booking(booking=Booking.objects.get(appointment=session, status="confirmed"), actor=SYSTEM, now=NOW)
    deliver_outbox()


def test_a_full_class_can_be_waited_for(visitor: Visitor, session: Appointment) -> None:
    assert f'href="/classes/{session.pk}/wait/"' in page_of(visitor.get("/classes/"))
    page = page_of(visitor.get(joining(visitor, session)))
    assert "Join the waitlist" in page
    assert "Monday 7 January, 10:00" in page
    assert "we hold it for you for 2 h" in page
    answer = visitor.post(joining(visitor, session), ONE)
    assert answer["Location"].endswith("?joined=1")
    place = page_of(visitor.get(answer["Location"]))
    assert "You are next in line" in place
    assert "You are on the waitlist." in place
    assert "ada@mail.example" in place
    entry = WaitlistEntry.objects.get()
    assert (entry.session_id, entry.source, entry.consents["privacy"]) == (session.pk, "page", True)
    assert "You are number 2 in line" in page_of(visitor.get(joined(visitor, session, **BEA)))


def test_of_a_class_online_it_is_told_where_they_are_too(visitor: Visitor, session: Appointment) -> None:
    Location.objects.update(online=True)
    path = joining(visitor, session)
    assert 'data-zone="Europe/London">' in page_of(visitor.get(path)), "the script asks the browser"
    path += "&zone=Europe/Helsinki"
    page = page_of(visitor.get(path))
    assert 'data-zone="Europe/Helsinki" data-zone-known' in page
    assert "10:00 in London · 12:00 for you (Helsinki)" in page
    answer = visitor.post(path, ONE)
    assert WaitlistEntry.objects.get().timezone == "Europe/Helsinki"
    assert "10:00 in London · 12:00 for you (Helsinki)" in page_of(visitor.get(answer["Location"]))
    Location.objects.update(online=False)
    assert "for you (" not in page_of(visitor.get(answer["Location"]))


def test_a_business_without_a_waitlist_has_no_such_pages(visitor: Visitor, session: Appointment) -> None:
    path = joining(visitor, session)
    configure(visitor.shop.tenant, features={"waitlist": False})
    assert "Sold out" in page_of(visitor.get("/classes/"))
    assert visitor.get(path).status_code == 404
    assert visitor.post(path, ONE).status_code == 404
    assert WaitlistEntry.objects.count() == 0


def test_a_full_day_can_be_waited_for(visitor: Visitor) -> None:
    full_day(visitor, visitor.shop.cut)
    draft = visitor.draft(start=None)
    page = page_of(visitor.get("/book/time/", draft, date="2030-01-07"))
    assert "Join the waitlist for this day" in page
    assert "Join the waitlist for this day" not in page_of(visitor.get("/book/time/", draft, date="2030-01-08"))
    path = f"/waitlist/join/?d={draft.token()}&date=2030-01-07"
    form = page_of(visitor.get(path))
    assert "Monday 7 January" in form
    assert "How many people" not in form
    place = page_of(visitor.get(visitor.post(path, GOOD)["Location"]))
    assert "at any time of that day" in place
    assert "with anyone" in place
    entry = WaitlistEntry.objects.get()
    assert (entry.date, entry.service_id, entry.staff_id) == (dt.date(2030, 1, 7), visitor.shop.cut.id, None)
    assert entry.location_id == visitor.shop.place.id
    assert visitor.get("/waitlist/join/", draft)["Location"].startswith("/book/time/")
    assert visitor.get("/waitlist/join/", draft, date="x")["Location"].startswith("/book/time/")


def test_what_is_wrong_is_told_beside_it_and_kept(visitor: Visitor, session: Appointment) -> None:
    QuestionFactory(required=True, services=[session.service], label="Any injuries?")
    answer = visitor.post(joining(visitor, session), {"name": "Ada", "email": "ada"})
    page = page_of(answer)
    assert answer.status_code == 422
    assert page.count("We need your agreement to this to book.") == 2
    assert "Any injuries?" in page
    assert 'value="Ada"' in page
    assert WaitlistEntry.objects.count() == 0


def test_a_form_sent_twice_is_one_entry(visitor: Visitor, session: Appointment) -> None:
    path = joining(visitor, session)
    form = ONE | {"form": "one"}
    first, again = visitor.post(path, form), visitor.post(path, form)
    assert (first.status_code, first["Location"]) == (302, again["Location"])
    other = visitor.post(path, ONE | {"form": "two", "email": "bea@mail.example"})
    assert other.status_code == 409
    assert "Somebody has joined by this address already." in page_of(other)
    anew = visitor.post(joining(visitor, session), ONE)
    assert (anew.status_code, anew["Location"] == first["Location"]) == (302, False), (
        "whoever waits already is not told"
    )
    assert WaitlistEntry.objects.count() == 2


def test_who_finds_room_is_led_to_it(visitor: Visitor, session: Appointment) -> None:
    path = joining(visitor, session)
    Appointment.objects.filter(pk=session.pk).update(capacity=2)
    answer = visitor.post(path, ONE)
    assert answer.status_code == 409
    assert "There is room again." in page_of(answer)
    assert f'href="/classes/{session.pk}/book/"' in page_of(answer)


def test_members_alone_where_guests_may_not_book(visitor: Visitor, session: Appointment, customer: Person) -> None:
    session.service.policy = {"guest_booking": False}
    session.service.save()
    path = joining(visitor, session)
    page = page_of(visitor.get(path))
    assert "Sign in to wait" in page
    assert "Sign in to wait" in page_of(visitor.post(path, ONE))
    assert WaitlistEntry.objects.count() == 0
    assert customer.page.post(path, ONE).status_code == 302
    assert WaitlistEntry.objects.get().user_id == customer.user.id


def test_take_what_is_offered(visitor: Visitor, session: Appointment) -> None:
    path = joined(visitor, session)
    freed(session)
    page = page_of(visitor.get(path))
    assert "A place is free for you" in page
    assert "Wednesday 2 January, 11:00" in page
    assert "data-hold-left>2 h<" in page
    answer = visitor.post(path, {"step": "accept"})
    assert answer["Location"].startswith("/book/done/")
    assert "See you soon" in page_of(visitor.get(answer["Location"]))
    page = page_of(visitor.get(path))
    assert "You took the place" in page
    booking = Booking.objects.get(status="confirmed")
    assert f"/manage/{manage_token(booking.visit)}/" in page


def test_turn_it_down(visitor: Visitor, session: Appointment) -> None:
    path = joined(visitor, session)
    freed(session)
    assert visitor.post(path, {"step": "decline"})["Location"] == path
    page = page_of(visitor.get(path))
    assert "You turned the place down" in page
    visit = WaitlistEntry.objects.get().visit
    assert visit is not None
    assert f'href="/manage/{manage_token(visit)}/again/"' in page
    assert Booking.objects.filter(status="held").count() == 0


def test_leave(visitor: Visitor, session: Appointment) -> None:
    path = joined(visitor, session)
    assert visitor.post(path, {"step": "leave"})["Location"] == path
    assert "You are not waiting any more" in page_of(visitor.get(path))


def test_too_late(visitor: Visitor, session: Appointment, clock: Any) -> None:
    path = joined(visitor, session)
    freed(session)
    clock.move_to(NOW + dt.timedelta(hours=2))
    page = page_of(visitor.get(path))
    assert "The offer ran out" in page
    assert 'value="accept"' not in page
    answer = visitor.post(path, {"step": "accept"})
    assert answer.status_code == 409
    assert "This offer has run out" in page_of(answer)


@pytest.mark.parametrize("step", ["", "x", "offer"])
def test_what_is_no_step_does_nothing(visitor: Visitor, session: Appointment, step: str) -> None:
    path = joined(visitor, session)
    assert visitor.post(path, {"step": step}).status_code == 404
    assert WaitlistEntry.objects.get().state is Waiting.WAITING


def test_a_link_that_is_not_ours(visitor: Visitor, session: Appointment) -> None:
    path = joined(visitor, session)
    assert visitor.get(path[:-2] + "x/").status_code == 404
    assert visitor.get("/waitlist/x/").status_code == 404
    booking = Booking.objects.first()
    assert booking is not None
    manage = manage_token(booking.visit)
    assert visitor.get(f"/waitlist/{manage}/").status_code == 404, "a manage link is no waitlist link"
    assert visitor.get(path.replace("/waitlist/", "/manage/")).status_code == 404


@pytest.mark.parametrize("status", [each.value for each in Waiting if each not in {Waiting.OFFERED, Waiting.ACCEPTED}])
def test_every_end_of_it_has_a_page(visitor: Visitor, session: Appointment, status: str) -> None:
    entry = WaitlistEntryFactory(session=session, status=status)
    page = page_of(visitor.get(f"/waitlist/{waitlist_token(entry)}/"))
    assert "Yoga" in page
    assert 'value="accept"' not in page


def test_the_manage_page_of_what_is_held(visitor: Visitor, session: Appointment) -> None:
    joined(visitor, session)
    freed(session)
    held = Booking.objects.get(status="held")
    path = f"/manage/{manage_token(held.visit)}/"
    page = page_of(visitor.get(path))
    assert "Held for you until Wednesday 2 January, 11:00." in re.sub("<[^>]*>", "", page)
    assert 'value="accept"' in page
    assert "Change it" not in page
    entry = WaitlistEntry.objects.get()
    visitor.post(f"/waitlist/{waitlist_token(entry)}/", {"step": "accept"})
    page = page_of(visitor.get(path))
    assert "Change it" in page
    assert "Held for you" not in page
