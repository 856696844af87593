"""Taking bookings along, and the way to what is brought."""

import datetime as dt

import pytest
from icalendar import Calendar

from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, book, shown

LISTS, EXPORT = "/team/lists/", "/team/lists/export/"


def test_the_agenda_leads_to_the_export_of_its_day(salon_team: Shop, manager: Person, stylist: Person) -> None:
    assert "/team/lists/?from=2030-01-02&amp;to=2030-01-02" in shown(manager, "/team/")
    page = shown(manager, LISTS, **{"from": "2030-01-02", "to": "2030-01-02"})
    assert page.count('value="2030-01-02"') == 2
    assert "/team/lists/" not in shown(stylist, "/team/")


def test_bookings_are_taken_along_by_the_filters_of_the_form(salon_team: Shop, manager: Person) -> None:
    book(salon_team, "Grace")
    book(salon_team, "Hedy", at=TODAY_AT_TEN + dt.timedelta(days=1))
    book(salon_team, "Ida", at=TODAY_AT_TEN + dt.timedelta(hours=2), person=salon_team.ben)

    def names(query: str) -> list[str]:
        answer = manager.page.get(f"{EXPORT}?format=csv&from=&to=&service=&staff={query}")
        assert answer["Content-Disposition"] == 'attachment; filename="bookings.csv"'
        text = b"".join(answer.streaming_content).decode()
        return [name for name in ("Grace", "Hedy", "Ida") if name in text]

    assert names("") == ["Grace", "Hedy", "Ida"]
    assert names(f"{salon_team.ben.pk}") == ["Ida"]
    assert names("&from=2030-01-03") == ["Hedy"]
    assert names(f"&service={salon_team.cut.pk}&status=confirmed&to=2030-01-02") == ["Grace", "Ida"]
    assert names(f"&service={salon_team.colour.pk}") == names("&status=cancelled") == []
    calendar = manager.page.get(f"{EXPORT}?format=ics")
    assert len(Calendar.from_ical(b"".join(calendar.streaming_content)).walk("VEVENT")) == 3


def test_what_cannot_be_read_is_no_file(salon_team: Shop, manager: Person) -> None:
    assert manager.page.get(f"{EXPORT}?format=pdf").status_code == 404
    answer = manager.page.get(f"{EXPORT}?format=csv&from=soon", follow=True)
    assert "Give days as they are in the calendar." in page_of(answer)


def test_staff_have_no_part_in_it(salon_team: Shop, stylist: Person) -> None:
    for path in (LISTS, f"{EXPORT}?format=csv"):
        assert stylist.page.get(path).status_code == 403


@pytest.mark.parametrize(
    ("permission", "heading"),
    [
        ("bookings.export", "Export bookings"),
        ("bookings.import", "Import bookings"),
        ("customers.manage", "Import customers"),
    ],
)
def test_each_sees_what_they_may(salon_team: Shop, salon: Tenant, permission: str, heading: str) -> None:
    others = {"bookings.export", "bookings.import", "customers.manage"} - {permission}
    who = make_person(salon, Role.MANAGER, denied=sorted(others))
    page = shown(who, LISTS)
    headings = ("Export bookings", "Import bookings", "Import customers")
    assert [each for each in headings if each in page] == [heading]
    assert LISTS in shown(who, "/team/")
