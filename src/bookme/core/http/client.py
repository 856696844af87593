"""Who is at the other end of the wire."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from bookme.core.actor import Origin


def origin_of(request: HttpRequest) -> Origin:
    """Where a request comes from, for limits, for the list of sign-ins and for the history."""
    return Origin(address=client_address(request), agent=client_agent(request))


def client_address(request: HttpRequest) -> str:
    """The caller's IP address, or "" if the server does not tell.

    X-Forwarded-For is what a caller claims; only the entries that our own TRUSTED_PROXY_COUNT proxies appended count.
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if settings.TRUSTED_PROXY_COUNT else []
    chain = [*(each for each in forwarded if each.strip()), request.META.get("REMOTE_ADDR", "")]
    position = min(settings.TRUSTED_PROXY_COUNT + 1, len(chain))
    return _address(chain[-position])


def client_agent(request: HttpRequest) -> str:
    """What the client calls itself, printable and bounded."""
    given = request.headers.get("User-Agent", "")[:200]
    return "".join(each for each in given if each.isprintable())


def _address(text: str) -> str:
    try:
        found = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found).partition("%")[0]
