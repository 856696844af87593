"""Customers, for the team."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookme.core.http.rows import ArchivableRow, GrowingList
from bookme.core.permissions import Permission
from bookme.customers import actions, selectors
from bookme.customers.filters import CustomerFilters
from bookme.customers.models import Customer
from bookme.customers.serializers import CustomerSerializer
from bookme.eventlog.views import IdempotentView


class Customers(IdempotentView, GrowingList):
    """Who books here, by name. An answer that is kept for a repeat tells nothing of them."""

    secrets = frozenset(CustomerSerializer.Meta.fields) - {"id"}
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    permissions = {"GET": Permission.CUSTOMERS_READ, "POST": Permission.CUSTOMERS_MANAGE}

    def rows(self) -> QuerySet[Customer]:
        return selectors.customers_for(self.actor)

    def make(self, values: dict[str, Any]) -> Customer:
        return actions.make_customer(values=values, actor=self.actor)

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        return dict(self.shown(UUID(answer["id"])))


class OneCustomer(ArchivableRow):
    """Somebody who books here. What changes here does not change what was given with a visit."""

    serializer_class = CustomerSerializer
    permissions = {
        "GET": Permission.CUSTOMERS_READ,
        "PATCH": Permission.CUSTOMERS_MANAGE,
        "DELETE": Permission.CUSTOMERS_MANAGE,
    }
    row_kind = "customer"

    def rows(self) -> QuerySet[Customer]:
        return selectors.customers_for(self.actor)

    def change(self, row: Customer, values: dict[str, Any]) -> Customer:
        return actions.change_customer(customer=row, values=values, actor=self.actor)

    def archive(self, row: Customer) -> Customer:
        return actions.archive_customer(customer=row, actor=self.actor)
