"""The step of signing in at which a code is asked for. What is proven so far is in the form, signed."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext_lazy

from bookme.users.challenge import SecondFactorNeeded
from bookme.users.codes import MAX_CODE
from bookme.web.two_factor.doors import Door, door_of

RECOVERY = "recovery"


class CodeForm(forms.Form):
    """The code that the person's app shows now."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        help_text=gettext_lazy("The six digits that your authenticator app shows now."),
        max_length=MAX_CODE,
        widget=forms.TextInput(
            attrs={
                "class": "input code-input num",
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "dir": "ltr",
                "autofocus": True,
            }
        ),
        error_messages={"required": gettext_lazy("Give the code.")},
    )


class RecoveryForm(forms.Form):
    """One of the recovery codes instead."""

    code = forms.CharField(
        label=gettext_lazy("Recovery code"),
        help_text=gettext_lazy("One of those that you kept when you set this up. Each is good once."),
        max_length=MAX_CODE,
        widget=forms.TextInput(
            attrs={
                "class": "input code-input",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
        error_messages={"required": gettext_lazy("Give the code.")},
    )


def ask_for_code(request: HttpRequest, error: SecondFactorNeeded, *, onward: str = "") -> HttpResponse:
    """The page that asks who gave the first factor for the second, in the look of the door that they stand at.

    `onward` is the path of ours to go on to once signed in; empty for where they begin.
    """
    return code_page(request, challenge=error.token, onward=onward, door=door_of(request))


def code_page(
    request: HttpRequest, *, challenge: str, onward: str, door: Door, form: forms.Form | None = None
) -> HttpResponse:
    """With what was wrong, if a form is given that was."""
    by_recovery = isinstance(form, RecoveryForm)
    context = {
        "layout": door.layout,
        "action": door.code_url,
        "again": door.sign_in_url,
        "challenge": challenge,
        "onward": onward,
        "form": form if form and not by_recovery else CodeForm(auto_id="f-%s", label_suffix=""),
        "recovery_form": form if form and by_recovery else RecoveryForm(auto_id="r-%s", label_suffix=""),
        "by_recovery": by_recovery,
    }
    response = render(request, "two_factor/code.html", context, status=422 if form else 200)
    add_never_cache_headers(response)
    return response
