"""Moving a booking by the same slots as everybody's."""

import datetime as dt

import pytest

from bookme.bookings.models import Appointment
from bookme.bookings.states import Status
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, as_it_is, book, done, sent, shown

TWO = "2030-01-02T14:00:00+00:00"


def test_it_moves_to_a_free_time(salon_team: Shop, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    path = f"/team/bookings/{booking.pk}/move/"
    page = shown(stylist, path)
    assert f'value="{TWO}"' in page
    assert 'value="2030-01-02T10:15:00+00:00"' in page  # its own time is in nobody's way
    assert "Moved." in done(stylist, path, {"version": 1, "start": TWO})
    assert as_it_is(booking) == (Status.CONFIRMED, 2, dt.datetime(2030, 1, 2, 14, tzinfo=dt.UTC))


def test_where_others_stay_its_time_is_not_free(salon_team: Shop, stylist: Person) -> None:
    group = ServiceFactory(group=True, staff=[salon_team.ana])
    booking = book(salon_team, "Ada", service=group)
    BookingFactory(appointment=booking.appointment)
    Appointment.objects.update(seats_taken=2)
    page = shown(stylist, f"/team/bookings/{booking.pk}/move/")
    assert 'value="2030-01-02T10:00:00+00:00"' in page  # with the others, as now
    assert 'value="2030-01-02T10:15:00+00:00"' not in page
    assert 'value="2030-01-02T11:00:00+00:00"' in page


def test_to_a_colleague(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    path = f"/team/bookings/{booking.pk}/move/?person={salon_team.ben.pk}&day=2030-01-03"
    assert 'value="2030-01-03T09:00:00+00:00"' in shown(owner, path)
    done(owner, path, {"version": 1, "start": "2030-01-03T09:00:00+00:00"})
    assert Appointment.objects.get(bookings=booking).staff == salon_team.ben


def test_to_anyone_who_is_free(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=4))
    done(owner, f"/team/bookings/{booking.pk}/move/?person=any", {"version": 1, "start": TWO})
    assert Appointment.objects.get(bookings=booking).staff == salon_team.ben


@pytest.mark.parametrize(
    ("start", "said"),
    [
        ("2030-01-02T14:00:00+00:00", "That time has just been taken."),
        ("2030-01-02T03:00:00+00:00", "That time has just been taken."),
        ("2030-01-02T14:00:00", "Pick a time to go on."),
        ("", "Pick a time to go on."),
        ("0001-01-01T00:00:00+23:00", "Pick a time to go on."),
        ("9999-12-31T23:59:00+00:00", "Pick a time to go on."),
        ("\x00", "Pick a time to go on."),
    ],
)
def test_a_time_that_is_not_free_changes_nothing(salon_team: Shop, owner: Person, start: str, said: str) -> None:
    booking = book(salon_team, "Ada")
    book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=4))
    before = as_it_is(booking)
    response = sent(owner, f"/team/bookings/{booking.pk}/move/", {"version": 1, "start": start})
    assert response.status_code == 409
    assert said in page_of(response)
    assert as_it_is(booking) == before


def test_a_stale_version_changes_nothing(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada")
    before = as_it_is(booking)
    response = sent(owner, f"/team/bookings/{booking.pk}/move/", {"version": 9, "start": TWO})
    assert "Somebody has just changed this booking." in page_of(response)
    assert as_it_is(booking) == before


def test_what_is_over_does_not_move(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", status=Status.CANCELLED)
    before = as_it_is(booking)
    page = done(owner, f"/team/bookings/{booking.pk}/move/", {"version": 1, "start": TWO})
    assert "can no longer be moved" in page
    assert as_it_is(booking) == before


def test_a_class_moves_to_another_session(salon_team: Shop, owner: Person) -> None:
    first = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=1)
    second = SessionFactory(
        service=first.service, staff=salon_team.ana, location=salon_team.place,
        starts_at=TODAY_AT_TEN + dt.timedelta(days=7),
    )  # fmt: skip
    booking = BookingFactory(appointment=first)
    path = f"/team/bookings/{booking.pk}/move/"
    page = shown(owner, path)
    assert "Wednesday 9 January, 10:00" in page
    assert "8 places left" in page
    other = SessionFactory(service=first.service, staff=salon_team.ben, starts_at=second.starts_at)
    assert page_of(sent(owner, path, {"version": 1, "start": second.starts_at.isoformat()})).count("Pick a time") == 1
    done(owner, path, {"version": 1, "session": str(other.pk)})
    booking.refresh_from_db()
    assert booking.appointment == other


def test_a_session_that_begins_too_soon_is_given_on_purpose(salon_team: Shop, owner: Person) -> None:
    first = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=1)
    second = SessionFactory(
        service=first.service, staff=salon_team.ana, location=salon_team.place,
        starts_at=TODAY_AT_TEN + dt.timedelta(hours=3),
    )  # fmt: skip
    first.service.policy = {"min_notice_minutes": 24 * 60}
    first.service.save()
    booking = BookingFactory(appointment=first)
    path, there = f"/team/bookings/{booking.pk}/move/", {"version": 1, "session": str(second.pk)}
    page = page_of(sent(owner, path, there))
    assert f'type="hidden" name="session" value="{second.pk}"' in page
    assert 'name="force" value="hours" required' in page
    assert "Moved." in done(owner, path, {**there, "force": "hours"})
    booking.refresh_from_db()
    assert booking.appointment == second


def test_a_session_that_was_called_off_is_not_moved_to(salon_team: Shop, owner: Person) -> None:
    first = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=1)
    off = SessionFactory(service=first.service, published=False, starts_at=TODAY_AT_TEN)
    booking = BookingFactory(appointment=first)
    answer = sent(owner, f"/team/bookings/{booking.pk}/move/", {"version": 1, "session": str(off.pk)})
    assert "That time is not free any more." in page_of(answer)
    booking.refresh_from_db()
    assert booking.appointment == first


@pytest.mark.parametrize("query", ["?person=nobody", "?place=1", "?person=01a1fc30-1d32-76bf-a38e-f37befb62cea"])
def test_unknown_people_and_places_are_not_found(salon_team: Shop, owner: Person, query: str) -> None:
    booking = book(salon_team, "Ada")
    shown(owner, f"/team/bookings/{booking.pk}/move/{query}", status=404)


def test_to_a_time_that_is_not_offered(salon_team: Shop, manager: Person, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    book(salon_team, "Bea", at=TODAY_AT_TEN + dt.timedelta(hours=4))
    path = f"/team/bookings/{booking.pk}/move/"
    before = as_it_is(booking)
    page = page_of(sent(manager, path, {"version": 1, "on": "2030-01-02", "at": "14:30"}))
    assert "Something is booked then." in page
    assert 'name="force" value="over" required' in page
    assert "Only owner and managers" in page_of(sent(stylist, path, {"version": 1, "on": "2030-01-02", "at": "14:30"}))
    assert as_it_is(booking) == before
    assert "Moved." in done(manager, path, {"version": 1, "start": "2030-01-02T14:30:00+00:00", "force": "over"})
    assert as_it_is(booking)[2] == dt.datetime(2030, 1, 2, 14, 30, tzinfo=dt.UTC)
    assert Appointment.objects.get(bookings=booking).overbooked
    done(manager, path, {"version": 2, "on": "2030-01-02", "at": "20:00", "force": "hours"})
    assert not Appointment.objects.get(bookings=booking).overbooked
