"""A task that carries its tenant, and refuses to run without one."""

from typing import Any
from uuid import UUID

from celery import current_task
from celery.contrib.django.task import DjangoTask
from celery.signals import before_task_publish

from bookme.tenants.context import NoTenant, current_tenant, public_scope, require_tenant, tenant_scope
from bookme.tenants.models import Tenant

HEADER = "bookme_tenant"


@before_task_publish.connect(dispatch_uid="bookme-tenant-header")
def _stamp_tenant(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Chains, links and error callbacks are published after the body returned: then the running task's header holds."""
    if headers is None or HEADER in headers:
        return
    tenant = current_tenant()
    if tenant is not None:
        headers[HEADER] = str(tenant.pk)
    elif current_task:  # a proxy: false, and not None, outside of a task
        headers[HEADER] = current_task.request.get(HEADER)


class TenantTask(DjangoTask[Any, Any]):
    """Runs in the scope of the tenant that it was sent from. `public = True` declares that it needs none."""

    abstract = True
    public = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.public:
            with public_scope():
                return super().__call__(*args, **kwargs)
        if self.request.called_directly or self.request.is_eager:
            require_tenant()
            return super().__call__(*args, **kwargs)
        tenant_id = self.request.get(HEADER)
        if not tenant_id:
            raise NoTenant(f"{self.name} was sent without a tenant")
        with public_scope():
            tenant = Tenant.objects.select_related("tenantconfig").get(pk=UUID(tenant_id))
        with tenant_scope(tenant):
            return super().__call__(*args, **kwargs)

    def given_up(self, *, error: str, **args: Any) -> None:
        """What follows where a row of the outbox with these `args` will not be tried again; `error` says why.

        Called in its business's scope, in the transaction that records it.
        """

    def run_again(self, **args: Any) -> None:
        """What has to come before a row with these `args` that was given up gets all its tries anew.

        Called as `given_up`; raises a DomainError where it is not to run again.
        """


class PublicTask(TenantTask):
    """A task of the platform: it runs in no business's scope."""

    abstract = True
    public = True
