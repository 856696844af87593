"""What the pages of accounts ask for."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.errors import DomainError
from bookme.core.phones import phone_number
from bookme.tenants.context import require_tenant
from bookme.users.actions import MAX_PASSWORD
from bookme.web.booking.forms import PlainText
from bookme.web.guarded import GuardedForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # a name of the stubs alone


class AccountForm(forms.Form):
    """Ids and labels as on all pages; what an action refuses stands beside the field that it points at."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "f-%s", "label_suffix": ""})

    def take_refusal(self, error: DomainError) -> None:
        """Beside the fields that it points at, where there are such fields, else above the form."""
        known = [each for each in error.errors if each.pointer.removeprefix("/") in self.fields]
        for fault in known:
            self.add_error(fault.pointer.removeprefix("/"), fault.detail)
        if not known:
            self.add_error(None, error.detail)


def email_field(autocomplete: str = "email") -> forms.EmailField:
    return forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": autocomplete, "dir": "ltr"}),
    )


def password_field(
    label: "str | _StrPromise", autocomplete: str, *, help_text: "str | _StrPromise" = ""
) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "input", "autocomplete": autocomplete, "dir": "ltr"}),
    )


def new_password_field() -> forms.CharField:
    return password_field(
        gettext_lazy("New password"), "new-password", help_text=gettext_lazy("At least ten characters.")
    )


class SignInForm(AccountForm):
    """Who it is."""

    email = email_field("username")
    password = password_field(gettext_lazy("Password"), "current-password")


class RegisterForm(AccountForm, GuardedForm):
    """A new customer."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120)
    email = email_field()
    phone = PlainText(label=gettext_lazy("Phone"), max_length=40, required=False)
    password = password_field(
        gettext_lazy("Password"), "new-password", help_text=gettext_lazy("At least ten characters.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "dir": "ltr"}

    def clean_phone(self) -> str:
        text = str(self.cleaned_data["phone"]).strip()
        number = phone_number(text, country=require_tenant().config.country) if text else ""
        if number is None:
            raise forms.ValidationError(_("This is not a possible phone number."), code="invalid_phone")
        return number


class EmailForm(AccountForm, GuardedForm):
    """Where to write to."""

    email = email_field()


class NewPasswordForm(AccountForm):
    """The one from now on."""

    password = new_password_field()


class ChangePasswordForm(AccountForm):
    """Another password; whoever has none yet is not asked for it."""

    current_password = password_field(gettext_lazy("Your password now"), "current-password")
    password = new_password_field()

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["current_password"]


class ChangeEmailForm(AccountForm):
    """Another address to sign in with."""

    email = email_field()
    current_password = password_field(gettext_lazy("Your password"), "current-password")

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail")
        if not has_password:
            del self.fields["current_password"]
