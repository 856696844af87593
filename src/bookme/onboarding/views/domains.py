"""The host names of a business, and the proof that they are its own: for operators, and for who keeps its settings."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import NotFound
from bookme.core.fetch import one
from bookme.core.http.views import ApiView
from bookme.core.permissions import Access, Permission
from bookme.core.time import now
from bookme.onboarding.actions import check_domain
from bookme.onboarding.selectors import businesses, domains_of
from bookme.onboarding.serializers import DomainOutput
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Domain


class _Domains(ApiView):
    """`rows()` are the host names that the caller may see."""

    serializer_class = DomainOutput

    def rows(self) -> QuerySet[Domain]:
        raise NotImplementedError

    def listed(self) -> Response:
        return self.paged(self.rows(), DomainOutput)

    def checked(self, domain: str) -> Response:
        """What is found now. Talks to the network: in no transaction."""
        row = self.rows().filter(domain=domain).first()
        if row is None:
            raise NotFound
        return Response(self.written(DomainOutput, check_domain(domain=row, actor=self.actor, now=now())))


class _OwnDomains(_Domains):
    def rows(self) -> QuerySet[Domain]:
        return domains_of(require_tenant())


class _TenantDomains(_Domains):
    def rows(self) -> QuerySet[Domain]:
        return domains_of(one(businesses(), self.kwargs["tenant_id"]))


class OwnDomainsView(_OwnDomains):
    """The host names of the business. One that is not proven is not served: `record` is what has to be set."""

    permissions = {"GET": Permission.CONFIG_MANAGE}
    lists_rows = True

    @extend_schema(operation_id="domains_list", summary="List host names", responses=DomainOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.listed()


class OwnDomainCheckView(_OwnDomains):
    """Look now whether a host name is proven, and serve it if it is; else `reason` says what was found."""

    permissions = {"POST": Permission.CONFIG_MANAGE}

    @extend_schema(operation_id="domains_verify", summary="Check a host name now", request=None, responses=DomainOutput)
    def post(self, request: Request, domain: str) -> Response:
        return self.checked(domain)


class TenantDomainsView(_TenantDomains):
    """The host names of a business. One that is not proven is not served: `record` is what its owner has to set."""

    permissions = {"GET": Access.OPERATOR}
    lists_rows = True

    @extend_schema(
        operation_id="platform_tenants_domains_list",
        summary="List the host names of a business",
        responses=DomainOutput(many=True),
    )
    def get(self, request: Request, tenant_id: UUID) -> Response:
        return self.listed()


class TenantDomainCheckView(_TenantDomains):
    """Look now whether a host name is proven, and serve it if it is; else `reason` says what was found."""

    permissions = {"POST": Access.OPERATOR}

    @extend_schema(
        operation_id="platform_tenants_domains_verify",
        summary="Check a host name of a business now",
        request=None,
        responses=DomainOutput,
    )
    def post(self, request: Request, tenant_id: UUID, domain: str) -> Response:
        return self.checked(domain)
