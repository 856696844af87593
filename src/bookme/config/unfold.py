"""What the operators' sites show around their lists: whose data it is, and the way to another business."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static

from bookme.tenants.context import current_tenant, public_scope
from bookme.tenants.models import Tenant, TenantStatus

SWITCH_SHOWN = 100


def whose_data(_request: HttpRequest) -> str:
    """The header of every page."""
    tenant = current_tenant()
    return tenant.name if tenant else "BookMe"


def what_it_is(_request: HttpRequest) -> str:
    tenant = current_tenant()
    return f"{tenant.get_status_display()} business" if tenant else "The platform"


def icon(_request: HttpRequest) -> str:
    return static("bm/mark.svg")


def badge(_request: HttpRequest) -> list[str]:
    """The coloured label beside the operator's name."""
    tenant = current_tenant()
    if tenant is None:
        return ["Platform", "info"]
    return [f"Data of {tenant.name}", "warning" if tenant.is_open else "danger"]


def businesses(_request: HttpRequest) -> list[dict[str, Any]]:
    """Where an operator can go: the platform's own tables, or one business."""
    with public_scope():
        found = list(Tenant.objects.exclude(status=TenantStatus.CLOSED).order_by("name", "id")[:SWITCH_SHOWN])
    here = current_tenant()
    platform = {"icon": "dns", "title": "The platform", "link": "/admin/"}
    return [platform] + [
        {
            "icon": "check" if here and here.pk == tenant.pk else "storefront",
            "title": tenant.name,
            "link": f"/t/{tenant.slug}/admin/",
        }
        for tenant in found
    ]
