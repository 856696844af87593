"""One booking: what is shown to whom, and the notes of the team."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.models import Notification
from bookme.core.permissions import Permission, Role
from bookme.customers.models import Customer
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory
from tests.factories.services import QuestionFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, book, done, sent, shown


def page_path(booking: Booking) -> str:
    return f"/team/bookings/{booking.pk}/"


def test_who_when_where_and_what_was_said(salon_team: Shop, stylist: Person) -> None:
    QuestionFactory(key="allergies", label="Any allergies?")
    booking = book(salon_team, "Ada", notes="Running\nlate", answers={"allergies": True, "gone": "<b>x</b>"})
    Customer.objects.update(notes="Sensitive scalp")
    page = shown(stylist, page_path(booking))
    assert "Wednesday 2 January, 10:00" in page
    assert 'href="tel:+442079460958"' in page
    assert "+44 20 7946 0958" in page
    assert 'href="mailto:ada@mail.example"' in page
    assert "1 High Street, London N1 1AA" in page
    assert "Running<br>late" in page
    assert "Sensitive scalp" in page
    assert "Any allergies?" in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_the_address_of_a_mobile_trade(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", address={"line1": "2 Low Street", "city": "Leeds", "postcode": "LS1 1AA"})
    assert "2 Low Street, Leeds, LS1 1AA" in shown(owner, page_path(booking))


def test_what_the_business_knows_of_a_customer_needs_a_right(salon_team: Shop) -> None:
    booking = book(salon_team, "Ada")
    Customer.objects.update(notes="Sensitive scalp", tags=["vip"])
    reader = make_person(salon_team.tenant, Role.MANAGER, denied=[Permission.CUSTOMERS_READ.value])
    page = shown(reader, page_path(booking))
    assert "Sensitive scalp" not in page
    assert "vip" not in page


def test_messages_are_for_who_may_read_them(salon_team: Shop, owner: Person, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    Notification.objects.create(
        key="k", kind="booking.confirmed", audience="customer", channel="email", to="ada@mail.example", text="Hello",
        booking_ids=[booking.pk], status="sent", sent_at=TODAY_AT_TEN,
    )  # fmt: skip
    assert "Booking confirmed" in shown(owner, page_path(booking))
    assert "Booking confirmed" not in shown(stylist, page_path(booking))


def test_history_is_told_in_words(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    done(owner, page_path(booking) + "cancel/", {"version": 1, "reason": "She called"})
    done(owner, page_path(booking) + "undo/", {"version": 2})
    done(owner, page_path(booking) + "move/?day=2030-01-02", {"version": 3, "start": "2030-01-02T14:00:00+00:00"})
    page = shown(owner, page_path(booking))
    assert f"Cancelled by {owner.user.name}" in page
    assert "“She called”" in page
    assert "Last step taken back" in page
    assert f"Moved by {owner.user.name} from Wed 2 Jan, 10:00 to Wed 2 Jan, 14:00" in page
    assert page.index("Moved by") < page.index("Cancelled by")


def test_other_bookings_of_the_customer(salon_team: Shop, owner: Person, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    later = book(salon_team, "Ada2", person=salon_team.ben, at=TODAY_AT_TEN + dt.timedelta(days=2))
    later.visit.customer = booking.visit.customer
    later.visit.save()
    assert str(later.pk) in shown(owner, page_path(booking))
    assert str(later.pk) not in shown(stylist, page_path(booking))


def test_notes_are_kept(salon_team: Shop, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    page = done(stylist, page_path(booking) + "notes/", {"version": 1, "internal_notes": "Window\r\nseat"})
    assert "The notes are saved." in page
    booking.refresh_from_db()
    assert (booking.internal_notes, booking.version) == ("Window\nseat", 2)


@pytest.mark.parametrize("notes", ["x" * 4001, "a\x00b", "a\u202eb"])
def test_notes_that_cannot_be_kept_stay_on_the_page(salon_team: Shop, owner: Person, notes: str) -> None:
    booking = book(salon_team, "Ada")
    response = sent(owner, page_path(booking) + "notes/", {"version": 1, "internal_notes": notes})
    assert response.status_code == 422
    assert 'id="f-internal_notes_error"' in page_of(response)
    booking.refresh_from_db()
    assert (booking.internal_notes, booking.version) == ("", 1)


def test_stale_notes_are_not_lost_and_not_kept(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    response = sent(owner, page_path(booking) + "notes/", {"version": 7, "internal_notes": "Window seat"})
    assert response.status_code == 409
    page = page_of(response)
    assert "Window seat" in page
    assert "Somebody has just changed this booking." in page
    booking.refresh_from_db()
    assert booking.internal_notes == ""


def test_who_may_not_see_it_does_not_find_it(salon_team: Shop, stylist: Person, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = BookingFactory()
    shown(stylist, page_path(book(salon_team, "Bea", person=salon_team.ben)), status=404)
    shown(owner, page_path(foreign), status=404)
    shown(owner, f"/team/bookings/{uuid4()}/", status=404)


def test_a_reader_changes_no_notes(salon_team: Shop) -> None:
    reader = make_person(salon_team.tenant, Role.MANAGER, denied=[Permission.BOOKINGS_MANAGE.value])
    booking = book(salon_team, "Ada", status=Status.PENDING)
    Booking.objects.update(internal_notes="Window seat")
    page = shown(reader, page_path(booking))
    assert "Window seat" in page
    assert "Save notes" not in page
    assert sent(reader, page_path(booking) + "notes/", {"version": 1, "internal_notes": ""}).status_code == 403


class TestAnotherEnd:
    def test_longer(self, salon_team: Shop, stylist: Person) -> None:
        booking = book(salon_team, "Ada")
        assert 'name="ends" value="' in shown(stylist, page_path(booking))
        page = done(stylist, page_path(booking) + "end/", {"version": 1, "ends": "12:30"})
        assert "It ends at another time now." in page
        assert f"Lengthened by {stylist.user.name} until 12:30" in page
        booking.refresh_from_db()
        assert booking.duration_minutes == 150

    def test_into_the_next_one(self, salon_team: Shop, manager: Person) -> None:
        booking = book(salon_team, "Ada")
        book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=1))
        path = page_path(booking) + "end/"
        response = sent(manager, path, {"version": 1, "ends": "11:30"})
        assert response.status_code == 409
        page = page_of(response)
        assert "Something is booked then." in page
        assert 'value="11:30"' in page
        assert 'name="force" value="over" required' in page
        assert "Overbooked" in done(manager, path, {"version": 1, "ends": "11:30", "force": "over"})

    @pytest.mark.parametrize("form", [{"ends": ""}, {"ends": "25:00"}, {"ends": "12:30", "version": 9}])
    def test_what_cannot_be(self, salon_team: Shop, owner: Person, form: dict[str, Any]) -> None:
        booking = book(salon_team, "Ada")
        response = sent(owner, page_path(booking) + "end/", {"version": 1} | form)
        assert response.status_code == 409
        booking.refresh_from_db()
        assert (booking.version, booking.duration_minutes) == (1, None)
