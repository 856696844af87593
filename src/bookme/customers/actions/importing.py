"""Taking over a list of customers: every line of it, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import override

from bookme.core.actor import Actor
from bookme.core.errors import FieldError
from bookme.core.ids import uuid7
from bookme.core.imports import FileLines, ImportReport, LineReport, refused_lines, require_all_good
from bookme.core.permissions import Permission
from bookme.core.spreadsheets import line_pointer
from bookme.core.time import now as read_clock
from bookme.customers.actions.people import Address
from bookme.customers.events import TOLD_IDS, CustomersImported
from bookme.customers.models import Consent, ConsentKind, Customer, CustomerAddress
from bookme.customers.wording import imported_wording
from bookme.eventlog.actions import publish
from bookme.tenants.context import require_tenant

FILLED = ("email", "phone", "language", "notes", "tags")
_AT_ONCE = 500


class Outcome(StrEnum):
    """`archived`: the line is about somebody who was archived, and stays so."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    ARCHIVED = "archived"


@dataclass(frozen=True, kw_only=True)
class ImportedCustomer:
    """One line of the list, checked: the e-mail is lower case, the phone E.164. An empty text, no tags, no address and
    no answer about marketing say nothing."""

    line: int
    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    notes: str = ""
    tags: Sequence[str] = ()
    address: Address | None = None
    marketing: bool | None = None


def import_customers(
    *,
    file: FileLines[ImportedCustomer],
    dry_run: bool,
    actor: Actor,
    within: QuerySet[Customer],
) -> ImportReport:
    """Make who is new; of who is known fill in what is empty, and change nothing that is there.

    Who is known is found by e-mail, else by phone; by phone alone nobody is found whose e-mail is another. A dry run
    writes nothing and reports the same, faults and all; else a fault, such as that of a line that could not be read,
    raises Invalid (`import_refused`) with all of them, `twice` for two lines about one person among them, and
    `out_of_scope` for a line about somebody who is not `within` what the actor sees: nothing is told of them.

    Demands `customers.manage`. Nobody else writes a customer until the transaction ends: who books for the first time
    waits for it. Raises Busy (by the database) if others write for longer than three seconds. Publishes one
    CustomersImported, unless nothing changed.
    """
    actor.demand(Permission.CUSTOMERS_MANAGE)
    if not dry_run:
        _lock_customers()
    matched, refused = _matched(file.lines, within)
    wrong = [*file.faults, *refused]
    if not dry_run:
        require_all_good(wrong)
        _write(matched, actor)
    lines = refused_lines(wrong) | {each.said.line: each.report for each in matched}
    return ImportReport(tuple(lines[number] for number in sorted(lines)), file.ignored, dry_run)


@dataclass
class _Known:
    """Somebody as they are, or will be by the lines before; `line` is the one that was about them."""

    row: Customer
    is_new: bool = False
    is_seen: bool = True
    has_address: bool = False
    has_answered: bool = False
    line: int | None = None


