"""django-tenants' command, which then notes on each tenant what its schema has, so that it may be entered."""

from typing import Any

from django_tenants.management.commands.migrate_schemas import MigrateSchemasCommand

from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant
from bookme.tenants.provisioning import record_schema_version


class Command(MigrateSchemasCommand):
    def handle(self, *args: Any, **options: Any) -> None:
        super().handle(*args, **options)
        if not self.sync_tenant or options.get("plan") or options.get("check_unapplied"):
            return
        with public_scope():
            moved = Tenant.objects.all()
            if self.schema_name and self.schema_name != self.PUBLIC_SCHEMA_NAME:
                moved = moved.filter(schema_name=self.schema_name)
            for tenant_id in moved.values_list("id", flat=True):
                record_schema_version(tenant_id)
