"""`config/`: what anybody may know of a business, and all that its owner changes. And the JSON Schema of the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from bookme.core.http.rows import CachedRead
from bookme.core.http.views import write
from bookme.core.permissions import Access, Permission
from bookme.onboarding.actions import change_settings
from bookme.onboarding.openapi import answer_schema, patch_schema
from bookme.onboarding.selectors import active_questions
from bookme.onboarding.serializers import config_answer
from bookme.onboarding.validation.shape import SCHEMA_PATH
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant


class ConfigView(CachedRead):
    """The settings of the business, and the questions and consents that a booking asks for."""

    permissions = {"GET": Access.ANYONE, "PATCH": Permission.CONFIG_MANAGE}
    serializer_class = Serializer

    @extend_schema(operation_id="config_read", responses={200: answer_schema(whole=False)})
    def get(self, request: Request) -> Response:
        """Texts come in the language of `Accept-Language`, else in the business's first.

        Whoever may change the settings is told all of them, others what a page or an app for customers needs.
        """
        return self._answer(require_tenant())

    @extend_schema(
        operation_id="config_change",
        request={"application/json": patch_schema()},
        responses={200: answer_schema(whole=True)},
    )
    def patch(self, request: Request) -> Response:
        """Change settings by a JSON merge patch. Null goes back to the default; of quiet hours it says: none."""
        with write():
            tenant = change_settings(tenant=require_tenant(), patch=request.data, actor=self.actor)
        return self._answer(tenant)

    def _answer(self, tenant: Tenant) -> Response:
        whole = self.actor.may(Permission.CONFIG_MANAGE)
        language = get_language() or tenant.config.language
        answer: dict[str, Any] = config_answer(tenant, active_questions(), language=language, whole=whole)
        return Response(answer)


@require_safe
def config_schema_file(_request: HttpRequest) -> HttpResponse:
    """The published JSON Schema of `client.config.json`."""
    return HttpResponse(
        SCHEMA_PATH.read_bytes(), content_type="application/schema+json", headers={"Cache-Control": "max-age=3600"}
    )
