"""`bookme bookings import FILE --tenant SLUG`: bookings from a file, taken over by an operator."""

from bookme.bookings.actions.importing import import_bookings
from bookme.bookings.serializers.imports import COLUMNS, bookings_in
from bookme.core.actor import SYSTEM
from bookme.core.imports import ImportReport
from bookme.core.time import now
from bookme.tenants.imports import ImportCommand
from bookme.tenants.models import Tenant


class Command(ImportCommand):
    help = f"Take over bookings from a CSV file with some of the columns {', '.join(COLUMNS)}: all lines, or none."
    whose = "bookings"

    def taken_over(self, tenant: Tenant, data: bytes, *, dry_run: bool) -> ImportReport:
        config = tenant.config
        file = bookings_in(data, context={"actor": SYSTEM, "country": config.country, "language": config.language})
        return import_bookings(file=file, dry_run=dry_run, actor=SYSTEM, now=now())
