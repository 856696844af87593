"""By which providers people may sign in."""

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.permissions import Access
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url
from bookme.users.serializers import ProviderOutput
from bookme.users.social.providers import Provider, providers_on
from bookme.users.views.base import AccountView


class ProvidersView(AccountView):
    """The providers that are on, each with the page of this business on which signing in by it begins.

    They sign in to the pages: a browser is opened there. None signs in to the API.
    """

    permissions = {"GET": Access.ANYONE}
    authentication_classes = ()
    serializer_class = ProviderOutput
    lists_rows = True

    @extend_schema(operation_id="auth_social", responses=ProviderOutput(many=True), auth=[])
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(providers_on()) or ()
        told = [{"provider": each.name, "name": each.title, "start_url": _start_url(each)} for each in page]
        return self.get_paginated_response(ProviderOutput(told, many=True).data)


def _start_url(provider: Provider) -> str:
    path = reverse("account-social", args=[provider.name], urlconf=settings.BUSINESS_URLCONF)
    return business_url(require_tenant(), path)
