"""The public rows of a business: itself, its host names, its settings."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import connection

from bookme.core.phones import phone_number
from bookme.onboarding.actions.rows import update_row
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.named import differences, merged_settings, names_in
from bookme.onboarding.validation import BadConfig, Fault
from bookme.onboarding.validation.faults import Path
from bookme.onboarding.validation.meaning import settings_faults
from bookme.onboarding.validation.shape import SETTINGS, settings_shape_faults
from bookme.tenants.hosts import claim_domain, own_host, with_own_host
from bookme.tenants.models import Domain, Tenant, TenantConfig, TenantStatus
from bookme.tenants.provisioning import create_tenant

RESERVED_SLUGS = frozenset(
    {
        *("admin", "api", "app", "assets", "bookme", "docs", "health", "localhost", "mail", "mailbox", "metrics"),
        *("platform", "ready", "schemas", "static", "status", "support", "t", "team", "tenant", "www"),
    }
)
# The name is a column of the tenant; the rest is data.
STORED = tuple(name for name in SETTINGS if name != "name")
_NAMES_LOCK = 0x626F6F6D6550  # any number that nobody else locks


def wait_for_others() -> None:
    """One change of names at a time, until the transaction ends: two of a new business would both make it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NAMES_LOCK])


def refuse_taken_names(config: dict[str, Any], *, tenant: Tenant | None) -> None:
    """Raises BadConfig for a slug or host name that is the platform's or another business's, or a closed business."""
    faults = name_faults(config["slug"], config.get("domains", []), tenant=tenant)
    if tenant is not None and tenant.status == TenantStatus.CLOSED:
        faults.append(Fault(("slug",), "is that of a business that is closed", "closed"))
    if faults:
        raise BadConfig(faults)


def name_faults(slug: str, hosts: list[str], *, tenant: Tenant | None) -> list[Fault]:
    """What stands against these names for a business, or for a new one: reserved, or another's already.

    A host name is another's once that one has proven it; a mere claim is in nobody's way.
    """
    faults = []
    if slug in RESERVED_SLUGS and (tenant is None or tenant.slug != slug):
        faults.append(Fault(("slug",), "is reserved", "reserved"))
    proven = Domain.objects.filter(domain__in=with_own_host(hosts, slug=slug), verified_at__isnull=False)
    others = set((proven.exclude(tenant=tenant) if tenant else proven).values_list("domain", flat=True))
    places: list[tuple[str, Path]] = [(host, ("domains", index)) for index, host in enumerate(hosts)]
    if own_host(slug) not in hosts:
        places.append((own_host(slug), ("slug",)))
    for host, path in places:
        if host == settings.PLATFORM_HOST:
            faults.append(Fault(path, "is the platform's own", "reserved"))
        elif host in others:
            faults.append(Fault(path, f'leads to another business already ("{host}")', "taken"))
        elif _is_reserved_host(host):
            faults.append(Fault(path, "is reserved", "reserved"))
    return faults


def sync_business(
    config: dict[str, Any], *, tenant: Tenant | None, ledger: Ledger, now: dt.datetime
) -> tuple[Tenant, dict[str, Any]]:
    """Make or change the public rows. Returns the business with its new settings, and what the file before named.

    A new one gets its schema here, in the caller's transaction. Raises BadConfig where file and what the business
    itself has set do not go together.
    """
    wanted = stored_form(config)
    names = names_in(config, STORED)
    if tenant is None:
        tenant = create_tenant(
            slug=config["slug"],
            name=config["name"],
            kind=config["kind"],
            config=wanted,
            domains=config.get("domains", []),
        )
        TenantConfig.objects.filter(pk=tenant.pk).update(named=names)
        ledger.created("business")
        return tenant, {}
    row = TenantConfig.objects.select_for_update().get(pk=tenant.pk)
    before = dict(row.named)
    merged = merged_settings(row.data, wanted, before)
    refuse_bad_settings(merged | {"name": config["name"]})
    update_row(tenant, {"name": config["name"], "kind": config["kind"]}, path="business", ledger=ledger)
    if "domains" in config or "domains" in before:
        sync_domains(tenant, config.get("domains", []), ledger=ledger, now=now)
    save_settings(row, merged, ledger=ledger, named=names)
    return _fresh(tenant, row), before


def save_settings(
    row: TenantConfig, data: dict[str, Any], *, ledger: Ledger, named: dict[str, Any] | None = None
) -> None:
    """Store settings that are good, if they differ; the version counts the changes."""
    changed = list(differences(row.data, data))
    fields = []
    if changed:
        row.data, row.version = data, row.version + 1
        fields += ["data", "version", "updated_at"]
        ledger.changed("settings", {path: (before, after) for path, before, after in changed})
    if named is not None and named != row.named:
        row.named = named
        fields.append("named")
    if fields:
        row.save(update_fields=fields)


def refuse_bad_settings(data: dict[str, Any]) -> None:
    """Raises BadConfig unless the settings are whole and good."""
    faults = settings_shape_faults(data)
    known = {fault.path for fault in faults}
    faults += [fault for fault in settings_faults(data) if fault.path not in known]
    if faults:
        raise BadConfig(faults)


def stored_form(config: dict[str, Any]) -> dict[str, Any]:
    """The settings as they are stored: phones as E.164."""
    wanted = {name: config[name] for name in STORED if name in config}
    if phone := wanted.get("contact", {}).get("phone"):
        wanted["contact"] = wanted["contact"] | {"phone": phone_number(phone)}
    return wanted


def sync_domains(tenant: Tenant, named: list[str], *, ledger: Ledger, now: dt.datetime) -> None:
    """These host names and the platform's own for the business, and no others.

    The first one is the primary: saving it as such demotes the others.
    """
    hosts = with_own_host(named, slug=tenant.slug)
    there = {row.domain: row for row in Domain.objects.filter(tenant=tenant)}
    gone = [host for host in there if host not in hosts]
    if gone:
        Domain.objects.filter(tenant=tenant, domain__in=gone).delete()
        for host in gone:
            ledger.removed(f"domains.{host}")
    for host in hosts:
        if host in there:
            update_row(there[host], {"is_primary": host == hosts[0]}, path=f"domains.{host}", ledger=ledger)
        else:
            claim_domain(host, tenant=tenant, is_primary=host == hosts[0], now=now)
            ledger.created(f"domains.{host}")


def _is_reserved_host(host: str) -> bool:
    """Names directly before the platform's host that are reserved as slugs are."""
    label, _, parent = host.partition(".")
    return parent == settings.PLATFORM_HOST and label in RESERVED_SLUGS


def _fresh(tenant: Tenant, row: TenantConfig) -> Tenant:
    """The business as it is read anew: its `config` is kept once it is read."""
    found = Tenant.objects.get(pk=tenant.pk)
    found.tenantconfig = row
    return found
