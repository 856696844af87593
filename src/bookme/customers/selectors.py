"""Customers: for the team, and to know who books."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Value

from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.text import has_control_characters
from bookme.customers.models import Consent, Customer, CustomerAddress

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
    given = {"user_id": user_id, "email": email, "phone": phone}
    ways = [
        Customer.objects.filter(**{column: value}).annotate(way=Value(number)).order_by("created_at", "id")[:1]
        for number, (column, value) in enumerate(given.items())
        if value
    ]
    if len(ways) < 2:
        return next(iter(ways[0]), None) if ways else None
    return ways[0].union(*ways[1:], all=True).order_by("way").first()


def _digits(text: str) -> str:
    """The digits of what may be a phone number, without the zero that only counts at home; else empty."""
    bare = "".join(each for each in text if each not in " +-()./")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() else ""
