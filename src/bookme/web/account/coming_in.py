"""What every way in has in common: the second factor, the session, and where to go on."""

from collections.abc import Callable
from math import ceil

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from bookme.core.errors import DomainError, NotSignedIn, TooMany
from bookme.core.formats import ahead_text
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.users.actions import sign_out
from bookme.users.authentication import end_session, session_sign_in, start_session
from bookme.users.challenge import SecondFactorNeeded
from bookme.users.models import SignIn
from bookme.users.selectors import actor_of
from bookme.web.two_factor import ask_for_code
from bookme.web.wording import told

MAX_PATH = 2000
View = Callable[..., HttpResponseBase]


def account_page(view: View) -> View:
    """Never kept, safe against forged forms, and only read and posted to."""
    return never_cache(csrf_protect(require_http_methods(["GET", "HEAD", "POST"])(view)))


def come_in(request: HttpRequest, opened: Callable[[], SignIn], *, onward: str = "") -> HttpResponse:
    """Let this browser be whoever `opened` signs in, and go on there; raises what `opened` raises.

    Whoever has a second factor is asked for it first.
    """
    try:
        found = opened()
    except SecondFactorNeeded as error:
        return ask_for_code(request, error, onward=onward)
    start_session(request, found)
    return redirect(onward or own_start(found))


def own_start(sign_in: SignIn) -> str:
    """Where somebody begins who did not come from anywhere."""
    actor = actor_of(sign_in)
    return reverse("team-agenda") if actor.is_team or actor.lacks_two_factor else reverse("account-home")


def own_path(wanted: str) -> str:
    """An address of this site that can be written down, else an empty text: nobody is led elsewhere."""
    is_path = wanted.startswith("/") and wanted.isprintable() and len(wanted) <= MAX_PATH
    return wanted if is_path and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def sign_in_refusal(error: DomainError) -> str:
    """Why somebody was not signed in, in words."""
    if isinstance(error, NotSignedIn):
        return _("E-mail and password do not match. If you have just registered, follow the link in our mail first.")
    if isinstance(error, TooMany) and error.code == "too_many_attempts":
        wait = ahead_text(ceil(error.retry_after / 60))
        return _("Too many failed attempts. Try again in %(wait)s, or have a link sent to you: that works at once.") % {
            "wait": wait
        }
    return told(error)


def sign_out_here(request: HttpRequest) -> None:
    """End the sign-in of this browser, and forget it."""
    if found := session_sign_in(request):
        sign_out(sign_in_id=found.id, by=actor_of(found).coming_from(origin_of(request)), now=now())
    end_session(request)
