"""What leaves for Sentry: tagged by tenant, without anything personal."""

from typing import Any

from bookme.config.logs import without_tokens
from bookme.tenants.context import current_tenant

_SCRUBBED = ("data", "cookies", "headers", "query_string", "env")


def scrub_event(event: Any, _hint: Any) -> Any:
    """Drop bodies, cookies, headers, queries, tokens in paths, the exceptions' words, local variables and the person.

    Tags the tenant.
    """
    tenant = current_tenant()
    if tenant is not None:
        event.setdefault("tags", {})["tenant"] = tenant.slug
    for part in ("user", "breadcrumbs", "extra"):
        event.pop(part, None)
    request = event.get("request", {})
    for part in _SCRUBBED:
        request.pop(part, None)
    if "url" in request:
        request["url"] = without_tokens(request["url"])
    for part in ("params", "formatted"):  # what a line of the log was filled with, such as a path
        event.get("logentry", {}).pop(part, None)
    for value in event.get("exception", {}).get("values", []):
        value.pop("value", None)
        for frame in (value.get("stacktrace") or {}).get("frames", []):
            frame.pop("vars", None)
    return event
