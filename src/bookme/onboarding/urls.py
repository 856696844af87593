"""The API of a business's settings and host names; of businesses, for operators; and the schema of the file."""

from django.urls import URLPattern, path

from bookme.onboarding.views.config import ConfigView, config_schema_file
from bookme.onboarding.views.domains import (
    OwnDomainCheckView,
    OwnDomainsView,
    TenantDomainCheckView,
    TenantDomainsView,
)
from bookme.onboarding.views.tenants import (
    CloseView,
    OneTenantView,
    ResumeView,
    SuspendView,
    TenantBySlugView,
    TenantsView,
)

urlpatterns: list[URLPattern] = [
    path("config/", ConfigView.as_view(), name="config"),
    path("domains/", OwnDomainsView.as_view(), name="domains"),
    path("domains/<str:domain>/verify/", OwnDomainCheckView.as_view(), name="domain-verify"),
]
_ONE = "platform/tenants/<uuid:tenant_id>/"
operator_urlpatterns: list[URLPattern] = [
    path("platform/tenants/", TenantsView.as_view(), name="platform-tenants"),
    path("platform/tenants/by-slug/<slug:slug>/", TenantBySlugView.as_view(), name="platform-tenant-by-slug"),
    path(_ONE, OneTenantView.as_view(), name="platform-tenant"),
    path(f"{_ONE}suspend/", SuspendView.as_view(), name="platform-tenant-suspend"),
    path(f"{_ONE}resume/", ResumeView.as_view(), name="platform-tenant-resume"),
    path(f"{_ONE}close/", CloseView.as_view(), name="platform-tenant-close"),
    path(f"{_ONE}domains/", TenantDomainsView.as_view(), name="platform-tenant-domains"),
    path(f"{_ONE}domains/<str:domain>/verify/", TenantDomainCheckView.as_view(), name="platform-tenant-domain-verify"),
]
platform_urlpatterns: list[URLPattern] = [
    path("schemas/client.config.json", config_schema_file, name="config-schema"),
]
