"""By which door somebody comes in: it decides the look, and where the pages of signing in are."""

from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from bookme.users.authentication import serves_operators

ADMIN = "/admin/"


class Door(StrEnum):
    """Customers and the team on the business's own domain, operators on the platform's host."""

    CUSTOMER = "account"
    TEAM = "team"
    OPERATOR = "operator"

    @property
    def sign_in_url(self) -> str:
        return self.url("sign-in")

    def url(self, page: str, *path: str) -> str:
        """Of a page of that door by what its name ends in, whichever host asks."""
        if self is Door.OPERATOR:
            return _OPERATORS[page]
        return reverse(f"{self}-{page}", args=path, urlconf=settings.BUSINESS_URLCONF)

    def layout(self, folder: str) -> str:
        """The template of that folder whose blocks `heading`, `h1` and `inner` a page of this door fills in."""
        return f"{folder}/door.html" if self is Door.TEAM else f"{folder}/page.html"


# Within `/t/<slug>/`, where an operator may be, no table of URLs has the platform's own pages.
_OPERATORS = {
    "sign-in": f"{ADMIN}login/",
    "code": settings.OPERATOR_CODE_URL,
    "two-factor": settings.OPERATOR_TWO_FACTOR_URL,
}


def door_of(request: HttpRequest) -> Door:
    if serves_operators(request):
        return Door.OPERATOR
    return Door.TEAM if request.path_info.startswith("/team/") else Door.CUSTOMER


def with_next(url: str, onward: str) -> str:
    """The address of a page that goes on there, if there is somewhere to go on to."""
    return f"{url}?{urlencode({'next': onward})}" if onward else url
