"""When people work: the week as a form and back."""

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest

from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.staff.models import Staff, WorkingHours
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.web.team.shifts import rows_of, rows_sent
from tests.factories.locations import LocationFactory
from tests.factories.staff import StaffFactory, WorkingHoursFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import done, sent, shown

MONDAY = {"d0-0-start": "09:00", "d0-0-end": "17:30", "d0-0-b0-start": "12:00", "d0-0-b0-end": "12:45"}


def path_of(person: Staff) -> str:
    return f"/team/hours/{person.pk}/"


def week_of(person: Staff) -> list[tuple[Any, ...]]:
    rows = WorkingHours.objects.filter(staff=person).order_by("on_date", "weekday", "start")
    return list(rows.values_list("weekday", "on_date", "start", "end", "breaks"))


def test_the_week_is_replaced(salon_team: Shop, manager: Person) -> None:
    assert 'name="d0-0-start" value="09:00"' in shown(manager, path_of(salon_team.ben))
    page = done(manager, path_of(salon_team.ben), MONDAY)
    assert "The hours of Ben Ruiz are saved." in page
    assert "09:00–17:30" in page
    assert week_of(salon_team.ben) == [(0, None, 540, 1050, [[720, 765]])]
    assert Event.objects.get().name == "staff.changed"


def test_what_is_shown_is_what_is_sent_back(salon_team: Shop, owner: Person) -> None:
    person = StaffFactory(name="Cleo")
    place, _other = LocationFactory(), LocationFactory()
    WorkingHoursFactory(staff=person, weekday=4, start=1320, end=1800, breaks=[[1500, 1530]], location=place)
    WorkingHoursFactory(staff=person, weekday=4, start=540, end=720, breaks=[[600, 610], [650, 660]])
    WorkingHoursFactory(staff=person, on_date="2030-01-07", start=600, end=700)
    before = week_of(person)
    data = {}
    for row in rows_of(WorkingHours.objects.filter(staff=person, on_date=None)):
        data |= {f"{row.prefix}-start": row.start, f"{row.prefix}-end": row.end, f"{row.prefix}-place": row.place}
        for number, start, end in row.break_rows:
            data |= {f"{row.prefix}-b{number}-start": start, f"{row.prefix}-b{number}-end": end}
    assert data["d4-1-end"] == "06:00"
    done(owner, path_of(person), data)
    assert week_of(person) == before
    assert WorkingHours.objects.get(staff=person, start=1320).location == place


def test_one_more_shift_and_one_more_break(salon_team: Shop, owner: Person) -> None:
    before = week_of(salon_team.ben)
    page = page_of(sent(owner, path_of(salon_team.ben), MONDAY | {"add": "0"}))
    assert 'name="d0-1-start" value=""' in page
    assert 'name="d0-0-end" value="17:30"' in page
    page = page_of(sent(owner, path_of(salon_team.ben), MONDAY | {"add": "d0-0"}))
    assert 'name="d0-0-b1-start" value=""' in page
    assert week_of(salon_team.ben) == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"d0-0-end": ""}, "Give the start and the end"),
        ({"d0-0-start": "9 o'clock"}, "Give the start and the end"),
        ({"d0-0-start": "\x00"}, "Give the start and the end"),
        ({"d0-0-start": "25:00"}, "Give the start and the end"),
        ({"d0-0-b0-end": ""}, "Give the start and the end"),
        ({"d0-0-b0-start": "18:00", "d0-0-b0-end": "18:30"}, "Breaks lie within the shift"),
        ({"d0-1-start": "16:00", "d0-1-end": "20:00"}, "This overlaps other hours"),
        ({"d0-0-place": "nowhere"}, "d0-0-error"),
        ({"d0-0-place": "01a1fc30-1d32-76bf-a38e-f37befb62cea"}, "d0-0-error"),
    ],
)
def test_faults_are_beside_their_rows(salon_team: Shop, owner: Person, change: dict[str, str], said: str) -> None:
    before = week_of(salon_team.ben)
    response = sent(owner, path_of(salon_team.ben), MONDAY | change)
    assert response.status_code == 422
    assert said in page_of(response)
    assert week_of(salon_team.ben) == before
    assert not Event.objects.exists()


def test_single_dates_that_cannot_stay_are_said(salon_team: Shop, owner: Person) -> None:
    WorkingHours.objects.filter(staff=salon_team.ben).delete()
    for day, start, end in ((7, 1200, 1560), (8, 60, 600)):
        WorkingHoursFactory(
            staff=salon_team.ben, weekday=None, on_date=dt.date(2030, 1, day), start=start, end=end, breaks=[]
        )
    before = week_of(salon_team.ben)
    response = sent(owner, path_of(salon_team.ben), {})
    assert response.status_code == 422
    assert "This overlaps other hours" in page_of(response)
    assert week_of(salon_team.ben) == before


def test_forged_rows_are_left_out() -> None:
    rows = rows_sent({"d9-0-start": "09:00", "d0-99-start": "09:00", "add": "x"})
    assert [row.weekday for row in rows if row.is_blank] == list(range(7))
    assert len(rows) == 7


def test_longer_than_a_day_is_not_for_this_form(salon_team: Shop, owner: Person) -> None:
    person = StaffFactory()
    WorkingHoursFactory(staff=person, weekday=0, start=60, end=1800)
    page = shown(owner, path_of(person))
    assert "A shift here lasts longer than a day." in page
    assert 'name="d0-0-start"' not in page


def test_staff_look_and_do_not_touch(salon_team: Shop, stylist: Person) -> None:
    assert path_of(salon_team.ana) not in shown(stylist, "/team/hours/")
    before = week_of(salon_team.ana)
    shown(stylist, path_of(salon_team.ana), status=403)
    assert sent(stylist, path_of(salon_team.ana), MONDAY).status_code == 403
    assert week_of(salon_team.ana) == before


def test_a_manager_of_some_keeps_those_only(salon_team: Shop) -> None:
    some = make_person(salon_team.tenant, Role.MANAGER, staff_ids=[str(salon_team.ana.pk)])
    page = shown(some, "/team/hours/")
    assert path_of(salon_team.ana) in page
    assert path_of(salon_team.ben) not in page
    assert sent(some, path_of(salon_team.ben), MONDAY).status_code == 404
    assert len(week_of(salon_team.ben)) == 7


def test_unknown_people_are_not_found(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = StaffFactory()
    for each in (foreign.pk, uuid4()):
        shown(owner, f"/team/hours/{each}/", status=404)
