"""The description of the API as it is served: with where the business of the page can be asked."""

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.urls import URLPattern
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import Invalid
from bookme.onboarding.urls import operator_urlpatterns
from bookme.tenants.selectors import open_tenants
from bookme.users.urls import platform_urlpatterns as account_urlpatterns

_ANYBODY = "your-business"
_PLATFORM = {"url": "/", "description": "The platform, for operators"}
_ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")


class _ByFormat(DefaultContentNegotiation):
    """`?format=json`, or `yaml`, has the last word; else what is accepted."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        wanted = request.query_params.get("format")
        if not wanted:
            accepted: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
            return accepted
        found = [each for each in renderers if each.format == wanted]
        if not found:
            raise Invalid.field("/format", "The formats are yaml and json.", code="invalid_choice")
        return found[-1], str(found[-1].media_type)  # the last of each has the plain media type


class DescriptionView(SpectacularAPIView):
    """OpenAPI 3.1, as YAML where nothing else is asked for.

    On a business's own host its calls go there; on the platform's, to the business that is named. There the calls of
    operators, which go to the platform itself, are in it, too.
    """

    content_negotiation_class = _ByFormat

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        is_platform = getattr(request, "tenant", None) is None
        if is_platform:
            self.urlconf = "bookme.config.urls.described"
        answer: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        described: dict[str, Any] = answer.data
        server = _server(request)
        if is_platform:
            described["paths"] = {path: _with_servers(path, item, server) for path, item in described["paths"].items()}
        answer.data = described | {"servers": [server]}
        return answer


def _with_servers(path: str, item: dict[str, Any], one_business: dict[str, Any]) -> dict[str, Any]:
    """Where a path is not, or not only, one of a business."""
    if path in _paths(operator_urlpatterns):
        return item | {"servers": [_PLATFORM]}
    return item | {"servers": [one_business, _PLATFORM]} if path in _paths(account_urlpatterns) else item


def _paths(patterns: Iterable[URLPattern]) -> set[str]:
    """As OpenAPI writes them."""
    return {_ARGUMENT.sub(r"{\1}", f"/api/v1/{each.pattern}") for each in patterns}


def _server(request: Request) -> dict[str, Any]:
    tenant = getattr(request, "tenant", None)
    if tenant is None:
        return {"url": "/t/{slug}", "description": "One business", "variables": {"slug": _slugs()}}
    is_mounted = getattr(request, "urlconf", None) == settings.SWITCHED_URLCONF
    return {"url": f"/t/{tenant.slug}" if is_mounted else "/", "description": tenant.name}


def _slugs() -> dict[str, Any]:
    """Who is a customer of the platform is nobody's business; on a local machine, the demo businesses are offered."""
    told = {"default": _ANYBODY, "description": "The name of the business in its addresses."}
    known = sorted(each.slug for each in open_tenants()) if settings.LOCAL_MODE else []
    return told | {"default": known[0], "enum": known} if known else told
