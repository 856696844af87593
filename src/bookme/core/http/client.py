"""Who is at the other end of the wire."""

import ipaddress
from collections.abc import Callable
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookme.core.actor import Origin


def origin_of(request: HttpRequest) -> Origin:
    """Where a request comes from, for limits, for the list of sign-ins and for the history."""
    return Origin(address=client_address(request), agent=client_agent(request))


def client_address(request: HttpRequest) -> str:
    """The caller's IP address, or "" if the server does not tell.

    X-Forwarded-For is what a caller claims, up to what our own proxies appended to it: from the right, as far as there
    are TRUSTED_PROXY_COUNT proxies and each is who it says (TRUSTED_PROXIES).
    """
    forwarded = request.headers.get("X-Forwarded-For", "").split(",") if settings.TRUSTED_PROXY_COUNT else []
    chain = [*(each for each in forwarded if each.strip()), request.META.get("REMOTE_ADDR", "")]
    for _ in range(settings.TRUSTED_PROXY_COUNT):
        if len(chain) > 1 and is_proxy(_address(chain[-1])):
            chain.pop()
    return _address(chain[-1])


def is_proxy(address: str) -> bool:
    """Whether what that address says of others is believed."""
    if not settings.TRUSTED_PROXY_COUNT:
        return False
    networks = _networks(tuple(settings.TRUSTED_PROXIES))
    if not networks:
        return True
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(found in each for each in networks)


class BelievedForwarding:
    """What a request says of the scheme it came by is heard from our proxy alone, and only if it is unambiguous."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if given := request.META.get("HTTP_X_FORWARDED_PROTO"):
            said = {each.strip().lower() for each in given.split(",")}
            if is_proxy(_address(request.META.get("REMOTE_ADDR", ""))) and len(said) == 1:
                request.META["HTTP_X_FORWARDED_PROTO"] = said.pop()
            else:
                del request.META["HTTP_X_FORWARDED_PROTO"]
        return self.get_response(request)


def client_agent(request: HttpRequest) -> str:
    """What the client calls itself, printable and bounded."""
    given = request.headers.get("User-Agent", "")[:200]
    return "".join(each for each in given if each.isprintable())


@lru_cache(maxsize=4)
def _networks(given: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(each) for each in given)


def _address(text: str) -> str:
    """As addresses are written, whatever port a proxy puts behind it; "" if it is none."""
    try:
        found = ipaddress.ip_address(_without_port(text.strip()))
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found).partition("%")[0]


def _without_port(text: str) -> str:
    """Of `203.0.113.5:4711` and `[2001:db8::1]:4711` the address."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
