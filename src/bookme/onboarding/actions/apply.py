"""Bringing a business to what its `client.config.json` says."""

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from bookme.core.actor import Actor
from bookme.eventlog.actions import publish
from bookme.onboarding.actions.business import refuse_taken_names, sync_business, wait_for_others
from bookme.onboarding.actions.catalogue import Sections, sync_catalogue, sync_closures, sync_places
from bookme.onboarding.actions.domains import expect_proofs
from bookme.onboarding.actions.people import sync_people
from bookme.onboarding.actions.sessions import sync_sessions
from bookme.onboarding.events import BusinessConfigured
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.validation import BadConfig, Fault, check_config, config_warnings, normalised
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.hosts import proof_of, record_name
from bookme.tenants.models import Domain, Tenant
from bookme.tenants.selectors import forget_tenants

_RETIRED_LAST = ("resources", "locations", "extras", "custom_fields", "services", "categories", "staff")


@dataclass(frozen=True)
class ApplyResult:
    """`counts` is of rows: created, changed, unchanged, retired, removed."""

    tenant: Tenant
    is_new: bool
    counts: dict[str, int]
    changes: list[dict[str, Any]]
    changes_total: int
    warnings: list[Fault] = field(default_factory=list)


def apply_config(
    *, data: object, actor: Actor, now: dt.datetime, source: str = "file", must_be_new: bool = False
) -> ApplyResult:
    """Create or update a business, its schema included, in one transaction. Applied twice, nothing changes.

    Raises BadConfig with every fault, and then nothing was written; with `must_be_new` a business of that slug is one.
    Publishes `business.configured` in the business if anything changed. Applications wait for each other. Host names
    that need a proof are served once they have it, which is looked for from now on.
    """
    config: dict[str, Any] = check_config(normalised(data))
    try:
        with public_scope(), transaction.atomic():
            result = _apply(config, actor=actor, now=now, source=source, must_be_new=must_be_new)
    except IntegrityError as error:
        raise BadConfig([_from_database(error)]) from error
    forget_tenants()
    return result


def file_hash(config: dict[str, Any]) -> str:
    """Tells one file from another, whatever its spaces."""
    text = json.dumps(config, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _apply(config: dict[str, Any], *, actor: Actor, now: dt.datetime, source: str, must_be_new: bool) -> ApplyResult:
    wait_for_others()
    ledger = Ledger()
    found = Tenant.objects.filter(slug=config["slug"]).first()
    if found is not None and must_be_new:
        raise BadConfig([Fault(("slug",), "is that of a business already", "taken")])
    refuse_taken_names(config, tenant=found)
    tenant, names = sync_business(config, tenant=found, ledger=ledger, now=now)
    with tenant_scope(tenant):
        _sync_rows(Sections(config=config, names=names, ledger=ledger, now=now), tenant=tenant, actor=actor, now=now)
        if ledger.faults:
            raise BadConfig(ledger.faults)
        if not ledger.is_empty:
            publish(
                BusinessConfigured(
                    tenant_id=tenant.pk,
                    source=source,
                    file_hash=file_hash(config),
                    changes_total=ledger.changes_total,
                    changes=ledger.changes,
                ),
                actor=actor,
            )
        expect_proofs(tenant=tenant, now=now)
    return ApplyResult(
        tenant=tenant,
        is_new=found is None,
        counts=dict(ledger.counts),
        changes=ledger.changes,
        changes_total=ledger.changes_total,
        warnings=[*config_warnings(config), *_missing_proofs(tenant, config)],
    )


def _missing_proofs(tenant: Tenant, config: dict[str, Any]) -> Iterator[Fault]:
    """What to do before a host name of the file is served."""
    hosts: list[str] = config.get("domains", [])
    waiting = set(Domain.objects.filter(tenant=tenant, verified_at=None).values_list("domain", flat=True))
    for index, host in enumerate(hosts):
        if host in waiting:
            what = f'is not served until {record_name(host)} has the TXT record "{proof_of(host, tenant=tenant)}"'
            yield Fault(("domains", index), what, "unproven")


def _sync_rows(sections: Sections, *, tenant: Tenant, actor: Actor, now: dt.datetime) -> None:
    sync_places(sections)
    sync_catalogue(sections)
    sync_people(sections, tenant=tenant, actor=actor, now=now)
    sync_closures(sections, zone_name=sections.config["timezone"])
    for section in _RETIRED_LAST:
        sections.retire_gone(section)
    if not sections.ledger.faults:
        sync_sessions(sections, now=now)


def _from_database(error: IntegrityError) -> Fault:
    """What no check foresaw: a rule of the database, by its name."""
    diagnosis = getattr(error.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or "unknown"
    return Fault((), f"breaks a rule of the database ({name})", "conflict")
