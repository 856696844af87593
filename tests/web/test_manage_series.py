"""A visit of a series behind its link: it says so, lists its dates, and asks how far a change goes."""

import datetime as dt
from typing import Any

import pytest
from icalendar import Calendar

from bookme.bookings.models import Visit
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.bookings.states import Status
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.web.conftest import MONDAY, Visitor, configure, page_of
from tests.web.visits import WEEK, bookings_now, path_of, series_of, visit_of

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
POLICIES = {
    "cancellation": {"free_until_minutes": 1440, "late_fee_percent": 50},
    "reschedule": {"allowed_until_minutes": 240, "max_times": 1},
}
C, X = Status.CONFIRMED, Status.CANCELLED


@pytest.fixture
def visits(visitor: Visitor) -> list[Visit]:
    """A cut on four Mondays at ten."""
    configure(visitor.shop.tenant, policies=POLICIES)
    return series_of(visitor.shop)


def statuses(visits: list[Visit]) -> list[str]:
    return [status for status, _start in bookings_now(*visits)]


def test_it_says_so_and_lists_its_dates(visitor: Visitor, visits: list[Visit]) -> None:
    for path in (path_of(visits[1]), path_of(visits[1]).replace("/manage/", "/book/done/")):
        page = page_of(visitor.get(path))
        assert "4 visits, every week on Monday at 10:00" in page
        for each in visits:
            assert f'href="{path_of(each)}"' in page
        assert page.count('aria-current="true"') == 1
        assert page.count("This one") == 1
    assert "Monday 14 January, 10:00" in page
    assert "Mon 28 Jan, 10:00" in page


def test_a_visit_by_itself_is_no_series(visitor: Visitor, visits: list[Visit]) -> None:
    page = page_of(visitor.get(path_of(visit_of(visitor.shop, visitor.shop.cut, start=MONDAY + DAY))))
    assert "every week" not in page
    assert "Your dates" not in page


@pytest.mark.parametrize(("what", "left"), [("this", [C, X, C, C]), ("following", [C, X, X, X]), ("all", [X, X, X, X])])
def test_cancel_so_far(visitor: Visitor, visits: list[Visit], what: str, left: list[Status]) -> None:
    page = page_of(visitor.get(f"{path_of(visits[1])}cancel/", what=what))
    for label in ("Only this date", "This and the 2 dates after it", "All 4 dates still to come"):
        assert label in page
    assert f'value="{what}" checked' in page
    answer = visitor.post(f"{path_of(visits[1])}cancel/", {"what": what, f"fee-{what}": "0"})
    assert answer["Location"] == path_of(visits[1])
    assert statuses(visits) == left


def test_what_each_way_costs(visitor: Visitor, visits: list[Visit], clock: Any) -> None:
    clock.move_to(MONDAY + WEEK - HOUR)  # of the second date the free time has run out
    page = page_of(visitor.get(f"{path_of(visits[1])}cancel/"))
    for key, fee in (("this", "20.00"), ("all", "20.00")):
        assert f'name="fee-{key}" value="{fee}"' in page
    assert "fee-following" not in page  # the first date is over: it is the same as all
    assert visitor.post(f"{path_of(visits[1])}cancel/", {"what": "all", "fee-all": "0"}).status_code == 409
    assert statuses(visits) == [C, C, C, C]
    assert "that was possible until Sunday 13 January at 10:00. Cancelling costs 50% (£20)." in page
    rule = "Cancelling is free until 24 hours before. From 24 hours before, it costs 50% (£20)."
    assert f"Of each date: {rule}" in page
    assert visitor.post(f"{path_of(visits[1])}cancel/", {"what": "all", "fee-all": "20.00"}).status_code == 302
    assert statuses(visits) == [C, X, X, X]


@pytest.mark.parametrize(("what", "moved"), [("this", {1}), ("following", {1, 2, 3}), ("all", {0, 1, 2, 3})])
def test_move_so_far(visitor: Visitor, visits: list[Visit], what: str, moved: set[int]) -> None:
    path = f"{path_of(visits[1])}move/"
    page = page_of(visitor.get(path, what=what, date="2030-01-15"))
    start = MONDAY + WEEK + DAY + HOUR
    assert f'value="{start.isoformat()}"' in page
    assert f"move/?what={what}&amp;date=2030-01-15" in page
    answer = visitor.client.post(f"{path}?what={what}", {"slot": start.isoformat()})
    assert answer["Location"] == f"{path_of(visits[1])}?moved=1"
    as_far = DAY + HOUR
    assert bookings_now(*visits) == [(C, MONDAY + n * WEEK + (as_far if n in moved else 0 * DAY)) for n in range(4)]


def test_half_an_hour_later_is_not_in_its_own_way(visitor: Visitor, visits: list[Visit]) -> None:
    path, start = f"{path_of(visits[0])}move/?what=all", MONDAY + HOUR / 2
    assert f'value="{start.isoformat()}"' in page_of(visitor.client.get(f"{path}&date=2030-01-07"))
    assert visitor.client.post(path, {"slot": start.isoformat()}).status_code == 302
    assert [at for _status, at in bookings_now(*visits)] == [start + n * WEEK for n in range(4)]


