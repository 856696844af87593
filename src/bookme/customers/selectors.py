"""Customers: for the team, and to know who books."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.text import has_control_characters
from bookme.customers.models import Consent, Customer, CustomerAddress
from bookme.tenants.statements import prepared_rows

# The eldest customer of each way to know one, with the rank of that way.
_WAYS = {
    way: f"(SELECT {rank}, id FROM customers_customer WHERE {known} ORDER BY created_at, id LIMIT 1)"
    for rank, (way, known) in enumerate(
        {
            "user_id": "user_id = %(user_id)s",
            "email": "email = %(email)s AND email <> ''",
            "phone": "phone = %(phone)s AND phone <> ''",
        }.items()
    )
}
_MOST_WORDS = 6
_FEWEST_DIGITS = 3


def customers_for(actor: Actor) -> QuerySet[Customer]:
    """Everybody the business knows, with addresses (newest first) and consents; raises NotAllowed."""
    actor.demand(Permission.CUSTOMERS_READ)
    return Customer.objects.prefetch_related(
        Prefetch("addresses", CustomerAddress.objects.order_by("-created_at", "-id")),
        Prefetch("consents", Consent.objects.order_by("created_at", "id")),
    )


def customers_found(actor: Actor, words: str, *, count: int) -> list[Customer]:
    """Up to `count` active customers with each of the words in name, e-mail or phone; spaces in a number do not matter.

    Raises NotAllowed. Nothing is found by nothing.
    """
    words = words.strip()[:200]
    if not words or has_control_characters(words):
        return []
    found = Q(phone__contains=_digits(words)) if len(_digits(words)) >= _FEWEST_DIGITS else Q()
    by_text = Q()
    for word in words.split()[:_MOST_WORDS]:
        by_text &= Q(name__icontains=word) | Q(email__icontains=word)
    return list(customers_for(actor).filter(found | by_text, is_active=True).order_by("name", "id")[:count])


def customer_by_contact(*, email: str = "", phone: str = "", user_id: UUID | None = None) -> Customer | None:
    """Who books: the signed-in person's row, else the one with that lower-case e-mail, else with that phone.

    For actions only: nothing of an existing row may be shown to whoever gave the contact.
    """
    given = {way: value for way, value in {"user_id": user_id, "email": email, "phone": phone}.items() if value}
    found = prepared_rows(" UNION ALL ".join(_WAYS[way] for way in given), given) if given else []
    return Customer.objects.get(pk=min(found)[1]) if found else None


def _digits(text: str) -> str:
    """The digits of what may be a phone number, without the zero that only counts at home; else empty."""
    bare = "".join(each for each in text if each not in " +-()./")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() else ""
