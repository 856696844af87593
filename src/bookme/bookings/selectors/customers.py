"""The customers whom somebody of the team sees: this is the only door to them, for pages, API, lists and imports."""

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import scope_of
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.text import has_control_characters
from bookme.customers.models import Consent, Customer, CustomerAddress

_MOST_WORDS = 6
_FEWEST_DIGITS = 3


def customers_visible_to(actor: Actor) -> QuerySet[Customer]:
    """With addresses (newest first) and consents; raises NotAllowed.

    Everybody, for who sees all bookings or `all_customers`. Else those who have, or had, a booking within the actor's
    scope that somebody else made, whatever became of it, and whom the actor put down themselves. A booking that they
    made, for somebody or as a visitor who is signed in, shows them what they wrote: else a known address would be
    enough to open what the business knows of somebody.
    """
    actor.demand(Permission.CUSTOMERS_READ)
    rows = Customer.objects.prefetch_related(
        Prefetch("addresses", CustomerAddress.objects.order_by("-created_at", "-id")),
        Prefetch("consents", Consent.objects.order_by("created_at", "id")),
    )
    if actor.all_customers or actor.sees_all_bookings:
        return rows
    # Made once, from the few bookings of the scope: a look for each customer would take as long as there are customers.
    own = Customer.objects.filter(added_by=actor.id).order_by().values("pk")
    by_others = scope_of(actor) & ~Q(visit__added_by=actor.id) & ~Q(visit__user_id=actor.id)
    came = Booking.objects.filter(by_others).order_by().values("visit__customer")
    return rows.filter(pk__in=came.union(own))


def sees_customer(actor: Actor, customer_id: UUID) -> bool:
    """Whether what is known of a customer may be shown beside what their booking says."""
    return actor.may(Permission.CUSTOMERS_READ) and customers_visible_to(actor).filter(pk=customer_id).exists()


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
    return list(customers_visible_to(actor).filter(found | by_text, is_active=True).order_by("name", "id")[:count])


def _digits(text: str) -> str:
    """The digits of what may be a phone number, without the zero that only counts at home; else empty."""
    bare = "".join(each for each in text if each not in " +-()./")
    return bare.lstrip("0") if bare.isascii() and bare.isdigit() else ""
