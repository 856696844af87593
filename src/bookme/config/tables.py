"""Whether the tables of a schema are those of the code: they are not once a migration that had run was edited."""

from collections.abc import Collection

from django.apps import apps
from django.db import connection

_COLUMNS = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = %s"


def other_columns(schema: str, *, app_names: Collection[str]) -> list[str]:
    """`table.column` of each column that only the schema or only the models of these apps have, sorted."""
    models = [
        model
        for app in apps.get_app_configs()
        if app.name in app_names
        for model in app.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    wanted = {
        (model._meta.db_table, str(field.column)) for model in models for field in model._meta.local_concrete_fields
    }
    tables = {table for table, _ in wanted}
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [schema])
        found = {(table, column) for table, column in cursor.fetchall() if table in tables}
    return sorted(f"{table}.{column}" for table, column in wanted ^ found)
