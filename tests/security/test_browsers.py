"""What a browser is told and given: a session is new at every sign-in, cookies are bound, no page is framed."""

import re
from collections.abc import Callable
from typing import Any

import pyotp
import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import Client

from bookme.tenants.models import Tenant
from bookme.users.authentication import SESSION_SIGN_IN
from bookme.users.links import one_time_token, reset_token, row_token
from bookme.users.models import AccountRequestKind, User
from tests.config.test_production import _setting
from tests.factories.users import PASSWORD, AccountRequestFactory, Person, TwoFactorFactory, UserFactory

Way = Callable[[Client, Person], HttpResponse]


def _by_password(path: str) -> Way:
    return lambda page, who: page.post(path, {"email": who.user.email, "password": PASSWORD})


def _by_link(page: Client, who: Person) -> HttpResponse:
    token = one_time_token(user=User.objects.get(pk=who.user.pk), tenant=who.tenant)
    return page.post(f"/account/link/{token}/")


def _by_reset(page: Client, who: Person) -> HttpResponse:
    token = reset_token(user=User.objects.get(pk=who.user.pk), tenant=who.tenant)
    return page.post(f"/account/reset/{token}/", {"password": "another-long-password"})


def _by_registering(page: Client, who: Person) -> HttpResponse:
    asked = AccountRequestFactory(tenant=who.tenant)
    token = row_token(row_id=asked.pk, tenant=who.tenant, kind=AccountRequestKind.REGISTER)
    return page.post(f"/account/verify/{token}/", {"password": PASSWORD})


def _by_two_factors(page: Client, who: Person) -> HttpResponse:
    factor = TwoFactorFactory(user=who.user)
    asked = page.post("/account/sign-in/", {"email": who.user.email, "password": PASSWORD})
    challenge = re.findall(r'name="challenge" value="([^"]+)"', asked.text)[0]
    return page.post("/account/sign-in/code/", {"challenge": challenge, "code": pyotp.TOTP(factor.secret).now()})


WAYS: dict[str, Way] = {
    "customers": _by_password("/account/sign-in/"),
    "team": _by_password("/team/sign-in/"),
    "link": _by_link,
    "new password": _by_reset,
    "registering": _by_registering,
    "two factors": _by_two_factors,
}


def _prepared(host: str) -> tuple[Client, str]:
    """A browser with a session that somebody else knows the key of, and has put something into."""
    page = Client(headers={"host": host})
    known = SessionStore()
    known["planted"] = "by somebody else"
    known.create()
    page.cookies[settings.SESSION_COOKIE_NAME] = known.session_key
    page.get("/account/sign-in/" if host != "localhost" else "/admin/login/")
    return page, str(known.session_key)


@pytest.mark.parametrize("way", WAYS)
def test_a_session_that_was_there_before_is_worthless_after(owner: Person, way: str) -> None:
    page, known = _prepared(owner.host)
    csrf = page.cookies[settings.CSRF_COOKIE_NAME].value
    assert WAYS[way](page, owner).status_code == 302
    key = page.cookies[settings.SESSION_COOKIE_NAME].value
    assert key != known
    assert SESSION_SIGN_IN in SessionStore(key), "the control: the new one is somebody's"
    assert "planted" not in SessionStore(key)
    assert not SessionStore().exists(known)
    assert page.cookies[settings.CSRF_COOKIE_NAME].value != csrf
    thief = Client(headers={"host": owner.host})
    thief.cookies[settings.SESSION_COOKIE_NAME] = known
    assert thief.get("/account/security/").status_code == 302
    assert page.get("/account/security/").status_code == 200


def test_an_operator_s_session_is_new(db: None) -> None:
    operator = UserFactory(is_staff=True, is_superuser=True)
    page, known = _prepared("localhost")
    assert (
        page.post("/admin/login/?next=/admin/", {"username": operator.email, "password": PASSWORD}).status_code == 302
    )
    assert page.cookies[settings.SESSION_COOKIE_NAME].value != known
    assert page.get("/admin/").status_code == 200
    thief = Client(headers={"host": "localhost"})
    thief.cookies[settings.SESSION_COOKIE_NAME] = known
    assert thief.get("/admin/").status_code == 302


def test_signing_out_leaves_nothing_behind(owner: Person) -> None:
    page, key = owner.page, owner.page.cookies[settings.SESSION_COOKIE_NAME].value
    assert page.get("/team/").status_code == 200
    page.post("/team/sign-out/")
    thief = Client(headers={"host": owner.host})
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert thief.get("/team/").status_code == 302
    assert not SessionStore().exists(key)


def test_cookies_are_bound_in_production() -> None:
    """`__Host-` makes the browser itself refuse one that is not secure, or that another host below has set."""
    flags = ("SECURE", "HTTPONLY", "SAMESITE", "NAME", "DOMAIN", "PATH")
    told = _setting(*(f"{kind}_COOKIE_{flag}" for kind in ("SESSION", "CSRF") for flag in flags))
    assert told == (
        *(True, True, "Lax", "__Host-session", None, "/"),
        *(True, False, "Lax", "__Host-csrf", None, "/"),  # pages read it for what they send by script
    )


def test_cookies_are_kept_from_scripts_and_other_sites(owner: Person) -> None:
    answer = Client(headers={"host": owner.host}).post(
        "/account/sign-in/", {"email": owner.user.email, "password": PASSWORD}
    )
    session = answer.cookies[settings.SESSION_COOKIE_NAME]
    assert (session["httponly"], session["samesite"], session["domain"], session["path"]) == (True, "Lax", "", "/")
    assert answer.cookies[settings.CSRF_COOKIE_NAME]["samesite"] == "Lax"


@pytest.mark.parametrize(
    "path", ["/", "/book/", "/account/sign-in/", "/team/sign-in/", "/team/", "/nowhere/", "/api/v1/config/"]
)
def test_no_page_is_shown_within_another_site(owner: Person, path: str) -> None:
    answer = owner.page.get(path)
    assert answer["X-Frame-Options"] == "DENY"
    assert re.search(r"frame-ancestors '(self|none)'", answer["Content-Security-Policy"])
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in {"same-origin", "strict-origin-when-cross-origin"}


def test_the_admin_is_shown_within_nothing(db: None, salon: Tenant) -> None:
    answer: Any = Client(headers={"host": "localhost"}).get("/admin/login/")
    assert answer["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
