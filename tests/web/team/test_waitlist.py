"""The team's page of who waits."""

import datetime as dt

import pytest

from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from tests.factories.bookings import BookingFactory, SessionFactory, WaitlistEntryFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, configure
from tests.web.team.conftest import TODAY_AT_TEN, done, sent, shown

TOMORROW = TODAY_AT_TEN + dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _keeps_a_waitlist(salon_team: Shop) -> None:
    configure(salon_team.tenant, features={"waitlist": True})


@pytest.fixture
def session(salon_team: Shop) -> Appointment:
    made = SessionFactory(
        staff=salon_team.ana,
        location=salon_team.place,
        starts_at=TOMORROW,
        seats_taken=1,
        capacity=1,
    )
    BookingFactory(appointment=made)
    return made


def waiting(session: Appointment, *names: str) -> list[WaitlistEntry]:
    return [WaitlistEntryFactory(session=session, rank=rank, contact_name=name) for rank, name in enumerate(names, 1)]


def names_on(page: str, *names: str) -> list[str]:
    return sorted((each for each in names if each in page), key=page.index)


def test_the_lines_by_their_day(salon_team: Shop, session: Appointment, owner: Person) -> None:
    waiting(session, "Ada", "Bea")
    WaitlistEntryFactory(
        session=None, service=salon_team.cut, date=dt.date(2030, 1, 7), staff=salon_team.ben, contact_name="Cleo"
    )
    WaitlistEntryFactory(session=session, status="left", contact_name="Dora")
    page = shown(owner, "/team/waitlist/")
    assert names_on(page, "Ada", "Bea", "Cleo", "Dora") == ["Ada", "Bea", "Cleo"]
    assert "1 of 1 booked" in page
    assert "Any time that becomes free on this day" in page
    assert "with Ben Ruiz" in page


def test_nobody_waits(salon_team: Shop, owner: Person) -> None:
    assert "Nobody waits" in shown(owner, "/team/waitlist/")
    configure(salon_team.tenant, features={"waitlist": False})
    assert 'href="/team/waitlist/"' not in shown(owner, "/team/")


def test_what_the_team_does(session: Appointment, owner: Person) -> None:
    ada, bea = waiting(session, "Ada", "Bea")
    form = {"next": "/team/waitlist/"}
    page = done(owner, f"/team/waitlist/{bea.pk}/up/", form | {"before": str(ada.pk)})
    assert "Bea has moved up." in page
    assert names_on(page.partition('class="roll"')[2], "Ada", "Bea") == ["Bea", "Ada"]
    assert "There is no place to offer now" in done(owner, f"/team/waitlist/{ada.pk}/offer/", form)
    Appointment.objects.filter(pk=session.pk).update(capacity=2)
    page = done(owner, f"/team/waitlist/{ada.pk}/offer/", form)
    assert "A place is held for Ada." in page
    assert "Offered until" in page
    assert "Ada has taken the place." in done(owner, f"/team/waitlist/{ada.pk}/accept/", form)
    assert Booking.objects.filter(status="confirmed").count() == 2
    assert "Bea is off the waitlist." in done(owner, f"/team/waitlist/{bea.pk}/remove/", form)
    assert sent(owner, f"/team/waitlist/{bea.pk}/x/", form).status_code == 404
    assert sent(owner, f"/team/waitlist/{bea.pk}/up/", form | {"before": "x"}).status_code == 404


def test_a_held_booking_is_told_as_such(session: Appointment, owner: Person) -> None:
    (ada,) = waiting(session, "Ada")
    Appointment.objects.filter(pk=session.pk).update(capacity=2)
    done(owner, f"/team/waitlist/{ada.pk}/offer/")
    held = Booking.objects.get(status="held")
    page = shown(owner, f"/team/bookings/{held.pk}/")
    assert "Held" in page
    assert "then free again" in page
    assert "Held" in shown(owner, "/team/classes/", day="2030-01-03")
    assert "Ada does not want the place." in done(owner, f"/team/waitlist/{ada.pk}/decline/")


def test_a_colleague_s_line_is_not_theirs(salon_team: Shop, stylist: Person, owner: Person) -> None:
    session = SessionFactory(staff=salon_team.ben, location=salon_team.place, starts_at=TOMORROW)
    (ada,) = waiting(session, "Ada")
    assert "Ada" not in shown(stylist, "/team/waitlist/").partition("<main")[2]
    assert sent(stylist, f"/team/waitlist/{ada.pk}/remove/", {}).status_code == 404
    ada.refresh_from_db()
    assert ada.status == "waiting"
