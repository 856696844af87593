"""The team signs in by password or by a one-time link, and out again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from bookme.core.actor import Actor
from bookme.core.errors import DomainError, Invalid, NotAllowed
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import sign_in_by_link, sign_out
from bookme.users.authentication import page_actor, start_session
from bookme.users.links import user_of_link
from bookme.users.models import SignIn
from bookme.users.selectors import actor_of
from bookme.web.account import SignInForm, sign_in_refusal, sign_out_here, signed_in
from bookme.web.team.doors import ROOT, own_path


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def team_sign_in(request: HttpRequest) -> HttpResponse:
    """GET asks who it is; POST signs in and goes on to `next`."""
    onward = own_path(request.GET.get("next", ""), default=ROOT)
    if request.method != "POST" and page_actor(request).is_team:
        return redirect(onward)
    form = SignInForm(request.POST or None, auto_id="f-%s", label_suffix="")
    if request.method == "POST" and form.is_valid():
        try:
            _let_in(request, signed_in(request, form))
            return redirect(onward)
        except DomainError as error:
            form.add_error(None, sign_in_refusal(error))
    return render(request, "team/sign_in.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def team_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks for a press of the button, since previews of mails follow every link; POST signs in and spends it."""
    tenant = require_tenant()
    try:
        if request.method == "POST":
            _let_in(request, sign_in_by_link(token=token, tenant=tenant, origin=origin_of(request), now=now()))
            return redirect(ROOT)
        who = user_of_link(token=token, tenant=tenant)
    except Invalid:
        return render(request, "team/link.html", {}, status=404)
    except NotAllowed as error:
        return render(request, "team/link.html", {"refused": error.detail}, status=403)
    return render(request, "team/link.html", {"who": who.name or who.email})


@csrf_protect
@require_POST
def team_sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in and forgets who this browser is."""
    sign_out_here(request)
    return redirect(reverse("team-sign-in"))


def _let_in(request: HttpRequest, found: SignIn) -> None:
    """Start the session of a member of the team; ends a customer's sign-in again and raises NotAllowed."""
    actor: Actor = actor_of(found)
    if not actor.is_team:
        sign_out(sign_in_id=found.id, now=now())
        raise NotAllowed(
            _("You are a customer of %(business)s. This page is for its team.") % {"business": require_tenant().name}
        )
    start_session(request, found)
