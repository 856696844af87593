"""To know who books, and who is signed in. Whom the team sees is for `bookings.selectors.customers` to say."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F, Prefetch, Q

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed
from bookme.customers.models import TOLD_BY, Consent, ConsentKind, Customer, CustomerAddress
from bookme.tenants.statements import prepared_rows
from bookme.users.models import User

# The eldest customer of each way to know one, with the rank of that way.
_WAYS = {
    way: f"(SELECT {rank}, id FROM customers_customer WHERE {known} ORDER BY created_at, id LIMIT 1)"
    for rank, (way, known) in enumerate(
        {
            "user_id": "user_id = %(user_id)s",
            "own_email": "user_id IS NULL AND email = %(own_email)s AND email <> ''",
            "email": "email = %(email)s AND email <> ''",
            "phone": "phone = %(phone)s AND phone <> ''",
        }.items()
    )
}


def own_customers(actor: Actor) -> Q:
    """Which rows are those of somebody who is signed in, whatever their role: see `customers_of`."""
    if actor.kind is not ActorKind.USER or actor.id is None:
        return Q(pk__in=[])
    return customers_of(user_id=actor.id, email=actor.email)


def customers_of(*, user_id: UUID, email: str) -> Q:
    """The rows that are linked to the person and, until it is linked, that of the address verified to be theirs.

    Never by phone, never one that is linked to somebody else. With no `email`, only what is linked.
    """
    linked = Q(user_id=user_id)
    return linked | Q(user_id=None, email=email) if email else linked


def own_customer(actor: Actor) -> Customer | None:
    """The eldest of their rows, those that are linked first; with addresses (newest first) and consents."""
    mine = Customer.objects.filter(own_customers(actor)).prefetch_related(
        Prefetch("addresses", CustomerAddress.objects.order_by("-created_at", "-id")),
        Prefetch("consents", Consent.objects.order_by("created_at", "id")),
    )
    return mine.order_by(F("user_id").asc(nulls_last=True), "created_at", "id").first()


@dataclass(frozen=True)
class Profile:
    """Somebody who is signed in, as they see themselves here: their account, else what the business knows of them.

    Without a customer of theirs, `id` is None. `channels` has each of TOLD_BY.
    """

    id: UUID | None
    name: str
    email: str
    phone: str
    language: str
    timezone: str
    channels: dict[str, bool]
    marketing_consent: bool
    addresses: list[CustomerAddress]
    consents: list[Consent]


def own_profile(actor: Actor) -> Profile:
    """Raises NotAllowed `people_only`."""
    user, row = User.objects.get(pk=require_person(actor)), own_customer(actor)
    known = row or Customer()
    return Profile(
        id=row.pk if row else None,
        name=user.name or known.name,
        email=user.email,
        phone=user.phone or known.phone,
        language=user.language or known.language,
        timezone=user.timezone or known.timezone,
        channels={each: known.wants(each) for each in TOLD_BY},
        marketing_consent=bool(row and marketing_answer(row)),
        addresses=list(row.addresses.all()) if row else [],
        consents=list(row.consents.all()) if row else [],
    )


def marketing_answer(customer: Customer) -> bool | None:
    """What they said last of offers and news; None if they were never asked."""
    answers = Consent.objects.filter(customer=customer, kind=ConsentKind.MARKETING).order_by("-created_at", "-id")
    return answers.values_list("granted", flat=True).first()


def require_person(actor: Actor) -> UUID:
    """The account of somebody who acts for themselves. Raises NotAllowed for a key, and for an operator."""
    if actor.kind is not ActorKind.USER or actor.id is None:
        raise NotAllowed("This is for people with an account here.", code="people_only")
    return actor.id


def customer_by_contact(
    *, email: str = "", phone: str = "", user_id: UUID | None = None, own_email: str = ""
) -> Customer | None:
    """Who books: the signed-in person's row, else the one with that lower-case e-mail, else with that phone.

    `own_email` is the verified address of the signed-in person, whose row it is while it is linked to nobody. For
    actions only: nothing of an existing row may be shown to whoever gave the contact.
    """
    ways = {"user_id": user_id, "own_email": own_email if user_id else "", "email": email, "phone": phone}
    given = {way: value for way, value in ways.items() if value}
    found = prepared_rows(" UNION ALL ".join(_WAYS[way] for way in given), given) if given else []
    return Customer.objects.get(pk=min(found)[1]) if found else None
