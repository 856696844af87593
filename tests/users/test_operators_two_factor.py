"""Operators give their second factor to sign in to the admin; lacking it, they can do nothing but set it up."""

import re
from html import unescape
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import AuditRecord, Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url
from bookme.tenants.tasks import deliver_outbox
from bookme.users.actions import sign_out
from bookme.users.audit import told_audit
from bookme.users.limits import CODES_PER_NETWORK
from bookme.users.models import RecoveryCode, SignIn, SignInKind, TwoFactor, User
from tests.config.admin.desk import BUSINESS_LISTS, PLATFORM_LISTS
from tests.factories.users import PASSWORD, MembershipFactory, Person, UserFactory
from tests.letters import Letters, body
from tests.users.second_factor import Factor, turn_on
from tests.web.conftest import page_of

pytestmark = pytest.mark.usefixtures("clock")

SITES = {"platform": "/admin/", "business": "/t/salon/admin/"}
OWN = "/security/two-factor/"


@pytest.fixture
def operator(salon: Tenant) -> User:
    return UserFactory(email="operator@platform.example", is_staff=True)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def demanded(settings: Any) -> None:
    settings.OPERATORS_NEED_TWO_FACTOR = True


def _password(browser: Client, site: str, onward: str = "") -> HttpResponse:
    query = f"?next={onward}" if onward else ""
    return browser.post(f"{site}login/{query}", {"username": "operator@platform.example", "password": PASSWORD})


def _code(browser: Client, asked: HttpResponse, code: str, **more: str) -> HttpResponse:
    page = page_of(asked)
    given = {name: unescape(re.findall(rf'name="{name}" value="([^"]*)"', page)[0]) for name in ("challenge", "next")}
    assert 'action="/sign-in/code/"' in page
    return browser.post("/sign-in/code/", given | {"code": code} | more)


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_password_then_code(operator: User, browser: Client, site: str) -> None:
    factor = turn_on(operator)
    asked = _password(browser, site)
    assert asked.status_code == 200
    assert "<title>Your code · BookMe</title>" in page_of(asked)
    assert "_auth_user_id" not in browser.session
    assert browser.get(site).status_code == 302
    assert _code(browser, asked, factor.wrong_code()).status_code == 422
    answer = _code(browser, asked, factor.code())
    assert (answer.status_code, answer["Location"]) == (302, site)
    for each in SITES.values():
        assert browser.get(each).status_code == 200
    assert SignIn.objects.get().kind == SignInKind.PAGE
    assert _code(Client(headers={"host": "localhost"}), asked, factor.code()).status_code == 422, "it is spent"


def test_it_goes_on_to_where_one_wanted_to_go(operator: User, browser: Client) -> None:
    factor = turn_on(operator)
    asked = _password(browser, "/admin/", "/admin/users/user/")
    assert _code(browser, asked, factor.code())["Location"] == "/admin/users/user/"


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_and_nowhere_else(operator: User, browser: Client, there: str) -> None:
    factor = turn_on(operator)
    asked = _password(browser, "/admin/", there)
    assert _code(browser, asked, factor.recovery_codes[0], next=there, by="recovery")["Location"] == "/admin/"


def test_guessing_ends(operator: User, browser: Client) -> None:
    factor = turn_on(operator)
    asked = _password(browser, "/admin/")
    for _ in range(CODES_PER_NETWORK.most):
        _code(browser, asked, factor.wrong_code())
    assert "Too many failed attempts" in page_of(_code(browser, asked, factor.code()))
    assert not SignIn.objects.exists()


def test_who_is_no_operator_any_more_does_not_get_in(operator: User, browser: Client) -> None:
    factor = turn_on(operator)
    asked = _password(browser, "/admin/")
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert _code(browser, asked, factor.code()).status_code == 422
    assert TwoFactor.objects.get().last_step == 0


def test_the_addresses_are_those_of_the_pages(settings: Any) -> None:
    assert reverse("operator-code", urlconf=settings.ROOT_URLCONF) == settings.OPERATOR_CODE_URL
    assert reverse("operator-two-factor", urlconf=settings.ROOT_URLCONF) == settings.OPERATOR_TWO_FACTOR_URL


