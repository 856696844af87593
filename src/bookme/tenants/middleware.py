"""From a host name to a business, and its scope around the request."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import get_script_prefix, set_script_prefix, set_urlconf
from django.utils.cache import patch_vary_headers
from django.utils.encoding import escape_uri_path

from bookme.core.errors import Busy, Closed, DomainError, NotFound
from bookme.core.http.problems import problem_response
from bookme.tenants.context import SchemaBehind, iterate_in_scope, public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import (
    business_url,
    is_platform_host,
    normalised_host,
    platform_url,
    tenant_by_host,
    tenant_by_slug,
)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class TenantMiddleware:
    """Sets `request.tenant` (None on the platform host) and the URLs that belong to it.

    By domain; else on the platform host by `X-Tenant` for the API, or by `/t/<slug>/` for API and the operator's admin.
    A business that is not open is refused at its own domain; who is let in by the platform's, `users` knows.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        host = normalised_host(request.META.get("HTTP_HOST", ""))
        if is_platform_host(host):
            return self._on_platform(request)
        tenant = tenant_by_host(host)
        if tenant is None or tenant.status == TenantStatus.CLOSED:
            return _unknown_host(request)
        return self._for_business(request, tenant, settings.BUSINESS_URLCONF)

    def _on_platform(self, request: HttpRequest) -> HttpResponseBase:
        prefix, slug, rest = _switch_parts(request.path_info)
        slug = slug or (request.headers.get("X-Tenant", "") if request.path_info.startswith("/api/") else "")
        if not slug:
            request.tenant = None  # type: ignore[attr-defined]
            request.urlconf = settings.ROOT_URLCONF
            with public_scope():
                return self.get_response(request)
        tenant = tenant_by_slug(slug)
        if tenant is None:
            return refusal(request, unknown_business())
        if prefix and not rest.startswith(("/api/", "/admin/")):
            is_gone = tenant.status == TenantStatus.CLOSED
            return refusal(request, unknown_business()) if is_gone else _to_domain(request, tenant, rest)
        with _mounted(request, prefix, rest):
            response = self._for_business(request, tenant, settings.SWITCHED_URLCONF)
        patch_vary_headers(response, ["X-Tenant"])
        return response

    def _for_business(self, request: HttpRequest, tenant: Tenant, urlconf: str) -> HttpResponseBase:
        if not tenant.is_open and urlconf == settings.BUSINESS_URLCONF:
            return refusal(request, Closed())
        request.tenant = tenant  # type: ignore[attr-defined]
        request.urlconf = urlconf
        try:
            with tenant_scope(tenant):
                response = self.get_response(request)
        except SchemaBehind as error:
            return refusal(request, error)
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = iterate_in_scope(tenant, response.streaming_content)  # type: ignore[arg-type]
        return response


def unknown_business() -> NotFound:
    return NotFound("There is no such business.", code="unknown_tenant")


def _unknown_host(request: HttpRequest) -> HttpResponse:
    detail = "There is no business at this address."
    if not settings.LOCAL_MODE:
        return refusal(request, NotFound(detail, code="unknown_host"))
    start = platform_url()
    return refusal(request, NotFound(f"{detail} BookMe is at {start}", code="unknown_host"), start_url=start)


def _to_domain(request: HttpRequest, tenant: Tenant, path: str) -> HttpResponse:
    """Pages are only on the business's own domain, which may change: not for ever."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(business_url(tenant, escape_uri_path(path) + (f"?{query}" if query else "")))


def _switch_parts(path: str) -> tuple[str, str, str]:
    """`/t/house-of-hair/admin/` as its prefix, slug and rest; empty strings if it is none."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[1] != "t" or not parts[2]:
        return "", "", ""
    return f"/t/{parts[2]}", parts[2], "/" + (parts[3] if len(parts) == 4 else "")


@contextmanager
def _mounted(request: HttpRequest, prefix: str, rest: str) -> Iterator[None]:
    """Let the application believe that it is mounted at the prefix, if there is one: links and redirects keep it."""
    if not prefix:
        yield
        return
    before = get_script_prefix()
    request.path_info = rest
    request.META["PATH_INFO"], request.META["SCRIPT_NAME"] = rest, prefix
    set_script_prefix(f"{prefix}/")
    try:
        yield
    finally:
        set_script_prefix(before)


def refusal(request: HttpRequest, error: DomainError, *, start_url: str = "/") -> HttpResponse:
    """Problem+json for the API, a plain page for people; without a business there is no look to give it."""
    if "/api/" in request.path_info:  # also below /t/<slug>/
        return problem_response(error, instance=request.path)
    set_urlconf(settings.ROOT_URLCONF)
    status = 404 if isinstance(error, NotFound) else 503
    with public_scope():
        response = render(
            request, f"errors/{status}.html", {"detail": error.detail, "start_url": start_url}, status=status
        )
    if isinstance(error, Busy):
        response["Retry-After"] = str(error.retry_after)
    return response
