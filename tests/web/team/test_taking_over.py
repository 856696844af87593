"""Bringing customers and bookings: look first, then do, and nothing is kept between the two."""

import ast
import csv
import datetime as dt
import html
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

import bookme
from bookme.bookings.actions.busy import Busy
from bookme.bookings.availability import Cause
from bookme.bookings.models import Booking
from bookme.bookings.serializers.imports import BookingLine
from bookme.bookings.wording import cause_text
from bookme.core.errors import FieldError
from bookme.core.http.uploads import MOST_BYTES
from bookme.core.permissions import Role
from bookme.customers.models import Customer
from bookme.customers.serializers.imports import CustomerLine
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.web.team.brought import BOOKINGS, CUSTOMERS
from bookme.web.team.taking_over import Kind, shown_fault
from tests.factories.customers import CustomerFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, configure, page_of
from tests.web.team.conftest import book, shown

LISTS, CUSTOMER_PAGE, BOOKING_PAGE = "/team/lists/", "/team/lists/customers/", "/team/lists/bookings/"
PAGES = [CUSTOMER_PAGE, BOOKING_PAGE]
PEOPLE = "Name;E-mail;Phone;Shoe\nAda;ada@mail.example;;7\nBen;;020 7946 0103;\n"
VISITS = (
    "Start;Service;Staff;Name;E-mail;Hair\n"
    "2029-12-03 10:00;cut;Ana Okafor;Ada;ada@mail.example;red\n"
    "2030-01-07 14:30;Cut & finish;;Grace;;\n"
)
LISTS_OF = {CUSTOMER_PAGE: PEOPLE, BOOKING_PAGE: VISITS}
ONE_MORE = {CUSTOMER_PAGE: "Eve;eve@mail.example;;\n", BOOKING_PAGE: "2030-01-08 10:00;cut;;Eve;;\n"}


def sent(who: Person, path: str, text: str | bytes, *, htmx: bool = False, **more: str) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    headers = {"hx-request": "true", "hx-target": "report"} if htmx else {}
    return who.page.post(path, {"file": SimpleUploadedFile("list.csv", data), **more}, headers=headers)


def digest_in(page: str) -> str:
    return page.partition('name="digest" value="')[2].partition('"')[0]


def taken_over(who: Person, path: str, text: str, *, htmx: bool = False) -> Any:
    """Looked at, and then sent again with the digest that the page has for it."""
    digest = digest_in(page_of(sent(who, path, text, htmx=htmx)))
    assert digest
    return sent(who, path, text, htmx=htmx, digest=digest)


def nothing_came() -> bool:
    return not (Customer.objects.exists() or Booking.objects.exists() or Event.objects.exists())


@pytest.mark.parametrize("htmx", [False, True])
def test_customers_are_looked_at_and_then_taken_over(salon_team: Shop, manager: Person, htmx: bool) -> None:
    CustomerFactory(name="Benjamin", email="ben@mail.example", phone="+442079460103")
    page = page_of(sent(manager, CUSTOMER_PAGE, PEOPLE, htmx=htmx))
    assert ("<h1>" in page) is not htmx
    assert "Import 1 customer<" in page
    assert ("Choose the same file again first." in page) is not htmx
    assert "Columns that mean nothing here: Shoe" in page
    assert "Stays as it is: name" in page
    assert (Customer.objects.count(), Event.objects.count()) == (1, 0)

    answer = sent(manager, CUSTOMER_PAGE, PEOPLE, htmx=htmx, digest=digest_in(page))
    assert answer["HX-Redirect" if htmx else "Location"] == LISTS
    assert Customer.objects.get(email="ada@mail.example").name == "Ada"
    assert "1 customer is new, 0 were filled in." in shown(manager, LISTS)
    assert Event.objects.get().actor_id == manager.user.id


