"""Trial, active, suspended, closed."""

from django.db import transaction

from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.eventlog.actions import publish
from bookme.eventlog.events import Event
from bookme.onboarding.actions.domains import release_domains
from bookme.onboarding.events import BusinessClosed, BusinessResumed, BusinessSuspended
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants

_MAY_BECOME = {
    TenantStatus.SUSPENDED: {TenantStatus.TRIAL, TenantStatus.ACTIVE},
    TenantStatus.ACTIVE: {TenantStatus.TRIAL, TenantStatus.SUSPENDED},
    TenantStatus.CLOSED: {TenantStatus.TRIAL, TenantStatus.ACTIVE, TenantStatus.SUSPENDED},
}


def suspend_business(*, tenant: Tenant, actor: Actor) -> Tenant:
    """Answer 503 on its addresses; nothing is lost. Publishes `business.suspended`. Raises Conflict `wrong_status`."""
    return _become(tenant, TenantStatus.SUSPENDED, BusinessSuspended(tenant_id=tenant.pk), actor)


def resume_business(*, tenant: Tenant, actor: Actor) -> Tenant:
    """Open it: again, or out of its trial. Publishes `business.resumed`. Raises Conflict `wrong_status`."""
    return _become(tenant, TenantStatus.ACTIVE, BusinessResumed(tenant_id=tenant.pk), actor)


def close_business(*, tenant: Tenant, actor: Actor) -> Tenant:
    """End it for good: its addresses are unknown from now on, its data stays. Publishes `business.closed`.

    Another business may prove the host names that were its own. Raises Conflict `wrong_status`.
    """
    with transaction.atomic():
        release_domains(tenant=tenant)
        return _become(tenant, TenantStatus.CLOSED, BusinessClosed(tenant_id=tenant.pk), actor)


def _become(tenant: Tenant, status: TenantStatus, event: Event, actor: Actor) -> Tenant:
    """Compare and swap: of two at once, one is told that it came too late."""
    with public_scope(), transaction.atomic():
        from_here = Tenant.objects.filter(pk=tenant.pk, status__in=_MAY_BECOME[status])
        if not from_here.update(status=status):
            now = Tenant.objects.get(pk=tenant.pk).status
            raise Conflict(f"A business that is {now} cannot become {status}.", code="wrong_status")
        found = Tenant.objects.select_related("tenantconfig").get(pk=tenant.pk)
        with tenant_scope(found):
            publish(event, actor=actor)
    forget_tenants()
    return found
