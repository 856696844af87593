"""Operators sign in to the two admin sites, and out again; whoever lacks the second factor sets it up first."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from bookme.core.http.admin import business_site, is_operator, platform_site
from bookme.tenants.context import current_tenant, public_scope
from bookme.users.challenge import SecondFactorNeeded
from bookme.web.account.coming_in import own_path, sign_out_here
from bookme.web.account.doors import with_next
from bookme.web.two_factor import ask_for_code


@never_cache
def operator_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own page, then the code. It is also where the admin leads whom it does not let in."""
    site = _site()
    onward = own_path(request.GET.get("next", "")) or reverse("admin:index", current_app=site.name)
    if request.method == "GET" and getattr(request.user, "is_staff", False) and not is_operator(request):
        return redirect(with_next(settings.OPERATOR_TWO_FACTOR_URL, onward))
    try:
        answer: HttpResponse = site.login(request)
    except SecondFactorNeeded as error:
        with public_scope():  # the code is the platform's to ask for, in its own look
            return ask_for_code(request, error, onward=onward)
    return answer


@csrf_protect
@require_POST
def operator_sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the sign-in with its session."""
    sign_out_here(request)
    return redirect(reverse("admin:login", current_app=_site().name))


def _site() -> AdminSite:
    return business_site if current_tenant() else platform_site
