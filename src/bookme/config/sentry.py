"""What leaves for Sentry: tagged by tenant, without anything personal."""

from typing import Any

from bookme.tenants.context import current_tenant

_SCRUBBED = ("data", "cookies", "headers", "query_string", "env")


def scrub_event(event: Any, _hint: Any) -> Any:
    """Drop bodies, cookies, headers, queries, the exceptions' words, local variables and the person; tag the tenant."""
    tenant = current_tenant()
    if tenant is not None:
        event.setdefault("tags", {})["tenant"] = tenant.slug
    event.pop("user", None)
    for part in _SCRUBBED:
        event.get("request", {}).pop(part, None)
    for value in event.get("exception", {}).get("values", []):
        value.pop("value", None)
        for frame in (value.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    event.pop("breadcrumbs", None)
    return event
