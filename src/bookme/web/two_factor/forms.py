"""What the pages of the second factor ask for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from bookme.users.codes import MAX_CODE
from bookme.web.account.forms import AccountForm, SamePersonForm


def _code_field(*, label: Any, help_text: Any, **attributes: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"class": "input code-input", "dir": "ltr", "spellcheck": "false"} | attributes)
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=MAX_CODE,
        widget=widget,
        error_messages={"required": gettext_lazy("Give the code.")},
    )


class CodeForm(AccountForm):
    """The code that the person's app shows now."""

    code = _code_field(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("The six digits that your authenticator app shows now."),
        inputmode="numeric",
        autocomplete="one-time-code",
    )


class RecoveryForm(AccountForm):
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


class AnyCodeForm(AccountForm):
    """A code of the app, or a recovery code."""

    code = _code_field(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("The six digits that your authenticator app shows now, or one of your recovery codes."),
        autocomplete="one-time-code",
    )


class TurnOffForm(SamePersonForm, AnyCodeForm):
    """A code and, of whoever has one, the password."""

    field_order = ("current_password", "code")