@pytest.mark.parametrize("htmx", [False, True])
def test_bookings_are_looked_at_and_then_taken_over(salon_team: Shop, manager: Person, htmx: bool) -> None:
    page = page_of(sent(manager, BOOKING_PAGE, VISITS, htmx=htmx))
    assert ("<h1>" in page) is not htmx
    assert ("Choose the same file again first." in page) is not htmx
    for told in (
        "Import 2 bookings<",
        "Columns that mean nothing here: Hair",
        "Done",
        "Confirmed",
        "<bdi>cut · Ana Okafor</bdi> · ",
    ):
        assert told in page
    assert "3 December 2029" in page
    assert nothing_came()

    answer = sent(manager, BOOKING_PAGE, VISITS, htmx=htmx, digest=digest_in(page))
    assert answer["HX-Redirect" if htmx else "Location"] == LISTS
    was, comes = Booking.objects.order_by("appointment__starts_at").select_related("visit", "appointment")
    assert (was.status, was.visit.contact_name, was.appointment.staff_id) == ("completed", "Ada", salon_team.ana.pk)
    assert (comes.status, comes.appointment.starts_at) == ("confirmed", dt.datetime(2030, 1, 7, 14, 30, tzinfo=dt.UTC))
    assert {each.actor_id for each in Event.objects.all()} == {manager.user.id}
    done = shown(manager, LISTS)
    assert "2 bookings were imported." in done
    assert '<a class="toast-b" href="/team/?day=2030-01-07">Agenda</a>' in done
    assert "Grace" in shown(manager, "/team/", day="2030-01-07")


def test_what_is_over_leads_to_its_last_day(salon_team: Shop, manager: Person) -> None:
    taken_over(manager, BOOKING_PAGE, VISITS.rpartition("2030")[0])
    done = shown(manager, LISTS)
    assert "1 booking was imported." in done
    assert "?day=2029-12-03" in done


def test_the_same_bookings_again_are_known(salon_team: Shop, manager: Person) -> None:
    taken_over(manager, BOOKING_PAGE, VISITS)
    page = page_of(sent(manager, BOOKING_PAGE, VISITS))
    assert page.count("Known already") == 3
    assert "All that it says is here already." in page
    assert not digest_in(page)
    taken_over(manager, BOOKING_PAGE, VISITS + ONE_MORE[BOOKING_PAGE])
    assert "1 booking was imported. 2 were known already." in shown(manager, LISTS)
    assert Booking.objects.count() == 3


@pytest.mark.parametrize("path", PAGES)
def test_another_file_than_the_one_that_was_shown_is_only_shown(salon_team: Shop, manager: Person, path: str) -> None:
    digest = digest_in(page_of(sent(manager, path, LISTS_OF[path])))
    page = page_of(sent(manager, path, LISTS_OF[path] + ONE_MORE[path], digest=digest))
    assert "Import 3 " in page
    assert nothing_came()


def test_what_was_booked_since_it_was_shown_is_told(salon_team: Shop, manager: Person) -> None:
    text = VISITS.replace(";;Grace", ";Ben Ruiz;Grace")
    digest = digest_in(page_of(sent(manager, BOOKING_PAGE, text)))
    theirs = book(salon_team, "Hedy", at=dt.datetime(2030, 1, 7, 14, tzinfo=dt.UTC), person=salon_team.ben)
    page = page_of(sent(manager, BOOKING_PAGE, text, digest=digest))
    assert "Something is booked then." in page
    assert "Nothing would be imported" in page
    assert Booking.objects.get() == theirs


