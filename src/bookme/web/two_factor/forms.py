"""What the pages of the second factor ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.core.errors import DomainError, TooMany
from bookme.users.codes import MAX_CODE
from bookme.web.account.forms import AccountForm, password_field


def _code_field(*, label: Any, help_text: Any, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input code-input", "dir": "ltr", "spellcheck": "false"} | attributes)
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MAX_CODE,
        widget=widget,
        error_messages={"required": gettext_lazy("Give the code.")},
    )


class FactorForm(AccountForm):
    """What an action refuses is said in the visitor's language, beside its field where it has one."""

    def take_refusal(self, error: DomainError) -> None:
        field = next((each for each in ("code", "current_password") if each in _pointed_at(error)), None)
        self.add_error(field if field in self.fields else None, _told(error))


class CodeForm(FactorForm):
    """The code that the person's app shows now."""

    code = _code_field(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("The six digits that your authenticator app shows now."),
        inputmode="numeric",
        autocomplete="one-time-code",
    )


class RecoveryForm(FactorForm):
    """One of the recovery codes instead."""

    code = _code_field(
        label=gettext_lazy("Recovery code"),
        help_text=gettext_lazy("One of those that you kept when you set this up. Each is good once."),
        autocomplete="off",
        autocapitalize="characters",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "r-%s"  # it stands beside the other form


class AnyCodeForm(FactorForm):
    """A code of the app, or a recovery code."""

    code = _code_field(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("The six digits that your authenticator app shows now, or one of your recovery codes."),
        autocomplete="one-time-code",
    )


class BeginForm(FactorForm):
    """Nothing, right after signing in; later the password."""

    current_password = password_field(gettext_lazy("Your password"), "current-password")

    def __init__(self, *args: Any, asks_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_password:
            del self.fields["current_password"]


class TurnOffForm(AnyCodeForm):
    """A code and, of whoever has one, the password."""

    current_password = password_field(gettext_lazy("Your password"), "current-password")
    field_order = ("current_password", "code")

    def __init__(self, *args: Any, has_password: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_password:
            del self.fields["current_password"]


def _pointed_at(error: DomainError) -> set[str]:
    return {"code"} if error.code == "wrong_code" else {each.pointer.removeprefix("/") for each in error.errors}


def _told(error: DomainError) -> str:
    told = {
        "wrong_code": _("This code is not right, or was used already."),
        "wrong_password": _("This is not your password."),
        "challenge_invalid": _("This took too long. Begin again."),
        "sign_in_again": _("Sign out and in again first: this sign-in is too old for that."),
    }
    if isinstance(error, TooMany):
        return _("Too many failed attempts. Try again in a few minutes.")
    return told.get(error.code, error.detail)
