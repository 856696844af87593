"""`bookme bookings import FILE --tenant SLUG`: bookings from a file, taken over by an operator."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookme.bookings.actions.importing import import_bookings
from bookme.bookings.serializers.lists import COLUMNS, bookings_in
from bookme.core.actor import SYSTEM
from bookme.core.errors import DomainError
from bookme.core.http.uploads import MOST_BYTES
from bookme.core.imports import ImportReport, fault_text
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import tenant_by_slug


class Command(BaseCommand):
    help = f"Take over bookings from a CSV file with some of the columns {', '.join(COLUMNS)}: all lines, or none."
    requires_system_checks = ()  # they load every page and cost more than the command

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        sub = commands.add_parser("import", help=self.help, description=self.help)
        sub.add_argument("file", metavar="FILE")
        sub.add_argument("--tenant", metavar="SLUG", required=True, help="whose bookings they are")
        sub.add_argument("--dry-run", action="store_true", help="say what would come of each line, and write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = tenant_by_slug(options["tenant"])
        if tenant is None:
            raise CommandError(f"--tenant: there is no business {options['tenant']!r}")
        try:
            with Path(options["file"]).open("rb") as file:
                data = file.read(MOST_BYTES + 1)
            if len(data) > MOST_BYTES:
                raise CommandError(f"{options['file']}: at most {MOST_BYTES // 2**20} MiB at a time: split the file")
            with tenant_scope(tenant), transaction.atomic(durable=True):
                report = _imported(tenant, data, dry_run=options["dry_run"])
        except DomainError as error:
            faults = [fault_text(each) for each in error.errors if each.pointer.count("/") > 1]
            raise CommandError("\n".join(faults or [error.detail])) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self._tell(report)

    def _tell(self, report: ImportReport) -> None:
        """What would be refused ends a dry run as it would end the real one."""
        for name in report.ignored:
            self.stderr.write(f"warning: the column {name!r} means nothing here")
        if report.faults:
            raise CommandError("\n".join(map(fault_text, report.faults)))
        counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(report.counts.items()))
        self.stdout.write(f"{'would be: ' if report.dry_run else ''}{counts}")


def _imported(tenant: Tenant, data: bytes, *, dry_run: bool) -> ImportReport:
    config = tenant.config
    found = bookings_in(data, context={"actor": SYSTEM, "country": config.country, "language": config.language})
    return import_bookings(
        lines=found.lines, faults=found.faults, ignored=found.ignored, dry_run=dry_run, actor=SYSTEM, now=now()
    )
