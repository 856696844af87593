"""A tenant made from the template is the same as a migrated one."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from bookme.tenants.context import public_scope
from bookme.tenants.models import Tenant
from bookme.tenants.provisioning import applied_migrations, create_schema, drop_schema, migrate_schema, write_template
from bookme.tenants.template import template_text

_CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
               is_nullable, column_default, is_identity, ordinal_position
        FROM information_schema.columns WHERE table_schema = %s ORDER BY 1, 10""",
    "constraints": """
        SELECT c.relname, k.conname, k.contype::text, replace(pg_get_constraintdef(k.oid), %s, '')
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s ORDER BY 1, 2""",
    "indexes": """
        SELECT tablename, indexname, replace(indexdef, %s, '') FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2""",
    "sequences": "SELECT sequencename, data_type::text FROM pg_sequences WHERE schemaname = %s ORDER BY 1",
}


def _described(schema: str) -> dict[str, list[Any]]:
    found = {}
    with connection.cursor() as cursor:
        for name, query in _CATALOGUE.items():
            cursor.execute(query, [f"{schema}.", schema] if query.count("%s") == 2 else [schema])
            found[name] = cursor.fetchall()
    return found


@pytest.fixture
def _schemas(django_db_setup: None, django_db_blocker: Any) -> Any:
    with django_db_blocker.unblock(), public_scope():
        yield
        for schema in ("t_fromtemplate", "t_migrated"):
            drop_schema(schema)


@pytest.mark.usefixtures("_schemas")
def test_a_schema_from_the_template_is_a_migrated_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA t_migrated")
    migrate_schema("t_migrated")
    create_schema("t_fromtemplate")

    assert _described("t_fromtemplate") == _described("t_migrated")
    assert applied_migrations("t_fromtemplate") == applied_migrations("t_migrated")


@pytest.mark.usefixtures("_schemas")
def test_the_committed_template_is_what_the_migrations_make() -> None:
    assert write_template() == template_text(), "run `bookme tenant template`"


def test_no_model_has_changed_without_a_migration(db: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_there_is_no_foreign_key_out_of_a_schema(salon: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT k.conname FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid"
            " WHERE k.connamespace = %s::regnamespace AND f.relnamespace <> k.connamespace",
            [salon.schema_name],
        )
        assert cursor.fetchall() == []


def test_the_extension_is_in_public(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'btree_gist'")
        assert cursor.fetchall() == [("public",)]
