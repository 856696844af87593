"""The current tenant: one ContextVar, set by one context manager. Database, cache, logs and tasks all read it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, TypeVar

from bookme.core.errors import Busy

if TYPE_CHECKING:
    from bookme.tenants.models import Tenant

PUBLIC_SCHEMA = "public"

T = TypeVar("T")


class NoTenant(RuntimeError):
    """Code that belongs to a business ran without one."""


class SchemaBehind(Busy):
    """The tenant's schema lacks migrations that this code needs; it may not be entered until they have run."""

    default_code = "updating"
    default_detail = "This business is being updated."

    def __init__(self, slug: str) -> None:
        super().__init__()
        self.slug = slug


# What the database backend reads. django-tenants hands it stand-ins (a schema name only) while it migrates.
_current: ContextVar[Any] = ContextVar("bookme_tenant", default=None)


def current_tenant() -> "Tenant | None":
    """The business in whose scope this code runs, or None."""
    tenant = _current.get()
    return tenant if getattr(tenant, "pk", None) is not None else None


def require_tenant() -> "Tenant":
    """The business in whose scope this code runs; raises NoTenant outside of one."""
    tenant = current_tenant()
    if tenant is None:
        raise NoTenant("this needs a tenant scope")
    return tenant


@contextmanager
def tenant_scope(tenant: "Tenant") -> Iterator["Tenant"]:
    """Run a block in a business. Raises SchemaBehind if its schema lacks migrations. Scopes nest and always restore."""
    if not tenant.schema_is_current:
        raise SchemaBehind(tenant.slug)
    token = _current.set(tenant)
    try:
        yield tenant
    finally:
        _current.reset(token)


@contextmanager
def public_scope() -> Iterator[None]:
    """Run a block in no business: the public schema only."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def iterate_in_scope(tenant: "Tenant", items: Iterable[T]) -> Iterator[T]:
    """The items of an iterable whose every step runs in the business: for bodies that are streamed after the view."""
    iterator = iter(items)
    while True:
        with tenant_scope(tenant):
            try:
                item = next(iterator)
            except StopIteration:
                return
        yield item
