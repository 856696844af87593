"""Signing in to the API, staying signed in, and signing out."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, SignIn, User
from tests.factories.users import PASSWORD, Api, Person, Stranger, UserFactory, make_person


def _log_in(api: Api, email: str, password: str = PASSWORD) -> Any:
    return api.post("auth/login/", {"email": email, "password": password})


def _refresh(api: Api, token: str) -> Any:
    return api.post("auth/refresh/", {"refresh": token})


def _me(api: Api, access: str) -> int:
    return api.get("auth/me/", authorization=f"Bearer {access}").status_code


def test_a_member_signs_in_and_is_known(owner: Person, stranger: Stranger) -> None:
    answer = _log_in(stranger.api, "Owner@Salon.example")
    assert answer.status_code == 200
    assert set(answer.json()) == {"access", "refresh"}
    assert answer["Cache-Control"] == "no-store"
    assert answer["API-Version"] == "1"
    assert _me(stranger.api, answer.json()["access"]) == 200


def test_me_says_what_one_may_do(salon: Tenant, stylist: Person) -> None:
    me = stylist.api.get("auth/me/").json()
    assert me["email"] == "stylist@salon.example"
    assert (me["kind"], me["role"], me["email_verified"]) == ("user", "staff", True)
    assert "bookings.read" in me["permissions"]
    assert "config.manage" not in me["permissions"]
    assert me["tenant"] == {"id": str(salon.id), "slug": "salon", "name": "Salon"}


def test_denied_permissions_and_scopes_hold_at_once(stylist: Person) -> None:
    assert Permission.BOOKINGS_MANAGE in stylist.api.get("auth/me/").json()["permissions"]
    Membership.objects.filter(pk=stylist.membership.pk).update(
        denied=[Permission.BOOKINGS_MANAGE.value, "unheard.of"], location_ids=[str(stylist.user.id)]
    )
    me = stylist.api.get("auth/me/").json()
    assert Permission.BOOKINGS_MANAGE not in me["permissions"]
    assert (me["location_ids"], me["staff_ids"]) == ([str(stylist.user.id)], None)


def test_every_refusal_to_sign_in_is_the_same(
    salon: Tenant, owner: Person, rival_owner: Person, stranger: Stranger
) -> None:
    removed = make_person(salon, Role.MANAGER, is_active=False)
    asleep = make_person(salon, Role.MANAGER)
    User.objects.filter(pk=asleep.user.pk).update(is_active=False)
    linked = make_person(salon, Role.MANAGER)
    linked.user.set_unusable_password()
    linked.user.save()
    operator = UserFactory(is_staff=True, is_superuser=True)
    answers = [
        _log_in(stranger.api, "nobody@nowhere.example"),
        _log_in(stranger.api, owner.user.email, "not-the-password"),
        *(_log_in(stranger.api, each.email) for each in (rival_owner.user, removed.user, asleep.user, operator)),
        _log_in(stranger.api, linked.user.email, ""),
        _log_in(stranger.api, linked.user.email, "!"),
    ]
    assert {each.status_code for each in answers[:6]} == {401}
    assert {each.content for each in answers[:6]} == {answers[0].content}
    assert [each.status_code for each in answers[6:]] == [400, 401]
    assert not SignIn.objects.exists()


def test_an_unknown_address_costs_a_hash_as_well(
    owner: Person, rival_owner: Person, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted instead of timed: a clock would make this test as moody as the machine."""
    hashed = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *given: hashed.append(1) or encode(*given))
    costs = []
    for email in (owner.user.email, rival_owner.user.email, "nobody@nowhere.example"):
        hashed.clear()
        _log_in(stranger.api, email, "wrong")
        costs.append(len(hashed))
    assert costs == [1, 1, 1]