def test_where_the_wall_refuses_nothing_is_taken_over(
    salon_team: Shop, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = book(salon_team, "Hedy", at=dt.datetime(2030, 1, 7, 14, 30, tzinfo=dt.UTC))
    text = VISITS.replace(";;Grace", ";Ana Okafor;Grace")
    monkeypatch.setattr(Busy, "met", lambda *_args: None)  # nobody is ever busy, but for the wall
    answer = taken_over(manager, BOOKING_PAGE, text)
    assert answer.status_code == 422
    assert "Meanwhile something else was booked" in page_of(answer)
    assert Booking.objects.get() == theirs


def test_what_is_wrong_comes_first_and_nothing_can_be_imported(salon_team: Shop, manager: Person) -> None:
    text = "name,email\n" + "".join(f"Ann {number},ann{number}@mail.example\n" for number in range(250))
    page = page_of(sent(manager, CUSTOMER_PAGE, text + "<b>Bob</b>,nobody\n"))
    assert page.index(">252<") < page.index(">2<")
    assert "This cannot be read." in page
    assert "and 51 more lines" in page
    assert not digest_in(page)
    assert "Nothing would be imported" in page
    assert nothing_came()


def test_wrong_bookings_are_told_by_line_and_column(salon_team: Shop, manager: Person, salon: Tenant) -> None:
    configure(salon, languages=["en", "fr"])
    lines = {
        "soon;cut;Ana Okafor;A": ("start", "Donnez un jour et une heure"),
        "2030-01-09 10:00;shave;;B": ("service", "Aucune prestation ne porte ce nom."),
        "2030-01-09 10:00;colour;Ben Ruiz;C": ("staff", "Personne de ce nom ne l’assure."),
        "2030-01-10 10:00;shelved;;D": ("staff", "Dites qui l’a assurée"),
        "2030-01-11 10:00;cut;Ana Okafor;E": None,
        "2030-01-11 10:30;cut;Ana Okafor;F": ("start", "La ligne 6 occupe déjà cet horaire."),
        "2030-03-31 01:30;cut;Ana Okafor;G": ("start", "L’horloge a été avancée"),
    }
    answer = sent(manager, f"{BOOKING_PAGE}?lang=fr", "start;service;staff;name\n" + "\n".join(lines))
    page = html.unescape(page_of(answer))
    for number, told in enumerate(lines.values(), 2):
        row = page.partition(f'<td class="num">{number}</td>')[2].partition("</tr>")[0]
        assert ("Erreur" in row) is (told is not None), row
        assert told is None or f"<b>{told[0]}</b> {told[1]}" in row
    assert not digest_in(page)
    assert nothing_came()


@pytest.mark.parametrize(
    ("path", "text", "name", "told"),
    [
        (
            BOOKING_PAGE,
            "start,service,staff,name,email\nfoo,Haircut,Nobody,Xenia,\n",
            "Xenia",
            {
                "start": "Give a day and a time",
                "service": "There is no service of this name.",
                "staff": "There is nobody of this name",
            },
        ),
        (BOOKING_PAGE, "start,service,name,email\n2030-01-09 10:00,cut,,a@\n", "–", {"name": "This", "email": "This"}),
        (CUSTOMER_PAGE, "name,email,phone\nXenia,a@,12\n", "Xenia", {"email": "This cannot", "phone": "This is not"}),
        (CUSTOMER_PAGE, "name,address\nXenia,Here\n", "Xenia", {"email": "This", "postcode": "This"}),
    ],
)
def test_a_line_that_cannot_be_read_has_its_name_and_all_its_faults(
    salon_team: Shop, manager: Person, path: str, text: str, name: str, told: dict[str, str]
) -> None:
    page = html.unescape(page_of(sent(manager, path, text)))
    row = page.partition('<td class="num">2</td>')[2].partition("</tr>")[0]
    assert row.removeprefix("<td>").removeprefix("<bdi>").startswith(name)
    assert row.count('<span class="why"><b>') == len(told)
    for column, words in told.items():
        assert f"<b>{column}</b> {words}" in row
    assert nothing_came()


def test_names_are_texts(salon_team: Shop, manager: Person) -> None:
    page = page_of(sent(manager, CUSTOMER_PAGE, "name,email,<i>x</i>\n<b>Bob</b>,bob@mail.example,1\n"))
    page += page_of(sent(manager, BOOKING_PAGE, "start,service,name,<i>x\n2030-01-09 10:00,<b>Bob,<b>Bob</b>,1\n"))
    assert "<b>Bob" not in page
    assert "<i>x" not in page


@pytest.mark.parametrize(
    ("path", "data", "told"),
    [
        (CUSTOMER_PAGE, b"", "There is nobody in this file."),
        (BOOKING_PAGE, b"", "There is no booking in this file."),
        (BOOKING_PAGE, b"start,service,name\n", "There is no booking in this file."),
        (CUSTOMER_PAGE, b"email\na@mail.example", "name:</b> The first line has no such column."),
        (BOOKING_PAGE, b"start,name\n2030-01-09 10:00,A", "service:</b> The first line has no such column."),
        (BOOKING_PAGE, b"start,name,service,Start\n", "start:</b> There are two columns of this name."),
        (CUSTOMER_PAGE, b"name,name\n", "name:</b> There are two columns of this name."),
        (BOOKING_PAGE, b"start\nZo\xeb", "Line 2:</b> This is not a text in UTF-8."),
        (BOOKING_PAGE, b'start,service,name\n"2030', "a quotation mark is not closed"),
        (BOOKING_PAGE, b"start,service,name\na,b,c,d\n", "Line 2:</b> This line has more cells than the first one."),
        (BOOKING_PAGE, b"start,service,name\n" + b"a,b,c\n" * 5001, "The file has too many lines: split it."),
        (CUSTOMER_PAGE, b"x" * (MOST_BYTES + 1), "The file is larger than 2 MB."),
        (BOOKING_PAGE, b"x" * (MOST_BYTES + 1), "The file is larger than 2 MB."),
        (BOOKING_PAGE, b"start\nA\0n", "There are characters in it that cannot be."),
    ],
)
def test_what_is_no_list(salon_team: Shop, manager: Person, path: str, data: bytes, told: str) -> None:
    answer = sent(manager, path, data)
    assert answer.status_code == 422
    assert told in page_of(answer)
    htmx = sent(manager, path, data, htmx=True)
    assert (htmx.status_code, told in page_of(htmx)) == (200, True)
    assert nothing_came()


@pytest.mark.parametrize("path", PAGES)
def test_no_file(salon_team: Shop, manager: Person, path: str) -> None:
    assert "Choose a file first." in page_of(manager.page.post(path, {}))
    assert "Choose a file first." in page_of(manager.page.post(path, {"file": "text"}))


@pytest.mark.parametrize(
    ("path", "permission", "other"),
    [(CUSTOMER_PAGE, "customers.manage", BOOKING_PAGE), (BOOKING_PAGE, "bookings.import", CUSTOMER_PAGE)],
)
def test_who_may(
    salon_team: Shop, salon: Tenant, stylist: Person, manager: Person, path: str, permission: str, other: str
) -> None:
    digest = digest_in(page_of(sent(manager, path, LISTS_OF[path])))
    denied = make_person(salon, Role.MANAGER, denied=[permission])
    for who in (stylist, denied):
        for method in (who.page.get(path), who.page.get(f"{path}example.csv")):
            assert method.status_code == 403
        assert sent(who, path, LISTS_OF[path]).status_code == 403
        assert sent(who, path, LISTS_OF[path], digest=digest).status_code == 403
    assert denied.page.get(other).status_code == 200
    assert nothing_came()


def test_a_manager_of_some_brings_only_theirs(salon_team: Shop, salon: Tenant) -> None:
    of_ben = make_person(salon, Role.MANAGER, staff_ids=[str(salon_team.ben.pk)])
    page = page_of(sent(of_ben, BOOKING_PAGE, VISITS))
    assert "<b>staff</b> This is not among the calendars and places that you look after." in page
    assert not digest_in(page)
    example = of_ben.page.get(f"{BOOKING_PAGE}example.csv").content
    assert salon_team.ben.name.encode() in example
    assert salon_team.ana.name.encode() not in example


def test_the_page_has_the_words_of_each_status_that_a_file_may_have(salon_team: Shop, manager: Person) -> None:
    page = shown(manager, BOOKING_PAGE)
    words = [
        ("arrived", "Here"),
        ("completed", "Done"),
        ("pending", "To confirm"),
        ("no_show", "No-show"),
        ("cancelled", "Cancelled"),
    ]
    for word, label in words:
        assert f"<code>{word}</code> ({label})" in page
    assert "<code>held</code>" not in page
    assert "<code>arrived</code>" not in shown(manager, CUSTOMER_PAGE)


@pytest.mark.parametrize(("path", "kind"), [(CUSTOMER_PAGE, CUSTOMERS), (BOOKING_PAGE, BOOKINGS)])
def test_the_example_is_a_file_that_can_be_imported(
    salon_team: Shop, manager: Person, path: str, kind: Kind[Any]
) -> None:
    assert f'href="{path}example.csv"' in shown(manager, path)
    answer = manager.page.get(f"{path}example.csv")
    assert answer["Content-Disposition"] == f'attachment; filename="{kind.slug}-example.csv"'
    names, *rows = csv.reader(answer.content.decode("utf-8-sig").splitlines())
    assert tuple(names) == tuple(kind.columns)
    assert len(rows) == 2
    assert "Import 2 " in page_of(sent(manager, path, answer.content))


def test_the_example_of_a_business_that_offers_nothing_yet(salon_team: Shop, manager: Person) -> None:
    salon_team.cut.staff.clear()
    salon_team.colour.staff.clear()
    assert manager.page.get(f"{BOOKING_PAGE}example.csv").content.count(b"Haircut") == 2


PACKAGE = Path(bookme.__file__).parent
MODULES = {
    "customers": [PACKAGE / "core/spreadsheets.py", PACKAGE / "customers/actions/importing.py"],
    "bookings": [PACKAGE / "core/spreadsheets.py", *(PACKAGE / "bookings/actions/importing").glob("*.py")],
}
# Where in a call the code of a fault is, by what is called.
CODE_AT = {"wrong": 1, "FieldError": 1, "line_fault": 1, "_refused": 1}
# What those of them stand for that are not written out where they are given; some only hand on what they were given.
STANDS_FOR = {
    "wrong: code": {"ambiguous", "unknown_service", "unknown_staff", "unknown_location"},
    "_refused: SESSIONS_ONLY": {"sessions_only"},
    "FieldError: str(cause)": set[str](),
    "FieldError: code": set[str](),
    "field: code": set[str](),
}
# A cell is a text, never None nor a list, and what would read these has refused the whole file before.
NEVER = {"null", "min_length", "not_a_list", "null_characters_not_allowed", "surrogate_characters_not_allowed"}


def codes_given(path: Path) -> Iterator[str]:
    """The codes of the faults that a module can give."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        given = [each.value for each in node.keywords if each.arg == "code"]
        called = ast.unparse(node.func).rpartition(".")[2]
        if called in CODE_AT and len(node.args) > CODE_AT[called]:
            given.append(node.args[CODE_AT[called]])
        for each in given:
            text = ast.unparse(each)
            if isinstance(each, ast.Constant):
                yield str(each.value)
            elif text.startswith("Cause."):
                yield Cause[text.removeprefix("Cause.")].value
            else:
                yield from STANDS_FOR[f"{called}: {text}"]


def codes_read(line: BookingLine | CustomerLine) -> Iterator[str]:
    """The codes of what can be wrong with a cell."""
    for field in line.fields.values():
        yield from field.error_messages
        yield from (each.code for each in field.validators if hasattr(each, "code"))


def codes_of(kind: Kind[Any]) -> set[str]:
    found = {code for path in MODULES[kind.slug] for code in codes_given(path)}
    return (found | set(codes_read(BookingLine() if kind is BOOKINGS else CustomerLine()))) - NEVER


def test_the_codes_are_found() -> None:
    assert codes_of(BOOKINGS) >= {"overlap", "ambiguous", "capacity", "no_such_time", "too_long", "max_digits", "empty"}
    assert codes_of(CUSTOMERS) >= {"twice", "not_yes_or_no", "too_many_lines"}


CODES = [(kind, code) for kind in (CUSTOMERS, BOOKINGS) for code in sorted(codes_of(kind))]


@pytest.mark.parametrize("language", ["fr", "ar", "pl", "es"])
@pytest.mark.parametrize(("kind", "code"), CODES, ids=lambda value: getattr(value, "slug", value))
def test_every_fault_has_its_plain_sentence(kind: Kind[Any], code: str, language: str) -> None:
    def told() -> str:
        detail = cause_text(code) if code in {*Cause, "sessions_only"} else "As the API says it."
        return shown_fault(kind, FieldError("/lines/7/reference", code, detail)).text

    with override("en"):
        english = told()
    with override(language):
        assert "As the API says it." not in (english, told())
        assert told() != english
