"""Bookings to take along: what the filters leave, in order, as CSV and as a calendar, however many there are."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.db import connection
from icalendar import Calendar

from bookme.bookings.export import AT_ONCE, COLUMNS, ExportFormat
from bookme.bookings.models import Booking
from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.core.permissions import Role
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.desk import monday, refused
from tests.bookings.rows import booked, many, peak
from tests.factories.bookings import AppointmentFactory, BookingFactory, VisitFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Person, make_person

HOSTILE = 'Zoë "Z", O’Hara; the\\nth'
NOTES = "a\n@b, c; d\\e\nEND:VCALENDAR\n" + "ß" * 200
PATH = "bookings/export/"


def body_of(answer: Any) -> bytes:
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def lines(person: Person, query: str = "") -> list[dict[str, str]]:
    text = body_of(person.api.get(f"{PATH}?format=csv{query}")).decode()
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def events(person: Person, query: str = "") -> list[Any]:
    calendar = Calendar.from_ical(body_of(person.api.get(f"{PATH}?format=ics{query}")))
    assert (calendar.errors, str(calendar["METHOD"])) == ([], "PUBLISH")
    return list(calendar.walk("VEVENT"))


def test_the_csv_says_everything_and_no_spreadsheet_runs_it(shop: Shop, owner: Person) -> None:
    visit = VisitFactory(contact_name="=1+1", contact_phone="+442079460001", notes=NOTES, reference="ABC")
    booked(shop, visit=visit, internal_notes="@me", appointment__starts_at=monday(10) + dt.timedelta(weeks=26))
    answer = owner.api.get(f"{PATH}?format=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="bookings.csv"'
    (row,) = lines(owner)
    assert list(row) == list(COLUMNS)
    created = Booking.objects.get().created_at
    assert row == {
        "reference": "ABC",
        "status": "confirmed",
        "start": "2030-07-08T11:00:00+01:00",
        "end": "2030-07-08T12:00:00+01:00",
        "service": shop.service.name,
        "staff": "Ada",
        "location": shop.place.name,
        "party_size": "1",
        "price": "40.00",
        "currency": "GBP",
        "payment_due": "0.00",
        "fee": "0.00",
        "name": "'=1+1",
        "email": visit.contact_email,
        "phone": "+442079460001",
        "notes": NOTES,
        "internal_notes": "'@me",
        "created_at": created.isoformat(),
    }


@pytest.mark.parametrize("column", ["contact_name", "contact_email", "notes"])
@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "＝1+1"])
def test_nothing_that_a_customer_says_is_a_formula(shop: Shop, owner: Person, column: str, text: str) -> None:
    booked(shop, visit=VisitFactory(**{column: text}))
    (row,) = lines(owner)
    assert f"'{text}" in row.values()
    assert text not in row.values()


@pytest.mark.parametrize("status", list(Status))
def test_a_calendar_program_reads_back_what_is_there(shop: Shop, owner: Person, status: Status) -> None:
    visit = VisitFactory(contact_name=HOSTILE, notes=NOTES, contact_phone="+442079460001")
    booking = booked(shop, visit=visit, status=status, version=3, hold_expires_at=monday(9))
    (event,) = events(owner)
    shown = {"confirmed": "CONFIRMED", "held": "TENTATIVE", "pending": "TENTATIVE"}
    assert str(event["UID"]) == f"{booking.pk}@bookme"
    assert int(event["SEQUENCE"]) == 3
    assert str(event["STATUS"]) == (shown.get(status, "CONFIRMED") if status in KEEPS_SEATS else "CANCELLED")
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (monday(10), monday(11))
    assert event["DTSTART"].dt.tzinfo is not None
    assert event["DTSTART"].to_ical() == b"20300107T100000Z"
    assert str(event["SUMMARY"]) == f"{shop.service.name}: {HOSTILE}"
    assert str(event["LOCATION"]) == shop.place.name
    told = str(event["DESCRIPTION"])
    assert NOTES in told
    assert {booking.visit.reference, "Ada", "+442079460001", visit.contact_email} <= set(told.split("\n"))
    assert str(event["URL"]).endswith(f"salon.localhost:8000/team/bookings/{booking.pk}/")


def test_whom_one_goes_to_is_where_it_is(shop: Shop, owner: Person) -> None:
    booked(shop, visit=VisitFactory(address={"line1": "9 Elm Terrace", "city": "Bath", "postcode": "BA1 1AA"}))
    assert str(events(owner)[0]["LOCATION"]) == "9 Elm Terrace, Bath, BA1 1AA"


def test_lines_of_a_calendar_end_and_fold_as_they_must(shop: Shop, owner: Person) -> None:
    booked(shop, visit=VisitFactory(notes=NOTES))
    booked(shop, appointment__starts_at=monday(14))
    text = body_of(owner.api.get(f"{PATH}?format=ics"))
    assert text.startswith(b"BEGIN:VCALENDAR\r\n")
    assert text.endswith(b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n")
    assert text.count(b"\r\nBEGIN:VEVENT\r\n") == text.count(b"\r\nEND:VEVENT\r\n") == 2
    assert text.count(b"\r\nEND:VCALENDAR") == 1
    assert max(map(len, text.split(b"\r\n"))) <= 75


def test_both_have_what_the_list_has_in_its_order(shop: Shop, owner: Person) -> None:
    away, other = LocationFactory(), ServiceFactory()
    first = booked(shop, appointment__starts_at=monday(9))
    helped = booked(shop, appointment__staff=shop.ben, appointment__starts_at=monday(15))
    AppointmentFactory(
        lead=helped.appointment, staff=shop.ada, service=shop.service, location=shop.place, starts_at=monday(15)
    )
    booked(shop, appointment__starts_at=monday(11), status="cancelled", appointment__location=away)
    booked(shop, appointment__starts_at=monday(10) + dt.timedelta(days=1), appointment__service=other)
    booked(shop, appointment__starts_at=monday(23, 59) - dt.timedelta(days=1), status="completed")
    queries = [
        "",
        "&from=2030-01-07",
        "&to=2030-01-06",
        "&from=2030-01-07&to=2030-01-07",
        "&date=2030-01-08",
        f"&service={other.pk}",
        f"&staff={shop.ada.pk}",
        f"&staff={shop.ben.pk}",
        f"&location={away.pk}",
        f"&customer={first.visit.customer_id}",
        "&status=cancelled",
        "&status=cancelled&status=completed",
        f"&search={first.visit.reference}",
        "&status=expired",
    ]
    found = {}
    for query in queries:
        listed = owner.api.get(f"bookings/?page_size=100{query}").json()["results"]
        assert [row["reference"] for row in lines(owner, query)] == [each["reference"] for each in listed], query
        assert [str(each["UID"]) for each in events(owner, query)] == [f"{each['id']}@bookme" for each in listed], query
        found[query] = len(listed)
    counts = [found[query] for query in queries]
    assert counts == [5, 4, 1, 3, 1, 1, 5, 1, 1, 1, 1, 2, 1, 0]


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "/format"),
        ("format=xls", "/format"),
        ("format=CSV", "/format"),
        ("format=csv&from=soon", "/from"),
        ("format=ics&status=gone", "/status"),
        ("format=csv&service=7", "/service"),
        ("format=csv&staff=%00", "/staff"),
        ("format=csv&date=9999-12-31", "/date"),
    ],
)
def test_what_cannot_be_read_is_refused_before_anything_is_sent(owner: Person, query: str, pointer: str) -> None:
    answer = owner.api.get(f"{PATH}?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize("accept", ["text/csv", "text/calendar", "*/*", "application/json"])
def test_whatever_one_accepts(shop: Shop, owner: Person, accept: str) -> None:
    assert owner.api.get(f"{PATH}?format=csv", accept=accept).status_code == 200


def test_scopes_bound_what_is_taken_along(shop: Shop, salon: Tenant, owner: Person, rival: Tenant) -> None:
    mine = booked(shop)
    booked(shop, appointment__staff=shop.ben, appointment__location=LocationFactory())
    with tenant_scope(rival):
        BookingFactory()
    assert len(lines(owner)) == len(events(owner)) == 2
    for scope in ({"staff_ids": [str(shop.ada.pk)]}, {"location_ids": [str(shop.place.pk)]}):
        manager = make_person(salon, Role.MANAGER, **scope)
        assert [row["reference"] for row in lines(manager)] == [mine.visit.reference]
        assert len(events(manager)) == 1


def test_only_owner_and_manager_may(shop: Shop, stylist: Person, customer: Person, stranger: Any) -> None:
    booked(shop, visit__user_id=customer.user.id)
    for api, status, code in ((stylist.api, 403, "not_allowed"), (customer.api, 403, "not_allowed")):
        for wanted in ExportFormat:
            refused(api.get(f"{PATH}?format={wanted}"), status, code)
    refused(stranger.api.get(f"{PATH}?format=csv"), 401, "not_signed_in")


@pytest.mark.no_cover
@pytest.mark.parametrize("wanted", list(ExportFormat))
def test_memory_does_not_grow_with_the_list(shop: Shop, owner: Person, wanted: ExportFormat) -> None:
    many(shop, 2 * AT_ONCE, hour=10)
    small = [peak(owner, wanted) for _ in range(2)][1]
    many(shop, 3 * AT_ONCE, hour=12)
    assert peak(owner, wanted) < small * 1.3


def test_the_server_holds_the_rows_until_they_are_sent(committed: Tenant) -> None:
    shop, owner = open_shop(), make_person(committed, Role.OWNER)
    many(shop, 1200, hour=10)
    answer = owner.api.get(f"{PATH}?format=csv")
    sent = iter(answer.streaming_content)
    first = next(sent)
    assert cursors() == 1
    rest = b"".join(sent)
    assert cursors() == 0
    assert len(list(csv.reader(io.StringIO((first + rest).decode(), newline="")))) == 1201


def cursors() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name <> ''")
        found: int = cursor.fetchone()[0]
    return found
