"""At which of a business's doors somebody comes in by a provider, and where they go from there."""

from enum import StrEnum
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url, normalised_host
from bookme.web.account.coming_in import own_path
from bookme.web.team.doors import own_path as own_team_path


class Door(StrEnum):
    """Who comes in by the customers' door becomes a customer; by the team's door come only those who belong to it."""

    CUSTOMER = "account"
    TEAM = "team"

    @property
    def joins(self) -> bool:
        return self is Door.CUSTOMER

    @property
    def layout(self) -> str:
        """The template whose blocks `heading`, `h1` and `inner` a page of that door fills in."""
        return "social/door.html" if self is Door.TEAM else "social/page.html"

    @property
    def sign_in_url(self) -> str:
        return self._url("sign-in")

    def begin_url(self, provider: str) -> str:
        return self._url("social", provider)

    @property
    def finish_url(self) -> str:
        return self._url("social-finish")

    def own_path(self, wanted: str) -> str:
        """An address behind that door, else empty: nobody is led elsewhere."""
        ours = own_path(wanted)
        return own_team_path(ours, default="") if self is Door.TEAM else ours

    def _url(self, name: str, *path: str) -> str:
        return reverse(f"{self}-{name}", args=path, urlconf=settings.BUSINESS_URLCONF)


def wanted_onward(request: HttpRequest, door: Door) -> str:
    return door.own_path(request.GET.get("next", ""))


def with_next(url: str, onward: str) -> str:
    return f"{url}?{urlencode({'next': onward})}" if onward else url


def moved_to(request: HttpRequest, tenant: Tenant) -> str:
    """The same page where the answer will come to, if this is another of the business's hosts; else empty.

    There the browser has other cookies.
    """
    there = business_url(tenant, request.get_full_path())
    here = normalised_host(request.META.get("HTTP_HOST", ""))
    return "" if urlsplit(there).hostname == here else there
