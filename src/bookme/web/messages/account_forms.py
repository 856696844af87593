"""The form of an account with a provider: what it is told is taken, and never shown."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.communications.credentials import LONGEST, MEMBERS, PLAIN, STARTTLS, TLS
from bookme.communications.models import Channel, Provider
from bookme.communications.selectors.channel_accounts import ChannelState
from bookme.core.errors import Invalid
from bookme.web.fields import PlainText

# Others are the names that the provider itself gives them.
_LABELS: dict[str, Promise | str] = {
    "host": gettext_lazy("Mail server"),
    "port": gettext_lazy("Port"),
    "security": gettext_lazy("Encryption"),
    "username": gettext_lazy("User name"),
    "password": gettext_lazy("Password"),
    "region": gettext_lazy("Region"),
    "api_key": "API key",
    "access_key_id": "Access key ID",
    "secret_access_key": "Secret access key",
    "configuration_set": "Configuration set",
    "webhook_key": "Webhook verification key",
    "webhook_secret": "Webhook user:password",
    "webhook_signing_key": "Webhook signing key",
    "account_sid": "Account SID",
    "auth_token": "Auth token",
    "messaging_service_sid": "Messaging service SID",
}
_SECRET = ("key", "password", "secret", "token")
_SENDERS: dict[Channel, Promise] = {
    Channel.EMAIL: gettext_lazy("The address that mails come from. The provider has to know it."),
    Channel.SMS: gettext_lazy("A number such as +447700900123, or a name of at most 11 letters and digits."),
    Channel.WHATSAPP: gettext_lazy("A number such as +447700900123."),
}


class AccountForm(forms.Form):
    """Of one channel with one provider. Fields of credentials begin with `c_`; of what is known they show nothing."""

    sender = PlainText(label=gettext_lazy("Sender"), max_length=254, required=False)
    price = forms.DecimalField(
        label=gettext_lazy("What one costs"),
        max_digits=12,
        decimal_places=4,
        min_value=0,
        help_text=gettext_lazy("In your currency, of an SMS each part: it counts towards what you allow a month."),
        widget=forms.TextInput(attrs={"class": "input num", "inputmode": "decimal"}),
    )
    is_active = forms.BooleanField(label=gettext_lazy("Messages go by this account"), required=False)

    def __init__(self, state: ChannelState, provider: Provider, data: Any = None) -> None:
        known = state.account
        initial: dict[str, Any] = {"is_active": known is None or known.is_active}
        if known is not None:
            initial |= {"sender": known.sender, "price": known.price.normalize() if known.price else None}
        super().__init__(data, initial=initial, auto_id="f-%s", label_suffix="")
        self.provider = provider
        # What is known of it is kept where nothing new is given; of another provider, nothing is.
        self.keeps = known is not None and known.provider == provider
        self.fields["sender"].help_text = str(_SENDERS[state.channel])
        self.fields["sender"].widget.attrs["dir"] = "ltr"
        if state.channel is Channel.EMAIL:
            del self.fields["price"]
        given = set(known.members) if known is not None and self.keeps else set()
        for name, member in MEMBERS[provider].items():
            is_needed = member.is_needed and not self.keeps
            self.fields[f"c_{name}"] = _credential(name, is_needed=is_needed, is_given=name in given)

    @property
    def credentials(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("c_")]

    def values(self) -> dict[str, Any]:
        """For `set_account`. Without anything new, what is known is kept whole: no part of it goes to another place."""
        told = self.cleaned_data
        given = {name[2:]: text for name, text in told.items() if name.startswith("c_") and text}
        return {
            "sender": told["sender"],
            "price": told.get("price") or Decimal(0),
            "is_active": told["is_active"],
            "credentials": None if self.keeps and not given else given,
        }

    def put(self, error: Invalid) -> None:
        for each in error.errors:
            name = each.pointer.rpartition("/")[2]
            field = f"c_{name}" if each.pointer.startswith("/credentials/") else name
            self.add_error(field if field in self.fields else None, each.detail)


def _credential(name: str, *, is_needed: bool, is_given: bool) -> forms.CharField:
    attrs = {"class": "input", "dir": "ltr", "autocomplete": "off", "placeholder": _("is set") if is_given else ""}
    options: dict[str, Any] = {"label": _LABELS.get(name, name), "required": is_needed, "max_length": LONGEST}
    if name == "security":
        choices = [("", _("is set") if is_given else "–"), (STARTTLS, "STARTTLS"), (TLS, "TLS")]
        choices += [(PLAIN, _("No encryption"))] if settings.LOCAL_MODE else []
        return forms.CharField(**options, widget=forms.Select(attrs={"class": "input"}, choices=choices))
    if any(each in name for each in _SECRET):
        attrs["autocomplete"] = "new-password"
        return forms.CharField(**options, widget=forms.PasswordInput(attrs=attrs))
    return forms.CharField(**options, widget=forms.TextInput(attrs=attrs))
