"""All businesses of one person."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.permissions import Access
from bookme.tenants.selectors import business_urls
from bookme.users.selectors import businesses_of
from bookme.users.serializers import BusinessOutput
from bookme.users.views.base import AccountView


class BusinessesView(AccountView):
    """Where the caller is a member, by name, and as what; this business among them."""

    permissions = {"GET": Access.PERSON}
    serializer_class = BusinessOutput
    lists_rows = True

    @extend_schema(operation_id="auth_businesses", responses=BusinessOutput(many=True))
    def get(self, request: Request) -> Response:
        found = list(self.paginate_queryset(businesses_of(self.sign_in.user_id)) or ())
        urls = business_urls([each.tenant for each in found])
        told: list[dict[str, Any]] = [
            {
                "id": each.tenant_id,
                "slug": each.tenant.slug,
                "name": each.tenant.name,
                "url": urls[each.tenant_id],
                "role": each.role,
            }
            for each in found
        ]
        return self.get_paginated_response(BusinessOutput(told, many=True).data)
