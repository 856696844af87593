"""The page behind a manage link."""

import datetime as dt
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar

from bookme.bookings.links import manage_token
from bookme.bookings.models import Appointment, Booking, Visit
from bookme.bookings.states import Status
from bookme.locations.models import Location
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.desk import written
from tests.factories.bookings import AppointmentFactory, BookingFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import MONDAY, Visitor, configure, page_of

HOUR = dt.timedelta(hours=1)
POLICIES = {
    "cancellation": {"free_until_minutes": 1440, "late_fee_percent": 50},
    "reschedule": {"allowed_until_minutes": 240, "max_times": 1},
}


RULE = "Cancelling is free until Sunday 6 January at 10:00. After that, it costs 50% (£20)."


@pytest.fixture
def booked(visitor: Visitor) -> str:
    """The path of a booking's manage page: with Ana, on Monday at ten."""
    configure(visitor.shop.tenant, policies=POLICIES)
    done = visitor.book(visitor.draft(staff_id=visitor.shop.ana.id))["Location"]
    return done.replace("/book/done/", "/manage/")


def test_see_it(visitor: Visitor, booked: str) -> None:
    page = page_of(visitor.get(booked))
    assert "Monday 7 January, 10:00" in page
    assert "with Ana Okafor" in page
    assert "Confirmed" in page
    assert RULE in page


@pytest.mark.parametrize(
    ("status", "is_told"), [(Status.PENDING, False), (Status.HELD, False), (Status.CONFIRMED, True)]
)
def test_the_meeting_is_open_to_who_is_confirmed(visitor: Visitor, booked: str, status: Status, is_told: bool) -> None:
    link = "https://meet.example/j/123"
    Location.objects.update(online=True, meeting_url=link)
    Booking.objects.update(status=status, hold_expires_at=MONDAY if status is Status.HELD else None)
    page = visitor.get(booked).content.decode()
    assert (f'href="{link}"' in page, "meet.example" in page) == (is_told, is_told)
    assert ("meet.example" in visitor.get(f"{booked}booking.ics").content.decode()) == is_told


def test_cancel_for_nothing(visitor: Visitor, booked: str) -> None:
    assert "It costs nothing." in page_of(visitor.get(f"{booked}cancel/"))
    answer = visitor.post(f"{booked}cancel/", {"fee": "0", "reason": "Ill\x00\n"})
    assert answer["Location"] == booked
    booking = Booking.objects.get()
    assert (booking.status, booking.cancelled_by, booking.cancel_reason, booking.fee) == (
        Status.CANCELLED,
        "customer",
        "Ill",
        0,
    )
    page = page_of(visitor.get(booked))
    assert "Cancelled" in page
    assert "Book again" in page


def test_what_cancelling_costs_is_said_before(visitor: Visitor, booked: str, clock: Any) -> None:
    cheap = page_of(visitor.get(f"{booked}cancel/"))
    assert RULE in cheap
    assert 'name="fee" value="0"' in cheap
    clock.move_to(MONDAY - dt.timedelta(hours=2))
    before = written()
    answer = visitor.post(f"{booked}cancel/", {"fee": "0"})
    page = page_of(answer)
    assert answer.status_code == 409
    assert "has changed" in page
    assert "It costs £20." in page
    assert "that was possible until Sunday 6 January at 10:00. Cancelling costs 50% (£20)." in page
    assert (Booking.objects.get().status, written()) == (Status.CONFIRMED, before)
    assert visitor.post(f"{booked}cancel/", {"fee": "20.00"}).status_code == 302
    assert Booking.objects.get().fee == 20


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_fee_can_be_agreed_to_in_every_language(visitor: Visitor, booked: str, clock: Any, language: str) -> None:
    """What the page sends back is no text: in French and Arabic a price has a comma."""
    configure(visitor.shop.tenant, policies=POLICIES, languages=["en", "fr", "ar"])
    clock.move_to(MONDAY - dt.timedelta(hours=2))
    page = page_of(visitor.get(f"{booked}cancel/", lang=language))
    sent = dict(re.findall(r'type="hidden" name="(what|fee)" value="([^"]*)"', page))
    assert visitor.post(f"{booked}cancel/", sent).status_code == 302
    assert Booking.objects.get().fee == 20


