"""Where somebody goes who comes in by a provider: on behind the door, or first to the host that the answer comes to."""

from urllib.parse import urlsplit

from django.http import HttpRequest

from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url, normalised_host
from bookme.web.account.coming_in import own_path
from bookme.web.account.doors import Door
from bookme.web.team.doors import own_path as own_team_path


def path_behind(door: Door, wanted: str) -> str:
    """An address behind that door, else empty: nobody is led elsewhere."""
    ours = own_path(wanted)
    return own_team_path(ours, default="") if door is Door.TEAM else ours


def wanted_onward(request: HttpRequest, door: Door) -> str:
    return path_behind(door, request.GET.get("next", ""))


def moved_to(request: HttpRequest, tenant: Tenant) -> str:
    """The same page where the answer will come to, if this is another of the business's hosts; else empty.

    There the browser has other cookies.
    """
    there = business_url(tenant, request.get_full_path())
    here = normalised_host(request.META.get("HTTP_HOST", ""))
    return "" if urlsplit(there).hostname == here else there
