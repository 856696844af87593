"""At the business: by whom somebody wants to come, and away to the platform's host.

A form that is answered by a redirect to another host is stopped by our own content policy in some browsers, and where a
provider leads people through is not ours to list. So what answers is a page that leads on by itself.
"""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from bookme.core.errors import NotFound, TooMany
from bookme.core.http.client import origin_of
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import platform_url
from bookme.users.limits import count_form
from bookme.users.social.handing import Wish, digest_of, wish_token
from bookme.users.social.providers import Provider, provider_on
from bookme.web.account.coming_in import account_page
from bookme.web.account.doors import Door
from bookme.web.social.browser import make_browser_secret
from bookme.web.social.doors import moved_to, wanted_onward
from bookme.web.social.telling import too_many_page


@account_page
def begin(request: HttpRequest, door: str, provider: str) -> HttpResponse:
    """GET shows one button, for whoever comes from an app; POST leads to the provider, and in the end to `next`."""
    at, found = Door(door), demand_provider(provider)
    if there := moved_to(request, require_tenant()):
        return leave(request, at, found, there) if request.method == "POST" else redirect(there)
    if request.method != "POST":
        context = {"layout": at.layout("social"), "provider": found.title, "otherwise_url": at.sign_in_url}
        return render(request, "social/begin.html", context)
    return set_out(request, at, found, onward=wanted_onward(request, at))


def demand_provider(name: str) -> Provider:
    """Raises NotFound of one that is off."""
    found = provider_on(name)
    if found is None:
        raise NotFound
    return found


def set_out(
    request: HttpRequest, door: Door, provider: Provider, *, onward: str, user_id: UUID | None = None
) -> HttpResponse:
    """Away, with a wish that only this browser can come back with. `user_id` is of whoever adds the provider."""
    try:
        count_form(address=origin_of(request).address)
    except TooMany as error:
        return too_many_page(request, error, otherwise_url=door.sign_in_url, layout=door.layout("social"))
    wish = Wish(
        tenant_id=require_tenant().pk,
        provider=provider.name.value,
        browser=digest_of(make_browser_secret(request)),
        door=door.value,
        onward=onward,
        user_id=user_id,
    )
    return leave(request, door, provider, platform_url(start_path(provider.name, wish_token(wish))))


def start_path(provider: str, wish: str) -> str:
    """On the platform's host, whose table of addresses is another."""
    path = reverse("social-start", args=[provider], urlconf=settings.ROOT_URLCONF)
    return f"{path}?{urlencode({'wish': wish})}"


def leave(request: HttpRequest, door: Door, provider: Provider, url: str) -> HttpResponse:
    """A page that leads on by itself, and by a link."""
    context = {"layout": door.layout("social"), "provider": provider.title, "url": url}
    return render(request, "social/leave.html", context)
