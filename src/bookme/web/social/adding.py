"""The providers of one's own account: adding one, and removing it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.core.errors import DomainError
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import demand_fresh, is_fresh, remove_provider
from bookme.users.models import SignIn
from bookme.users.social.providers import title_of
from bookme.web.account.doors import Door
from bookme.web.account.forms import SamePersonForm
from bookme.web.account.security import own_page
from bookme.web.social.beginning import demand_provider, leave, set_out
from bookme.web.social.doors import moved_to


@own_page
def add(request: HttpRequest, sign_in: SignIn, provider: str) -> HttpResponse:
    """GET asks, as for a new password; POST leads to the provider."""
    found = demand_provider(provider)
    if there := moved_to(request, require_tenant()):
        return leave(request, Door.CUSTOMER, found, there) if request.method == "POST" else redirect(there)
    asks = sign_in.user.has_usable_password() and not is_fresh(sign_in, now=now())
    form = SamePersonForm(request.POST if request.method == "POST" else None, asks_password=asks)
    if request.method == "POST" and form.is_valid():
        try:
            demand_fresh(sign_in=sign_in, password=form.given["current_password"], now=now())
            return set_out(request, Door.CUSTOMER, found, onward="", user_id=sign_in.user_id)
        except DomainError as error:
            form.take_refusal(error)
    status = 422 if form.errors else 200
    return render(request, "social/add.html", {"form": form, "provider": found.title}, status=status)


@own_page
def remove(request: HttpRequest, sign_in: SignIn, identity_id: UUID) -> HttpResponse:
    """POST alone does it."""
    if request.method == "POST":
        gone = remove_provider(sign_in=sign_in, identity_id=identity_id, origin=origin_of(request))
        messages.success(request, _("%(provider)s signs you in no more.") % {"provider": title_of(gone.provider)})
    return redirect(reverse("account-security"))
