"""What the DNS says, asked anew: nothing is kept. The servers are those of DNS_SERVERS, else the system's."""

import math
import time
from urllib.parse import urlsplit

from django.conf import settings
from dns.exception import DNSException
from dns.name import EmptyLabel, LabelTooLong, NameTooLong
from dns.nameserver import Do53Nameserver
from dns.rdatatype import RdataType
from dns.resolver import NXDOMAIN, Answer, NoAnswer, Resolver

ANSWER_SECONDS = 1.5
LIFETIME_SECONDS = 3.0
DNS_PORT = 53


class DnsUnreadable(Exception):
    """No server gave an answer: silence, or a failure of theirs. What the name has is not known."""


def txt_records(name: str, *, stop_at: float = math.inf) -> list[str]:
    """The TXT records of a name, each as one text; none if there is no such name. Raises DnsUnreadable.

    Nothing is waited for longer than until `stop_at`, in seconds of the monotonic clock.
    """
    return [b"".join(each.strings).decode("utf-8", "replace") for each in _records(name, RdataType.TXT, stop_at)]


def addresses(name: str, *, stop_at: float = math.inf) -> list[str]:
    """The IPv4 and IPv6 addresses of a name; `stop_at` as above. Raises DnsUnreadable."""
    return [each.address for kind in (RdataType.A, RdataType.AAAA) for each in _records(name, kind, stop_at)]


def _records(name: str, kind: RdataType, stop_at: float) -> list[Answer]:
    seconds = min(LIFETIME_SECONDS, stop_at - time.monotonic())
    if seconds <= 0:
        raise DnsUnreadable("no time left")
    try:
        return list(_resolver().resolve(f"{name}.", kind, search=False, lifetime=seconds))
    except (NXDOMAIN, NoAnswer, NameTooLong, LabelTooLong, EmptyLabel):
        return []
    except DNSException as error:
        raise DnsUnreadable(type(error).__name__) from error


def _resolver() -> Resolver:
    resolver = Resolver(configure=not settings.DNS_SERVERS)
    if settings.DNS_SERVERS:
        resolver.nameservers = [_server(each) for each in settings.DNS_SERVERS]
    resolver.timeout = ANSWER_SECONDS
    return resolver


def _server(text: str) -> Do53Nameserver:
    """`192.0.2.53`, `192.0.2.53:5353` or `[2001:db8::53]:5353`."""
    parts = urlsplit(f"//{text}")
    return Do53Nameserver(parts.hostname or "", parts.port or DNS_PORT)
