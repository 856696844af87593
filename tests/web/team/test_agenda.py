"""Today and the days ahead, by day and person."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.models import Appointment
from bookme.bookings.states import Status
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.locations import ClosureFactory, LocationFactory
from tests.factories.staff import TimeOffFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, configure
from tests.web.team.conftest import TODAY_AT_TEN, book, helped_by, shown

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)


def test_everybody_s_day_for_the_owner(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Ada")
    book(salon_team, "Bea", person=salon_team.ben)
    book(salon_team, "Cleo", at=TODAY_AT_TEN + DAY)
    page = shown(owner, "/team/")
    today, _, ahead = page.partition("The days ahead")
    assert "Wednesday 2 January" in today
    assert "Ada" in today
    assert "Bea" in today
    assert "Cleo" not in today
    assert "Cleo" in ahead
    assert "Check in" in today


def test_a_stylist_sees_their_own(salon_team: Shop, stylist: Person) -> None:
    book(salon_team, "Ada")
    book(salon_team, "Bea", person=salon_team.ben)
    page = shown(stylist, "/team/")
    assert "Ada" in page
    assert "Bea" not in page


class TestAColleague:
    """Ben, as Ana sees him: busy or free, and nothing of with whom."""

    def test_is_busy_and_nothing_more(self, salon_team: Shop, stylist: Person) -> None:
        book(salon_team, "Ada")
        book(salon_team, "Bea", person=salon_team.ben)
        TimeOffFactory(staff=salon_team.ben, starts_at=TODAY_AT_TEN + 3 * HOUR, reason="Dentist")
        page = shown(stylist, "/team/")
        own, _, bens = page.partition(f'id="p-{salon_team.ben.pk}"')
        assert "Ada" in own
        assert bens.count("Busy<") == 2
        assert "Shown as busy only" in bens
        for query in ({}, {"person": salon_team.ben.pk}):
            page = shown(stylist, "/team/", **query)
            assert not any(word in page for word in ("Bea", "Dentist", "Away"))
            assert "Busy<" in page

    def test_who_sees_all_sees_them_in_full(self, salon_team: Shop, stylist: Person, owner: Person) -> None:
        book(salon_team, "Bea", person=salon_team.ben)
        configure(stylist.tenant, team={"staff_see_all_bookings": True})
        for who in (stylist, owner):
            page = shown(who, "/team/")
            assert "Bea" in page
            assert "Busy<" not in page
        configure(stylist.tenant, team={})

    def test_of_a_place_what_is_elsewhere_is_busy(self, salon_team: Shop, salon: Tenant) -> None:
        elsewhere = LocationFactory()
        book(salon_team, "Ada")
        away = book(salon_team, "Bea", at=TODAY_AT_TEN + 3 * HOUR)
        Appointment.objects.filter(pk=away.appointment_id).update(location=elsewhere)
        bound = make_person(salon, Role.MANAGER, location_ids=[str(salon_team.place.pk)])
        page = shown(bound, "/team/")
        assert "Ada" in page
        assert "Bea" not in page
        assert page.count("Busy<") == 1

    def test_of_calendars_the_others_are_not_there(self, salon_team: Shop, salon: Tenant) -> None:
        book(salon_team, "Bea", person=salon_team.ben)
        bound = make_person(salon, Role.MANAGER, staff_ids=[str(salon_team.ana.pk)])
        assert "Ben Ruiz" not in shown(bound, "/team/")
        shown(bound, "/team/", status=404, person=salon_team.ben.pk)


def test_one_person_only(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Ada")
    book(salon_team, "Bea", person=salon_team.ben)
    page = shown(owner, "/team/", person=salon_team.ben.pk)
    assert "Bea" in page
    assert "Ada" not in page


def test_what_two_do_together_is_on_the_day_of_each(salon_team: Shop, owner: Person, stylist: Person) -> None:
    helped_by(book(salon_team, "Bea", person=salon_team.ben), salon_team.ana)
    page = shown(owner, "/team/")
    assert page.count("1 appointment") == 2
    assert "Nothing booked:" not in page
    for who in (owner, stylist):
        page = shown(who, "/team/", person=salon_team.ana.pk)
        assert page.count("1 appointment") == 1
        assert f'id="p-{salon_team.ana.pk}"' in page
        assert f'id="p-{salon_team.ben.pk}"' not in page


@pytest.mark.parametrize("person", [uuid4(), "nobody", "\x00"])
def test_an_unknown_person_is_not_found(salon_team: Shop, owner: Person, person: Any) -> None:
    shown(owner, "/team/", status=404, person=person)


def test_another_day(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Cleo", at=TODAY_AT_TEN + DAY)
    page = shown(owner, "/team/", day="2030-01-03")
    assert "Thursday 3 January" in page
    assert "Cleo" in page


@pytest.mark.parametrize("day", ["", "tomorrow", "2030-02-31", "9999-12-31", "0001-01-01", "2030-01-03T10:00", "\x00"])
def test_what_is_no_day_is_today(salon_team: Shop, owner: Person, day: str) -> None:
    assert "Wednesday 2 January" in shown(owner, "/team/", day=day)


def test_what_was_called_off_is_apart_and_not_counted(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Ada", status=Status.CANCELLED)
    book(salon_team, "Bea", at=TODAY_AT_TEN + 2 * dt.timedelta(hours=1))
    page = shown(owner, "/team/")
    assert "1 called off" in page
    assert "1 appointment<" in page


def test_status_is_in_words(salon_team: Shop, owner: Person) -> None:
    for hour, status in enumerate([Status.PENDING, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW, Status.HELD]):
        if status is not Status.HELD:
            book(salon_team, f"Ada{hour}", at=TODAY_AT_TEN + hour * dt.timedelta(hours=1), status=status)
    page = shown(owner, "/team/")
    for words in ("To confirm", "Here", "Done", "No-show"):
        assert words in page


def test_a_class_is_one_entry(salon_team: Shop, owner: Person) -> None:
    session = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=2)
    BookingFactory(appointment=session, party_size=2)
    page = shown(owner, "/team/")
    assert "2 of 8 booked" in page
    assert f"/team/classes/?day=2030-01-02#s-{session.pk}" in page


def test_who_is_away_and_what_is_shut_is_said(salon_team: Shop, owner: Person) -> None:
    TimeOffFactory(staff=salon_team.ana, starts_at=TODAY_AT_TEN, reason="Dentist")
    ClosureFactory(name="Stocktaking", starts_at=TODAY_AT_TEN)
    page = shown(owner, "/team/")
    assert "Away: Dentist" in page
    assert "Stocktaking" in page


def test_an_empty_day_says_so(salon_team: Shop, owner: Person) -> None:
    assert "Wednesday 2 January is free so far." in shown(owner, "/team/")


def test_more_bookings_take_no_more_queries(salon_team: Shop, owner: Person) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            shown(owner, "/team/")
        return len(captured)

    book(salon_team, "Ada")
    shown(owner, "/team/")
    few = queries()
    for hour in range(1, 6):
        book(salon_team, f"Bea{hour}", at=TODAY_AT_TEN + hour * dt.timedelta(hours=1))
    assert queries() == few
