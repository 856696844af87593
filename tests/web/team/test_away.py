"""Closures and time off: who keeps which, and what still stands in that time."""

import datetime as dt
import html
import re
from typing import Any

import pytest

from bookme.eventlog.models import Event
from bookme.locations.models import Closure
from bookme.staff.models import TimeOff
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.locations import ClosureFactory
from tests.factories.staff import TimeOffFactory
from tests.factories.users import Person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, book, done, helped_by, sent, shown

CLOSURE = {"name": "Stocktaking", "place": "", "first": "2030-01-02", "last": "2030-01-03"}


def midnight(day: int) -> dt.datetime:
    return dt.datetime(2030, 1, day, tzinfo=dt.UTC)


def test_a_closure_and_what_still_stands_in_it(salon_team: Shop, manager: Person) -> None:
    book(salon_team, "Ada", at=TODAY_AT_TEN)
    book(salon_team, "Bea", person=salon_team.ben, at=TODAY_AT_TEN + dt.timedelta(days=1))
    book(salon_team, "Cleo", at=TODAY_AT_TEN + dt.timedelta(days=2))
    page = done(manager, "/team/away/closure/", CLOSURE)
    closure = Closure.objects.get()
    assert (closure.starts_at, closure.ends_at, closure.location) == (midnight(2), midnight(4), None)
    assert "2 bookings still stand" in page
    assert "Cleo" not in page
    assert Event.objects.get().name == "locations.changed"
    page = done(manager, f"/team/away/closure/{closure.pk}/remove/")
    assert "No closure is planned." in page
    assert not Closure.objects.exists()


def test_a_closure_of_hours_at_one_place(salon_team: Shop, owner: Person) -> None:
    form = CLOSURE | {"place": str(salon_team.place.pk), "last": "", "from_time": "12:00", "to_time": "14:30"}
    page = done(owner, "/team/away/closure/", form)
    closure = Closure.objects.get()
    assert closure.location == salon_team.place
    assert closure.starts_at == dt.datetime(2030, 1, 2, 12, tzinfo=dt.UTC)
    assert closure.ends_at == dt.datetime(2030, 1, 2, 14, 30, tzinfo=dt.UTC)
    assert "Soho" in page


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"first": ""}, "first"),
        ({"first": "2030-02-31"}, "first"),
        ({"first": "tomorrow"}, "first"),
        ({"last": "2030-01-01"}, "last"),
        ({"last": "9999-12-31"}, "last"),
        ({"from_time": "12:00"}, "to_time"),
        ({"from_time": "25:00", "to_time": "26:00"}, "from_time"),
        ({"last": "", "from_time": "12:00", "to_time": "12:00"}, "last"),
        ({"place": "01a1fc30-1d32-76bf-a38e-f37befb62cea"}, "place"),
    ],
)
def test_faults_are_beside_their_fields(salon_team: Shop, owner: Person, change: dict[str, Any], field: str) -> None:
    response = sent(owner, "/team/away/closure/", CLOSURE | change)
    assert response.status_code == 422
    page = page_of(response)
    assert f'id="closure-{field}_error"' in page
    assert "Stocktaking" in page or field == "name"
    assert not Closure.objects.exists()


def test_staff_keep_their_own_time_off_only(salon_team: Shop, stylist: Person) -> None:
    page = shown(stylist, "/team/away/")
    assert "Add a closure" not in page
    assert "Ben Ruiz" not in page
    form = {"person": str(salon_team.ana.pk), "first": "2030-01-03", "reason": "Dentist"}
    assert "Ana Okafor is away then." in done(stylist, "/team/away/time-off/", form)
    mine = TimeOff.objects.get()
    assert (mine.staff, mine.starts_at, mine.ends_at) == (salon_team.ana, midnight(3), midnight(4))
    assert sent(stylist, "/team/away/time-off/", form | {"person": str(salon_team.ben.pk)}).status_code == 422
    assert sent(stylist, "/team/away/closure/", CLOSURE).status_code == 403
    assert TimeOff.objects.count() == 1
    assert not Closure.objects.exists()
    done(stylist, f"/team/away/time-off/{mine.pk}/remove/")
    assert not TimeOff.objects.exists()


