"""Who came in, who failed to, and who may do what since when."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.http.views import ApiView
from bookme.core.permissions import Permission
from bookme.eventlog.models import AuditRecord
from bookme.tenants.context import require_tenant
from bookme.users.audit import audit_for, told_audit
from bookme.users.filters import AuditFilter
from bookme.users.serializers import AuditOutput


class AuditView(ApiView):
    """The audit of the business, the latest first: sign-ins, failures, changes of the team, keys, operators."""

    permissions = {"GET": Permission.AUDIT_READ}
    serializer_class = AuditOutput
    filterset_class = AuditFilter

    def get_queryset(self) -> QuerySet[AuditRecord]:
        """What drf-spectacular asks of a view that answers no request."""
        return AuditRecord.objects.none()

    @extend_schema(operation_id="audit_list", responses=AuditOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(audit_for(self.actor))) or []
        told = told_audit(page, tenant_id=require_tenant().pk)
        return self.get_paginated_response(self.written(AuditOutput, told, many=True))
