"""By which door somebody comes in: it decides the look, and where the pages of the second factor are."""

from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from bookme.users.authentication import serves_operators

ADMIN = "/admin/"


class Door(StrEnum):
    """Customers and the team on the business's own domain, operators on the platform's host."""

    CUSTOMER = "account"
    TEAM = "team"
    OPERATOR = "operator"

    @property
    def layout(self) -> str:
        """The template whose blocks `heading`, `h1` and `inner` a page of that door fills in."""
        return "two_factor/door.html" if self is Door.TEAM else "two_factor/page.html"

    @property
    def code_url(self) -> str:
        return self._url("code")

    @property
    def security_url(self) -> str:
        """Where everything about one's own signing in is; operators have their admin."""
        return ADMIN if self is Door.OPERATOR else reverse("account-security")

    @property
    def sign_in_url(self) -> str:
        return f"{ADMIN}login/" if self is Door.OPERATOR else self._url("sign-in")

    def factor_url(self, name: str = "") -> str:
        """Of a page of one's own second factor: `setup`, `recovery-codes`, `off`, or the first of them."""
        own = self._url("two-factor")
        return f"{own}{name}/" if name else own

    def _url(self, name: str) -> str:
        if self is Door.OPERATOR:
            return _OPERATORS[name]
        return reverse(f"{self}-{name}")


# Within `/t/<slug>/`, where an operator may be, no table of URLs has the platform's own pages.
_OPERATORS = {"code": settings.OPERATOR_CODE_URL, "two-factor": settings.OPERATOR_TWO_FACTOR_URL}


def door_of(request: HttpRequest) -> Door:
    if serves_operators(request):
        return Door.OPERATOR
    return Door.TEAM if request.path_info.startswith("/team/") else Door.CUSTOMER