def test_a_colleague_s_time_off_is_not_theirs(salon_team: Shop, stylist: Person, manager: Person) -> None:
    other = TimeOffFactory(staff=salon_team.ben, reason="Secret")
    assert "Secret" not in shown(stylist, "/team/away/")
    assert sent(stylist, f"/team/away/time-off/{other.pk}/remove/").status_code == 404
    assert TimeOff.objects.exists()
    assert "Secret" in shown(manager, "/team/away/")
    done(manager, f"/team/away/time-off/{other.pk}/remove/")
    assert not TimeOff.objects.exists()


def test_time_off_shows_that_person_s_bookings(salon_team: Shop, manager: Person) -> None:
    book(salon_team, "Ada")
    book(salon_team, "Bea", person=salon_team.ben)
    page = done(manager, "/team/away/time-off/", {"person": str(salon_team.ben.pk), "first": "2030-01-02"})
    assert "1 booking still stands" in page
    assert "Bea" in page
    assert "Ada" not in page


def test_what_is_another_business_s_is_not_found(salon_team: Shop, owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        closure, time_off = ClosureFactory(), TimeOffFactory()
    assert sent(owner, f"/team/away/closure/{closure.pk}/remove/").status_code == 404
    assert sent(owner, f"/team/away/time-off/{time_off.pk}/remove/").status_code == 404
    with tenant_scope(rival):
        assert Closure.objects.exists()
        assert TimeOff.objects.exists()


def test_time_off_of_who_helps_names_the_booking(salon_team: Shop, owner: Person) -> None:
    helped_by(book(salon_team, "Bea", person=salon_team.ben), salon_team.ana)
    TimeOffFactory(staff=salon_team.ana, starts_at=midnight(2), ends_at=midnight(3))
    page = shown(owner, "/team/away/")
    assert "1 booking still stands" in page
    assert "Bea" in page


def test_time_is_blocked_from_a_day_of_the_agenda_and_freed_again(salon_team: Shop, owner: Person) -> None:
    book(salon_team, "Ada", at=TODAY_AT_TEN)
    book(salon_team, "Bea", person=salon_team.ben, at=TODAY_AT_TEN)
    day = f"/team/?day=2030-01-02&person={salon_team.ana.pk}"
    page = shown(owner, day)
    link = html.unescape(re.findall(r'href="(/team/away/\?[^"]*)#block"', page)[0])
    form = shown(owner, link)
    assert '<details class="card add" id="block" open>' in form
    assert f'<option value="{salon_team.ana.pk}" selected>' in form
    assert 'name="first" value="2030-01-02"' in form
    assert f'name="next" value="{html.escape(day)}"' in form
    given = {"person": str(salon_team.ana.pk), "first": "2030-01-02", "from_time": "09:00", "to_time": "11:00"}
    response = sent(owner, "/team/away/time-off/", given | {"reason": "Dentist", "next": day})
    assert response["Location"] == day
    page = page_of(owner.page.get(day))
    assert "Ana Okafor is away then. Nobody can book that time. 1 booking still stands in it." in page
    assert "Away: Dentist" in page
    blocked = TimeOff.objects.get()
    assert f'action="/team/away/time-off/{blocked.pk}/remove/"' in page
    assert "The time off is gone." in done(owner, f"/team/away/time-off/{blocked.pk}/remove/", {"next": day})
    assert not TimeOff.objects.exists()


def test_a_day_that_cannot_be_read_is_today_and_nobody_is_led_elsewhere(salon_team: Shop, owner: Person) -> None:
    assert 'name="first" value="2030-01-02"' in shown(owner, "/team/away/", day="0000", person="x")
    given = {"person": str(salon_team.ana.pk), "first": "2030-01-03", "next": "https://elsewhere.example/"}
    assert sent(owner, "/team/away/time-off/", given)["Location"] == "/team/away/"


def test_who_keeps_nobodys_time_blocks_none(salon_team: Shop, stylist: Person) -> None:
    assert "Block time" in shown(stylist, "/team/")
    salon_team.ana.user_id = None
    salon_team.ana.save()
    assert "Block time" not in shown(stylist, "/team/")
