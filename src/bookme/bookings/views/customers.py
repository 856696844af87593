"""Customers, for the team: as far as their bookings let each member see them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view

from bookme.bookings.filters import CustomerFilters
from bookme.bookings.selectors.customers import customers_visible_to
from bookme.core.http.rows import ArchivableRow, GrowingList
from bookme.core.imports import FileLines, ImportReport
from bookme.core.permissions import Permission
from bookme.customers import actions
from bookme.customers.models import Customer
from bookme.customers.serializers import CustomerSerializer, customers_in
from bookme.eventlog.views import IdempotentView, ImportView


class CustomersView(IdempotentView, GrowingList):
    """Who books here, by name; for some of the team, those who come to whom and where they may see.

    An answer that is kept for a repeat tells nothing of them.
    """

    secrets = frozenset(CustomerSerializer.Meta.fields) - {"id"}
    serializer_class = CustomerSerializer
    filterset_class = CustomerFilters
    permissions = {"GET": Permission.CUSTOMERS_READ, "POST": Permission.CUSTOMERS_MANAGE}

    def rows(self) -> QuerySet[Customer]:
        return customers_visible_to(self.actor)

    def make(self, values: dict[str, Any]) -> Customer:
        return actions.make_customer(values=values, actor=self.actor)

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        return dict(self.shown(UUID(answer["id"])))


class OneCustomerView(ArchivableRow):
    """Somebody who books here. What changes here does not change what was given with a visit."""

    serializer_class = CustomerSerializer
    permissions = {
        "GET": Permission.CUSTOMERS_READ,
        "PATCH": Permission.CUSTOMERS_MANAGE,
        "DELETE": Permission.CUSTOMERS_MANAGE,
    }
    row_kind = "customer"

    def rows(self) -> QuerySet[Customer]:
        return customers_visible_to(self.actor)

    def change(self, row: Customer, values: dict[str, Any]) -> Customer:
        return actions.change_customer(customer=row, values=values, actor=self.actor)

    def archive(self, row: Customer) -> Customer:
        return actions.archive_customer(customer=row, actor=self.actor)


@extend_schema_view(post=extend_schema(operation_id="customers_import"))
class CustomersImportView(ImportView):
    """Takes over a list of customers: all of it, or nothing. `dry_run=true` says what would come of each line.

    The file is CSV in UTF-8, its first line the names of the columns: `name`, and any of `email`, `phone`, `language`,
    `notes`, `tags`, `marketing_consent`, `address`, `address_line_2`, `city`, `county`, `postcode`, `country`. Who is
    known, by e-mail or else by phone, gets what is empty filled in; nothing that is there is changed. Who is known and
    out of your reach is refused (`out_of_scope`). A fault points at the line and column of the file: `/lines/7/email`.
    """

    permissions = {"POST": Permission.CUSTOMERS_MANAGE}

    def lines_in(self, data: bytes) -> FileLines[actions.ImportedCustomer]:
        return customers_in(data, context=self.get_serializer_context())

    def taken_over(self, file: FileLines[actions.ImportedCustomer], *, dry_run: bool) -> ImportReport:
        seen = customers_visible_to(self.actor)
        return actions.import_customers(file=file, dry_run=dry_run, actor=self.actor, within=seen)
