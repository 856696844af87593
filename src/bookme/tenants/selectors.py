"""Which business a request is for. Kept in the process for 5 s, misses too."""

import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings

from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import is_below_platform, own_host
from bookme.tenants.models import Domain, Tenant, TenantStatus

KEEP_SECONDS = 5.0
KEEP_ENTRIES = 10_000


@dataclass(frozen=True)
class _Kept:
    tenant: Tenant | None
    until: float


_SLUG = re.compile(r"[-a-z0-9_]{1,48}", re.ASCII)
_kept: dict[str, _Kept] = {}


def normalised_host(raw: str) -> str:
    """A Host header as it stands among the domains: lower case, without port and last dot, IDNA; "" if it is none."""
    host, port = raw.strip().lower(), "0"
    if ":" in host and not host.endswith("]"):
        host, _, port = host.rpartition(":")
    if not (port.isascii() and port.isdigit() and host.isprintable()):
        return ""
    host = host.rstrip(".")
    try:
        return host.encode("idna").decode("ascii") if host and not host.isascii() else host
    except UnicodeError:
        return ""


def tenant_by_host(host: str) -> Tenant | None:
    """The business of a normalised host; None for an unknown or unproven one, and for the platform's."""
    return _look_up(f"host:{host}", lambda: _first(domains__domain=host, domains__verified_at__isnull=False))


def tenant_by_slug(slug: str) -> Tenant | None:
    """The business of that slug; None for an unknown one, and for what cannot be one."""
    return _look_up(f"slug:{slug}", lambda: _first(slug=slug)) if _SLUG.fullmatch(slug) else None


def tenant_by_id(tenant_id: UUID) -> Tenant | None:
    """The business with that id, as it is now."""
    with public_scope():
        return Tenant.objects.select_related("tenantconfig").filter(pk=tenant_id).first()


def is_platform_host(host: str) -> bool:
    return host == settings.PLATFORM_HOST


def open_tenants() -> list[Tenant]:
    """The businesses that customers and teams may use, by name, with their settings."""
    with public_scope():
        found = Tenant.objects.filter(status__in=[TenantStatus.TRIAL, TenantStatus.ACTIVE])
        return list(found.select_related("tenantconfig").order_by("name", "id"))


def in_each_tenant() -> Iterator[Tenant]:
    """Every business, whatever its status, each entered while it is looked at; one whose schema is behind is left out.

    For chores of the platform, which must not stop at one business.
    """
    with public_scope():
        found = list(Tenant.objects.order_by("pk"))
    for tenant in found:
        if tenant.schema_is_current:
            with tenant_scope(tenant):
                yield tenant


def business_url(tenant: Tenant, path: str = "/") -> str:
    """An absolute URL on the business's own domain: from settings, never from a Host header."""
    return business_urls([tenant], path)[tenant.pk]


def business_urls(tenants: Iterable[Tenant], path: str = "/") -> dict[UUID, str]:
    """The same of many, by their ids, in one query, or none if all came with their domains; see `host_of`."""
    asked = list(tenants)
    domains: dict[UUID, list[Domain]] = defaultdict(list)
    came_without = [each for each in asked if "domains" not in getattr(each, "_prefetched_objects_cache", ())]
    if came_without:
        with public_scope():
            for row in Domain.objects.filter(tenant__in=came_without):
                domains[row.tenant_id].append(row)
    for each in asked:
        if each not in came_without:
            domains[each.pk] = list(each.domains.all())
    return {each.pk: host_url(host_of(each, domains[each.pk]), path) for each in asked}


def every_url(tenant: Tenant, path: str) -> list[str]:
    """The same on each host name that leads to the business, also on those that links no longer lead to."""
    with public_scope():
        proven = Domain.objects.filter(tenant=tenant, verified_at__isnull=False).values_list("domain", flat=True)
        return [host_url(each, path) for each in sorted({*proven, own_host(tenant.slug)})]


def host_of(tenant: Tenant, domains: Iterable[Domain]) -> str:
    """Where links to a business lead, of its host names: only to one that is proven.

    That is the primary one, else another of its own, else the platform's for it, which is always served.
    """
    proven = [each for each in domains if each.verified_at]
    primary = next((each.domain for each in proven if each.is_primary), None)
    others = sorted(each.domain for each in proven if not is_below_platform(each.domain))
    return primary or (others[0] if others else own_host(tenant.slug))


def platform_url(path: str = "/") -> str:
    """The same on the platform's own host."""
    return host_url(settings.PLATFORM_HOST, path)


def forget_tenants() -> None:
    """Look everything up again: after a business, its domains or settings changed in this process."""
    _kept.clear()


def host_url(host: str, path: str) -> str:
    usual = {"http": 80, "https": 443}[settings.PUBLIC_SCHEME]
    port = "" if usual == settings.PUBLIC_PORT else f":{settings.PUBLIC_PORT}"
    return f"{settings.PUBLIC_SCHEME}://{host}{port}{path}"


def _first(**filters: Any) -> Tenant | None:
    """With settings and domains: links to its pages are in all that it says."""
    with public_scope():
        found = Tenant.objects.select_related("tenantconfig").prefetch_related("domains")
        return found.filter(**filters).first()


def _look_up(key: str, load: Callable[[], Tenant | None]) -> Tenant | None:
    found = _kept.get(key)
    if found and found.until > time.monotonic():
        return found.tenant
    if len(_kept) >= KEEP_ENTRIES:
        _kept.clear()
    tenant = load()
    _kept[key] = _Kept(tenant, time.monotonic() + KEEP_SECONDS)
    return tenant
