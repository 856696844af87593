"""How an operator signs in to the admin: as Django does it, within the limits that hold for everybody."""

from typing import Any

from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from bookme.core.errors import TooMany
from bookme.core.http.client import client_address
from bookme.users.limits import count_attempt, forgive_attempt, remember_network


class OperatorForm(AuthenticationForm):
    """E-mail and password; refuses whoever is no operator, and after too many failures everybody for a while."""

    def clean(self) -> Any:
        email = str(self.cleaned_data.get("username") or "").lower()
        address = client_address(self.request) if self.request else ""
        try:
            count_attempt(email=email, address=address)
        except TooMany as error:
            raise ValidationError(error.detail, code=error.code) from error
        cleaned = super().clean()
        forgive_attempt(email=email, address=address)
        remember_network(email=email, address=address)
        return cleaned