# The session ------------------------------------------------------------------------------------
@pytest.mark.parametrize("has_factor", [False, True])
def test_the_session_begins_anew_and_holds(operator: User, browser: Client, has_factor: bool) -> None:
    factor = turn_on(operator) if has_factor else None
    session = browser.session
    session["planted"] = "by somebody"
    session.save()
    browser.cookies["sessionid"] = planted = session.session_key
    answer = _password(browser, "/admin/")
    if factor:
        answer = _code(browser, answer, factor.code())
    assert answer.status_code == 302
    assert browser.cookies["sessionid"].value != planted
    assert "planted" not in browser.session
    assert [browser.get(site).status_code for site in (*SITES.values(), *SITES.values())] == [200] * 4
    attacker = Client(headers={"host": "localhost"})
    attacker.cookies["sessionid"] = planted
    assert attacker.get("/admin/").status_code == 302


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
def test_signing_out_ends_session_and_sign_in(operator: User, browser: Client, site: str) -> None:
    _password(browser, site)
    kept = browser.cookies["sessionid"].value
    assert browser.get(f"{site}logout/").status_code == 405
    assert browser.post(f"{site}logout/")["Location"] == f"{site}login/"
    assert SignIn.objects.get().revoked_at is not None
    thief = Client(headers={"host": "localhost"})
    thief.cookies["sessionid"] = kept
    assert thief.get(site).status_code == browser.get(site).status_code == 302


def test_a_sign_in_that_is_ended_elsewhere_ends_the_session(operator: User, browser: Client) -> None:
    _password(browser, "/admin/")
    assert browser.get("/t/salon/api/v1/auth/me/").json()["kind"] == "operator"
    sign_out(sign_in_id=SignIn.objects.get().pk, now=now())
    for site in SITES.values():
        assert browser.get(site).status_code == 302
    assert browser.get("/t/salon/api/v1/auth/me/").status_code == 401


def test_the_api_knows_the_sign_in_of_the_admin(operator: User, browser: Client) -> None:
    _password(browser, "/admin/")
    [found] = browser.get("/api/v1/auth/sign-ins/").json()["results"]
    assert (found["id"], found["current"], found["kind"]) == (str(SignIn.objects.get().pk), True, "page")
    assert browser.get("/api/v1/auth/2fa/").json()["is_on"] is False


def test_it_costs_one_query_more(operator: User, browser: Client, demanded: None) -> None:
    factor = turn_on(operator)
    _code(browser, _password(browser, "/admin/"), factor.code())
    djangos_own = Client(headers={"host": "localhost"})
    djangos_own.force_login(operator)
    counts = []
    for each in (djangos_own, browser):
        each.get("/admin/users/signin/")
        with CaptureQueriesContext(connection) as queries:
            assert each.get("/admin/users/signin/").status_code == 200
        counts.append(len([each for each in queries if "users_" in each["sql"] or "session" in each["sql"]]))
    assert counts[1] <= counts[0]


# Lacking it -------------------------------------------------------------------------------------
def _enter(browser: Client) -> None:
    assert _password(browser, "/admin/").status_code == 302


@pytest.mark.parametrize("path", ["/admin/", "/t/salon/admin/", *PLATFORM_LISTS, *BUSINESS_LISTS])
def test_who_lacks_it_sees_nothing(operator: User, browser: Client, demanded: None, path: str) -> None:
    _enter(browser)
    answer = browser.get(path, follow=True)
    assert answer.redirect_chain[-1][0] == f"{OWN}?next={path.replace('/', '%2F')}"
    assert "BookMe asks its operators for two factors" in page_of(answer)


def test_the_control_sees_it_all(operator: User, browser: Client) -> None:
    _enter(browser)
    for path in ("/admin/", "/t/salon/admin/", *PLATFORM_LISTS, *BUSINESS_LISTS):
        assert browser.get(path).status_code == 200, path


def test_who_lacks_it_does_nothing(operator: User, browser: Client, salon: Tenant, demanded: None) -> None:
    _enter(browser)
    given = {"action": "suspend", "_selected_action": [str(salon.pk)]}
    assert browser.post("/admin/tenants/tenant/", given).status_code == 302
    assert browser.post(f"/admin/users/user/{operator.pk}/change/", {"name": "Else"}).status_code == 302
    refused = browser.post("/t/salon/api/v1/service-categories/", {"name": "Nails"}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "two_factor_required")
    assert Tenant.objects.get(pk=salon.pk).is_open
    assert User.objects.get(pk=operator.pk).name == operator.name


def test_setting_it_up_opens_the_way(operator: User, browser: Client, demanded: None) -> None:
    _enter(browser)
    led = browser.get("/t/salon/admin/", follow=True).redirect_chain[-1][0]
    shown = page_of(browser.get(browser.post(led, {})["Location"]))
    assert "BookMe" in shown
    found = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', shown)
    assert found
    factor = Factor(found[1].replace(" ", ""), [])
    assert browser.get("/admin/").status_code == 302, "begun is not done"
    done = page_of(browser.post(led.replace("?", "setup/?"), {"code": factor.code()}))
    assert 'href="/t/salon/admin/"' in done
    assert len(re.findall(r"<li><code>", done)) == 10
    for site in SITES.values():
        assert browser.get(site).status_code == 200


