"""`bookme … import FILE --tenant SLUG`: the base of the commands by which an operator takes a file over."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from bookme.core.errors import DomainError
from bookme.core.http.uploads import MOST_BYTES
from bookme.core.imports import ImportReport, fault_text
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import tenant_by_slug


class ImportCommand(BaseCommand):
    """All lines, or none. `whose` says in the help what the file is of."""

    whose: ClassVar[str]
    requires_system_checks = ()  # they load every page and cost more than the command

    def taken_over(self, tenant: Tenant, data: bytes, *, dry_run: bool) -> ImportReport:
        """Takes over the file, in the tenant's scope and in a transaction. Raises as its action does."""
        raise NotImplementedError

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        sub = commands.add_parser("import", help=self.help, description=self.help)
        sub.add_argument("file", metavar="FILE")
        sub.add_argument("--tenant", metavar="SLUG", required=True, help=f"whose {self.whose} they are")
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
                report = self.taken_over(tenant, data, dry_run=options["dry_run"])
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
