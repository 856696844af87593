"""What the pages of accounts ask for."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.errors import DomainError, FieldError
from bookme.tenants.context import require_tenant
from bookme.users.actions import MAX_PASSWORD
from bookme.web.fields import PlainText, demand_phone
from bookme.web.guarded import GuardedForm
from bookme.web.wording import told

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # a name of the stubs alone


class AccountForm(forms.Form):
    """Ids and labels as on all pages; what an action refuses is said in the visitor's language, beside its field."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"auto_id": "f-%s", "label_suffix": ""})

    def take_refusal(self, error: DomainError) -> None:
        """Beside the fields that it points at, where there are such fields, else above the form."""
        faults = error.errors
        if error.code == "wrong_code" and not faults:  # signing in points at nothing
            faults = (FieldError("/code", error.code, error.detail),)
        known = [each for each in faults if each.pointer.removeprefix("/") in self.fields]
        for fault in known:
            self.add_error(fault.pointer.removeprefix("/"), told(fault))
        if not known:
            self.add_error(None, told(error))


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
    """A new customer; their password is chosen when the address is verified to be theirs."""

    name = PlainText(label=gettext_lazy("Your name"), max_length=120)
    email = email_field()
    phone = PlainText(label=gettext_lazy("Phone"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["phone"].widget.attrs |= {"autocomplete": "tel", "dir": "ltr"}

    def clean_phone(self) -> str:
        return demand_phone(self.cleaned_data["phone"], country=require_tenant().config.country)


class EmailForm(AccountForm, GuardedForm):
    """Where to write to."""

    email = email_field()


class FirstPasswordForm(AccountForm):
    """Chosen by whoever has followed the link of a registration."""

    password = password_field(
        gettext_lazy("Password"), "new-password", help_text=gettext_lazy("At least ten characters.")
    )


class NewPasswordForm(AccountForm):
    """The one from now on."""

    password = new_password_field()


class SamePersonForm(AccountForm):
    """Before what a stranger at an unlocked screen must not do: the password, of whoever has to give it."""

    current_password = password_field(gettext_lazy("Your password"), "current-password")

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_password:
            del self.fields["current_password"]

    @property
    def given(self) -> dict[str, Any]:
        """Of a form that is valid, as actions take it: the password is an empty text where it was not asked for."""
        return {"current_password": "", **self.cleaned_data}


class ChangePasswordForm(SamePersonForm):
    """Another password, or a first one."""

    current_password = password_field(gettext_lazy("Your password now"), "current-password")
    password = new_password_field()


class ChangeEmailForm(SamePersonForm):
    """Another address to sign in with."""

    email = email_field()
    field_order = ("email", "current_password")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("New e-mail")