def test_a_person_of_two_businesses_is_somebody_else_in_each(owner: Person, rival: Tenant, stranger: Stranger) -> None:
    Membership.objects.create(user=owner.user, tenant=rival, role=Role.CUSTOMER)
    at_rival = Api(host="rival.localhost")
    access = _log_in(at_rival, owner.user.email).json()["access"]
    assert at_rival.get("auth/me/", authorization=f"Bearer {access}").json()["role"] == "customer"
    assert _me(stranger.api, access) == 401


@pytest.mark.parametrize("change", ["signed out", "deactivated", "removed", "gone", "password", "version", "promoted"])
def test_what_ends_a_sign_in_ends_it_at_once(stylist: Person, change: str) -> None:
    tokens = stylist.tokens
    assert stylist.api.get("auth/me/").status_code == 200
    assert stylist.page.get("/api/v1/auth/me/").status_code == 200
    user, membership = User.objects.get(pk=stylist.user.pk), stylist.membership
    match change:
        case "signed out":
            SignIn.objects.update(revoked_at=now())
        case "deactivated":
            User.objects.filter(pk=user.pk).update(is_active=False)
        case "removed":
            Membership.objects.filter(pk=membership.pk).update(is_active=False)
        case "gone":
            membership.delete()
        case "password":
            user.set_password("another-long-password")
            user.save()
        case "version":
            User.objects.filter(pk=user.pk).update(token_version=user.token_version + 1)
        case "promoted":
            Membership.objects.filter(pk=membership.pk).update(role=Role.CUSTOMER)
    assert stylist.api.get("auth/me/").status_code == 401
    assert _refresh(Stranger("salon.localhost").api, tokens.refresh).status_code == 401
    # A page's session has no audience: the new role simply holds.
    assert stylist.page.get("/api/v1/auth/me/").status_code == (200 if change == "promoted" else 401)


def test_one_query_says_who_it_is(owner: Person) -> None:
    owner.api.get("auth/me/")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        owner.api.get("auth/me/")
    asked = [each["sql"] for each in queries if "users_" in each["sql"]]
    assert len(asked) == 2, asked  # who it is, and the rest of what /me/ tells


def test_an_access_token_ages(owner: Person) -> None:
    tokens = owner.tokens
    with time_machine.travel(now() + dt.timedelta(minutes=14, seconds=50), tick=False):
        assert owner.api.get("auth/me/").status_code == 200
    with time_machine.travel(now() + dt.timedelta(minutes=15, seconds=1), tick=False):
        refused = owner.api.get("auth/me/")
        assert (refused.status_code, refused.json()["code"]) == (401, "token_expired")
        assert refused["WWW-Authenticate"] == "Bearer"
        fresh = _refresh(Stranger("salon.localhost").api, tokens.refresh)
        assert fresh.status_code == 200
        assert _me(owner.api, fresh.json()["access"]) == 200
    with time_machine.travel(now() + dt.timedelta(days=7, seconds=1), tick=False):
        assert _refresh(Stranger("salon.localhost").api, tokens.refresh).json()["code"] == "token_expired"


def test_a_used_refresh_token_ends_the_family(owner: Person, stranger: Stranger) -> None:
    first = owner.tokens
    second = _refresh(stranger.api, first.refresh).json()
    third = _refresh(stranger.api, second["refresh"]).json()
    assert _me(stranger.api, third["access"]) == 200

    stolen = _refresh(stranger.api, first.refresh)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "token_reused")
    assert _refresh(stranger.api, third["refresh"]).status_code == 401
    assert _me(stranger.api, third["access"]) == 401
    assert SignIn.objects.get().revoked_at is not None


def test_refreshing_does_not_go_on_for_ever(owner: Person, stranger: Stranger) -> None:
    refresh, begun = owner.tokens.refresh, now()
    for days in range(6, 90, 6):
        with time_machine.travel(begun + dt.timedelta(days=days), tick=False):
            answer = _refresh(stranger.api, refresh)
            assert answer.status_code == 200, days
            refresh = answer.json()["refresh"]
    with time_machine.travel(begun + dt.timedelta(days=90, seconds=1), tick=False):
        assert _refresh(stranger.api, refresh).json()["code"] == "signed_out"


