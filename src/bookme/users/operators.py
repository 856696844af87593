"""How an operator signs in to the admin: by its own form, and by the same action as everybody."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from bookme.core.errors import NotSignedIn, TooMany
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.users.actions import sign_in
from bookme.users.authentication import start_session
from bookme.users.challenge import SecondFactorNeeded
from bookme.users.models import SignInKind


class OperatorForm(AuthenticationForm):
    """E-mail and password; refuses whoever is no operator, and after too many failures everybody for a while.

    Lets SecondFactorNeeded through: what comes next is for the view.
    """

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        request = self.request
        if request is None or "username" not in given or "password" not in given:
            return given
        try:
            with public_scope():  # also where they sign in to look at a business: it is a fact of the platform
                found = sign_in(
                    email=given["username"],
                    password=given["password"],
                    tenant=None,
                    kind=SignInKind.PAGE,
                    operators=True,
                    origin=origin_of(request),
                    now=now(),
                )
        except SecondFactorNeeded:
            raise
        except NotSignedIn as error:
            raise self.get_invalid_login_error() from error
        except TooMany as error:
            raise ValidationError(error.detail, code=error.code) from error
        start_session(request, found)
        self.user_cache = found.user
        return given
