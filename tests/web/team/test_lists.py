"""Taking bookings along, and bringing customers: look first, then do, and nothing is kept between the two."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from icalendar import Calendar

from bookme.core.http.uploads import MOST_BYTES
from bookme.core.permissions import Role
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.factories.customers import CustomerFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, page_of
from tests.web.team.conftest import TODAY_AT_TEN, book, shown

LISTS, IMPORT, EXPORT = "/team/lists/", "/team/lists/customers/", "/team/lists/bookings/"
GOOD = "Name;E-mail;Phone;Shoe\nAda;ada@mail.example;;7\nBen;;020 7946 0103;\n"


def sent(who: Person, text: str | bytes, *, htmx: bool = False, **more: str) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    headers = {"hx-request": "true", "hx-target": "report"} if htmx else {}
    return who.page.post(IMPORT, {"file": SimpleUploadedFile("list.csv", data), **more}, headers=headers)


def digest_in(page: str) -> str:
    return page.partition('name="digest" value="')[2].partition('"')[0]


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
    for path in (LISTS, IMPORT, f"{EXPORT}?format=csv"):
        assert stylist.page.get(path).status_code == 403
    assert sent(stylist, GOOD).status_code == 403
    assert not Customer.objects.exists()


def test_each_sees_what_they_may(salon_team: Shop, salon: Tenant) -> None:
    exports = make_person(salon, Role.MANAGER, denied=["customers.manage"])
    assert "Take bookings along" in shown(exports, LISTS)
    assert "Bring your customers" not in shown(exports, LISTS)
    assert exports.page.get(IMPORT).status_code == 403


@pytest.mark.parametrize("htmx", [False, True])
def test_first_what_would_come_of_it_then_for_real(salon_team: Shop, manager: Person, htmx: bool) -> None:
    CustomerFactory(name="Benjamin", email="ben@mail.example", phone="+442079460103")
    answer = sent(manager, GOOD, htmx=htmx)
    page = page_of(answer)
    assert ("<h1>" in page) is not htmx
    assert "Import 1 customer<" in page
    assert ("Choose the same file again first." in page) is not htmx
    assert "Columns that mean nothing here: Shoe" in page
    assert "Stays as it is: name" in page
    assert (Customer.objects.count(), Event.objects.count()) == (1, 0)

    answer = sent(manager, GOOD, htmx=htmx, digest=digest_in(page))
    assert answer["HX-Redirect" if htmx else "Location"] == LISTS
    assert Customer.objects.get(email="ada@mail.example").name == "Ada"
    assert "1 customer is new, 0 were filled in." in shown(manager, LISTS)
    assert Event.objects.get().actor_id == manager.user.id


def test_another_file_than_the_one_that_was_shown_is_only_shown(salon_team: Shop, manager: Person) -> None:
    digest = digest_in(page_of(sent(manager, GOOD)))
    page = page_of(sent(manager, GOOD + "Eve;eve@mail.example;;\n", digest=digest))
    assert "Import 3 customers" in page
    assert not Customer.objects.exists()


def test_what_is_wrong_comes_first_and_nothing_can_be_imported(salon_team: Shop, manager: Person) -> None:
    text = "name,email\n" + "".join(f"Ann {number},ann{number}@mail.example\n" for number in range(250))
    page = page_of(sent(manager, text + "<b>Bob</b>,nobody\n"))
    assert page.index(">252<") < page.index(">2<")
    assert "This cannot be read." in page
    assert "and 51 more lines" in page
    assert 'name="digest"' not in page
    assert "Nothing would be imported" in page
    assert not Customer.objects.exists()


def test_names_are_texts(salon_team: Shop, manager: Person) -> None:
    page = page_of(sent(manager, "name,email,<i>x</i>\n<b>Bob</b>,bob@mail.example,1\n"))
    assert "<b>Bob" not in page
    assert "<i>x" not in page


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "There is nobody in this file."),
        (b"email\na@mail.example", "The first line has no such column."),
        (b"name\nZo\xeb", "This is not a text in UTF-8."),
        (b'name\n"Ann', "a quotation mark is not closed"),
        (b"x" * (MOST_BYTES + 1), "The file is larger than 2 MB."),
        (b"name\nA\0n", "There are characters in it that cannot be."),
    ],
)
def test_what_is_no_list(salon_team: Shop, manager: Person, data: bytes, told: str) -> None:
    answer = sent(manager, data)
    assert answer.status_code == 422
    assert told in page_of(answer)
    htmx = sent(manager, data, htmx=True)
    assert (htmx.status_code, told in page_of(htmx)) == (200, True)


def test_no_file(salon_team: Shop, manager: Person) -> None:
    assert "Choose a file first." in page_of(manager.page.post(IMPORT, {}))
    assert "Choose a file first." in page_of(manager.page.post(IMPORT, {"file": "text"}))
