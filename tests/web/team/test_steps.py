"""What the team does with a booking: each step by role, version and state."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.core.permissions import Permission, Role
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, as_it_is, book, done, sent, shown


def act(who: Person, booking: Booking, step: str, **data: Any) -> str:
    """Takes a step and returns the page that it leads to."""
    return done(who, f"/team/bookings/{booking.pk}/{step}/", {"version": booking.version, **data})


@pytest.mark.parametrize(
    ("before", "step", "after", "said"),
    [
        (Status.PENDING, "confirm", Status.CONFIRMED, "Ada is confirmed."),
        (Status.PENDING, "decline", Status.DECLINED, "The request of Ada is declined."),
        (Status.CONFIRMED, "arrive", Status.ARRIVED, "Ada is here."),
        (Status.CONFIRMED, "no-show", Status.NO_SHOW, "Ada did not come."),
        (Status.CONFIRMED, "cancel", Status.CANCELLED, "The booking of Ada is cancelled."),
        (Status.ARRIVED, "complete", Status.COMPLETED, "Ada is done."),
        (Status.ARRIVED, "undo", Status.CONFIRMED, "Taken back"),
    ],
)
def test_each_step(
    salon_team: Shop, stylist: Person, clock: Any, before: Status, step: str, after: Status, said: str
) -> None:
    booking = book(salon_team, "Ada", status=before)
    clock.move_to(TODAY_AT_TEN - dt.timedelta(minutes=0 if step == "no-show" else 1))
    assert said in act(stylist, booking, step)
    assert as_it_is(booking)[:2] == (after, 2)


def test_the_toast_takes_it_back(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    page = act(owner, booking, "cancel", reason="She called", next="/team/")
    assert f'action="/team/bookings/{booking.pk}/undo/"' in page
    assert 'name="version" value="2"' in page
    booking.refresh_from_db()
    act(owner, booking, "undo")
    assert as_it_is(booking)[:2] == (Status.CONFIRMED, 3)


def test_what_cannot_be_taken_back_offers_no_undo(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", status=Status.PENDING)
    assert "toast-b" not in act(owner, booking, "confirm", next="/team/")


def test_the_reason_is_kept_and_told(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", status=Status.PENDING)
    act(owner, booking, "decline", reason="We are \n full")
    booking.refresh_from_db()
    assert booking.cancel_reason == "We are full"
    assert Event.objects.get(name="booking.declined").payload["reason"] == "We are full"


@pytest.mark.parametrize("reason", ["x" * 501, "a\x00b", "a\u202eb"])
def test_a_reason_that_cannot_be_kept_changes_nothing(salon_team: Shop, owner: Person, reason: str) -> None:
    booking = book(salon_team, "Ada")
    before = as_it_is(booking)
    assert "toast-bad" in act(owner, booking, "cancel", reason=reason)
    assert as_it_is(booking) == before


@pytest.mark.parametrize("version", ["0", "2", "", "one", "1 ", "-1", "9" * 40])
def test_a_stale_or_forged_version_changes_nothing(salon_team: Shop, owner: Person, version: str) -> None:
    booking = book(salon_team, "Ada")
    before = as_it_is(booking)
    assert "Somebody has just changed this booking." in act(owner, booking, "arrive", version=version)
    assert as_it_is(booking) == before
    assert not Event.objects.exists()


def test_a_step_that_its_state_does_not_allow(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", status=Status.COMPLETED)
    before = as_it_is(booking)
    assert "no longer in a state that allows this" in act(owner, booking, "cancel")
    assert as_it_is(booking) == before


def test_an_undo_into_a_taken_time_is_refused(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", status=Status.CANCELLED)
    book(salon_team, "Bea")
    before = as_it_is(booking)
    assert "That time is not free any more." in act(owner, booking, "undo")
    assert as_it_is(booking) == before


def test_a_colleague_s_booking_is_not_found(salon_team: Shop, stylist: Person) -> None:
    booking = book(salon_team, "Bea", person=salon_team.ben)
    before = as_it_is(booking)
    assert sent(stylist, f"/team/bookings/{booking.pk}/cancel/", {"version": 1}).status_code == 404
    assert as_it_is(booking) == before


def test_another_business_s_booking_is_not_found(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        booking = BookingFactory()
    assert sent(owner, f"/team/bookings/{booking.pk}/cancel/", {"version": 1}).status_code == 404
    with tenant_scope(rival):
        assert as_it_is(booking)[0] == Status.CONFIRMED


def test_without_the_right_there_are_no_buttons_and_no_steps(salon_team: Shop) -> None:
    reader = make_person(salon_team.tenant, Role.MANAGER, denied=[Permission.BOOKINGS_MANAGE.value])
    booking = book(salon_team, "Ada")
    assert "Check in" not in shown(reader, "/team/")
    assert "Check in" not in shown(reader, f"/team/bookings/{booking.pk}/")
    assert sent(reader, f"/team/bookings/{booking.pk}/arrive/", {"version": 1}).status_code == 403
    assert as_it_is(booking)[0] == Status.CONFIRMED


def test_customers_and_strangers_take_no_steps(salon_team: Shop, customer: Person, stranger: Any) -> None:
    booking = book(salon_team, "Ada")
    path = f"/team/bookings/{booking.pk}/arrive/"
    assert customer.page.post(path, {"version": 1}).status_code == 403
    assert stranger.page.post(path, {"version": 1})["Location"] == "/team/sign-in/"
    assert as_it_is(booking)[0] == Status.CONFIRMED


def test_unknown_steps_bookings_and_methods(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    assert sent(owner, f"/team/bookings/{booking.pk}/delete/", {"version": 1}).status_code == 404
    assert sent(owner, f"/team/bookings/{uuid4()}/arrive/", {"version": 1}).status_code == 404
    assert owner.page.get(f"/team/bookings/{booking.pk}/arrive/").status_code == 405
    assert as_it_is(booking)[0] == Status.CONFIRMED


def test_back_to_a_page_of_ours_only(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    own = f"/team/bookings/{booking.pk}/"
    led = sent(owner, own + "arrive/", {"version": 1, "next": "//evil.example/"})
    assert led["Location"] == own
    led = sent(owner, own + "undo/", {"version": 2, "next": "/team/?day=2030-01-03"})
    assert led["Location"] == "/team/?day=2030-01-03"


def test_nobody_is_done_or_missing_before_it_begins(salon_team: Shop, owner: Person, clock: Any) -> None:
    booking = book(salon_team, "Ada")
    early = shown(owner, f"/team/bookings/{booking.pk}/")
    assert "No-show" not in early
    clock.move_to(TODAY_AT_TEN + dt.timedelta(minutes=5))
    assert "No-show" in shown(owner, f"/team/bookings/{booking.pk}/")


def test_a_no_show_before_it_begins_is_refused_in_words(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    before = as_it_is(booking)
    assert "It has not begun yet." in act(owner, booking, "no-show")
    assert as_it_is(booking) == before


def test_requests_wait_with_a_number(salon_team: Shop, owner: Person) -> None:
    assert "Nobody waits for an answer." in shown(owner, "/team/requests/")
    booking = book(salon_team, "Ada", status=Status.PENDING, notes="A window seat, please")
    book(salon_team, "Bea", at=TODAY_AT_TEN - dt.timedelta(hours=3), status=Status.PENDING)
    page = shown(owner, "/team/requests/")
    assert "A window seat, please" in page
    assert "Bea" not in page  # its time has passed: nobody can say yes any more
    assert '1<span class="vh"> waiting' in page
    response = sent(owner, f"/team/bookings/{booking.pk}/confirm/", {"version": 1, "next": "/team/requests/"})
    assert "Nobody waits for an answer." in page_of(owner.page.get(response["Location"]))