@dataclass
class _Match:
    """A line and whom it is about. `filled` is what it adds to the row; an address and an answer come beside."""

    said: ImportedCustomer
    known: _Known
    filled: dict[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()

    @property
    def adds_address(self) -> bool:
        return self.said.address is not None and not self.known.has_address and self.is_open

    @property
    def adds_answer(self) -> bool:
        return self.said.marketing is not None and not self.known.has_answered and self.is_open

    @property
    def is_open(self) -> bool:
        return self.known.row.is_active

    @property
    def outcome(self) -> Outcome:
        if self.known.is_new:
            return Outcome.CREATED
        if not self.is_open:
            return Outcome.ARCHIVED
        changes = self.filled or self.adds_address or self.adds_answer
        return Outcome.UPDATED if changes else Outcome.UNCHANGED

    @property
    def report(self) -> LineReport:
        return LineReport(self.said.line, self.outcome, kept=self.kept)


class _People:
    """Everybody whom a list may be about, by e-mail and by phone; who was made first comes first."""

    def __init__(self, known: Iterable[_Known]) -> None:
        self.by_email: dict[str, _Known] = {}
        self.by_phone: dict[str, list[_Known]] = {}
        for each in known:
            self.add(each)

    def add(self, known: _Known) -> None:
        """Also again, when an e-mail or a phone was filled in."""
        if known.row.email:
            self.by_email[known.row.email] = known
        same = self.by_phone.setdefault(known.row.phone, []) if known.row.phone else []
        if known not in same:
            same.append(known)

    def find(self, said: ImportedCustomer) -> _Known | None:
        if found := self.by_email.get(said.email):
            return found
        same = self.by_phone.get(said.phone, [])
        return next((each for each in same if not (said.email and each.row.email)), None)


def _matched(
    customers: Sequence[ImportedCustomer], within: QuerySet[Customer]
) -> tuple[list[_Match], list[FieldError]]:
    people = _People(_known_of(customers, within))
    matched: list[_Match] = []
    refused: list[FieldError] = []
    for said in customers:
        known = people.find(said) or _Known(_row_of(said), is_new=True)
        if fault := _fault_of(said, known):
            refused.append(fault)
            continue
        known.line = said.line
        match = _Match(said, known)
        if match.is_open and not known.is_new:
            _fill_in(match)
        people.add(known)
        matched.append(match)
    return matched, refused


def _fault_of(said: ImportedCustomer, known: _Known) -> FieldError | None:
    pointer = line_pointer(said.line, "email" if said.email and said.email == known.row.email else "phone")
    if known.line is not None:
        return FieldError(pointer, "twice", f"Line {known.line} is about the same person.")
    if not known.is_seen:
        return FieldError(pointer, "out_of_scope", "Your role here does not reach this customer.")
    return None


def _known_of(customers: Sequence[ImportedCustomer], within: QuerySet[Customer]) -> list[_Known]:
    answered = Consent.objects.filter(customer=OuterRef("pk"), kind=ConsentKind.MARKETING)
    rows = Customer.objects.filter(
        Q(email__in={each.email for each in customers if each.email})
        | Q(phone__in={each.phone for each in customers if each.phone})
    ).annotate(
        has_address=Exists(CustomerAddress.objects.filter(customer=OuterRef("pk"))), has_answered=Exists(answered)
    )
    found = list(rows.order_by("created_at", "id"))
    seen = set(within.filter(pk__in=[row.pk for row in found]).values_list("pk", flat=True)) if found else ()
    return [
        _Known(row, is_seen=row.pk in seen, has_address=row.has_address, has_answered=row.has_answered) for row in found
    ]


def _row_of(said: ImportedCustomer) -> Customer:
    values: dict[str, Any] = {name: getattr(said, name) for name in FILLED}
    return Customer(name=said.name, **values | {"tags": list(said.tags)})


def _fill_in(match: _Match) -> None:
    """Sets what is empty on the row, unsaved, and notes what stays though the line says something else."""
    said, row = match.said, match.known.row
    kept = [] if said.name == row.name else ["name"]
    for name in FILLED:
        new, old = getattr(said, name), getattr(row, name)
        new = list(new) if name == "tags" else new
        if new and not old:
            match.filled[name] = new
            setattr(row, name, new)
        elif new and new != old:
            kept.append(name)
    kept += ["address"] if said.address is not None and match.known.has_address else []
    kept += ["marketing_consent"] if said.marketing is not None and match.known.has_answered else []
    match.kept = tuple(kept)


def _lock_customers() -> None:
    """Until the transaction ends nobody else makes or changes a customer; reading and booking for one goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '3s'")
        cursor.execute(f"LOCK TABLE {Customer._meta.db_table} IN SHARE ROW EXCLUSIVE MODE")


def _write(matched: Sequence[_Match], actor: Actor) -> None:
    new = [each.known.row for each in matched if each.known.is_new]
    for row in new:
        row.added_by = actor.id
    changed = [each for each in matched if each.outcome is Outcome.UPDATED]
    Customer.objects.bulk_create(new, batch_size=_AT_ONCE)
    _save([each.known.row for each in changed if each.filled])
    CustomerAddress.objects.bulk_create(
        (
            CustomerAddress(customer=each.known.row, **asdict(each.said.address))
            for each in matched
            if each.adds_address and each.said.address is not None
        ),
        batch_size=_AT_ONCE,
    )
    _record_answers({each.known.row: bool(each.said.marketing) for each in matched if each.adds_answer})
    if new or changed:
        told = [str(row.pk) for row in (*new, *(each.known.row for each in changed))]
        fact = CustomersImported(id=uuid7(), created=len(new), updated=len(changed), customers=told[:TOLD_IDS])
        publish(fact, actor=actor)


def _save(rows: Sequence[Customer]) -> None:
    at = read_clock()
    for row in rows:
        row.updated_at = at
    Customer.objects.bulk_update(rows, [*FILLED, "updated_at"], batch_size=_AT_ONCE)


def _record_answers(answers: Mapping[Customer, bool]) -> None:
    with override(require_tenant().config.language):
        wording = imported_wording()
    Consent.objects.bulk_create(
        (
            Consent(customer=customer, kind=ConsentKind.MARKETING, granted=granted, wording=wording)
            for customer, granted in answers.items()
        ),
        batch_size=_AT_ONCE,
    )