def test_cancelling_again_is_refused_in_words(visitor: Visitor, booked: str) -> None:
    visitor.post(f"{booked}cancel/", {"fee": "0"})
    answer = visitor.post(f"{booked}cancel/", {"fee": "0"})
    assert answer.status_code == 409
    page = page_of(answer)
    assert "<h1>This has been cancelled already\n</h1>" in page
    assert 'role="alert"' not in page


@pytest.mark.parametrize(
    ("status", "hours_later", "told"),
    [
        (Status.CANCELLED, -48, "This has been cancelled already"),
        (Status.DECLINED, -48, "This has been declined already"),
        (Status.EXPIRED, -48, "This has run out already"),
        (Status.ARRIVED, 0.2, "You are here already"),
        (Status.CONFIRMED, 0.2, "It has begun already"),
        (Status.CONFIRMED, 20, "This is over"),
        (Status.COMPLETED, 20, "This is over"),
        (Status.NO_SHOW, 20, "This is over"),
    ],
)
def test_what_cannot_be_cancelled_any_more_is_not_asked_about(
    visitor: Visitor, booked: str, clock: Any, status: Status, hours_later: float, told: str
) -> None:
    """It is said why, and what is left to do."""
    clock.move_to(MONDAY + hours_later * HOUR)
    Booking.objects.update(status=status)
    page = page_of(visitor.get(f"{booked}cancel/"))
    assert f"<h1>{told}" in page
    assert "Cancel this booking?" not in page
    assert ("again/" in page) == (told not in {"You are here already", "It has begun already"})
    assert f'href="{booked}"' in page


def test_move_it_once(visitor: Visitor, booked: str) -> None:
    page = page_of(visitor.get(f"{booked}move/", date="2030-01-08"))
    later = MONDAY + dt.timedelta(days=1)
    assert f'value="{later.isoformat()}"' in page
    assert f'value="{MONDAY.isoformat()}"' in page_of(visitor.get(f"{booked}move/", date="2030-01-07"))
    answer = visitor.post(f"{booked}move/", {"slot": later.isoformat()})
    assert answer["Location"] == f"{booked}?moved=1"
    assert Booking.objects.select_related("appointment").get().appointment.starts_at == later
    page = page_of(visitor.get(booked, moved=1))
    assert "This is your new time." in page
    assert "moved as often as it can be" in page
    assert visitor.get(f"{booked}move/")["Location"] == booked


def test_where_others_stay_its_time_is_not_free(visitor: Visitor) -> None:
    group = ServiceFactory(group=True, staff=[visitor.shop.ana])
    appointment = AppointmentFactory(service=group, staff=visitor.shop.ana, location=visitor.shop.place, seats_taken=2)
    Appointment.objects.update(starts_at=MONDAY, ends_at=MONDAY + HOUR, blocked_start=MONDAY, blocked_end=MONDAY + HOUR)
    visits = [BookingFactory(appointment=appointment).visit for _each in range(2)]
    token = manage_token(visits[0])
    page = page_of(visitor.get(f"/manage/{token}/move/", date="2030-01-07"))
    assert f'value="{MONDAY.isoformat()}"' in page  # with the others, as now
    assert f'value="{(MONDAY + HOUR / 4).isoformat()}"' not in page
    assert f'value="{(MONDAY + HOUR).isoformat()}"' in page


def test_a_time_taken_meanwhile_moves_nothing(visitor: Visitor, booked: str) -> None:
    other = MONDAY + dt.timedelta(hours=3)
    assert visitor.book(visitor.draft(staff_id=visitor.shop.ana.id, start=other)).status_code == 302
    for slot, words in ((other.isoformat(), "just been taken"), ("", "Pick a time to go on.")):
        answer = visitor.post(f"{booked}move/?date=2030-01-07", {"slot": slot})
        page = page_of(answer)
        assert answer.status_code == 422
        assert words in page
        assert f'value="{other.isoformat()}"' not in page
    assert Booking.objects.filter(appointment__starts_at=MONDAY).count() == 1


def test_the_picker_alone_for_htmx(visitor: Visitor, booked: str) -> None:
    answer = visitor.client.get(f"{booked}move/", headers={"HX-Request": "true", "HX-Target": "picker"})
    assert page_of(answer).strip().startswith('<div class="picker"')


