"""Operators of the platform act in every business from the platform's host, seen as what they are."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.users.actions import make_operator
from bookme.users.models import User
from tests.factories.users import PASSWORD, Api, Person, UserFactory, make_key


@pytest.fixture
def operator(salon: Tenant) -> User:
    return UserFactory(email="operator@platform.example", is_staff=True, is_superuser=True)


@pytest.fixture
def token(operator: User) -> str:
    api = Api(host="localhost", prefix="/t/salon/api/v1/")
    return str(api.post("auth/login/", {"email": operator.email, "password": PASSWORD}).json()["access"])


def test_an_operator_s_token_is_good_in_every_business_from_the_platform(token: str, rival: Tenant) -> None:
    for slug in ("salon", "rival"):
        me = Api(host="localhost", prefix=f"/t/{slug}/api/v1/", token=token).get("auth/me/").json()
        assert (me["kind"], me["role"], me["tenant"]["slug"]) == ("operator", None, slug)
        assert "config.manage" in me["permissions"]


def test_it_is_worthless_on_a_business_s_own_domain(token: str) -> None:
    assert Api(host="salon.localhost", token=token).get("auth/me/").status_code == 401


def test_it_ends_when_they_are_no_operator_any_more(token: str, operator: User) -> None:
    api = Api(host="localhost", prefix="/t/salon/api/v1/", token=token)
    assert api.get("auth/me/").status_code == 200
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    assert api.get("auth/me/").status_code == 401


def test_the_admin_s_session_acts_for_the_business(operator: User) -> None:
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    assert page.get("/t/salon/api/v1/auth/me/").json()["kind"] == "operator"
    assert page.get("/api/v1/auth/me/", headers={"x-tenant": "salon"}).json()["kind"] == "operator"
    page.cookies["sessionid"]["domain"] = ""
    elsewhere = Client(headers={"host": "salon.localhost"})
    elsewhere.cookies = page.cookies
    assert elsewhere.get("/api/v1/auth/me/").status_code == 401


def test_a_member_s_account_in_the_admin_s_session_is_nobody(owner: Person) -> None:
    page = Client(headers={"host": "localhost"})
    page.force_login(owner.user)
    assert page.get("/t/salon/api/v1/auth/me/").status_code == 401


def test_writes_by_session_want_the_csrf_token(operator: User) -> None:
    page = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    page.force_login(operator)
    refused = page.patch("/t/salon/api/v1/config/", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf_failed")


def _admin_log_in(email: str, password: str) -> int:
    page = Client(headers={"host": "localhost"})
    return int(page.post("/admin/login/", {"username": email, "password": password}).status_code)


def test_the_admin_lets_operators_in_and_nobody_else(operator: User, owner: Person) -> None:
    assert _admin_log_in(operator.email.upper(), PASSWORD) == 302
    assert _admin_log_in(operator.email, "wrong") == 200
    assert _admin_log_in(owner.user.email, PASSWORD) == 200


def test_guessing_at_the_admin_ends_after_ten_failures(operator: User) -> None:
    for _ in range(10):
        assert _admin_log_in(operator.email, "wrong") == 200
    assert _admin_log_in(operator.email, PASSWORD) == 200, "shown the form again"
    assert (
        Api(host="localhost", prefix="/t/salon/api/v1/")
        .post("auth/login/", {"email": operator.email, "password": PASSWORD})
        .status_code
        == 429
    )


def test_rights_given_in_the_admin_are_not_for_whoever_registered_the_address(operator: User, customer: Person) -> None:
    User.objects.filter(pk=customer.user.pk).update(email_verified_at=None)
    assert customer.api.get("auth/me/").status_code == 200
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    path = f"/admin/users/membership/{customer.membership.pk}/change/"
    given = {"role": "owner", "is_active": "on", "denied": "[]", "location_ids": "null", "staff_ids": "null"}
    answer = page.post(path, given)
    assert answer.status_code == 302, answer.content
    customer.membership.refresh_from_db()
    assert customer.membership.role == "owner"
    assert not User.objects.get(pk=customer.user.pk).has_usable_password()
    assert customer.api.get("auth/me/").status_code == 401


def test_an_operator_made_in_the_admin_is_not_whoever_registered_the_address(operator: User, customer: Person) -> None:
    User.objects.filter(pk=customer.user.pk).update(email_verified_at=None)
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    path = f"/admin/users/user/{customer.user.pk}/change/"
    shown = page.get(path).context["adminform"].form
    given = {name: shown[name].value() or "" for name in shown.fields} | {"is_active": "on"}
    given |= {"memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    given.pop("is_staff")
    before = User.objects.get(pk=customer.user.pk).password
    assert page.post(path, given).status_code == 302
    assert User.objects.get(pk=customer.user.pk).password == before, "a change of the name alone"

    answer = page.post(path, given | {"is_staff": "on"})
    assert answer.status_code == 302, answer.content
    made = User.objects.get(pk=customer.user.pk)
    assert made.is_staff
    assert not made.has_usable_password()
    assert _admin_log_in(made.email, PASSWORD) == 200, "shown the form again"
    assert customer.api.get("auth/me/").status_code == 401


def test_an_operator_whose_address_is_verified_keeps_the_password(customer: Person) -> None:
    make_operator(user_id=customer.user.pk)
    assert _admin_log_in(customer.user.email, PASSWORD) == 302


def _entered() -> list[str]:
    return [each.actor_name for each in Event.objects.filter(name="operator.entered").order_by("occurred_at", "id")]


def test_a_business_is_told_of_who_looks_into_it_by_the_admin_or_the_api(salon: Tenant, operator: User) -> None:
    """Once an hour, however often they look, and also where they only read."""
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    with time_machine.travel(now(), tick=False) as clock:
        for path in ("admin/", "admin/bookings/booking/", "api/v1/customers/", "admin/eventlog/auditrecord/"):
            assert page.get(f"/t/salon/{path}").status_code == 200, path
        assert _entered() == [operator.name]
        clock.shift(dt.timedelta(hours=1))
        page.get("/t/salon/api/v1/services/")
    assert _entered() == [operator.name] * 2
    told = Event.objects.filter(name="operator.entered").latest("occurred_at")
    assert (told.actor_kind, told.actor_id, told.subject_id) == ("operator", operator.pk, operator.pk)
    assert (told.is_audit, told.payload["address"]) == (True, "127.0.0.1")


def test_a_token_s_look_is_told_as_well_and_only_where_they_looked(token: str, salon: Tenant, rival: Tenant) -> None:
    assert _entered() == [], "signing in is no look"
    assert Api(host="localhost", token=token, headers={"x-tenant": "salon"}).get("bookings/").status_code == 200
    assert len(_entered()) == 1
    with tenant_scope(rival):
        assert _entered() == []


def test_a_suspended_business_is_told_too(salon: Tenant, operator: User) -> None:
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    assert page.get("/t/salon/admin/bookings/booking/").status_code == 200
    assert _entered() == [operator.name]


def test_nobody_else_is_told_of(owner: Person, salon: Tenant) -> None:
    owner.api.get("bookings/")
    page = Client(headers={"host": "localhost"})
    page.force_login(owner.user)
    page.get("/t/salon/admin/")
    page.get("/t/salon/admin/login/")
    page.get("/t/salon/api/v1/services/")
    assert _entered() == []


@pytest.mark.parametrize("path", ["/admin/login/", "/t/salon/admin/login/"])
def test_signing_in_to_the_admin_is_a_fact_of_the_platform(operator: User, salon: Tenant, path: str) -> None:
    page = Client(headers={"host": "localhost"})
    for password in ("wrong", PASSWORD):
        page.post(path, {"username": operator.email, "password": password})
    with public_scope():
        told = [(each.name, each.actor_kind, each.payload) for each in Event.objects.order_by("occurred_at", "id")]
    assert [name for name, _kind, _payload in told] == ["account.sign_in_failed", "account.signed_in"]
    assert [kind for _name, kind, _payload in told] == ["guest", "operator"]
    assert told[0][2]["email"] == operator.email
    assert (told[1][2]["kind"], told[1][2]["address"]) == ("page", "127.0.0.1")
    assert not Event.objects.filter(name__startswith="account.").exists(), "none of the business's"


def test_who_may_not_into_the_admin_fails_there(owner: Person) -> None:
    _admin_log_in(owner.user.email, PASSWORD)
    with public_scope():
        told = Event.objects.get()
    assert (told.name, told.subject_id) == ("account.sign_in_failed", owner.user.pk)
    assert PASSWORD not in str(told.payload)


@pytest.mark.parametrize("status", [TenantStatus.SUSPENDED, TenantStatus.CLOSED])
def test_a_business_that_is_not_open_is_there_for_them_by_token_and_by_session(
    token: str, operator: User, salon: Tenant, status: TenantStatus
) -> None:
    page = Client(headers={"host": "localhost"})
    page.force_login(operator)
    _stand(salon, status)
    by_path = Api(host="localhost", prefix="/t/salon/api/v1/", token=token)
    assert by_path.get("customers/").status_code == 200
    assert _entered() == [operator.name]
    assert by_path.patch("config/", {"name": "Salon, mended"}).status_code == 200
    assert Api(host="localhost", token=token, headers={"x-tenant": "salon"}).get("bookings/").status_code == 200
    assert page.get("/t/salon/api/v1/auth/me/").json()["kind"] == "operator"
    assert page.get("/t/salon/api/docs/").status_code == 200
    assert Api(host="salon.localhost", token=token).get("services/").status_code in {404, 503}, "not at its own door"


@pytest.mark.parametrize(
    ("status", "answer"),
    [(TenantStatus.SUSPENDED, (503, "suspended")), (TenantStatus.CLOSED, (404, "unknown_tenant"))],
)
def test_nobody_else_is_let_in_there(
    owner: Person, customer: Person, operator: User, token: str, salon: Tenant, status: TenantStatus, answer: object
) -> None:
    tokens = {"owner": owner.tokens.access, "customer": customer.tokens.access, "nobody": "", "forged": f"{token}x"}
    tokens["key"] = make_key(salon, Permission.CUSTOMERS_READ).text
    page = Client(headers={"host": "localhost"})
    page.force_login(owner.user)
    facts = Event.objects.count()
    _stand(salon, status)
    found = {
        f"{who} {path}": Api(host="localhost", prefix="/t/salon/api/v1/", token=each).get(path)
        for who, each in tokens.items()
        for path in ("services/", "customers/", "auth/me/", "nothing/")
    }
    found["a colleague's page"] = page.get("/t/salon/api/v1/services/")
    found["the schema"] = page.get("/t/salon/api/schema/")
    found["basic"] = page.get("/t/salon/api/v1/services/", headers={"authorization": "Basic b3duZXI6eA=="})
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    found["no operator any more"] = Api(host="localhost", prefix="/t/salon/api/v1/", token=token).get("services/")
    assert {who: (each.status_code, each.json()["code"]) for who, each in found.items()} == dict.fromkeys(found, answer)
    assert Event.objects.count() == facts


def test_nor_an_operator_without_the_second_factor_that_is_demanded(token: str, salon: Tenant, settings: Any) -> None:
    _stand(salon, TenantStatus.SUSPENDED)
    api = Api(host="localhost", prefix="/t/salon/api/v1/", token=token)
    assert api.get("services/").status_code == 200
    settings.OPERATORS_NEED_TWO_FACTOR = True
    assert api.get("services/").status_code == 503


def _stand(business: Tenant, status: TenantStatus) -> None:
    with public_scope():
        Tenant.objects.filter(pk=business.pk).update(status=status)
    forget_tenants()
