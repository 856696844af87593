"""Proving that the host names of a business are its own: the first business to prove a name has it."""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from bookme.core.actor import SYSTEM, Actor
from bookme.core.errors import Conflict, NotFound
from bookme.core.limits import Limit, count, refuse_over
from bookme.eventlog.actions import publish
from bookme.onboarding.events import DomainVerified
from bookme.onboarding.proof import look_for_proof
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, Tenant, TenantStatus, Unproven
from bookme.tenants.outbox import Due, enqueue_all, enqueue_all_again
from bookme.tenants.selectors import forget_tenants

CHECK_TASK = "onboarding.check_domain"
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=12)
CHECKS = Limit("domain-check", most=30, seconds=60 * 60)


def check_domain(*, domain: Domain, actor: Actor, now: dt.datetime) -> Domain:
    """Look for the proof of a claimed name now, and serve it if it is there. Returns the row with what was found.

    Asks the network, so outside of any transaction. Publishes `business.domain_verified`. Raises Conflict `closed` for
    a business that is, NotFound if the claim was given up meanwhile, and TooMany after 30 in an hour of one business.
    """
    if domain.verified_at:
        return domain
    tenant = domain.tenant
    if tenant.status == TenantStatus.CLOSED:
        raise Conflict("This business is closed.", code="closed")
    if actor is not SYSTEM:
        detail = "This was looked for often enough for now. Try again later."
        refuse_over(CHECKS, count(CHECKS, str(tenant.pk)), detail, code="too_many_checks")
    with public_scope():
        is_taken = Domain.objects.filter(domain=domain.domain, verified_at__isnull=False).exists()
        found = Unproven.TAKEN if is_taken else look_for_proof(domain.domain, tenant=tenant)
        row = _recorded(domain, found, actor=actor, now=now)
    forget_tenants()
    return row


def check_again(*, domain_id: UUID, now: dt.datetime) -> None:
    """Look for a proof that is still to come; each wait is as long as the claim is old, for 7 days in all."""
    with public_scope():
        claimed = Domain.objects.select_related("tenant__tenantconfig").filter(pk=domain_id, verified_at=None).first()
    if claimed is None or check_domain(domain=claimed, actor=SYSTEM, now=now).verified_at:
        return
    age = now - claimed.created_at
    if age < dt.timedelta(days=settings.DOMAIN_PROOF_DAYS):
        with transaction.atomic():
            wait = min(max(age, FIRST_WAIT), LONGEST_WAIT)
            enqueue_all_again(messages=[_check_of(claimed, due_at=now + wait)], now=now)


def expect_proofs(*, tenant: Tenant, now: dt.datetime) -> None:
    """Have the proof of each name that has none looked for from now on. Joins the transaction, in the business."""
    waiting = Domain.objects.filter(tenant=tenant, verified_at=None)
    enqueue_all(messages=[_check_of(row, due_at=now) for row in waiting], now=now)


def release_domains(*, tenant: Tenant) -> None:
    """Let others prove the names that a business had. Joins the transaction."""
    below = f".{settings.PLATFORM_HOST}"
    Domain.objects.filter(tenant=tenant).exclude(domain__endswith=below).update(verified_at=None)


def _recorded(domain: Domain, found: Unproven | None, *, actor: Actor, now: dt.datetime) -> Domain:
    with transaction.atomic():
        row = Domain.objects.select_for_update(of=("self",)).select_related("tenant").filter(pk=domain.pk).first()
        if row is None or row.domain != domain.domain or row.tenant_id != domain.tenant_id:
            raise NotFound
        if row.verified_at:
            return row
        this = Domain.objects.filter(pk=row.pk)
        if found is None and _is_first(this, now=now):
            with tenant_scope(row.tenant):
                publish(DomainVerified(tenant_id=row.tenant_id, domain=row.domain), actor=actor)
        else:
            this.update(checked_at=now, reason=found or Unproven.TAKEN)
        row.refresh_from_db(fields=["verified_at", "checked_at", "reason"])
    return row


def _is_first(this: QuerySet[Domain], *, now: dt.datetime) -> bool:
    """Serve it from now on; False if another business has proven it in between."""
    try:
        with transaction.atomic():
            this.update(verified_at=now, checked_at=now, reason="")
    except IntegrityError:
        return False
    return True


def _check_of(row: Domain, *, due_at: dt.datetime) -> Due:
    return Due(CHECK_TASK, {"domain_id": str(row.pk)}, f"domain-check:{row.pk}", due_at)
