"""django-tenants' PostgreSQL backend with the current tenant in a ContextVar.

The stock backend keeps the tenant on the connection object, which threads and async code share or lose. Here every
connection reads `tenants.context`, and `SET search_path` is sent only when the connection's real path differs. A new
connection, a rollback and a rolled back savepoint forget the path, since PostgreSQL reverts a SET with them.
"""

from typing import Any

import psycopg
from django.db.utils import DatabaseError
from django_tenants.postgresql_backend.base import DatabaseWrapper as TenantsWrapper
from django_tenants.postgresql_backend.base import FakeTenant
from django_tenants.utils import quote_schema_name

from bookme.tenants.context import PUBLIC_SCHEMA, _current

_PUBLIC = FakeTenant(PUBLIC_SCHEMA)


class DatabaseWrapper(TenantsWrapper):
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
