"""django-tenants' PostgreSQL backend with the current tenant in a ContextVar.

The stock backend keeps the tenant on the connection object, which threads and async code share or lose. Here every
connection reads `tenants.context`, and `SET search_path` is sent only when the connection's real path differs. A new
connection, a rollback and a rolled back savepoint forget the path, since PostgreSQL reverts a SET with them.
"""

from typing import Any

import psycopg
from django.db.backends.postgresql.operations import DatabaseOperations as PostgresOperations
from django.db.backends.utils import CursorWrapper
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import quote_schema_name

from bookme.tenants.context import PUBLIC_SCHEMA, _current

_PUBLIC = FakeTenant(PUBLIC_SCHEMA)


class PreparedCursor(psycopg.Cursor[Any]):
    """Lets the server bind the parameters, and keep what it executes prepared; values come as binary."""

    def execute(self, query: Any, params: Any = None, **_options: Any) -> "PreparedCursor":
        return super().execute(query, params, prepare=True, binary=True)


class DatabaseOperations(PostgresOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> str:
        """For the log of statements: the server got the parameters of a prepared one beside it."""
        if isinstance(cursor, PreparedCursor):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(TenantsWrapper):
    ops_class = DatabaseOperations
    _applied: list[str] | None = None
    _booting = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._booting = False

    @property
    def tenant(self) -> Any:
        return _current.get() or _PUBLIC

    @tenant.setter
    def tenant(self, value: Any) -> None:
        """Ignored: the parent's __init__ assigns None, and only `set_tenant` may choose."""

    @property
    def schema_name(self) -> str:
        return str(self.tenant.schema_name)

    @schema_name.setter
    def schema_name(self, value: Any) -> None:
        """Ignored, as for `tenant`."""

    @property
    def include_public_schema(self) -> bool:
        return getattr(self.tenant, "include_public", True)

    @include_public_schema.setter
    def include_public_schema(self, value: bool) -> None:
        """Ignored: a stand-in carries its own answer."""

    @property
    def search_path_set_schemas(self) -> list[str] | None:
        return self._applied

    @search_path_set_schemas.setter
    def search_path_set_schemas(self, value: list[str] | None) -> None:
        self._applied = value

    def set_tenant(self, tenant: Any, include_public: bool = True) -> None:
        """For django-tenants' own commands. Opening a connection must not change the tenant of the context."""
        if self._booting:
            return
        tenant.include_public = include_public
        _current.set(None if tenant.schema_name == PUBLIC_SCHEMA and include_public else tenant)

    def prepared_cursor(self) -> CursorWrapper:
        """A cursor for the few statements that take longer to plan than to run: each connection keeps their plans.

        A plan holds for the search path that it was made under. PostgreSQL compares, and reads the statement anew for
        another business.
        """
        self.close_if_health_check_failed()
        self.ensure_connection()
        self._handle_search_path()
        with self.wrap_database_errors:
            cursor: CursorWrapper = self._prepare_cursor(PreparedCursor(self.connection))
        return cursor

    def _handle_search_path(self, cursor: Any = None) -> None:
        wanted = self._get_cursor_search_paths()
        if self._setting_search_path or self._applied == wanted:
            return
        self._setting_search_path = True
        own = self.connection.cursor() if cursor is None else cursor
        try:
            own.execute("SET search_path = " + ",".join(map(quote_schema_name, wanted)))
        except (DatabaseError, psycopg.Error):
            # An aborted transaction: the statement that follows fails by itself, and with the real reason.
            self._applied = None
        else:
            self._applied = wanted
        finally:
            self._setting_search_path = False
            if cursor is None:
                own.close()
