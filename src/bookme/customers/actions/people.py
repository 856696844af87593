"""One customer at a time: by the team, and by people as they book.

The team's actions demand `customers.manage` and publish CustomerChanged.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import override

from bookme.core.actor import Actor
from bookme.core.errors import Invalid, NotAllowed
from bookme.core.permissions import Permission
from bookme.customers.events import CustomerChanged
from bookme.customers.models import Consent, ConsentKind, Customer, CustomerAddress
from bookme.customers.selectors import customer_by_contact, marketing_answer
from bookme.customers.wording import consent_links, consent_wording
from bookme.eventlog.changes import archive_row, change_row, make_row
from bookme.tenants.context import require_tenant
from bookme.tenants.statements import insert, insert_unless_there

UNSAID = ("name", "email", "phone", "language", "timezone", "channels", "notes", "tags", "metadata")


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who books, as they said it. The e-mail is lower case, the phone E.164; either may be empty."""

    name: str
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a mobile trade goes. `country` is a code of two letters, or empty."""

    line1: str
    postcode: str
    line2: str = ""
    city: str = ""
    county: str = ""
    country: str = ""


def make_customer(*, values: Mapping[str, Any], actor: Actor) -> Customer:
    """Raises Invalid for neither e-mail nor phone (`required`), and for an e-mail that another one has (`unique`)."""
    actor.demand(Permission.CUSTOMERS_MANAGE)
    if not (values.get("email") or values.get("phone")):
        raise Invalid.field("/email", "Give an e-mail address or a phone number.", code="required")
    _refuse_known_email(values)
    return make_row(row=Customer(added_by=actor.id), values=values, event=CustomerChanged, actor=actor, unsaid=UNSAID)


def change_customer(*, customer: Customer, values: Mapping[str, Any], actor: Actor) -> Customer:
    """Visits keep what was given with them. Raises Invalid (`unique`) for an e-mail that another customer has.

    Who has an address sees, by an account, all bookings under it. So whoever does not see all bookings may not give a
    customer another one: NotAllowed `beyond_own_powers`.
    """
    actor.demand(Permission.CUSTOMERS_MANAGE)
    if values.get("email", customer.email) != customer.email and not actor.sees_all_bookings:
        detail = "Whoever sees all bookings may change a customer's e-mail: it opens them to who has it."
        raise NotAllowed(detail, code="beyond_own_powers")
    _refuse_known_email(values, customer)
    return change_row(row=customer, values=values, event=CustomerChanged, actor=actor, unsaid=UNSAID)


def archive_customer(*, customer: Customer, actor: Actor) -> Customer:
    """Out of the lists; bookings stand."""
    actor.demand(Permission.CUSTOMERS_MANAGE)
    return archive_row(row=customer, event=CustomerChanged, actor=actor)


def find_or_make_customer(
    *,
    contact: Contact,
    language: str = "",
    user_id: UUID | None = None,
    own_email: str = "",
    added_by: UUID | None = None,
) -> Customer:
    """The customer of that contact: by who is signed in, else by e-mail, else by phone, else a new one.

    Of an existing row nothing is changed, but that the one with `own_email`, the verified address of who is signed in,
    is linked to their `user_id` if it is nobody's. Under another address they are not linked: it may be another
    person's. A new one keeps who of the team made it, in `added_by`. Two at once make one row: by the unique e-mail,
    and by an advisory lock on a phone without one.
    """
    mine = user_id if own_email else None
    found = customer_by_contact(email=contact.email, phone=contact.phone, user_id=user_id, own_email=own_email)
    if found is None and not contact.email:
        _lock_phone(contact.phone)
        found = customer_by_contact(phone=contact.phone)
    if found is None:
        given = {"name": contact.name, "email": contact.email, "phone": contact.phone, "language": language}
        made = Customer(**given, added_by=added_by, user_id=mine if contact.email == own_email else None)
        found = made if insert_unless_there(made) else Customer.objects.get(email=contact.email)
    if mine and found.user_id is None and found.email == own_email:
        link_customers(user_id=mine, emails=[own_email])
        found.user_id = mine
    return found


def link_customers(*, user_id: UUID, emails: Collection[str]) -> int:
    """Make the rows under these addresses, all verified to be the person's, theirs for good; returns how many.

    One that is linked already stays whose it is. Joins the transaction.
    """
    return Customer.objects.filter(user_id=None, email__in=[each for each in emails if each]).update(user_id=user_id)


def keep_address(*, customer: Customer, address: Address) -> CustomerAddress:
    """Add the address unless the newest one is the same."""
    values = asdict(address)
    newest = customer.addresses.order_by("-created_at", "-id").first()
    if newest is not None and all(getattr(newest, field) == value for field, value in values.items()):
        return newest
    return CustomerAddress.objects.create(customer=customer, **values)


def consents_of(
    customer: Customer, *, granted: Mapping[str, bool], language: str, visit_id: UUID | None = None
) -> list[Consent]:
    """Rows for `insert`, one for each kind that was answered (see ConsentKind).

    Each has what the business asks for now, in that language; it may be empty: then it is the business's first.
    """
    tenant = require_tenant()
    links = consent_links(tenant)
    with override(language or tenant.config.language):
        return [
            Consent(
                customer=customer,
                kind=kind,
                granted=answer,
                wording=consent_wording(ConsentKind(kind)),
                url=links.get(kind, ""),
                visit_id=visit_id,
            )
            for kind, answer in granted.items()
        ]


def answer_marketing(*, customer: Customer, granted: bool, language: str) -> None:
    """Written down, as in `consents_of`, if it is another answer than they gave last. Joins the transaction."""
    if granted != marketing_answer(customer):
        insert(*consents_of(customer, granted={ConsentKind.MARKETING: granted}, language=language))


def _refuse_known_email(values: Mapping[str, Any], customer: Customer | None = None) -> None:
    """Of two at once the constraint refuses one."""
    email = values.get("email")
    others = Customer.objects.filter(email=email)
    if customer is not None:
        others = others.exclude(pk=customer.pk)
    if email and others.exists():
        raise Invalid.field("/email", "Another customer has this address.", code="unique")


def _lock_phone(phone: str) -> None:
    """Held until the transaction ends. Always before the lock of the calendars, so the two cannot cross.

    The lock on the table is that of the insert to come, taken before the look: it waits for a list being imported.
    """
    key = hashlib.sha256(f"{require_tenant().pk}:{phone}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {Customer._meta.db_table} IN ROW EXCLUSIVE MODE")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key[:8], "big", signed=True)])
