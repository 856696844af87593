"""Taking over a list of customers: every line of it, or none; what is there is never changed."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from bookme.core.actor import SYSTEM
from bookme.core.http.uploads import MOST_BYTES
from bookme.core.imports import FileLines
from bookme.customers.actions import Contact, ImportedCustomer, find_or_make_customer, import_customers, people
from bookme.customers.models import Consent, Customer, CustomerAddress
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.answers import faults
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.users import Person

PATH = "/api/v1/customers/import/"
HEADER = "name,email,phone,language,notes,tags,marketing_consent,address,address_line_2,city,county,postcode,country\n"
ADA = (
    'Ada,Ada@Mail.example,020 7946 0102,fr,"Tea.\nNo milk.","vip, cat; vip",Yes,2 Low Street,Flat,Bath,Avon,BA1 1AA,GB'
)


def send(person: Person, text: str | bytes, *, dry_run: bool = False, **headers: str) -> Any:
    data = text if isinstance(text, bytes) else text.encode()
    query = "?dry_run=true" if dry_run else ""
    return person.api.client.post(PATH + query, data, content_type="text/csv", headers=headers)


def outcomes(answer: Any) -> list[tuple[int, str]]:
    assert answer.status_code == 200, answer.content
    return [(each["line"], each["outcome"]) for each in answer.json()["lines"]]


def rows() -> dict[str, list[dict[str, Any]]]:
    """All that an import can write."""
    return {
        table.__name__: list(table.objects.order_by("pk").values())
        for table in (Customer, CustomerAddress, Consent, Event, IdempotencyKey)
    }


@pytest.mark.parametrize("query", ["dry_run", "dry_run=", "dry_run=perhaps", "dryrun=true", "dry-run=true"])
def test_a_dry_run_that_is_asked_for_in_other_words_writes_nothing(manager: Person, query: str) -> None:
    before = rows()
    answer = manager.api.client.post(f"{PATH}?{query}", HEADER + ADA, content_type="text/csv")
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [f"/{query.partition('=')[0]}"]
    assert rows() == before


def test_the_charset_of_a_file_is_not_that_of_the_query(manager: Person) -> None:
    before = rows()
    answer = manager.api.client.generic(
        "POST", f"{PATH}?dry_run=true", HEADER + ADA, content_type="text/csv; charset=utf-16"
    )
    assert (answer.status_code, answer.json()["dry_run"]) == (200, True)
    assert rows() == before


def test_everything_that_a_line_says_is_taken_over(manager: Person) -> None:
    answer = send(manager, HEADER + ADA)
    assert answer.json() == {
        "dry_run": False,
        "counts": {"created": 1},
        "ignored_columns": [],
        "lines": [{"line": 2, "outcome": "created", "faults": [], "kept": []}],
    }
    customer = Customer.objects.get()
    told = (customer.name, customer.email, customer.phone, customer.language, customer.notes, customer.tags)
    assert told == ("Ada", "ada@mail.example", "+442079460102", "fr", "Tea.\nNo milk.", ["vip", "cat"])
    address = customer.addresses.get()
    parts = (address.line1, address.line2, address.city, address.county, address.postcode, address.country)
    assert parts == ("2 Low Street", "Flat", "Bath", "Avon", "BA1 1AA", "GB")
    consent = customer.consents.get()
    assert (consent.kind, consent.granted, consent.visit_id) == ("marketing", True, None)
    assert "From a list" in consent.wording


def test_one_fact_for_the_whole_list_says_nothing_of_people(manager: Person) -> None:
    send(manager, "name,email\n" + "".join(f"Ann {number},ann{number}@mail.example\n" for number in range(300)))
    event = Event.objects.get()
    assert (event.name, event.payload["created"], event.payload["updated"]) == ("customers.imported", 300, 0)
    assert len(event.payload["customers"]) == 200
    assert "nn" not in str(event.payload)
    assert send(manager, "name,email\nAnn 1,ann1@mail.example\n").json()["counts"] == {"unchanged": 1}
    assert Event.objects.count() == 1


def test_who_is_known_gets_what_is_empty_and_keeps_what_is_there(manager: Person) -> None:
    poor = CustomerFactory(name="A. Byron", email="ada@mail.example", phone="")
    rich = CustomerFactory(
        name="Ben", email="ben@mail.example", phone="+442079460103", language="en", notes="Old.", tags=["old"]
    )
    CustomerAddressFactory(customer=rich, line1="Old")
    ConsentFactory(customer=rich, kind="marketing", granted=False)
    before = rows()
    line = ADA.replace("Ada,Ada@Mail", "Ben,BEN@Mail")
    answer = send(manager, f"{HEADER}{ADA}\n{line}\n")

    assert answer.json()["counts"] == {"updated": 1, "unchanged": 1}
    kept = [each["kept"] for each in answer.json()["lines"]]
    assert kept == [["name"], ["phone", "language", "notes", "tags", "address", "marketing_consent"]]
    changed = Customer.objects.get(pk=poor.pk)
    assert (changed.name, changed.phone, changed.tags) == ("A. Byron", "+442079460102", ["vip", "cat"])
    assert changed.updated_at > poor.updated_at
    assert changed.addresses.get().line1 == "2 Low Street"
    assert changed.consents.get().granted
    unchanged = next(each for each in before["Customer"] if each["id"] == rich.pk)
    assert Customer.objects.filter(pk=rich.pk).values().get() == unchanged
    assert [each.line1 for each in rich.addresses.all()] == ["Old"]
    assert [each.granted for each in rich.consents.all()] == [False]


def test_by_phone_only_where_no_other_email_is_told(manager: Person) -> None:
    """A family shares a number: who has another e-mail is somebody else."""
    mother = CustomerFactory(email="mother@mail.example", phone="+442079460102")
    nameless = CustomerFactory(email="", phone="+442079460103")
    text = "name,email,phone\nDaughter,daughter@mail.example,020 7946 0102\nMother,,020 7946 0102\n"
    answer = send(manager, text + "Nan,nan@mail.example,+442079460103\n")
    assert outcomes(answer) == [(2, "created"), (3, "unchanged"), (4, "updated")]
    assert set(Customer.objects.values_list("email", "phone")) == {
        ("mother@mail.example", mother.phone),
        ("daughter@mail.example", mother.phone),
        ("nan@mail.example", nameless.phone),
    }


def test_who_was_archived_stays_so(manager: Person) -> None:
    gone = CustomerFactory(email="ada@mail.example", phone="", is_active=False)
    assert outcomes(send(manager, HEADER + ADA)) == [(2, "archived")]
    assert (Customer.objects.get(pk=gone.pk).phone, Consent.objects.count(), CustomerAddress.objects.count()) == (
        "",
        0,
        0,
    )


@pytest.mark.parametrize(
    ("second", "column"),
    [
        ("Ada,ADA@mail.example,", "email"),
        ("Ada,,+442079460102", "phone"),
        ("Ada,,020 7946 0199", "phone"),
    ],
)
def test_two_lines_about_one_person_are_refused(manager: Person, second: str, column: str) -> None:
    """By what the list says, and by what is known: the third number is that of the row that the first line is about."""
    CustomerFactory(email="ada@mail.example", phone="+442079460199")
    first = "Ada,ada@mail.example," + ("+442079460102" if "0102" not in second else "")
    other = "Eve,,+442079460102\n" if "0102" in second else ""
    before = rows()
    answer = send(manager, f"name,email,phone\n{first}\n{other}{second}\n")
    number = 4 if other else 3
    assert faults(answer) == {f"/lines/{number}/{column}": "twice"}
    assert rows() == before


def test_what_a_line_fills_in_is_known_to_the_next(manager: Person) -> None:
    CustomerFactory(email="ada@mail.example", phone="")
    text = "name,email,phone\nAda,ada@mail.example,+442079460102\nAda,,+442079460102\n"
    assert faults(send(manager, text)) == {"/lines/3/phone": "twice"}


WRONG = [
    (",ann@mail.example", "name", "blank"),
    ("Ann,", "email", "required"),
    ("Ann,nobody", "email", "invalid"),
    ("Ann,,12", "phone", "invalid_phone"),
    ("Ann\x07,ann@mail.example", "name", "control_characters"),
    (f"{'x' * 121},ann@mail.example", "name", "max_length"),
    ("Ann,ann@mail.example,,english", "language", "invalid"),
    (f"Ann,ann@mail.example,,,{'x' * 4001}", "notes", "max_length"),
    (f"Ann,ann@mail.example,,,,{'x' * 41}", "tags", "max_length"),
    (f"Ann,ann@mail.example,,,,{';'.join(map(str, range(21)))}", "tags", "max_length"),
    ("Ann,ann@mail.example,,,,,perhaps", "marketing_consent", "not_yes_or_no"),
    ("Ann,ann@mail.example,,,,,,2 Low Street", "postcode", "required"),
    ("Ann,ann@mail.example,,,,,,,,,,BA1 1AA", "address", "required"),
    ("Ann,ann@mail.example,,,,,,2 Low Street,,,,BA1 1AA,Britain", "country", "invalid"),
]


@pytest.mark.parametrize(("line", "column", "code"), WRONG)
def test_a_fault_points_at_its_line_and_column_and_nothing_is_written(
    manager: Person, line: str, column: str, code: str
) -> None:
    text = f"{HEADER}Good,good@mail.example\n\n{line}\n"
    before = rows()
    answer = send(manager, text)
    assert (answer.status_code, answer.json()["code"]) == (400, "import_refused")
    found = {each.split("/")[3]: told for each, told in faults(answer).items() if each.startswith("/lines/4/")}
    assert found == {column: code}
    dry = send(manager, text, dry_run=True)
    assert outcomes(dry) == [(2, "created"), (4, "refused")]
    assert [(each["column"], each["code"]) for each in dry.json()["lines"][1]["faults"]] == [(column, code)]
    assert rows() == before


def test_a_dry_run_reports_what_the_real_one_does_and_writes_nothing(manager: Person) -> None:
    CustomerFactory(email="ben@mail.example", phone="")
    text = f"{HEADER}{ADA}\nBen,ben@mail.example,020 7946 0103\nBen II,,020 7946 0104\n".replace("name", "NAME,shoe", 1)
    text = text.replace("Ada,Ada", "Ada,7,Ada").replace("Ben,", "Ben,,").replace("Ben II,", "Ben II,,")
    before = rows()
    dry = send(manager, text, dry_run=True, idempotency_key="k1").json()
    assert rows() == before
    real = send(manager, text, idempotency_key="k1").json()
    assert real == dry | {"dry_run": False}
    assert real["counts"] == {"created": 2, "updated": 1}
    assert real["ignored_columns"] == ["shoe"]
    assert send(manager, text, idempotency_key="k1").json() == real
    assert Customer.objects.count() == 3
    assert send(manager, text + "\n", idempotency_key="k1").status_code == 422


def test_a_form_brings_the_file_as_well(manager: Person) -> None:
    file = SimpleUploadedFile("list.csv", (HEADER + ADA).encode(), "text/csv")
    answer = manager.api.client.post(PATH, {"file": file})
    assert outcomes(answer) == [(2, "created")]


@pytest.mark.parametrize(
    ("data", "content_type", "status", "found"),
    [
        (b"", "text/csv", 400, {"/file": "required"}),
        (b"{}", "application/json", 415, {}),
        (b"--x--\r\n", "multipart/form-data; boundary=x", 400, {"/file": "required"}),
        (b"junk", "multipart/form-data", 400, {}),
        (b"email\nann@mail.example", "text/csv", 400, {"/lines/1/name": "missing_column"}),
        (b"name\nZo\xeb", "text/csv", 400, {"/lines/2": "bad_encoding"}),
        (b"name\nA\0n", "text/csv", 400, {"/lines/2": "control_characters"}),
        (b"name\n" + b"x" * 1_000_000, "text/csv", 400, {"/lines/2": "too_long"}),
        (b"name,email\n" + b"A,a@b.example\n" * 5001, "text/csv", 400, {"/lines/5002": "too_many_lines"}),
        (b"x" * (MOST_BYTES + 1), "text/csv", 413, {}),
    ],
)
def test_what_is_no_list_is_told_clearly(
    manager: Person, data: bytes, content_type: str, status: int, found: dict[str, str]
) -> None:
    before = rows()
    answer = manager.api.client.post(PATH, data, content_type=content_type)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    assert {each["pointer"]: each["code"] for each in answer.json()["errors"]} == found
    assert rows() == before


def test_a_form_that_is_too_large(manager: Person) -> None:
    file = SimpleUploadedFile("list.csv", b"x" * (MOST_BYTES + 1))
    assert manager.api.client.post(PATH, {"file": file}).status_code == 413


def test_dry_run_is_yes_or_no(manager: Person) -> None:
    answer = manager.api.client.post(f"{PATH}?dry_run=perhaps", b"name\n", content_type="text/csv")
    assert faults(answer) == {"/dry_run": "invalid"}


def test_staff_and_customers_may_not(stylist: Person, customer: Person) -> None:
    for person in (stylist, customer):
        assert send(person, HEADER + ADA).status_code == 403
        assert send(person, HEADER + ADA, dry_run=True).status_code == 403
    assert not Customer.objects.filter(email="ada@mail.example").exists()


def test_another_business_has_its_own(manager: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = CustomerFactory(email="ada@mail.example", phone="")
    assert outcomes(send(manager, HEADER + ADA)) == [(2, "created")]
    with tenant_scope(rival):
        assert Customer.objects.get().phone == foreign.phone


def test_the_statements_do_not_grow_with_the_list(manager: Person, django_assert_max_num_queries: Any) -> None:
    lines = "".join(f"Ann {number},ann{number}@mail.example,,,,,yes\n" for number in range(400))
    for number in range(200):
        CustomerFactory(email=f"ann{number}@mail.example", phone="")
    with django_assert_max_num_queries(20):
        assert send(manager, HEADER + lines).json()["counts"] == {"created": 200, "updated": 200}


def who_books_meanwhile(tenant: Tenant, contact: Contact) -> int:
    """Somebody books for the first time while a list with them is taken over; how many rows they have."""
    said = ImportedCustomer(line=2, name="Ada", email=contact.email, phone=contact.phone)
    written = threading.Event()

    def book() -> None:
        written.wait(10)
        with tenant_scope(tenant), transaction.atomic():
            find_or_make_customer(contact=contact)
        connection.close()

    guest = threading.Thread(target=book)
    guest.start()
    with transaction.atomic():
        import_customers(file=FileLines((said,)), dry_run=False, actor=SYSTEM, within=Customer.objects.all())
        written.set()
        guest.join(0.5)
        assert guest.is_alive(), "it waits for the list"
    guest.join()
    return Customer.objects.count()


@pytest.mark.parametrize("contact", [{"phone": "+442079460102"}, {"email": "ada@mail.example"}])
def test_who_books_while_a_list_comes_is_one_person(committed: Tenant, contact: dict[str, str]) -> None:
    assert who_books_meanwhile(committed, Contact(name="Ada", **contact)) == 1


def test_who_books_while_a_list_comes_is_one_person_control(committed: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the lock of the insert to come, the look before it finds nobody."""
    monkeypatch.setattr(people, "_lock_phone", lambda phone: None)
    assert who_books_meanwhile(committed, Contact(name="Ada", phone="+442079460102")) == 2


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("customers", "import", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_does_the_same(salon: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEADER.replace("name", "name,shoe", 1) + ADA.replace("Ada,", "Ada,,", 1))
    warning = "warning: the column 'shoe' means nothing here\n"
    assert run(str(file), "--tenant", "salon", "--dry-run") == ("would be: 1 created\n", warning)
    assert not Customer.objects.exists()
    assert run(str(file), "--tenant", "salon") == ("1 created\n", warning)
    assert run(str(file), "--tenant", "salon") == ("1 unchanged\n", warning)
    assert Event.objects.get().actor_kind == "system"


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_the_command_tells_every_fault(salon: Tenant, tmp_path: Path, more: list[str]) -> None:
    file = tmp_path / "list.csv"
    file.write_text("name,email\nAnn,nobody\n,ann@mail.example\n")
    with pytest.raises(CommandError) as caught:
        run(str(file), "--tenant", "salon", *more)
    assert str(caught.value).splitlines() == [
        "line 2, email: Enter a valid email address.",
        "line 3, name: This field may not be blank.",
    ]
    assert not Customer.objects.exists()


@pytest.mark.parametrize(
    ("content", "slug", "told"),
    [
        (None, "salon", "list.csv: No such file or directory"),
        (b"", "salon", "The file is empty."),
        (b"x" * (MOST_BYTES + 1), "salon", "at most 2 MiB at a time"),
        (b"name\nAnn", "nowhere", "--tenant: there is no business 'nowhere'"),
        (b"Ann", "salon", "line 1, name: The first line has no column name."),
    ],
)
def test_the_command_tells_what_it_cannot_read(
    salon: Tenant, tmp_path: Path, content: bytes | None, slug: str, told: str
) -> None:
    file = tmp_path / "list.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        run(str(file), "--tenant", slug)
    assert told in str(caught.value)
