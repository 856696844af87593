"""Customers: for the team, and to know who books."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.customers.models import Consent, Customer, CustomerAddress


def customers_for(actor: Actor) -> QuerySet[Customer]:
    """Everybody the business knows, with addresses (newest first) and consents; raises NotAllowed."""
    actor.demand(Permission.CUSTOMERS_READ)
    return Customer.objects.prefetch_related(
        Prefetch("addresses", CustomerAddress.objects.order_by("-created_at", "-id")),
        Prefetch("consents", Consent.objects.order_by("created_at", "id")),
    )


def customer_by_contact(*, email: str = "", phone: str = "", user_id: UUID | None = None) -> Customer | None:
    """Who books: the signed-in person's row, else the one with that lower-case e-mail, else with that phone.

    For actions only: nothing of an existing row may be shown to whoever gave the contact.
    """
    if user_id is not None and (found := Customer.objects.filter(user_id=user_id).first()):
        return found
    if email and (found := Customer.objects.filter(email=email).first()):
        return found
    if phone:
        return Customer.objects.filter(phone=phone).order_by("created_at", "id").first()
    return None
