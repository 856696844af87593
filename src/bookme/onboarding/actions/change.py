"""What operators change of a business as such: what it is called, and where it is."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.eventlog.actions import publish
from bookme.onboarding.actions.business import name_faults, sync_domains, wait_for_others
from bookme.onboarding.actions.domains import expect_proofs
from bookme.onboarding.actions.rows import update_row
from bookme.onboarding.events import BusinessChanged
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.validation import BadConfig
from bookme.onboarding.validation.shape import identity_faults
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import own_host
from bookme.tenants.models import Domain, Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants


def change_business(*, tenant: Tenant, patch: object, actor: Actor, now: dt.datetime) -> Tenant:
    """Set any of `name`, `slug` and `domains`, of which the first is the primary one. Returns the business anew.

    Its former host below the platform's stays, and leads to it, until host names are set without it. Raises BadConfig
    with every fault, and Conflict `closed`. Changes of names wait for each other; publishes `business.changed` if
    anything differs.
    """
    faults = identity_faults(patch)
    if faults or not isinstance(patch, dict):
        raise BadConfig(faults)
    with public_scope(), transaction.atomic():
        wait_for_others()
        found = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if found.status == TenantStatus.CLOSED:
            raise Conflict("This business is closed.", code="closed")
        if taken := name_faults(patch.get("slug", found.slug), patch.get("domains", []), tenant=found):
            raise BadConfig(taken)
        with telling(tenant=found, actor=actor, now=now):
            _set_names(found, patch, now=now)
    return found


@contextmanager
def telling(*, tenant: Tenant, actor: Actor, now: dt.datetime) -> Iterator[None]:
    """Around a change of what a business is called and where: publishes `business.changed` if anything differs.

    Joins the transaction, and waits for other changes of names. New host names are looked at from now on.
    """
    wait_for_others()
    before = _identity(tenant)
    yield
    after = _identity(tenant)
    changes = {name: [before[name], after[name]] for name in before if before[name] != after[name]}
    with tenant_scope(tenant):
        expect_proofs(tenant=tenant, now=now)
        if changes:
            publish(BusinessChanged(tenant_id=tenant.pk, changes=changes), actor=actor)
    forget_tenants()


def _identity(tenant: Tenant) -> dict[str, Any]:
    """What of a business is told when it changes."""
    hosts = Domain.objects.filter(tenant=tenant).order_by("-is_primary", "domain").values_list("domain", flat=True)
    return {"name": tenant.name, "slug": tenant.slug, "domains": list(hosts)}


def _set_names(tenant: Tenant, patch: dict[str, Any], *, now: dt.datetime) -> None:
    former = own_host(tenant.slug)
    values: dict[str, Any] = {name: patch[name] for name in ("name", "slug") if name in patch}
    update_row(tenant, values, path="business", ledger=Ledger())
    if "domains" in patch:
        sync_domains(tenant, patch["domains"], ledger=Ledger(), now=now)
    elif own_host(tenant.slug) != former:
        there = list(Domain.objects.filter(tenant=tenant).order_by("-is_primary", "domain"))
        hosts = [own_host(tenant.slug) if each.is_primary and each.domain == former else each.domain for each in there]
        sync_domains(tenant, list(dict.fromkeys([*hosts, former])), ledger=Ledger(), now=now)
