"""Who gets in, and what a page answers to what it refuses."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from bookme.bookings.actions.versions import stale
from bookme.bookings.models import Booking
from bookme.core.actor import ActorKind
from bookme.core.errors import NotFound
from bookme.core.permissions import Permission
from bookme.users.authentication import page_actor
from bookme.web import asked
from bookme.web.account.doors import with_next

View = Callable[..., HttpResponseBase]
ROOT = "/team/"


def team_page(*needed: Permission, methods: tuple[str, ...] = ("GET", "HEAD", "POST")) -> Callable[[View], View]:
    """A page for the team: called as `view(request, actor, …)`.

    Who is not signed in is sent to the sign-in page and comes back; a customer is told plainly whom this is for.
    """

    def decorate(view: View) -> View:
        @never_cache
        @csrf_protect
        @require_http_methods(list(methods))
        @wraps(view)
        def wrapped(request: HttpRequest, **path: Any) -> HttpResponseBase:
            actor = page_actor(request)
            if actor.kind is ActorKind.GUEST:
                return to_sign_in(request)
            if actor.lacks_two_factor:
                return to_second_factor(request)
            if not actor.is_team:
                return render(request, "team/not_team.html", {"actor": actor}, status=403)
            for permission in needed:
                actor.demand(permission)
            return view(request, actor, **path)

        return wrapped

    return decorate


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page, and from there back to this one if it was only looked at."""
    wanted = _this_or_start(request)
    return redirect(with_next(reverse("team-sign-in"), "" if wanted == ROOT else wanted))


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """To where a second factor that is demanded is set up, and from there back to this page."""
    return redirect(with_next(reverse("team-two-factor"), _this_or_start(request)))


def _this_or_start(request: HttpRequest) -> str:
    return request.get_full_path() if request.method in {"GET", "HEAD"} else ROOT


def own_path(wanted: str, *, default: str) -> str:
    """An address below `/team/`, else the default: nobody is led elsewhere."""
    is_ours = wanted.startswith(ROOT) and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else default


def go_on(request: HttpRequest, *, default: str) -> HttpResponse:
    """After a POST: back to where its form says it came from."""
    return redirect(own_path(request.POST.get("next", ""), default=default))


def asked_day(request: HttpRequest, *, today: dt.date) -> dt.date:
    """The day that `?day=` names, else today."""
    return asked.asked_day(request, "day") or today


def asked_id(text: str | None) -> UUID | None:
    """None for an empty text; raises NotFound for what is no id."""
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound from error


def require_seen(booking: Booking, version: str) -> None:
    """Raises Conflict `stale_version` unless the form shows the booking as it is."""
    if version != str(booking.version):
        raise stale()
