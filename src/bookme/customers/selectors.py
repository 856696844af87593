"""Customers, for the team only."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from bookme.core.actor import Actor
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.customers.models import Consent, Customer, CustomerAddress


def customers_for(actor: Actor) -> QuerySet[Customer]:
    """Everybody the business knows, with addresses (newest first) and consents; raises NotAllowed."""
    actor.demand(Permission.CUSTOMERS_READ)
    return Customer.objects.prefetch_related(
        Prefetch("addresses", CustomerAddress.objects.order_by("-created_at", "-id")),
        Prefetch("consents", Consent.objects.order_by("created_at", "id")),
    )


def customer_for(actor: Actor, customer_id: UUID) -> Customer:
    """Raises NotAllowed, NotFound."""
    return one(customers_for(actor), customer_id)
