"""Sessions of the pages: of one business, under a new key, with CSRF; and the one-time links that start them."""

from importlib import import_module
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.test import Client, RequestFactory

from bookme.core.actor import ActorKind, Origin
from bookme.core.errors import Invalid, NotSignedIn
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.actions import sign_in, sign_in_by_link, sign_out
from bookme.users.authentication import end_session, page_actor, session_sign_in, start_session
from bookme.users.links import one_time_link, one_time_token, user_of_link
from bookme.users.models import SignIn, SignInKind, User
from tests.factories.users import PASSWORD, Person, make_person

SessionStore: Any = import_module(settings.SESSION_ENGINE).SessionStore


def _request(key: str | None = None) -> HttpRequest:
    request = RequestFactory().get("/team/", headers={"host": "salon.localhost"})
    request.session = SessionStore(key)
    request.urlconf = settings.BUSINESS_URLCONF  # type: ignore[attr-defined]
    return request


def _signed_in(person: Person, tenant: Tenant) -> SignIn:
    return sign_in(
        email=person.user.email, password=PASSWORD, tenant=tenant, kind=SignInKind.PAGE, origin=Origin(), now=now()
    )


def test_a_session_begins_under_a_new_key_and_forgets_what_was_there(salon: Tenant, owner: Person) -> None:
    before = SessionStore()
    before["planted"] = "by somebody else"
    before.save()
    request = _request(before.session_key)
    start_session(request, _signed_in(owner, salon))
    request.session.save()

    assert request.session.session_key != before.session_key
    assert "planted" not in request.session
    assert not Session.objects.filter(pk=before.session_key).exists()
    assert page_actor(request).id == owner.user.id
    assert page_actor(_request(request.session.session_key)).role is Role.OWNER
    assert page_actor(_request(before.session_key)).kind is ActorKind.GUEST


def test_a_session_is_worthless_in_another_business(salon: Tenant, rival: Tenant, owner: Person) -> None:
    make_person(rival, Role.OWNER)
    request = _request()
    start_session(request, _signed_in(owner, salon))
    request.session.save()
    with tenant_scope(rival):
        assert session_sign_in(_request(request.session.session_key)) is None
        assert page_actor(_request(request.session.session_key)).kind is ActorKind.GUEST
    assert owner.page.get("/api/v1/auth/me/").status_code == 200
    assert owner.page.get("/api/v1/auth/me/", headers={"host": "rival.localhost"}).status_code == 401


def test_ending_it_leaves_nothing(salon: Tenant, owner: Person) -> None:
    request = _request()
    made = _signed_in(owner, salon)
    start_session(request, made)
    request.session.save()
    key = request.session.session_key
    sign_out(sign_in_id=made.id, now=now())
    assert page_actor(_request(key)).kind is ActorKind.GUEST
    end_session(request)
    assert page_actor(request).kind is ActorKind.GUEST
    assert not Session.objects.filter(pk=key).exists()


def test_the_api_takes_the_session_and_wants_the_csrf_token_for_writes(owner: Person) -> None:
    page = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    page.cookies = owner.page.cookies
    assert page.get("/api/v1/auth/me/").status_code == 200
    refused = page.post("/api/v1/auth/logout/", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")
    assert page.get("/api/v1/auth/me/").status_code == 200

    page.cookies["csrftoken"] = "a" * 32
    allowed = page.post("/api/v1/auth/logout/", {}, content_type="application/json", headers={"x-csrftoken": "a" * 32})
    assert allowed.status_code == 204
    assert page.get("/api/v1/auth/me/").status_code == 401


def test_another_site_s_origin_is_refused(owner: Person) -> None:
    page = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    page.cookies = owner.page.cookies
    page.cookies["csrftoken"] = "a" * 32
    headers = {"x-csrftoken": "a" * 32, "origin": "http://rival.localhost"}
    assert page.post("/api/v1/auth/logout/", {}, content_type="application/json", headers=headers).status_code == 403


def test_a_link_signs_in_once(salon: Tenant, owner: Person) -> None:
    link = one_time_link(user=owner.user, tenant=salon)
    assert link.startswith("http://salon.localhost:8000/account/link/")
    token = link.rstrip("/").rpartition("/")[2]
    made = sign_in_by_link(token=token, tenant=salon, origin=Origin(), now=now())
    assert (made.user_id, made.kind) == (owner.user.id, SignInKind.PAGE)
    assert User.objects.get(pk=owner.user.pk).email_verified_at is not None
    with pytest.raises(Invalid):
        sign_in_by_link(token=token, tenant=salon, origin=Origin(), now=now())
    assert SignIn.objects.count() == 1


def test_of_two_at_once_one_wins(salon: Tenant, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have read the person before either has signed in."""
    token = one_time_token(user=owner.user, tenant=salon)
    stale = User.objects.get(pk=owner.user.pk)
    sign_in_by_link(token=token, tenant=salon, origin=Origin(), now=now())
    monkeypatch.setattr("bookme.users.actions.entering.user_of_link", lambda **_: stale)
    with pytest.raises(Invalid):
        sign_in_by_link(token=token, tenant=salon, origin=Origin(), now=now())
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize("cause", ["old", "rival", "password", "signed in", "inactive", "forged", "removed"])
def test_a_link_that_is_not_good_any_more(salon: Tenant, rival: Tenant, owner: Person, cause: str) -> None:
    token = one_time_token(user=owner.user, tenant=salon)
    assert user_of_link(token=token, tenant=salon) == owner.user
    tenant, later = salon, 0
    match cause:
        case "old":
            later = 24 * 3600 + 1
        case "rival":
            tenant = rival
        case "password":
            owner.user.set_password("another-long-password")
            owner.user.save()
        case "signed in":
            _signed_in(owner, salon)
        case "inactive":
            User.objects.filter(pk=owner.user.pk).update(is_active=False)
        case "forged":
            token = token[:-4] + "AAAA"
        case "removed":
            owner.membership.delete()
    before = SignIn.objects.count()
    with time_machine.travel(now().timestamp() + later), pytest.raises(Invalid, match="not good any more"):
        sign_in_by_link(token=token, tenant=tenant, origin=Origin(), now=now())
    assert SignIn.objects.count() == before


def test_a_wrong_password_makes_no_session(salon: Tenant, owner: Person) -> None:
    with pytest.raises(NotSignedIn):
        sign_in(email=owner.user.email, password="x", tenant=salon, kind=SignInKind.PAGE, origin=Origin(), now=now())
    assert not SignIn.objects.exists()
