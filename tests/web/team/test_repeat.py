"""A caller's booking that repeats: how often, every date free or why not, what is picked, and all of it booked."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.core.time import minute_of
from tests.bookings.desk import written
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person
from tests.web.conftest import MONDAY, Shop, page_of
from tests.web.team.conftest import done, sent, shown
from tests.web.visits import WEEK, bookings_now, visit_of

HOUR = dt.timedelta(hours=1)
CALLER = {"name": "Ada Byron", "email": "ada@mail.example"}
FOUR = {"every": "1", "unit": "weekly", "count": "4"}


def address(shop: Shop, page: str = "repeat", **more: Any) -> str:
    query = {"service": shop.cut.pk, "person": shop.ana.pk, "start": MONDAY.isoformat()} | more
    return f"/team/new/{page}/?" + urlencode({k: v for k, v in query.items() if v is not None}, doseq=True)


def dates(*weeks: int, later: dt.timedelta = 0 * HOUR) -> list[str]:
    return [str(minute_of(MONDAY + week * WEEK + later)) for week in weeks]


def test_it_is_asked_once_there_is_a_time(salon_team: Shop, stylist: Person) -> None:
    assert "/team/new/repeat/?" in shown(stylist, address(salon_team, "customer"))
    page = shown(stylist, address(salon_team))
    assert "Show the dates" in page
    assert 'name="date"' not in page
    assert stylist.page.get(address(salon_team, start=None)).status_code == 302


def test_every_date_is_shown_before(salon_team: Shop, stylist: Person) -> None:
    taken = visit_of(salon_team, salon_team.cut, start=MONDAY + WEEK)
    page = shown(stylist, address(salon_team, **FOUR))
    assert "Every week on Monday at 10:00" in page
    assert "3 of 4 available" in page
    for minute in dates(0, 2, 3):
        assert f'name="date" value="{minute}" checked' in page
    assert f'value="{dates(1)[0]}"' not in page
    assert "Something is booked then." in page
    assert f'<option value="{dates(1, later=HOUR)[0]}">' in page  # near it
    assert "Leave this date out" in page
    assert Visit.objects.get() == taken


def test_what_is_picked_is_booked_together(salon_team: Shop, stylist: Person) -> None:
    visit_of(salon_team, salon_team.cut, start=MONDAY + WEEK)
    picked = ["", *dates(0, 2), *dates(1, later=HOUR)]  # one left out, one at another time
    path = address(salon_team, "customer", **FOUR, date=picked)
    page = shown(stylist, path)
    assert "Book 3 dates" in page
    assert page.index("Mon 7 Jan, 10:00") < page.index("Mon 14 Jan, 11:00") < page.index("Mon 21 Jan, 10:00")
    form = CALLER | {"draft": str(uuid4())}
    assert "Ada Byron is booked on 3 dates." in done(stylist, path, form)
    series = Series.objects.get()
    assert Recurrence.from_data(series.rule) == Recurrence(frequency=Frequency.WEEKLY, count=4)
    visits = series.visits.all()
    assert [at for _status, at in bookings_now(*visits)] == [MONDAY, MONDAY + WEEK + HOUR, MONDAY + 2 * WEEK]
    assert {each.source for each in visits} == {"team"}
    before = written()
    done(stylist, path, form)  # the same form once more
    assert written() == before


def test_until_goes_before_the_number(salon_team: Shop, stylist: Person) -> None:
    page = shown(stylist, address(salon_team, **FOUR, until="2030-01-20"))
    assert "2 of 2 available" in page
    page = shown(stylist, address(salon_team, every="1", unit="monthly", count="3"))
    assert "Every month on the first Monday at 10:00" in page
    assert "Monday 4 February, 10:00" in page


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"every": "0", "unit": "weekly", "count": "4"}, "greater than or equal to 1"),
        ({"every": "53", "unit": "weekly", "count": "4"}, "less than or equal to 52"),
        ({"every": "1", "unit": "daily", "count": "4"}, "not one of the available choices"),
        ({"every": "1", "unit": "weekly", "count": "105"}, "less than or equal to 104"),
        ({"every": "1", "unit": "weekly"}, "Say how many dates, or until when."),
        ({"every": "", "unit": "weekly", "count": "4"}, "This field is required."),
        ({"every": "1", "unit": "weekly", "until": "2030-01-01"}, "It ends before its first date."),
        ({"every": "1", "unit": "weekly", "until": "2032-02-01"}, "At most 104 dates, within three years."),
        ({"every": "52", "unit": "weekly", "count": "10"}, "At most 104 dates, within three years."),
        ({"every": "1", "unit": "weekly", "until": "soon"}, "Enter a valid date."),
    ],
)
def test_what_is_no_rule_is_said(salon_team: Shop, stylist: Person, given: dict[str, str], said: str) -> None:
    page = page_of(stylist.page.get(address(salon_team, **given)))
    assert said in page
    assert 'name="date"' not in page


def test_too_far_ahead_is_left_out(salon_team: Shop, stylist: Person) -> None:
    page = shown(stylist, address(salon_team, every="20", unit="weekly", count="2"))
    assert "Too far ahead." in page
    assert "It is left out." in page
    assert '<option value="">' not in page


@pytest.mark.parametrize("picked", [[], [""], ["x"], ["9" * 12], ["-1"]])
def test_with_no_date_picked_one_goes_back(salon_team: Shop, stylist: Person, picked: list[str]) -> None:
    answer = stylist.page.get(address(salon_team, "customer", **FOUR, date=picked))
    assert answer.status_code == 302
    page = shown(stylist, answer["Location"])
    assert "Pick at least one date." in page
    assert sent(stylist, address(salon_team, "customer", **FOUR, date=picked), CALLER).status_code == 302
    assert not Booking.objects.exists()


@pytest.mark.parametrize("minute", ["0", "999999999"])
def test_dates_that_cannot_be_are_refused(salon_team: Shop, stylist: Person, minute: str) -> None:
    before = written()
    answer = sent(stylist, address(salon_team, "customer", **FOUR, date=[*dates(0), minute]), CALLER)
    assert answer.status_code == 409
    assert written() == before


def test_a_date_taken_meanwhile_books_nothing(salon_team: Shop, stylist: Person) -> None:
    visit_of(salon_team, salon_team.cut, start=MONDAY + WEEK)
    before = written()
    answer = sent(stylist, address(salon_team, "customer", **FOUR, date=dates(0, 1, 2)), CALLER)
    page = page_of(answer)
    assert answer.status_code == 409
    assert "Some of these dates are not free any more." in page
    assert "Look at the dates" in page
    assert written() == before


def test_the_search_keeps_what_is_picked(salon_team: Shop, owner: Person) -> None:
    page = shown(owner, address(salon_team, "customer", **FOUR, date=dates(0, 1), q="ada"))
    for each in dates(0, 1):
        assert f'name="date" value="{each}"' in page
    assert 'name="every" value="1"' in page


def test_a_class_repeats_in_its_sessions(salon_team: Shop, owner: Person) -> None:
    yoga = ServiceFactory(of_class=True, staff=[salon_team.ana])
    sessions = [
        SessionFactory(service=yoga, staff=salon_team.ana, location=salon_team.place, starts_at=MONDAY + n * WEEK)
        for n in (0, 2)
    ]
    first = {"service": None, "person": None, "start": None, "session": sessions[0].pk}
    page = shown(owner, address(salon_team, **first, every="1", unit="weekly", count="3"))
    assert "2 of 3 available" in page
    assert "A class is booked by its sessions" in page
    path = address(salon_team, "customer", **first, every="1", unit="weekly", count="3", date=dates(0, 2))
    assert "booked on 2 dates" in done(owner, path, CALLER)
    found = Booking.objects.order_by("appointment__starts_at")
    assert [each.appointment_id for each in found] == [each.pk for each in sessions]


def test_of_several_sessions_at_a_time_it_repeats_in_those_of_the_same_person(salon_team: Shop, owner: Person) -> None:
    """A place that is left with somebody else is better than none."""
    yoga = ServiceFactory(of_class=True, staff=[salon_team.ana, salon_team.ben])
    anas, bens = (
        [
            SessionFactory(service=yoga, staff=who, location=salon_team.place, starts_at=MONDAY + n * WEEK)
            for n in range(3)
        ]
        for who in (salon_team.ana, salon_team.ben)
    )
    Appointment.objects.filter(pk__in=[anas[0].pk, bens[2].pk]).update(seats_taken=8)
    every_week = {"every": "1", "unit": "weekly", "count": "3"}
    first = {"service": None, "person": None, "start": None, "session": bens[0].pk}
    assert "3 of 3 available" in shown(owner, address(salon_team, **first, **every_week))
    done(owner, address(salon_team, "customer", **first, **every_week, date=dates(0, 1, 2)), CALLER)
    found = Booking.objects.order_by("appointment__starts_at")
    assert [each.appointment_id for each in found] == [bens[0].pk, bens[1].pk, anas[2].pk]
