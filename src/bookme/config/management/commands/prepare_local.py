"""`bookme prepare_local`: what `make run` does before it starts the servers. Quick when there is nothing to do."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookme.config.tables import other_columns
from bookme.core.time import now
from bookme.onboarding.actions import load_demo
from bookme.postcodes.actions import OUTWARD_CODES
from bookme.postcodes.models import Postcode
from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant
from bookme.tenants.template import template_version


class Command(BaseCommand):
    help = "Bring the database up to date and load the demo businesses (local mode only)."
    requires_system_checks = ()  # they load every page and cost more than the command

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_MODE:
            raise CommandError("prepare_local is for local mode; elsewhere run migrate_schemas")
        self._migrate_shared()
        with public_scope():
            _refuse_other_tables("public", settings.SHARED_APPS)
        self._migrate_tenants()
        with public_scope():
            for schema in Tenant.objects.values_list("schema_name", flat=True):
                _refuse_other_tables(schema, settings.TENANT_APPS)
        self._load_postcodes()
        for slug, faults in load_demo(now=now()).items():
            self.stdout.write(f"demo business {slug} {'is left as it was' if faults else 'loaded'}")
            for fault in faults:
                self.stderr.write(f"  {fault}")
        self.stdout.write("the database is ready")

    def _migrate_shared(self) -> None:
        with public_scope():
            executor = MigrationExecutor(connection)
            missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            self.stdout.write("migrating the shared tables")
            call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)

    def _load_postcodes(self) -> None:
        """A few outward codes around the demo business that goes to its customers, and some where it does not go."""
        with public_scope():
            if not Postcode.objects.exists():
                call_command("postcodes", "import", str(OUTWARD_CODES), stdout=self.stdout)

    def _migrate_tenants(self) -> None:
        with public_scope():
            behind = list(Tenant.objects.exclude(schema_version=template_version()))
        for tenant in behind:
            self.stdout.write(f"migrating {tenant.slug}")
            call_command("migrate_schemas", schema_name=tenant.schema_name, interactive=False, verbosity=0)


def _refuse_other_tables(schema: str, app_names: list[str]) -> None:
    """What would otherwise be a 500 on many a page. An edited migration does not run again."""
    if found := other_columns(schema, app_names=app_names):
        raise CommandError(
            f"the tables of this database are not those of this code ({found[0]}): a migration that had run was edited."
            " To start afresh, without the local data: make reset"
        )
