"""Host names of businesses: whose they are to give, and what proves one.

What is below the platform's host is the platform's to give. Any other name is a business's once a record in its DNS
says so, whatever a file or an operator claims: who claims a name that is not theirs gets nothing.
"""

import datetime as dt
from collections.abc import Iterable

from django.conf import settings
from django.utils.crypto import salted_hmac

from bookme.tenants.models import Domain, Tenant

RECORD_LABEL = "_bookme"
RECORD_KEY = "bookme-verification="
FILE_PATH = "/.well-known/bookme-verification.txt"


def own_host(slug: str) -> str:
    """The platform's host for a business, at which it is always served."""
    return f"{slug}.{settings.PLATFORM_HOST}"


def is_below_platform(host: str) -> bool:
    return host.endswith(f".{settings.PLATFORM_HOST}")


def proven_from(host: str, *, now: dt.datetime) -> dt.datetime | None:
    """Since when a name that is claimed now is proven: at once where the platform itself gives it, else None.

    On a local machine, too: `*.localhost` leads there by itself, and links to any other name would lead nowhere.
    """
    return now if is_below_platform(host) else None


def with_own_host(hosts: Iterable[str], *, slug: str) -> list[str]:
    """These host names, and last the platform's own for the business if it is not there."""
    return list(dict.fromkeys([*hosts, own_host(slug)]))


def claim_domain(host: str, *, tenant: Tenant, is_primary: bool, now: dt.datetime) -> Domain:
    """A business's new host name. As the primary one it demotes the others."""
    return Domain.objects.create(
        domain=host, tenant=tenant, is_primary=is_primary, verified_at=proven_from(host, now=now)
    )


def record_name(host: str) -> str:
    """Where the TXT record is that proves a host name."""
    return f"{RECORD_LABEL}.{host}"


def proof_of(host: str, *, tenant: Tenant) -> str:
    """What that record, or the file, says. Made from the business's own key: nothing of it is stored.

    It is worth nothing for another name, or for another business.
    """
    token = salted_hmac("bookme.tenants.hosts", f"{tenant.pk}:{host}", secret=tenant.link_key, algorithm="sha256")
    return f"{RECORD_KEY}{token.hexdigest()[:40]}"


def file_url(host: str) -> str:
    """Where a file may say the same, if DNS cannot be read."""
    return f"http://{host}{FILE_PATH}"
