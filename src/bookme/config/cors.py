"""Other sites may call a business's API from a browser exactly if the business lists their origin."""

from typing import Any

from corsheaders.signals import check_request_enabled
from django.http import HttpRequest


def listed_by_business(sender: Any, request: HttpRequest, **_: Any) -> bool:
    tenant = getattr(request, "tenant", None)
    if tenant is None or not request.path_info.startswith("/api/"):
        return False
    return request.headers.get("Origin", "") in tenant.config.allowed_origins


check_request_enabled.connect(listed_by_business, dispatch_uid="bookme-allowed-origins")
