"""`bookme customers import FILE --tenant SLUG`: a list of customers, taken over by an operator."""

from bookme.core.actor import SYSTEM
from bookme.core.imports import ImportReport
from bookme.customers.actions import import_customers
from bookme.customers.models import Customer
from bookme.customers.serializers import COLUMNS, customers_in
from bookme.tenants.imports import ImportCommand
from bookme.tenants.models import Tenant


class Command(ImportCommand):
    help = f"Take over customers from a CSV file with some of the columns {', '.join(COLUMNS)}: all lines, or none."
    whose = "customers"

    def taken_over(self, tenant: Tenant, data: bytes, *, dry_run: bool) -> ImportReport:
        config = tenant.config
        file = customers_in(data, context={"actor": SYSTEM, "country": config.country, "language": config.language})
        return import_customers(file=file, dry_run=dry_run, actor=SYSTEM, within=Customer.objects.all())