def test_where_one_date_is_not_free_nothing_moves(visitor: Visitor, visits: list[Visit]) -> None:
    visit_of(visitor.shop, visitor.shop.cut, start=MONDAY + 2 * WEEK + 3 * HOUR)
    answer = visitor.client.post(f"{path_of(visits[0])}move/?what=all", {"slot": (MONDAY + 3 * HOUR).isoformat()})
    page = page_of(answer)
    assert answer.status_code == 422
    assert "Nothing was moved" in page
    assert "Monday 21 January, 13:00" in page
    assert [at for _status, at in bookings_now(*visits)] == [MONDAY + n * WEEK for n in range(4)]


def test_a_time_that_the_clock_skips(visitor: Visitor) -> None:
    """On Sunday, 31 March 2030, London has no half past one."""
    shop = visitor.shop
    early = MONDAY.replace(month=3, day=24, hour=9)
    visits = series_of(shop, start=early, rule=Recurrence(frequency=Frequency.WEEKLY, count=2))
    path = f"{path_of(visits[0])}move/?what=all"
    answer = visitor.client.post(path, {"slot": early.replace(hour=1, minute=30).isoformat()})
    assert answer.status_code == 422
    assert "the clock skips this time" in page_of(answer)
    assert bookings_now(*visits)[0][1] == early


def test_past_and_to_come(visitor: Visitor, visits: list[Visit], clock: Any) -> None:
    clock.move_to(MONDAY + WEEK + DAY)
    page = page_of(visitor.get(path_of(visits[0])))
    assert "2 earlier dates" in page
    assert ">Past<" in page
    assert "All 2 dates still to come" in page_of(visitor.get(f"{path_of(visits[0])}cancel/"))
    start = (MONDAY + 2 * WEEK + DAY).isoformat()
    assert visitor.client.post(f"{path_of(visits[0])}move/?what=all", {"slot": start}).status_code == 302
    assert [at for _status, at in bookings_now(*visits)][2:] == [MONDAY + 2 * WEEK + DAY, MONDAY + 3 * WEEK + DAY]
    clock.move_to(MONDAY + 9 * WEEK)
    page = page_of(visitor.get(path_of(visits[0])))
    assert "Nothing of it is still to come." in page
    assert f"{path_of(visits[0])}cancel/" not in page


def test_a_long_one_shows_the_next_dates_first(visitor: Visitor, settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_CONTACT = 100
    visits = series_of(visitor.shop, rule=Recurrence(frequency=Frequency.WEEKLY, count=10))
    assert "later date" not in page_of(visitor.get(path_of(visits[0])))
    visits = series_of(visitor.shop, start=MONDAY + HOUR, rule=Recurrence(frequency=Frequency.WEEKLY, count=12))
    page = page_of(visitor.get(path_of(visits[0])))
    assert "4 later dates" in page
    assert "12 visits, every week" in page


def test_a_calendar_file_of_all_dates(visitor: Visitor, visits: list[Visit]) -> None:
    path = f"{path_of(visits[1])}booking.ics"
    assert f'href="{path}?series=1"' in page_of(visitor.get(path_of(visits[1])))
    for query, count in (({}, 1), ({"series": "1"}, 4)):
        assert len(Calendar.from_ical(visitor.get(path, **query).content).walk("VEVENT")) == count


def test_a_course_moves_to_other_sessions(visitor: Visitor) -> None:
    shop = visitor.shop
    yoga = ServiceFactory(of_class=True, staff=[shop.ana], name="Yoga")
    _, other, *_ = [
        SessionFactory(service=yoga, staff=shop.ana, location=shop.place, starts_at=MONDAY + week * WEEK + hour * HOUR)
        for week in range(2)
        for hour in (0, 2)
    ]
    visits = series_of(shop, yoga, rule=Recurrence(frequency=Frequency.WEEKLY, count=2))
    path = f"{path_of(visits[0])}move/?what=all"
    page = page_of(visitor.client.get(path))
    assert "All 2 dates still to come" in page
    assert visitor.client.post(path, {"session": str(other.pk)}).status_code == 302
    assert [at for _status, at in bookings_now(*visits)] == [MONDAY + 2 * HOUR, MONDAY + WEEK + 2 * HOUR]


def test_its_words_in_other_languages(visitor: Visitor, visits: list[Visit]) -> None:
    configure(visitor.shop.tenant, policies=POLICIES, languages=["en", "fr", "ar", "es"])
    for language, words in (("fr", "4 visites, chaque semaine, le lundi à 10:00"), ("es", "4 visitas, cada semana")):
        assert words in page_of(visitor.client.get(f"{path_of(visits[0])}?lang={language}"))
    page = page_of(visitor.client.get(f"{path_of(visits[0])}?lang=ar"))
    assert 'dir="rtl"' in page
    assert "every week" not in page
