"""What else a visit and its series have, on the team's pages; answered, cancelled and moved as far as one says."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.models import Appointment, Booking, Visit
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.bookings.states import Status
from bookme.core.permissions import Role
from tests.bookings.desk import written
from tests.factories.bookings import SessionFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import MONDAY, Shop, configure, page_of
from tests.web.team.conftest import done, sent, shown
from tests.web.visits import WEEK, bookings_now, series_of, visit_of

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
C, X, P, D = Status.CONFIRMED, Status.CANCELLED, Status.PENDING, Status.DECLINED


@pytest.fixture
def visit(salon_team: Shop) -> Visit:
    """A cut and a colour."""
    return visit_of(salon_team)


@pytest.fixture
def visits(salon_team: Shop) -> list[Visit]:
    """A cut on four Mondays."""
    return series_of(salon_team)


def first_of(visit: Visit) -> Booking:
    found: Booking = visit.bookings.order_by("position").first()
    return found


def last_of(visit: Visit) -> Booking:
    found: Booking = visit.bookings.order_by("position").last()
    return found


def path_of(visit: Visit, rest: str = "") -> str:
    return f"/team/bookings/{first_of(visit).pk}/{rest}"


def statuses(*visits: Visit) -> list[str]:
    return [status for status, _start in bookings_now(*visits)]


def test_the_other_services_are_shown(visit: Visit, owner: Person) -> None:
    page = shown(owner, path_of(visit))
    assert "2 services in this visit" in page
    assert f'href="/team/bookings/{last_of(visit).pk}/"' in page
    for label in ("Only Cut &amp; finish", "The whole visit"):
        assert label in page
    assert "Only Full colour" not in page  # it has a page of its own


def test_the_series_is_shown(visits: list[Visit], owner: Person) -> None:
    page = shown(owner, path_of(visits[1]))
    assert "4 visits, every week on Monday at 10:00" in page
    for each in (visits[0], visits[2], visits[3]):
        assert f'href="{path_of(each)}"' in page
    assert "This and the 2 dates after it" in page


def test_a_booking_by_itself_asks_nothing(salon_team: Shop, owner: Person) -> None:
    alone = visit_of(salon_team, salon_team.cut)
    for rest in ("", "move/"):
        page = shown(owner, path_of(alone, rest))
        assert "What is cancelled" not in page
        assert "What moves" not in page
    assert "in this visit" not in page


def test_who_sees_a_part_of_it_changes_that_part(salon_team: Shop) -> None:
    visit = visit_of(salon_team)
    Appointment.objects.filter(bookings=first_of(visit)).update(staff=salon_team.ben)
    bound = make_person(salon_team.tenant, Role.MANAGER, staff_ids=[str(salon_team.ben.pk)])
    page = shown(bound, path_of(visit))
    assert "Full colour" not in page
    assert "The whole visit" not in page
    before = statuses(visit)
    answer = sent(bound, path_of(visit, "cancel/"), {"version": 1, "what": "this"})
    assert answer.status_code == 404
    assert statuses(visit) == before
    assert "can no longer be moved together" in page_of(bound.page.get(path_of(visit, "move-visit/"), follow=True))


@pytest.mark.parametrize(("what", "left"), [("", [X, C]), ("own", [X, C]), ("this", [X, X])])
def test_cancel_a_service_or_the_visit(visit: Visit, owner: Person, what: str, left: list[Status]) -> None:
    key = str(first_of(visit).pk) if what == "own" else what
    page = done(owner, path_of(visit, "cancel/"), {"version": 1, "what": key, "reason": "Flood"})
    assert statuses(visit) == left
    said = "The visit of Ada Byron is cancelled." if what == "this" else "The booking of Ada Byron is cancelled."
    assert said in page
    assert {each.fee for each in visit.bookings.all()} == {0}


@pytest.mark.parametrize(
    ("what", "left", "said"),
    [
        ("this", [C, X, C, C], "The visit of Ada Byron is cancelled."),
        ("following", [C, X, X, X], "3 dates of Ada Byron are cancelled."),
        ("all", [X, X, X, X], "4 dates of Ada Byron are cancelled."),
    ],
)
def test_cancel_more_of_a_series(visits: list[Visit], owner: Person, what: str, left: list[Status], said: str) -> None:
    assert said in done(owner, path_of(visits[1], "cancel/"), {"version": 1, "what": what})
    assert statuses(*visits) == left


@pytest.mark.parametrize("what", ["following", "all", "nonsense", "00000000-0000-0000-0000-000000000000"])
def test_what_there_is_not_is_not_cancelled(visit: Visit, owner: Person, what: str) -> None:
    before = written()
    assert sent(owner, path_of(visit, "cancel/"), {"version": 1, "what": what}).status_code == 404
    assert (statuses(visit), written()) == ([C, C], before)


def test_what_somebody_has_changed_is_not_cancelled(visits: list[Visit], owner: Person) -> None:
    done(owner, path_of(visits[0], "cancel/"), {"version": 7, "what": "all"})
    assert statuses(*visits) == [C, C, C, C]


@pytest.mark.parametrize(("step", "left"), [("confirm", [C, C]), ("decline", [D, D])])
def test_a_request_is_answered_as_a_whole(salon_team: Shop, owner: Person, step: str, left: list[Status]) -> None:
    configure(salon_team.tenant, policies={"auto_confirm": False})
    visit = visit_of(salon_team)
    assert statuses(visit) == [P, P]
    page = shown(owner, path_of(visit))
    assert "Yes and no are for the whole visit: all 2 services." in page
    assert "This declines the whole visit" in page
    page = shown(owner, "/team/requests/")
    assert page.count('class="card req"') == 1
    assert "for all 2 services" in page
    assert "£80" in page
    assert '<span class="count num">1<' in page
    assert path_of(visit, "move-visit/") in page
    done(owner, path_of(visit, f"{step}/"), {"version": 1})
    assert statuses(visit) == left


def test_dates_of_a_series_are_requests_of_their_own(salon_team: Shop, owner: Person) -> None:
    configure(salon_team.tenant, policies={"auto_confirm": False})
    visits = series_of(salon_team)
    page = shown(owner, "/team/requests/")
    assert page.count('class="card req"') == 4
    assert page.count("One date of a series") == 4
    done(owner, path_of(visits[2], "confirm/"), {"version": 1})
    assert statuses(*visits) == [P, P, C, P]


def test_the_visit_moves_as_one(visit: Visit, owner: Person) -> None:
    page = shown(owner, path_of(visit, "move/"))
    assert f"{path_of(visit, 'move-visit/')}?what=this" in page
    path = path_of(visit, "move-visit/")
    start = MONDAY + HOUR
    page = shown(owner, path)
    assert f'value="{start.isoformat()}"' in page  # it is not in its own way
    assert "The same people" in page
    assert "Moved." in done(owner, path, {"version": 1, "start": start.isoformat()})
    assert bookings_now(visit) == [(C, start), (C, start + HOUR)]


def test_with_whoever_is_free(salon_team: Shop, visit: Visit, owner: Person) -> None:
    visit_of(salon_team, salon_team.cut, start=MONDAY + DAY)  # Ana is taken at ten, and Ben can cut
    start = (MONDAY + DAY).isoformat()
    path = path_of(visit, "move-visit/")
    assert f'value="{start}"' not in shown(owner, path, day="2030-01-08")
    assert f'value="{start}"' in page_of(owner.page.get(f"{path}?day=2030-01-08&who=any"))
    answer = sent(owner, path, {"version": 1, "start": start})
    assert answer.status_code == 409
    assert "just been taken" in page_of(answer)
    assert bookings_now(visit) == [(C, MONDAY), (C, MONDAY + HOUR)]
    done(owner, f"{path}?who=any", {"version": 1, "start": start})
    assert first_of(visit).appointment.staff == salon_team.ben
    assert bookings_now(visit) == [(C, MONDAY + DAY), (C, MONDAY + DAY + HOUR)]


@pytest.mark.parametrize(("what", "moved"), [("following", {1, 2, 3}), ("all", {0, 1, 2, 3})])
def test_more_of_a_series_moves_as_far(visits: list[Visit], owner: Person, what: str, moved: set[int]) -> None:
    path = path_of(visits[1], f"move-visit/?what={what}")
    page = page_of(owner.page.get(path))
    assert f"Move {len(moved)} dates" in page
    done(owner, path, {"version": 1, "start": (MONDAY + WEEK + DAY).isoformat()})
    assert bookings_now(*visits) == [(C, MONDAY + n * WEEK + (DAY if n in moved else 0 * DAY)) for n in range(4)]


def test_where_one_date_is_not_free_nothing_moves(salon_team: Shop, visits: list[Visit], owner: Person) -> None:
    visit_of(salon_team, salon_team.cut, start=MONDAY + 2 * WEEK + DAY)
    for version, said in ((1, "Monday 21 January"), (9, "just changed")):
        data = {"version": version, "start": (MONDAY + DAY).isoformat()}
        answer = sent(owner, path_of(visits[0], "move-visit/?what=all"), data)
        assert answer.status_code == 409
        assert said.replace("Monday 21", "Tuesday 22") in page_of(answer)
    assert [at for _status, at in bookings_now(*visits)] == [MONDAY + n * WEEK for n in range(4)]


@pytest.mark.parametrize("start", ["", "2030-01-07", "x"])
def test_no_time_moves_nothing(visit: Visit, owner: Person, start: str) -> None:
    answer = sent(owner, path_of(visit, "move-visit/"), {"version": 1, "start": start})
    assert answer.status_code == 409
    assert "Pick a time to go on." in page_of(answer)
    assert [at for _status, at in bookings_now(visit)] == [MONDAY, MONDAY + HOUR]


def test_a_course_moves_to_other_sessions(salon_team: Shop, owner: Person) -> None:
    yoga = ServiceFactory(of_class=True, staff=[salon_team.ana])
    for week in range(2):
        SessionFactory(service=yoga, staff=salon_team.ana, location=salon_team.place, starts_at=MONDAY + week * WEEK)
    visits = series_of(salon_team, yoga, rule=Recurrence(frequency=Frequency.WEEKLY, count=2))
    others = [
        SessionFactory(service=yoga, staff=who, location=salon_team.place, starts_at=MONDAY + week * WEEK + 2 * HOUR)
        for week in range(2)
        for who in (salon_team.ana, salon_team.ben)
    ]
    path = path_of(visits[0], "move-visit/?what=all")
    assert f'value="{others[1].pk}"' in page_of(owner.page.get(path))
    done(owner, path, {"version": 1, "session": str(others[1].pk)})
    assert [at for _status, at in bookings_now(*visits)] == [MONDAY + 2 * HOUR, MONDAY + WEEK + 2 * HOUR]
    assert {each.appointment.staff for each in Booking.objects.select_related("appointment")} == {salon_team.ben}


def test_what_is_over_is_not_moved(visits: list[Visit], owner: Person, clock: Any) -> None:
    clock.move_to(MONDAY + 9 * WEEK)
    assert "Nothing of it is still to come." in shown(owner, path_of(visits[0]))
    answer = owner.page.get(path_of(visits[0], "move-visit/?what=all"), follow=True)
    assert "can no longer be moved together" in page_of(answer)
