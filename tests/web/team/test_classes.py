"""The sessions of a day and who comes."""

import datetime as dt

from bookme.bookings.states import Status
from tests.factories.bookings import BookingFactory, SessionFactory, VisitFactory
from tests.factories.users import Person
from tests.web.conftest import Shop
from tests.web.team.conftest import TODAY_AT_TEN, done, shown


def test_who_comes_and_is_checked_in(salon_team: Shop, stylist: Person) -> None:
    session = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=3)
    ada = BookingFactory(appointment=session, visit=VisitFactory(contact_name="Ada"), party_size=2)
    BookingFactory(appointment=session, visit=VisitFactory(contact_name="Bea"))
    BookingFactory(appointment=session, visit=VisitFactory(contact_name="Cleo"), status=Status.CANCELLED)
    page = shown(stylist, "/team/classes/")
    assert "3 of 8 booked" in page
    assert page.index("Ada") < page.index("Bea")
    assert "× 2" in page
    assert "Cleo" not in page
    form = {"version": 1, "next": "/team/classes/"}
    assert "Ada is here." in done(stylist, f"/team/bookings/{ada.pk}/arrive/", form)
    ada.refresh_from_db()
    assert ada.status == Status.ARRIVED


def test_a_colleague_s_class_is_not_theirs(salon_team: Shop, stylist: Person, owner: Person) -> None:
    session = SessionFactory(staff=salon_team.ben, location=salon_team.place, starts_at=TODAY_AT_TEN)
    assert str(session.pk) not in shown(stylist, "/team/classes/")
    assert str(session.pk) in shown(owner, "/team/classes/")


def test_a_class_that_is_no_longer_offered_still_takes_place(salon_team: Shop, owner: Person) -> None:
    session = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN)
    session.service.is_active = False
    session.service.save()
    assert str(session.pk) in shown(owner, "/team/classes/")


def test_an_empty_day_leads_to_the_next(salon_team: Shop, owner: Person) -> None:
    assert "No classes that day" in shown(owner, "/team/classes/")
    SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN + dt.timedelta(days=3))
    assert "/team/classes/?day=2030-01-05" in shown(owner, "/team/classes/")


def test_full_and_past_classes_take_nobody(salon_team: Shop, owner: Person) -> None:
    full = SessionFactory(staff=salon_team.ana, location=salon_team.place, starts_at=TODAY_AT_TEN, seats_taken=8)
    BookingFactory(appointment=full, party_size=8)
    assert "Add somebody" not in shown(owner, "/team/classes/")
    assert "No classes that day" in shown(owner, "/team/classes/", day="2031-01-01")
