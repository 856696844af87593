"""Making and knowing schemas: from the template in a fraction of a second, identical to a migrated one."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django_tenants.utils import quote_schema_name

from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.tenants.hosts import claim_domain, with_own_host
from bookme.tenants.models import Tenant, TenantConfig, schema_name_for
from bookme.tenants.template import migrations_version, template_document, template_statements, template_version

_SCRATCH_SCHEMA = "bookme_template"
_DDL = re.compile(r"\s*(CREATE|ALTER|DROP|COMMENT)\b", re.IGNORECASE)


def create_tenant(*, slug: str, name: str, kind: str, config: dict[str, Any], domains: list[str]) -> Tenant:
    """A new business: its row, settings, host names (the first is the primary one) and schema, in one transaction.

    The platform's own host for it is always among them.
    """
    tenant_id, at = uuid7(), now()
    with public_scope(), transaction.atomic():
        tenant = Tenant(
            id=tenant_id,
            slug=slug,
            name=name,
            kind=kind,
            schema_name=schema_name_for(tenant_id),
            schema_version=template_version(),
        )
        tenant.save(force_insert=True)
        TenantConfig.objects.create(tenant=tenant, data=config)
        for position, host in enumerate(with_own_host(domains, slug=slug)):
            claim_domain(host, tenant=tenant, is_primary=position == 0, now=at)
        create_schema(tenant.schema_name)
    return tenant


def create_schema(schema: str) -> None:
    """The schema with every table, from the template. Joins the caller's transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {quote_schema_name(schema)}")
        cursor.execute(f"SET LOCAL search_path = {quote_schema_name(schema)}, public")
        for statement in template_statements():
            cursor.execute(statement)
        cursor.execute("SET LOCAL search_path = public")


def drop_schema(schema: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {quote_schema_name(schema)} CASCADE")


def write_template(*, verbosity: int = 0) -> str:
    """Migrate a scratch schema and return the document that makes the same one. The scratch schema is dropped."""
    statements: list[str] = []
    with public_scope():
        drop_schema(_SCRATCH_SCHEMA)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {_SCRATCH_SCHEMA}")
        try:
            with _captured(statements):
                migrate_schema(_SCRATCH_SCHEMA, verbosity=verbosity)
            applied = applied_migrations(_SCRATCH_SCHEMA)
        finally:
            drop_schema(_SCRATCH_SCHEMA)
    values = ", ".join(f"('{app}', '{name}', now())" for app, name in applied)
    statements.append(f"INSERT INTO django_migrations (app, name, applied) VALUES {values}")
    return template_document(version=_version_of(applied), statements=statements)


def migrate_schema(schema: str, *, verbosity: int = 0) -> None:
    """Run the migrations that one schema lacks."""
    call_command("migrate_schemas", tenant=True, schema_name=schema, interactive=False, verbosity=verbosity)


def applied_migrations(schema: str) -> list[tuple[str, str]]:
    """`(app, migration)` in the order in which they ran."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT app, name FROM {quote_schema_name(schema)}.django_migrations ORDER BY id")
        return [(app, name) for app, name in cursor.fetchall()]


def record_schema_version(tenant_id: UUID) -> None:
    """Note which migrations a tenant's schema has, after they ran."""
    tenant = Tenant.objects.get(pk=tenant_id)
    Tenant.objects.filter(pk=tenant_id).update(schema_version=_version_of(applied_migrations(tenant.schema_name)))


def _version_of(applied: list[tuple[str, str]]) -> str:
    labels = {config.label for config in apps.get_app_configs() if config.name in settings.TENANT_APPS}
    return migrations_version((app, name) for app, name in applied if app in labels)


@contextmanager
def _captured(statements: list[str]) -> Iterator[None]:
    """Collect the statements that change the schema while they are really executed."""

    def capture(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if _DDL.match(sql):
            if params:
                raise RuntimeError(f"a tenant migration sends values beside its SQL: {sql[:80]}")
            statements.append(sql.rstrip("; \n"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(capture):
        yield
