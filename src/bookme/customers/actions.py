"""Keeping customers, by the team. Each action demands `customers.manage` and publishes CustomerChanged."""

from collections.abc import Mapping
from typing import Any

from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.customers.events import CustomerChanged
from bookme.customers.models import Customer
from bookme.eventlog.changes import archive_row, change_row, make_row

_UNSAID = ("name", "email", "phone", "language", "notes", "tags", "metadata")


def make_customer(*, values: Mapping[str, Any], actor: Actor) -> Customer:
    """Raises Conflict `exists` for an e-mail that another customer has."""
    actor.demand(Permission.CUSTOMERS_MANAGE)
    return make_row(row=Customer(), values=values, event=CustomerChanged, actor=actor, unsaid=_UNSAID)


def change_customer(*, customer: Customer, values: Mapping[str, Any], actor: Actor) -> Customer:
    """Visits keep what was given with them."""
    actor.demand(Permission.CUSTOMERS_MANAGE)
    return change_row(row=customer, values=values, event=CustomerChanged, actor=actor, unsaid=_UNSAID)


def archive_customer(*, customer: Customer, actor: Actor) -> Customer:
    """Out of the lists; bookings stand."""
    actor.demand(Permission.CUSTOMERS_MANAGE)
    return archive_row(row=customer, event=CustomerChanged, actor=actor)
