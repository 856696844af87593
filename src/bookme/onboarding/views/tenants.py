"""`platform/tenants/`: businesses as such, for operators, on the platform's own host."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import NotFound
from bookme.core.fetch import one
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView
from bookme.onboarding.actions import (
    change_business,
    close_business,
    create_business,
    resume_business,
    suspend_business,
)
from bookme.onboarding.filters import TenantFilters
from bookme.onboarding.openapi import identity_schema, order_schema
from bookme.onboarding.selectors import businesses
from bookme.onboarding.serializers import CreatedTenantOutput, TenantOutput, WarningOutput
from bookme.tenants.models import Tenant


class TenantsView(IdempotentView):
    """All businesses, by slug. A new one is made as `bookme tenant new` makes it, and its owner is invited."""

    permissions = {"GET": Access.OPERATOR, "POST": Access.OPERATOR}
    serializer_class = TenantOutput
    filterset_class = TenantFilters
    lists_rows = True
    secrets = frozenset({"owner"})

    def get_queryset(self) -> QuerySet[Tenant]:
        return businesses()

    @extend_schema(operation_id="platform_tenants_list", summary="List businesses", responses=TenantOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(self.get_queryset(), TenantOutput)

    @extend_schema(
        operation_id="platform_tenants_create",
        summary="Make a business",
        request={"application/json": order_schema()},
        responses={201: CreatedTenantOutput},
    )
    def post(self, request: Request) -> Response:
        """It is on trial until it is resumed. Host names of its own have to be proven: `warnings` say by what."""
        return self.once(self._created, status=status.HTTP_201_CREATED)

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        """Who owns it is told as it is now, and kept with no answer."""
        made = businesses().filter(pk=answer["id"]).first()
        return answer | {"owner": self.written(TenantOutput, made)["owner"] if made else None}

    def _created(self) -> dict[str, Any]:
        result = create_business(data=self.request.data, actor=self.actor, now=now())
        told: dict[str, Any] = self.written(TenantOutput, one(businesses(), result.tenant.pk))
        return told | {"warnings": self.written(WarningOutput, result.warnings, many=True)}


class TenantView(ApiView):
    """What views of one business share. Operators alone come here."""

    serializer_class = TenantOutput

    def told(self, tenant_id: UUID) -> Response:
        return Response(self.written(TenantOutput, one(businesses(), tenant_id)))


class OneTenantView(TenantView):
    """One business. A change says `name`, `slug` or `domains`, the first of which is the primary one.

    Its address below the platform's host is always among its host names; so is the former one, where the slug alone is
    changed.
    """

    permissions = {"GET": Access.OPERATOR, "PATCH": Access.OPERATOR}

    @extend_schema(operation_id="platform_tenants_read", summary="Read a business", responses=TenantOutput)
    def get(self, request: Request, tenant_id: UUID) -> Response:
        return self.told(tenant_id)

    @extend_schema(
        operation_id="platform_tenants_change",
        summary="Change a business",
        request={"application/json": identity_schema()},
        responses=TenantOutput,
    )
    def patch(self, request: Request, tenant_id: UUID) -> Response:
        with write():
            change_business(tenant=_found(tenant_id), patch=request.data, actor=self.actor, now=now())
        return self.told(tenant_id)


class TenantBySlugView(TenantView):
    """One business, by its slug."""

    permissions = {"GET": Access.OPERATOR}

    @extend_schema(
        operation_id="platform_tenants_by_slug", summary="Read a business by its slug", responses=TenantOutput
    )
    def get(self, request: Request, slug: str) -> Response:
        found = businesses().filter(slug=slug).first()
        if found is None:
            raise NotFound
        return Response(self.written(TenantOutput, found))


class SuspendView(TenantView):
    """Its addresses answer 503 until it is resumed; nothing is lost."""

    permissions = {"POST": Access.OPERATOR}

    @extend_schema(
        operation_id="platform_tenants_suspend", summary="Suspend a business", request=None, responses=TenantOutput
    )
    def post(self, request: Request, tenant_id: UUID) -> Response:
        with write():
            suspend_business(tenant=_found(tenant_id), actor=self.actor)
        return self.told(tenant_id)


class ResumeView(TenantView):
    """It is open: again, or out of its trial."""

    permissions = {"POST": Access.OPERATOR}

    @extend_schema(
        operation_id="platform_tenants_resume", summary="Open a business", request=None, responses=TenantOutput
    )
    def post(self, request: Request, tenant_id: UUID) -> Response:
        with write():
            resume_business(tenant=_found(tenant_id), actor=self.actor)
        return self.told(tenant_id)


class CloseView(TenantView):
    """It ends for good: its addresses are unknown from now on, its data stays."""

    permissions = {"POST": Access.OPERATOR}

    @extend_schema(
        operation_id="platform_tenants_close", summary="Close a business for good", request=None, responses=TenantOutput
    )
    def post(self, request: Request, tenant_id: UUID) -> Response:
        with write():
            close_business(tenant=_found(tenant_id), actor=self.actor)
        return self.told(tenant_id)


def _found(tenant_id: UUID) -> Tenant:
    return one(businesses(), tenant_id)