def test_turning_it_off_closes_it(operator: User, browser: Client, demanded: None) -> None:
    factor = turn_on(operator)
    _code(browser, _password(browser, "/admin/"), factor.recovery_codes[0], by="recovery")
    assert browser.get("/admin/").status_code == 200
    browser.post(f"{OWN}off/", {"code": factor.code(), "current_password": PASSWORD})
    assert browser.get("/admin/").status_code == 302


def test_its_page_is_for_operators_who_signed_in(operator: User, browser: Client) -> None:
    for name in ("", "setup/", "recovery-codes/", "off/"):
        for answer in (browser.get(OWN + name), browser.post(OWN + name, {})):
            assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=%2Fsecurity%2Ftwo-factor%2F")
    without = Client(headers={"host": "localhost"})
    without.force_login(operator)
    assert without.get(OWN)["Location"].startswith("/admin/login/")
    assert without.get("/admin/login/").status_code == 200, "and does not go round and round"


# Lost -------------------------------------------------------------------------------------------
def _take_away(browser: Client, user: User) -> str:
    given = {"action": "forget_second_factor", "_selected_action": [str(user.pk)]}
    answer = browser.post("/admin/users/user/", given, follow=True)
    assert answer.status_code == 200
    return answer.text


def test_an_operator_takes_away_what_somebody_has_lost(
    salon: Tenant, rival: Tenant, operator: User, browser: Client, owner: Person, letters: Letters
) -> None:
    """Each business of theirs sees who did it, and one of them writes: where they sign in."""
    with tenant_scope(rival):
        MembershipFactory(user=owner.user, tenant=rival, role=Role.CUSTOMER)
    turn_on(owner.user)
    assert owner.api.get("auth/me/").status_code == 200
    _enter(browser)
    assert "1 without second factor" in _take_away(browser, owner.user)
    assert not TwoFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert owner.api.get("auth/me/").status_code == 401, "whoever has the phone is out"
    with public_scope():
        told = Event.objects.get(name="account.changed")
        assert (told.payload["what"], told.actor_kind, told.actor_id) == (
            "two_factor_forgotten",
            "operator",
            operator.pk,
        )
        deliver_outbox()
    (letter,) = letters.to(owner.user.email)
    assert letter["Subject"] == "BookMe has taken your second factor away"
    first = min(salon, rival, key=lambda each: each.pk)
    assert business_url(first, "/account/sign-in/") in body(letter)
    for tenant in (salon, rival):
        with tenant_scope(tenant):
            (record,) = AuditRecord.objects.filter(name="account.changed")
            (told,) = told_audit([record], tenant_id=tenant.pk)
            assert told.text.startswith(f"The second factor of {owner.user.name} was taken away")
            assert (told.actor.kind, told.actor.name) == ("operator", f"BookMe ({operator.name or operator.email})")
    assert "is not on" in _take_away(browser, owner.user), "once more is told"


def test_the_last_operator_comes_back_by_the_command(operator: User, browser: Client, demanded: None) -> None:
    turn_on(operator)
    with pytest.raises(CommandError, match="there is no user nobody@"):
        call_command("forget_two_factor", email="nobody@people.example", stdout=StringIO())
    call_command("forget_two_factor", email=operator.email.upper(), stdout=StringIO())
    assert not TwoFactor.objects.exists()
    assert _password(browser, "/admin/").status_code == 302
    assert browser.get("/admin/", follow=True).redirect_chain[-1][0].startswith(OWN)
    with pytest.raises(CommandError, match="not on"):
        call_command("forget_two_factor", email=operator.email, stdout=StringIO())


def test_a_new_password_is_by_a_link_alone(operator: User, browser: Client) -> None:
    """Django's own form would be a place to guess at, and tells nobody."""
    _password(browser, "/admin/")
    given = {"old_password": PASSWORD, "new_password1": "of-a-stranger-here", "new_password2": "of-a-stranger-here"}
    for site in SITES.values():
        assert browser.get(f"{site}password_change/").headers["Location"] == "/account/reset/"
        assert browser.post(f"{site}password_change/", given).headers["Location"] == "/account/reset/"
    assert User.objects.get(pk=operator.pk).password == operator.password
    assert browser.get("/account/reset/").status_code == 200
