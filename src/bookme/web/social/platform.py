"""On the platform's host: to the provider, and back from it to the business's own domain.

Nothing here reads a cookie: Apple sends its answer by a form from its own page, to which a browser adds none of ours.
That the browser is the one that began, is seen at the business. Whoever is sent on is sent to an address that is made
of the business's domain and of nothing that came with the request.
"""

import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods

from bookme.core.errors import NotFound, TooMany
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import business_url, platform_url, tenant_by_id
from bookme.users.limits import count_form
from bookme.users.social.handing import (
    Attempt,
    HandOver,
    Lost,
    Wish,
    begin_attempt,
    hand_over,
    read_wish,
    take_attempt,
)
from bookme.users.social.openid import authorization_url, prove
from bookme.users.social.proof import Proof
from bookme.users.social.providers import Provider, ProviderName, provider_on
from bookme.users.social.stops import Stop, Stopped
from bookme.web.account.doors import Door
from bookme.web.social.telling import platform_stop_page, too_many_page

_CANCELS = {"access_denied", "user_cancelled_authorize", "consent_required", "login_required"}
_LONGEST = 4096


@never_cache
@require_GET
def start(request: HttpRequest, provider: str) -> HttpResponse:
    """To the provider, for whoever comes from a business's page."""
    try:
        wish = read_wish(request.GET.get("wish", ""))
    except Stopped as stopped:
        return _lost(request, stopped.stop, provider, None)
    try:  # without the database, whose connections are not to wait for a provider
        count_form(address=origin_of(request).address)
        there = _demand_on(provider, wish)
        state, attempt = begin_attempt(wish)
        url = authorization_url(
            there,
            redirect_uri=_callback_url(there),
            state=state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
        )
    except TooMany as error:
        url = business_url(_demand_tenant(wish.tenant_id), Door(wish.door).sign_in_url)
        return too_many_page(request, error, otherwise_url=url)
    except Stopped as stopped:
        return _to_business(HandOver(wish, stop=stopped.stop))
    return _away(url)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Back from the provider, as it says by what method: its answer is checked, and handed to the business once."""
    given = request.POST if request.method == "POST" else request.GET
    try:
        attempt = take_attempt(given.get("state", ""))
    except Lost as lost:
        return _lost(request, lost.stop, provider, lost.tenant_id)
    try:
        there = _demand_on(provider, attempt.wish)
        if there.posts_back is not (request.method == "POST"):
            raise Stopped(Stop.REFUSED)
        found = HandOver(attempt.wish, proof=_proof(there, attempt, given))
    except Stopped as stopped:
        found = HandOver(attempt.wish, stop=stopped.stop)
    return _to_business(found)


def _proof(provider: Provider, attempt: Attempt, given: QueryDict) -> Proof:
    """Raises Stopped."""
    code, error = given.get("code", ""), given.get("error", "")
    if error:
        raise Stopped(Stop.CANCELLED if error in _CANCELS else Stop.UNAVAILABLE)
    if not code or len(code) > _LONGEST:
        raise Stopped(Stop.REFUSED)
    found = prove(
        provider,
        code=code,
        redirect_uri=_callback_url(provider),
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        now=now(),
    )
    return found.called(_told_name(given.get("user", ""))) if provider.name is ProviderName.APPLE else found


def _told_name(user: str) -> str:
    """Apple tells the name once, beside the token: as whatever somebody types, it is what they say and no more."""
    with suppress(ValueError, TypeError, AttributeError, RecursionError):
        name: Any = json.loads(user[:_LONGEST]).get("name")
        return f"{name.get('firstName') or ''} {name.get('lastName') or ''}"
    return ""


def _demand_on(provider: str, wish: Wish) -> Provider:
    """Raises Stopped: of another provider than the one that was wished for, and of one that is off by now."""
    if provider != wish.provider:
        raise Stopped(Stop.REFUSED)
    found = provider_on(provider)
    if found is None:
        raise Stopped(Stop.UNAVAILABLE)
    return found


def _demand_tenant(tenant_id: UUID) -> Tenant:
    """Raises NotFound of a business that is no more; one that is suspended says so itself."""
    found = tenant_by_id(tenant_id)
    if found is None or found.status == TenantStatus.CLOSED:
        raise NotFound
    return found


def _lost(request: HttpRequest, stop: Stop, provider: str, tenant_id: UUID | None) -> HttpResponse:
    """Too old, used, or not ours: back to the business if that is known. Of a provider that is off there is nothing."""
    if tenant_id is not None:
        return _away(business_url(_demand_tenant(tenant_id), Door.CUSTOMER.url("social-finish")))
    if provider_on(provider) is None:
        raise NotFound
    return platform_stop_page(request, stop, provider=provider, otherwise_url=platform_url())


def _to_business(found: HandOver) -> HttpResponse:
    """To the domain where it began, with a code that is good there, once, for a minute."""
    tenant = _demand_tenant(found.wish.tenant_id)
    code = hand_over(found, tenant)
    return _away(business_url(tenant, f"{Door(found.wish.door).url('social-finish')}?{urlencode({'code': code})}"))


def _callback_url(provider: Provider) -> str:
    """What is registered with the provider."""
    path = reverse("social-callback", args=[provider.name.value], urlconf=settings.ROOT_URLCONF)
    return platform_url(path)


def _away(url: str) -> HttpResponse:
    """303: what comes by POST goes on by GET. The address that it leaves is told to nobody."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    response["Referrer-Policy"] = "no-referrer"
    return response
