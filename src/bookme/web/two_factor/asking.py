"""The step of signing in at which a code is asked for. What is proven so far is in the form, signed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import add_never_cache_headers

from bookme.users.challenge import SecondFactorNeeded
from bookme.web.account.doors import Door, door_of
from bookme.web.two_factor.forms import CodeForm, RecoveryForm


def ask_for_code(request: HttpRequest, error: SecondFactorNeeded, *, onward: str = "") -> HttpResponse:
    """The page that asks who gave the first factor for the second, in the look of the door that they stand at.

    `onward` is the path of ours to go on to once signed in; empty for where they begin.
    """
    return code_page(request, challenge=error.token, onward=onward, door=door_of(request))


def code_page(
    request: HttpRequest, *, challenge: str, onward: str, door: Door, form: CodeForm | RecoveryForm | None = None
) -> HttpResponse:
    """With what was wrong, if a form is given that was."""
    context = {
        "layout": door.layout("two_factor"),
        "action": door.url("code"),
        "again": door.sign_in_url,
        "challenge": challenge,
        "onward": onward,
        "form": form if isinstance(form, CodeForm) else CodeForm(),
        "recovery_form": form if isinstance(form, RecoveryForm) else RecoveryForm(),
        "by_recovery": isinstance(form, RecoveryForm),
    }
    response = render(request, "two_factor/code.html", context, status=422 if form else 200)
    add_never_cache_headers(response)
    return response
