"""A person with a text of their own in every column that may hold one, and where such texts are found."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import EmailField, GenericIPAddressField, JSONField, Model

from bookme.core.time import now
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.privacy.holdings import HOLDINGS, Holding
from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory, SeriesFactory, VisitFactory, WaitlistEntryFactory
from tests.factories.communications import (
    AttemptFactory,
    LastInboundFactory,
    MutedFactory,
    NotificationFactory,
    StoppedAddressFactory,
)
from tests.factories.customers import ConsentFactory, CustomerAddressFactory, CustomerFactory
from tests.factories.eventlog import EventFactory, IdempotencyKeyFactory
from tests.factories.team import InvitationFactory
from tests.factories.tenants import OutboxMessageFactory
from tests.factories.users import (
    AccountRequestFactory,
    ApiKeyFactory,
    EmailChangeFactory,
    Person,
    RecoveryCodeFactory,
    SocialIdentityFactory,
    TwoFactorFactory,
)

LONG_AGO = dt.datetime(2020, 1, 6, 10, tzinfo=dt.UTC)


@dataclass
class Bird:
    """`person` with `sign`, a text of three letters that is in all of theirs, and `network`, where they come from.

    Its rows are by table; `sung` is every text in every column, as the database has it.
    """

    person: Person
    sign: str
    network: str
    rows: dict[type[Model], Model] = field(default_factory=dict)
    sung: dict[tuple[type[Model], str], Any] = field(default_factory=dict)
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def email(self) -> str:
        return str(self.person.user.email)

    def text(self) -> str:
        return f"{self.sign}{next(self.numbers):03d}"


def sing(person: Person, *, sign: str, network: str) -> Bird:
    """All that a business and the platform may know of somebody; nothing of it is to come. Enters no business."""
    bird = Bird(person, sign, network)
    person.user.email = f"{sign}@mail.example"
    person.user.save()
    assert person.tokens
    for holding in HOLDINGS:
        bird.rows[holding.model] = MAKERS[holding.model.__name__](bird)
        _fill(bird, holding)
    _facts(bird)
    _public_fact(bird)
    return bird


def _fill(bird: Bird, holding: Holding) -> None:
    row = bird.rows[holding.model]
    for column in (*holding.personal, *holding.secret):
        value = _value(bird, row, column)
        setattr(row, column, value)
        bird.sung[holding.model, column] = value
    row.save()


def _value(bird: Bird, row: Model, column: str) -> Any:
    kept = _FOUND_BY.get((type(row).__name__, column))
    found: Any = row._meta.get_field(column)
    if kept is not None:
        return kept(bird)
    if isinstance(found, EmailField):
        return f"{bird.text()}@mail.example"
    if isinstance(found, GenericIPAddressField):
        return bird.network
    if isinstance(found, JSONField):
        return [bird.text()] if found.get_default() == [] else {bird.text(): bird.text()}
    return bird.text()


# By what a row is found: the canary is in it as well.
_FOUND_BY: dict[tuple[str, str], Callable[[Bird], Any]] = {
    ("User", "email"): lambda bird: bird.email,
    ("User", "password"): lambda bird: bird.person.user.password,
    ("AccountRequest", "email"): lambda bird: bird.email,
    ("Invitation", "email"): lambda bird: bird.email,
    ("Customer", "email"): lambda bird: bird.email,
    ("StoppedAddress", "address"): lambda bird: bird.email,
    ("LastInbound", "address"): lambda bird: bird.sung[Customer, "phone"],
    ("IdempotencyKey", "scope"): lambda bird: f"user:{bird.person.user.pk} POST /{bird.text()}",
    ("OutboxMessage", "last_error"): lambda bird: f"refused <{bird.email}> {bird.text()}",
}


def _sign_in(bird: Bird) -> Model:
    return bird.person.user.sign_ins.order_by("created_at").first()


def _visit(bird: Bird) -> Model:
    return VisitFactory(customer=bird.rows[Customer], series=bird.rows[_model("Series")], user_id=bird.person.user.pk)


def _log_entry(bird: Bird) -> Model:
    kind = ContentType.objects.get_for_model(Customer)
    return LogEntry.objects.create(
        user=bird.person.user, content_type=kind, object_id=str(bird.rows[Customer].pk), action_flag=CHANGE
    )


def _model(name: str) -> type[Model]:
    return next(each.model for each in HOLDINGS if each.model.__name__ == name)


MAKERS: dict[str, Callable[[Bird], Model]] = {
    "User": lambda bird: bird.person.user,
    "Membership": lambda bird: bird.person.membership,
    "SignIn": _sign_in,
    "SocialIdentity": lambda bird: SocialIdentityFactory(user=bird.person.user),
    "TwoFactor": lambda bird: TwoFactorFactory(user=bird.person.user, confirmed_at=None),
    "RecoveryCode": lambda bird: RecoveryCodeFactory(user=bird.person.user),
    "EmailChange": lambda bird: EmailChangeFactory(user=bird.person.user),
    "AccountRequest": lambda bird: AccountRequestFactory(tenant=bird.person.tenant),
    "ApiKey": lambda bird: ApiKeyFactory(tenant=bird.person.tenant, created_by=bird.person.user.pk),
    "Customer": lambda bird: CustomerFactory(),
    "CustomerAddress": lambda bird: CustomerAddressFactory(customer=bird.rows[Customer]),
    "Consent": lambda bird: ConsentFactory(customer=bird.rows[Customer], wording="What was asked."),
    "Series": lambda bird: SeriesFactory(customer=bird.rows[Customer]),
    "Visit": _visit,
    "Booking": lambda bird: BookingFactory(
        visit=bird.rows[_model("Visit")], status="cancelled", appointment__starts_at=LONG_AGO
    ),
    "WaitlistEntry": lambda bird: WaitlistEntryFactory(user_id=bird.person.user.pk, status="left"),
    "Notification": lambda bird: NotificationFactory(visit_id=bird.rows[_model("Visit")].pk),
    "Attempt": lambda bird: AttemptFactory(notification=bird.rows[_model("Notification")]),
    "Muted": lambda bird: MutedFactory(person_id=bird.rows[Customer].pk, name="booking.reminder"),
    "StoppedAddress": lambda bird: StoppedAddressFactory(),
    "LastInbound": lambda bird: LastInboundFactory(),
    "Invitation": lambda bird: InvitationFactory(declined_at=now()),
    "IdempotencyKey": lambda bird: IdempotencyKeyFactory(),
    "OutboxMessage": lambda bird: OutboxMessageFactory(tenant=bird.person.tenant),
    "LogEntry": _log_entry,
}


def _facts(bird: Bird) -> None:
    """Their own with where they came from, a guest's, somebody else's failed try, and the team's about them."""
    user, booking = bird.person.user, bird.rows[_model("Booking")]
    where = {"address": bird.network, "agent": bird.text()}
    own = {"actor_kind": "user", "actor_id": user.pk, "actor_name": bird.text()}
    guest = {"actor_kind": "guest", "actor_name": bird.text()}
    made: list[Event] = [
        EventFactory(name="account.signed_in", subject_id=user.pk, payload=where, **own),
        EventFactory(name="booking.cancelled", subject_id=booking.pk, payload={"reason": bird.text()}, **guest),
        EventFactory(
            name="account.sign_in_failed",
            subject_id=None,
            payload=where | {"email": bird.email},
            is_audit=True,
            **guest,
        ),
        EventFactory(
            name="booking.declined", subject_id=booking.pk, payload={"reason": bird.text()}, actor_kind="user"
        ),
    ]
    for fact in made:
        bird.sung |= {(Event, f"{fact.name}.{key}"): value for key, value in fact.payload.items()}
        bird.sung |= {(Event, f"{fact.name}.actor_name"): fact.actor_name} if fact.actor_name else {}


def _public_fact(bird: Bird) -> None:
    """Their address, tried at the door of the operators."""
    with public_scope():
        EventFactory(name="account.sign_in_failed", payload={"email": bird.email}, actor_kind="guest", is_audit=True)


def dump(*tenants: Tenant) -> dict[str, str]:
    """Every row of every table of `public` and of these businesses as text, by `schema.table`."""
    found = {}
    with connection.cursor() as cursor:
        for schema in ("public", *(each.schema_name for each in tenants)):
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT coalesce(string_agg(t::text, chr(10)), \'\') FROM "{schema}"."{table}" t')
                found[f"{schema}.{table}"] = cursor.fetchone()[0]
    return found


def heard(text: str, found: dict[str, str]) -> dict[str, int]:
    """How often the text is in which table."""
    return {table: rows.count(text) for table, rows in found.items() if text in rows}