def test_calendar_file(visitor: Visitor, booked: str) -> None:
    answer = visitor.get(f"{booked}booking.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert ".ics" in answer["Content-Disposition"]
    event = Calendar.from_ical(answer.content).walk("VEVENT")[0]
    booking = Booking.objects.select_related("visit").get()
    assert event["uid"] == f"{booking.id}@bookme"
    assert event.decoded("dtstart") == MONDAY
    assert event["summary"] == "Cut & finish at Salon"
    assert event["location"] == "Soho, 1 High Street, London N1 1AA"
    assert event["description"].endswith(booked.replace("/manage/", "/m/"))
    assert event["status"] == "CONFIRMED"
    visitor.post(f"{booked}cancel/", {"fee": "0"})
    event = Calendar.from_ical(visitor.get(f"{booked}booking.ics").content).walk("VEVENT")[0]
    assert event["status"] == "CANCELLED"


@pytest.mark.parametrize(
    ("status", "method", "said"),
    [
        (Status.HELD, "PUBLISH", "TENTATIVE"),
        (Status.PENDING, "PUBLISH", "TENTATIVE"),
        (Status.ARRIVED, "PUBLISH", "CONFIRMED"),
        (Status.COMPLETED, "PUBLISH", "CONFIRMED"),
        (Status.NO_SHOW, "PUBLISH", "CONFIRMED"),
        (Status.CANCELLED, "CANCEL", "CANCELLED"),
        (Status.DECLINED, "CANCEL", "CANCELLED"),
        (Status.EXPIRED, "CANCEL", "CANCELLED"),
    ],
)
def test_the_calendar_file_of_each_status(
    visitor: Visitor, booked: str, status: Status, method: str, said: str
) -> None:
    Booking.objects.update(status=status, hold_expires_at=MONDAY)
    calendar = Calendar.from_ical(visitor.get(f"{booked}booking.ics").content)
    assert (calendar["method"], calendar.walk("VEVENT")[0]["status"]) == (method, said)


def test_link_to_google_s_calendar(visitor: Visitor, booked: str) -> None:
    page = page_of(visitor.get(booked))
    url = page.partition("https://calendar.google.com")[2].partition('"')[0].replace("&amp;", "&")
    parts = parse_qs(urlsplit(url).query)
    assert parts["dates"] == ["20300107T100000Z/20300107T110000Z"]
    assert parts["location"] == ["1 High Street, London N1 1AA"]


def test_google_s_calendar_gets_the_words_of_the_page(visitor: Visitor, booked: str) -> None:
    shop = visitor.shop
    configure(shop.tenant, policies=POLICIES, languages=["en", "fr"])
    shop.cut.translations = {"fr": {"name": "Coupe"}}
    shop.cut.save()
    page = page_of(visitor.client.get(f"{booked}?lang=fr"))
    url = page.partition("https://calendar.google.com")[2].partition('"')[0].replace("&amp;", "&")
    assert parse_qs(urlsplit(url).query)["text"][0].startswith("Coupe")


def test_links_that_are_not_good(visitor: Visitor, booked: str, rival: Tenant) -> None:
    visit = Booking.objects.select_related("visit").get().visit
    with tenant_scope(rival):
        theirs = manage_token(visit)
    revoked = manage_token(Visit(pk=visit.pk, link_version=99))
    good = booked.split("/")[2]
    before = written()
    for token in (theirs, revoked, "x", good[:-1], "%00", "x" * 3000):
        for rest in ("", "cancel/", "move/", "booking.ics"):
            assert visitor.get(f"/manage/{token}/{rest}").status_code == 404
        assert visitor.post(f"/manage/{token}/cancel/", {"fee": "0"}).status_code == 404
        assert visitor.get(f"/book/done/{token}/").status_code == 404
    assert written() == before


def test_what_began_can_be_neither_moved_nor_cancelled(visitor: Visitor, booked: str, clock: Any) -> None:
    clock.move_to(MONDAY + dt.timedelta(minutes=1))
    page = page_of(visitor.get(booked))
    assert "too late to move" in page
    assert "cancel/" not in page
    assert visitor.post(f"{booked}cancel/", {"fee": "20.00"}).status_code == 409
    assert Booking.objects.get().status == Status.CONFIRMED


def test_times_are_those_of_the_place(visitor: Visitor, booked: str) -> None:
    Location.objects.update(timezone="America/New_York")
    page = page_of(visitor.get(booked))
    assert "Monday 7 January, 05:00" in page
    assert "New York time (EST)" in page
