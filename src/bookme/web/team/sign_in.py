"""The team signs in by password, and out again."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from bookme.core.errors import DomainError
from bookme.users.authentication import page_actor
from bookme.users.social.providers import providers_on
from bookme.web.account.coming_in import account_page, come_in, sign_in_refusal, sign_out_here
from bookme.web.account.forms import SignInForm
from bookme.web.account.sign_in import signed_in
from bookme.web.team.doors import ROOT, own_path


@account_page
def team_sign_in(request: HttpRequest) -> HttpResponse:
    """GET asks who it is; POST signs in and goes on to `next`."""
    onward = own_path(request.GET.get("next", ""), default=ROOT)
    if request.method != "POST" and page_actor(request).is_team:
        return redirect(onward)
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return come_in(request, lambda: signed_in(request, form), onward=onward)
        except DomainError as error:
            form.add_error(None, sign_in_refusal(error))
    context = {"form": form, "onward_url": onward, "providers": providers_on()}
    return render(request, "team/sign_in.html", context, status=422 if form.errors else 200)


@csrf_protect
@require_POST
def team_sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in and forgets who this browser is."""
    sign_out_here(request)
    return redirect(reverse("team-sign-in"))
