"""Taking over bookings from a file: every line of it, or none; through the lock and the wall; in silence."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from bookme.bookings.models import Appointment, Booking, ResourceAllocation, Visit
from bookme.config.invariants import broken_invariants
from bookme.core.http.uploads import MOST_BYTES
from bookme.core.permissions import Role
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.eventlog.registry import reactions_to
from bookme.tenants.actions import claim_due, run_claimed
from bookme.tenants.models import OutboxMessage, Tenant
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, overlaps, wrong_seats
from tests.bookings.desk import NOW, body_for, monday, refused, written
from tests.factories.bookings import SessionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person, make_person

PATH = "/api/v1/bookings/import/"
HEAD = "start,service,staff,name,email\n"
MONDAY = "2030-01-07"


def send(person: Person, text: str | bytes, *, dry_run: bool = False, **headers: str) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    query = "?dry_run=true" if dry_run else ""
    return person.api.client.post(PATH + query, data, content_type="text/csv", headers=headers)


def outcomes(answer: Any) -> list[tuple[int, str]]:
    assert answer.status_code == 200, answer.content
    return [(each["line"], each["outcome"]) for each in answer.json()["lines"]]


def wrong(answer: Any) -> list[tuple[str, str]]:
    refused(answer, 400, answer.json()["code"])
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


def row(shop: Shop, start: str, *, staff: str = "Ada", who: str = "Bea") -> str:
    return f"{start},{shop.service.slug},{staff},{who},{who.lower()}@mail.example\n"


def broken() -> list[str]:
    return [name for name, count in broken_invariants(now=NOW).items() if count]


class TestWhatIsTakenOver:
    def test_a_booking_to_come_and_one_that_was(self, shop: Shop, manager: Person) -> None:
        text = (
            "Reference;Start;End;Service;Staff;Location;Party size;Price;Currency;"
            "Name;Email;Phone;Notes;Internal notes\n"
            f"OLD-1;2029-12-03 22:00;2029-12-03 23:30;{shop.service.name.upper()};ada;{shop.place.slug};1;35.50;gbp;"
            "Bea Cole;BEA@mail.example;020 7946 0102;Tea, please;Pays late\n"
            f"NEW-1;{MONDAY}T07:30:00+00:00;;{shop.service.slug};{shop.ben.slug};;;;;Cy;;;;\n"
        )
        assert outcomes(send(manager, text)) == [(2, "completed"), (3, "confirmed")]
        old, new = Booking.objects.order_by("appointment__starts_at").select_related("visit", "appointment")
        assert (old.status, old.price, old.currency, old.duration_minutes) == ("completed", 35.5, "GBP", 90)
        assert (old.internal_notes, old.visit.notes, old.visit.reference) == ("Pays late", "Tea, please", "OLD-1")
        assert (old.visit.contact_email, old.visit.contact_phone) == ("bea@mail.example", "+442079460102")
        assert old.appointment.starts_at == dt.datetime(2029, 12, 3, 22, tzinfo=dt.UTC)
        assert (new.status, new.price, new.duration_minutes) == ("confirmed", 40, None)
        assert (new.appointment.starts_at, new.appointment.staff) == (monday(7, 30), shop.ben)
        assert new.appointment.location == shop.place
        assert {each.visit.source for each in (old, new)} == {"import"}
        assert {each.name for each in Customer.objects.all()} == {"Bea Cole", "Cy"}
        assert (wrong_seats(), overlaps(), broken()) == (0, 0, [])
        path = f"bookings/{new.pk}/"
        assert manager.api.get(f"{path}events/").json()["results"][0]["text"] == f"Imported by {manager.user.name}"
        moved = manager.api.post(f"{path}reschedule/", {"start": monday(12).isoformat()})
        assert moved.status_code == 200, moved.content

    def test_nobody_is_told_and_reminders_are_planned(self, shop: Shop, manager: Person) -> None:
        send(manager, HEAD + row(shop, f"{MONDAY} 10:00"))
        event = Event.objects.get()
        assert event.name == "booking.imported"
        assert list(OutboxMessage.objects.values_list("task", flat=True)) == ["eventlog.deliver_events"]

    def test_it_is_busy_for_everybody_else(self, shop: Shop, manager: Person, stranger: Any) -> None:
        send(manager, HEAD + row(shop, f"{MONDAY} 10:00"))
        answer = stranger.api.post("bookings/", body_for(shop.service, monday(10, 30), staff=str(shop.ada.pk)))
        assert refused(answer, 409, "slot_unavailable")["causes"] == ["booking"]

    def test_a_dry_run_reports_the_same_and_writes_nothing(self, shop: Shop, manager: Person) -> None:
        text = HEAD + row(shop, f"{MONDAY} 10:00") + row(shop, f"{MONDAY} 10:30", who="Cy")
        before = written()
        told = send(manager, text, dry_run=True).json()
        assert [(each["line"], each["outcome"]) for each in told["lines"]] == [(2, "confirmed"), (3, "refused")]
        assert told["lines"][1]["faults"] == [{"column": "start", "code": "booking", "detail": "Line 2 has this time."}]
        assert (written(), told["counts"]) == (before, {"confirmed": 1, "refused": 1})

    def test_the_same_file_again_changes_nothing(self, shop: Shop, manager: Person) -> None:
        text = "reference,start,service,staff,name,phone\n"
        text += f"R1,{MONDAY} 10:00,{shop.service.slug},Ada,Bea,020 7946 0102\n"
        text += f",{MONDAY} 11:00,{shop.service.slug},Ada,Cy,\n"
        assert outcomes(send(manager, text)) == [(2, "confirmed"), (3, "confirmed")]
        before = written()
        assert outcomes(send(manager, text)) == [(2, "known"), (3, "known")]
        assert written() == before

    def test_what_was_exported_comes_back(self, shop: Shop, owner: Person) -> None:
        for hour in (10, 12):
            owner.api.post("bookings/", body_for(shop.service, monday(hour), staff=str(shop.ada.pk)))
        answer = owner.api.get("bookings/export/?format=csv")
        file = b"".join(answer.streaming_content)
        assert {each for _, each in outcomes(send(owner, file))} == {"known"}
        Booking.objects.all().delete()
        Visit.objects.all().delete()
        Appointment.objects.all().delete()
        assert outcomes(send(owner, file)) == [(2, "confirmed"), (3, "confirmed")]
        again = b"".join(owner.api.get("bookings/export/?format=csv").streaming_content)
        drop = [line.rsplit(b",", 1)[0] for line in file.splitlines()]
        assert [line.rsplit(b",", 1)[0] for line in again.splitlines()] == drop

    def test_lines_of_one_reference_are_one_visit(self, shop: Shop, manager: Person) -> None:
        text = "reference,start,service,staff,name\n"
        text += "".join(f"TWO,{MONDAY} {hour}:00,{shop.service.slug},Ada,Bea\n" for hour in (10, 11))
        send(manager, text)
        visit = Visit.objects.get()
        assert [each.position for each in visit.bookings.order_by("position")] == [0, 1]
        other = text.replace("TWO", "THREE").replace("11:00," + shop.service.slug + ",Ada,Bea", "14:00,x,Ada,Cy")
        other = other.replace("14:00,x", f"14:00,{shop.service.slug}").replace("10:00", "15:00")
        assert wrong(send(manager, other)) == [("/lines/3/reference", "twice")]

    def test_customers_are_found_or_made_once(self, shop: Shop, manager: Person) -> None:
        known = CustomerFactory(name="B. Cole", email="bea@mail.example", phone="")
        send(
            manager,
            HEAD
            + "".join(row(shop, f"{MONDAY} {hour}:00", who=who) for hour, who in ((9, "Bea"), (10, "Cy"), (11, "Cy"))),
        )
        assert Customer.objects.count() == 2
        known.refresh_from_db()
        assert (known.name, known.visits.count()) == ("B. Cole", 1)

    def test_with_anybody_whoever_is_free(self, shop: Shop, manager: Person) -> None:
        line = f"{MONDAY} 10:00,{shop.service.slug},,"
        assert outcomes(send(manager, f"{HEAD}{line}Bea,\n{line}Cy,\n")) == [(2, "confirmed"), (3, "confirmed")]
        assert set(Appointment.objects.values_list("staff__name", flat=True)) == {"Ada", "Ben"}
        assert wrong(send(manager, f"{HEAD}{line}Dee,\n")) == [("/lines/2/start", "booking")]

    def test_states_keep_or_give_back_their_time(self, shop: Shop, manager: Person) -> None:
        head = "start,service,staff,name,status\n"
        lines = [f"{MONDAY} 10:00,{shop.service.slug},Ada,{status},{status}\n" for status in ("cancelled", "declined")]
        assert outcomes(send(manager, head + "".join(lines) + f"{MONDAY} 10:00,{shop.service.slug},Ada,Bea,pending"))
        assert sorted(Appointment.objects.values_list("seats_taken", flat=True)) == [0, 0, 1]
        for status in ("held", "arrived", "completed", "no_show"):
            line = f"{MONDAY} 15:00,{shop.service.slug},Ada,Bea,{status}\n"
            assert wrong(send(manager, head + line)) == [("/lines/2/status", "wrong_status")]

    def test_groups_fill_up(self, shop: Shop, manager: Person, stranger: Any) -> None:
        group = ServiceFactory(staff=[shop.ada], kind="group", capacity=3, name="Yoga")
        stranger.api.post("bookings/", body_for(group, monday(10), staff=str(shop.ada.pk)))
        head = "start,service,name,party size\n"
        assert outcomes(
            send(manager, f"{head}{MONDAY} 10:00,yoga,Bea,2\n{MONDAY} 14:00,yoga,Cy,2\n{MONDAY} 14:00,yoga,Dee,1\n")
        )
        assert sorted(Appointment.objects.values_list("seats_taken", flat=True)) == [3, 3]
        assert wrong(send(manager, f"{head}{MONDAY} 14:00,yoga,Eve,1\n")) == [("/lines/2/start", "capacity")]
        assert wrong(send(manager, f"{head}{MONDAY} 14:00,yoga,Eve,4\n")) == [
            ("/lines/2/party_size", "party_too_large")
        ]
        assert (wrong_seats(), broken()) == (0, [])

    def test_classes_are_joined(self, shop: Shop, manager: Person) -> None:
        session = SessionFactory(staff=shop.ada, location=shop.place, starts_at=monday(18), capacity=2)
        name = session.service.name
        head = "start,service,name,party size\n"
        assert outcomes(send(manager, f"{head}{MONDAY} 18:00,{name},Bea,2\n")) == [(2, "confirmed")]
        session.refresh_from_db()
        assert session.seats_taken == 2
        assert wrong(send(manager, f"{head}{MONDAY} 18:00,{name},Cy,1\n")) == [("/lines/2/start", "capacity")]
        assert wrong(send(manager, f"{head}{MONDAY} 19:00,{name},Cy,1\n")) == [("/lines/2/start", "sessions_only")]

    def test_rooms_and_helpers_are_taken(self, shop: Shop, manager: Person) -> None:
        ResourceFactory(location=shop.place)
        ServiceFactory(staff=[shop.ada, shop.ben], requires=["room"], staff_needed=2, name="Lift")
        ServiceFactory(staff=[shop.ada, StaffFactory(name="Cleo")], requires=["room"], name="Treat")
        head = "start,service,staff,name\n"
        assert outcomes(send(manager, f"{head}{MONDAY} 10:00,lift,Ada,Bea\n{MONDAY} 12:00,treat,Cleo,Cy\n"))
        assert Appointment.objects.filter(lead__isnull=False).get().staff == shop.ben
        assert ResourceAllocation.objects.count() == 2
        assert wrong(send(manager, f"{head}{MONDAY} 12:00,treat,Ada,Dee\n")) == [("/lines/2/start", "resource")]
        manager.api.post("bookings/", body_for(shop.service, monday(15), staff=str(shop.ben.pk)))
        assert wrong(send(manager, f"{head}{MONDAY} 15:00,lift,Ada,Dee\n")) == [("/lines/2/start", "staff")]
        assert (wrong_seats(), broken()) == (0, [])

    def test_padding_counts_for_what_is_to_come(self, shop: Shop, manager: Person) -> None:
        ServiceFactory(staff=[shop.ada], padding_after_minutes=15, name="Wax")
        head = "start,service,name\n"
        past = f"{head}2029-12-03 10:00,wax,Bea\n2029-12-03 11:00,wax,Cy\n"
        assert outcomes(send(manager, past)) == [(2, "completed"), (3, "completed")]
        assert wrong(send(manager, past.replace("2029-12-03", MONDAY))) == [("/lines/3/start", "booking")]


class TestWhatIsRefused:
    def test_all_or_nothing_with_every_fault_at_once(self, shop: Shop, manager: Person) -> None:
        other = LocationFactory(timezone="Europe/London", name="Quay")
        shop.service.locations.set([shop.place, other])
        retired = ServiceFactory(staff=[shop.ada], is_active=False, name="Perm")
        StaffFactory(name="Zoe")
        for _ in range(2):
            StaffFactory(name="Twin", does=[shop.service])
        head = "start,service,staff,name,location,end,price,currency,reference,party size,email,phone,status\n"
        good = f"{MONDAY} 10:00,{shop.service.slug},Ada,Bea,,,,,,,,,\n"
        bad = {
            "/start": ("invalid", f"soon,{shop.service.slug},Ada,Bea,,,,,,,,,"),
            "/start ": ("invalid", f"{MONDAY},{shop.service.slug},Ada,Bea,,,,,,,,,"),
            "/start  ": ("out_of_range", f"1066-10-14 10:00,{shop.service.slug},Ada,Bea,,,,,,,,,"),
            "/start   ": ("no_such_time", f"2030-03-31 01:30,{shop.service.slug},Ada,Bea,,,,,,,,,"),
            "/start    ": ("between_minutes", f"{MONDAY} 12:00:30,{shop.service.slug},Ada,Bea,,,,,,,,,"),
            "/service": ("unknown_service", f"{MONDAY} 12:00,nothing,Ada,Bea,,,,,,,,,"),
            "/service ": ("not_offered", f"{MONDAY} 12:00,{retired.slug},Ada,Bea,,,,,,,,,"),
            "/staff": ("unknown_staff", f"{MONDAY} 12:00,{shop.service.slug},Zoe,Bea,,,,,,,,,"),
            "/staff ": ("unknown_staff", f"{MONDAY} 12:00,{shop.service.slug},Nobody,Bea,,,,,,,,,"),
            "/staff  ": ("ambiguous", f"{MONDAY} 12:00,{shop.service.slug},twin,Bea,,,,,,,,,"),
            "/name": ("required", f"{MONDAY} 12:00,{shop.service.slug},Ada,,,,,,,,,,"),
            "/location": ("unknown_location", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,Moon,,,,,,,,"),
            "/end": ("out_of_range", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,{MONDAY} 12:00,,,,,,,"),
            "/end ": ("out_of_range", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,2030-02-01 12:00,,,,,,,"),
            "/price": ("min_value", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,-1,,,,,,"),
            "/price ": ("max_decimal_places", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,1.005,,,,,,"),
            "/price  ": ("invalid", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,=1+1,,,,,,"),
            "/currency": ("other_currency", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,JPY,,,,,"),
            "/reference": ("invalid", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,a b,,,,"),
            "/party_size": ("party_too_large", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,,2,,,"),
            "/party_size ": ("min_value", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,,0,,,"),
            "/email": ("invalid", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,,,bea,,"),
            "/phone": ("invalid_phone", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,,,,12,"),
            "/status": ("invalid_choice", f"{MONDAY} 12:00,{shop.service.slug},Ada,Bea,,,,,,,,,maybe"),
        }
        before = written()
        lines = [line.replace(MONDAY, f"2030-01-{day:02}") for day, (_, line) in enumerate(bad.values(), 8)]
        answer = send(manager, head + good + "\n".join(lines))
        assert refused(answer, 400, "import_refused")["errors"]
        expected = [(f"/lines/{number}{key.strip()}", code) for number, (key, (code, _)) in enumerate(bad.items(), 3)]
        assert sorted(wrong(answer)) == sorted(expected)
        assert written() == before

    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (
                "foo,Perm,Nobody,Moon,,nomail,maybe,JPY,0",
                (
                    "start invalid, service unknown_service, staff unknown_staff, location unknown_location, "
                    "name required, email invalid, status invalid_choice, currency other_currency, party_size min_value"
                ),
            ),
            ("foo,Perm,Nobody,,Bea,,,,", "start invalid, service unknown_service, staff unknown_staff"),
            (f"{MONDAY} 12:00,cut,Zoe,,Bea,nomail,,,", "staff unknown_staff, email invalid"),
            (
                f"{MONDAY} 12:00,cut,Ada,,,,completed,JPY,2",
                "name required, status wrong_status, currency other_currency, party_size party_too_large",
            ),
            # Whether Zoe did it once, and whether it has begun, hangs on when it was.
            ("foo,cut,Zoe,,Bea,,completed,,", "start invalid"),
            (f"{MONDAY} 12:00,Perm,Zoe,,Bea,,,,9", "service unknown_service"),
            (",,,,,,held,,", "start required, service required, name required, status wrong_status"),
            (f"{MONDAY} 12:00:30,Perm,,,Bea,,,,", "start between_minutes, service unknown_service"),
            ("2030-03-31 01:30,Perm,,,Bea,,,,", "start no_such_time, service unknown_service"),
        ],
    )
    def test_of_a_line_all_that_can_be_known_is_told(self, shop: Shop, manager: Person, line: str, told: str) -> None:
        shop.service.slug = "cut"
        shop.service.save()
        StaffFactory(name="Zoe")
        before = written()
        text = f"start,service,staff,location,name,email,status,currency,party size\n{line}\n"
        expected = sorted((f"/lines/2/{column}", code) for column, code in map(str.split, told.split(", ")))
        assert sorted(wrong(send(manager, text))) == expected
        dry = send(manager, text, dry_run=True).json()["lines"]
        assert sorted((f"/lines/2/{each['column']}", each["code"]) for each in dry[0]["faults"]) == expected
        assert written() == before

    def test_a_line_with_another_fault_is_told_of_its_time(self, shop: Shop, manager: Person) -> None:
        head = "start,service,staff,name,email,currency\n"
        text = f"{MONDAY} 10:00,{shop.service.slug},Ada,{{}}\n"
        assert outcomes(send(manager, head + text.format("Bea,bea@mail.example,")))
        lines = (text.format("Cy,,JPY"), text.format("Bea,bea@,"), text.format("Bea,bea@mail.example,"))
        assert wrong(send(manager, head + "".join(lines))) == [
            ("/lines/2/currency", "other_currency"),
            ("/lines/2/start", "booking"),
            ("/lines/3/email", "invalid"),  # it may be the booking that is there
        ]

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"", "required"),
            (b"\xff\xfe\x00", "bad_encoding"),
            (b"start,service\n", "missing_column"),
            (b"start,service,name\n", "empty"),
            (b'start,service,name\n"2030', "malformed_csv"),
            (b"start,service,name\n" + b"x" * 1_000_000 + b",a,b\n", "too_long"),
            (b"start,service,name\n" + b"2030-01-07 10:00,a,b\n" * 5001, "too_many_lines"),
        ],
    )
    def test_files_that_are_none(self, shop: Shop, manager: Person, data: bytes, code: str) -> None:
        before = written()
        answer = send(manager, data)
        assert answer.status_code == 400
        assert code in {answer.json()["code"], *(each["code"] for each in answer.json()["errors"])}
        assert written() == before

    def test_a_file_that_is_too_large(self, shop: Shop, manager: Person) -> None:
        assert send(manager, b"x" * (MOST_BYTES + 1)).status_code == 413

    def test_formulas_are_texts(self, shop: Shop, manager: Person) -> None:
        send(manager, f"{HEAD}{MONDAY} 10:00,{shop.service.slug},Ada,'=1+1,\n")
        assert Visit.objects.get().contact_name == "=1+1"

    def test_over_what_is_booked_or_blocked(self, shop: Shop, manager: Person) -> None:
        manager.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
        before = written()
        text = (
            HEAD + row(shop, f"{MONDAY} 10:30") + row(shop, f"{MONDAY} 14:00") + row(shop, f"{MONDAY} 14:30", who="Cy")
        )
        assert wrong(send(manager, text)) == [("/lines/2/start", "booking"), ("/lines/4/start", "booking")]
        assert written() == before

    def test_who_may(self, shop: Shop, manager: Person, stylist: Person, customer: Person, stranger: Any) -> None:
        text = HEAD + row(shop, f"{MONDAY} 10:00")
        for who in (stylist, customer):
            refused(send(who, text), 403, "not_allowed")
        refused(stranger.api.client.post(PATH, text, content_type="text/csv"), 401, "not_signed_in")
        scoped = make_person(manager.tenant, Role.MANAGER, staff_ids=[str(shop.ben.pk)])
        assert wrong(send(scoped, text)) == [("/lines/2/staff", "out_of_scope")]
        elsewhere = make_person(manager.tenant, Role.MANAGER, location_ids=[str(LocationFactory().pk)])
        assert wrong(send(elsewhere, text)) == [("/lines/2/location", "out_of_scope")]
        assert not Booking.objects.exists()

    def test_a_repeat_under_its_key(self, shop: Shop, manager: Person) -> None:
        text = HEAD + row(shop, f"{MONDAY} 10:00")
        first = send(manager, text, idempotency_key="one")
        again = send(manager, text, idempotency_key="one")
        assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
        refused(send(manager, text + row(shop, f"{MONDAY} 12:00"), idempotency_key="one"), 422, "idempotency_mismatch")


class TestTheCommand:
    def test_by_an_operator(self, shop: Shop, salon: Tenant, tmp_path: Path) -> None:
        file = tmp_path / "bookings.csv"
        file.write_text(HEAD + row(shop, f"{MONDAY} 10:00"))
        out = io.StringIO()
        call_command("bookings", "import", str(file), "--tenant", salon.slug, "--dry-run", stdout=out)
        assert (out.getvalue(), Booking.objects.count()) == ("would be: 1 confirmed\n", 0)

    def test_faults_end_it(self, shop: Shop, salon: Tenant, tmp_path: Path) -> None:
        file = tmp_path / "bookings.csv"
        file.write_text(f"{HEAD}soon,x,Ada,Bea,\n")
        with pytest.raises(CommandError, match="line 2"):
            call_command("bookings", "import", str(file), "--tenant", salon.slug, "--dry-run")
        with pytest.raises(CommandError, match="no business"):
            call_command("bookings", "import", str(file), "--tenant", "nobody")
        with pytest.raises(CommandError, match="No such file"):
            call_command("bookings", "import", str(tmp_path / "none.csv"), "--tenant", salon.slug)


def test_a_file_against_those_who_book(clock: Any, committed: Tenant) -> None:
    """Everybody wants the same hours: the file has all of its own, or none, and nobody has one twice."""
    shop, manager = open_shop(), make_person(committed, Role.MANAGER)
    token = manager.tokens.access
    hours = range(9, 17)
    text = HEAD + "".join(row(shop, f"{MONDAY} {hour:02}:00", who=f"Bea{hour}") for hour in hours)
    answers: list[int] = []

    def work(api: Any, number: int) -> None:
        if number < 2:
            headers = {"authorization": f"Bearer {token}"}
            answers.append(api.client.post(PATH, text.encode(), content_type="text/csv", headers=headers).status_code)
            return
        for hour in hours:
            body = body_for(shop.service, monday(hour), staff=str(shop.ada.pk))
            api.post("bookings/", body | {"customer": {"name": "Cy", "email": f"cy{number}-{hour}@mail.example"}})

    crowd(manager.host, 6, work)
    assert set(answers) <= {200, 400}
    assert (overlaps(), wrong_seats()) == (0, 0)
    imported = Visit.objects.filter(source="import").count()
    assert imported in {0, len(hours)}
    assert (imported == len(hours)) == (200 in answers)


def test_a_long_list_takes_few_statements(shop: Shop, manager: Person, django_assert_max_num_queries: Any) -> None:
    first = dt.datetime(2020, 1, 1, 8, tzinfo=dt.UTC)
    starts = [first + dt.timedelta(hours=number) for number in range(2_000)]
    text = HEAD + "".join(row(shop, f"{start:%Y-%m-%d %H:%M}", who=f"C{n}") for n, start in enumerate(starts))
    with django_assert_max_num_queries(80):
        assert send(manager, text).json()["counts"] == {"completed": 2_000}


def test_what_is_booked_meanwhile_is_not_told_behind_a_long_list(
    shop: Shop, manager: Person, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr("bookme.eventlog.tasks.actions.run_reaction", lambda **of: told.append(of["event_id"]))
    starts = [monday(9) + dt.timedelta(weeks=1, hours=number % 6, days=number // 6 * 7) for number in range(60)]
    text = HEAD + "".join(row(shop, f"{start:%Y-%m-%d %H:%M}", who=f"C{n}") for n, start in enumerate(starts))
    assert send(manager, text).json()["counts"] == {"confirmed": 60}
    clock.shift(1)
    manager.api.post("bookings/", body_for(shop.service, monday(9)))
    booked = str(Event.objects.get(name="booking.confirmed").id)
    while messages := claim_due(now=NOW + dt.timedelta(seconds=2)):
        for each in messages:
            run_claimed(message=each)
    assert len(set(told)) == 61
    assert told.index(booked) <= 20 * len(reactions_to("booking.imported"))
    positions = Event.objects.filter(name="booking.imported").order_by("id").values_list("position", flat=True)
    assert sorted(positions) == list(positions)