def test_of_two_refreshes_at_once_one_wins(committed: Tenant) -> None:
    """The control is the database's: without the condition on `refresh_jti` both would win."""
    token = make_person(committed, Role.OWNER).tokens.refresh

    def refresh(_: int) -> int:
        try:
            return _refresh(Api(host="salon.localhost"), token).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(refresh, range(8)))
    assert codes == [200] + [401] * 7
    assert SignIn.objects.get().revoked_at is not None


def test_a_refresh_token_is_worthless_elsewhere(owner: Person, rival: Tenant) -> None:
    assert _refresh(Api(host="rival.localhost"), owner.tokens.refresh).status_code == 401
    assert _refresh(Api(host="salon.localhost"), owner.tokens.access).status_code == 401
    assert _refresh(Api(host="salon.localhost"), owner.tokens.refresh).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "x" * 2000, "x" * 5000, "é.é.é", "..", "\x00"])
def test_nonsense_is_no_refresh_token(stranger: Stranger, token: str) -> None:
    answer = _refresh(stranger.api, token)
    assert answer.status_code in {400, 401}
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer x", "Basic b3duZXI6eA==", "nonsense", "Bearer " + "a" * 9000]
)
def test_a_bad_header_is_refused_even_where_none_is_needed(owner: Person, stranger: Stranger, header: str) -> None:
    answer = stranger.api.get("config/", authorization=header)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")
    logged_in = stranger.api.post(
        "auth/login/", {"email": owner.user.email, "password": PASSWORD}, authorization=header
    )
    assert logged_in.status_code == 200


def test_logout_ends_the_sign_in_and_no_other(owner: Person, stranger: Stranger) -> None:
    other = _log_in(stranger.api, owner.user.email).json()
    assert owner.api.post("auth/logout/").status_code == 204
    assert owner.api.get("auth/me/").status_code == 401
    assert _refresh(stranger.api, owner.tokens.refresh).status_code == 401
    assert _me(stranger.api, other["access"]) == 200


def test_logout_by_refresh_token_alone(owner: Person, rival: Tenant, stranger: Stranger) -> None:
    refresh = owner.tokens.refresh
    assert stranger.api.post("auth/logout/").status_code == 401
    assert Api(host="rival.localhost").post("auth/logout/", {"refresh": refresh}).status_code == 401
    assert owner.api.get("auth/me/").status_code == 200
    assert stranger.api.post("auth/logout/", {"refresh": refresh}).status_code == 204
    assert owner.api.get("auth/me/").status_code == 401


def test_the_platform_s_own_host_is_for_operators(owner: Person) -> None:
    given = {"email": owner.user.email, "password": PASSWORD}
    refused = Api(host="localhost").post("auth/login/", given)
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_credentials")
    User.objects.filter(pk=owner.user.pk).update(is_staff=True)
    access = Api(host="localhost").post("auth/login/", given).json()["access"]
    me = Api(host="localhost", token=access).get("auth/me/").json()
    assert (me["kind"], me["tenant"]) == ("operator", None)
    assert Api(host=owner.host, token=access).get("auth/me/").status_code == 401
    assert Api(host="localhost", token=owner.tokens.access).get("auth/me/").status_code == 401


def test_the_platform_s_doors_lead_to_the_business(owner: Person) -> None:
    for api in (Api(host="localhost", prefix="/t/salon/api/v1/"), Api(host="localhost")):
        given = {"email": owner.user.email, "password": PASSWORD}
        headers = {} if api.prefix.startswith("/t/") else {"x_tenant": "salon"}
        access = api.post("auth/login/", given, **headers).json()["access"]
        me = api.get("auth/me/", authorization=f"Bearer {access}", **headers)
        assert me.json()["tenant"]["slug"] == "salon"
