"""What the views of accounts share."""

from django.utils.translation import get_language
from rest_framework.request import Request

from bookme.core.actor import Origin
from bookme.core.errors import NotSignedIn
from bookme.core.http.client import origin_of
from bookme.core.http.views import ApiView
from bookme.tenants.context import current_tenant
from bookme.tenants.models import Tenant
from bookme.users.authentication import serves_operators
from bookme.users.models import SignIn


class AccountView(ApiView):
    """In a business, or without one on the platform's host, where operators are."""

    @property
    def tenant(self) -> Tenant | None:
        return current_tenant()

    @property
    def origin(self) -> Origin:
        return origin_of(self.request._request)

    @property
    def operators(self) -> bool:
        """Whether operators of the platform sign in here."""
        return serves_operators(self.request._request)

    @property
    def language(self) -> str:
        return get_language() or ""

    @property
    def sign_in(self) -> SignIn:
        """That of the caller; raises NotSignedIn for whoever has none, as a key."""
        found = sign_in_of(self.request)
        if found is None:
            raise NotSignedIn
        return found


def sign_in_of(request: Request) -> SignIn | None:
    return request.auth if isinstance(request.auth, SignIn) else None
