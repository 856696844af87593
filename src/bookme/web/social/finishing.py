"""Back at the business: only the browser that began comes in, once, and goes on to where it wanted to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from bookme.core.errors import TooMany
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import add_provider, ask_to_confirm, note_stop, sign_in_by_provider
from bookme.users.authentication import session_sign_in
from bookme.users.models import SignIn
from bookme.users.social.handing import HandOver, look_at_hand_over, take_hand_over
from bookme.users.social.proof import Proof
from bookme.users.social.providers import title_of
from bookme.users.social.stops import Stop, Stopped
from bookme.web.account.coming_in import come_in
from bookme.web.account.doors import Door, with_next
from bookme.web.account.links import written_page
from bookme.web.social.browser import browser_secret, let_wait
from bookme.web.social.doors import path_behind
from bookme.web.social.telling import stop_page, too_many_page


@never_cache
@require_GET
def finish(request: HttpRequest, door: str) -> HttpResponse:
    """Signs in, or adds the provider to the account of whoever is signed in. A code that is not theirs stays unspent.

    It writes by a GET, for it is where the way back ends; the code alone does nothing in any other browser.
    """
    try:
        name, found = look_at_hand_over(request.GET.get("code", ""), require_tenant())
    except Stopped as stopped:
        return stop_page(request, stopped.stop, door=Door(door))
    wish = found.wish
    at, adds = Door(wish.door), wish.user_id is not None
    try:
        if not wish.is_of(browser_secret(request)):
            _note(request, Stop.ELSEWHERE, found.proof)
            raise Stopped(Stop.ELSEWHERE)
        take_hand_over(name)
        proof = _demand_proof(request, found)
        return _add(request, found, proof) if adds else _come_in(request, at, found, proof)
    except Stopped as stopped:
        onward = path_behind(at, wish.onward)
        return stop_page(request, stopped.stop, door=at, provider=wish.provider, onward=onward, adds=adds)


def _demand_proof(request: HttpRequest, found: HandOver) -> Proof:
    """Raises Stopped as the platform's host has found."""
    if found.proof is None:
        stop = found.stop or Stop.REFUSED
        _note(request, stop, None)
        raise Stopped(stop)
    return found.proof


def _come_in(request: HttpRequest, door: Door, found: HandOver, proof: Proof) -> HttpResponse:
    onward = path_behind(door, found.wish.onward)
    try:
        return come_in(request, lambda: _signed_in(request, door, proof), onward=onward)
    except Stopped as stopped:
        if stopped.stop is Stop.UNCONFIRMED and door is Door.CUSTOMER:
            return _confirm(request, door, proof, onward)
        raise


def _signed_in(request: HttpRequest, door: Door, proof: Proof) -> SignIn:
    return sign_in_by_provider(
        proof=proof,
        tenant=require_tenant(),
        joins=door is Door.CUSTOMER,
        language=request.LANGUAGE_CODE,
        origin=origin_of(request),
        now=now(),
    )


def _confirm(request: HttpRequest, door: Door, proof: Proof, onward: str) -> HttpResponse:
    """Our own mail asks. What the provider proved waits in this browser alone: who follows the link elsewhere has an
    account, and no stranger's identity is added to it."""
    try:
        request_id = ask_to_confirm(
            proof=proof,
            tenant=require_tenant(),
            language=request.LANGUAGE_CODE,
            origin=origin_of(request),
            onward=onward,
            now=now(),
        )
    except TooMany as error:
        return too_many_page(
            request, error, otherwise_url=with_next(door.sign_in_url, onward), layout=door.layout("social")
        )
    let_wait(request, proof, request_id=request_id)
    return written_page(request, proof.email)


def _add(request: HttpRequest, found: HandOver, proof: Proof) -> HttpResponse:
    sign_in = session_sign_in(request)
    if sign_in is None or sign_in.user_id != found.wish.user_id:
        raise Stopped(Stop.SIGNED_OUT)
    add_provider(sign_in=sign_in, proof=proof, origin=origin_of(request), now=now())
    told = _("From now on %(provider)s signs you in as well.") % {"provider": title_of(proof.provider)}
    messages.success(request, told)
    return redirect(reverse("account-security"))


def _note(request: HttpRequest, stop: Stop, proof: Proof | None) -> None:
    note_stop(stop=stop, email=proof.email if proof else "", origin=origin_of(request))
