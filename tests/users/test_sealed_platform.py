"""Promise 27 and 28 on the platform's own host: every operation of operators is for them alone, and tells nobody else.

The operations are read from the URL table, as in `test_sealed`.
"""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.conf import settings
from django.test import Client

from bookme.core.actor import Origin
from bookme.core.http.permissions import declared_for
from bookme.core.permissions import KEY_PERMISSIONS, Access, Role
from bookme.core.time import now
from bookme.tenants.context import public_scope
from bookme.tenants.models import Domain, Tenant
from bookme.users.actions import open_sign_in, sign_out, token_pair
from bookme.users.models import SignIn, SignInKind, User
from bookme.users.tokens import Audience, Claims, TokenPair, TokenType, encode, lifetime, verify
from tests.factories.users import Person, UserFactory, make_key, make_person
from tests.urltable import Operation, operations
from tests.users.crafted import unsigned

pytestmark = pytest.mark.no_cover

OPERATIONS = operations(settings.ROOT_URLCONF)
OF_OPERATORS = [each for each in OPERATIONS if declared_for(each.view, each.method) is Access.OPERATOR]
CANARY = "Zanzibar-canary"
HOST = {"host": "localhost"}


@pytest.fixture
def operator(salon: Tenant) -> User:
    Tenant.objects.filter(pk=salon.pk).update(name=CANARY)
    return UserFactory(email="olga@platform.example", name=CANARY, is_staff=True, is_superuser=True)


def tokens_of(operator: User) -> TokenPair:
    with public_scope():
        signed_in = open_sign_in(who=operator, kind=SignInKind.API, origin=Origin(), now=now())
        return token_pair(sign_in=signed_in, now=now())


def claims_of(operator: User) -> Claims:
    access = tokens_of(operator).access
    return verify(access, type=TokenType.ACCESS, tenant_id=None, audiences={Audience.PLATFORM})


def _signed_out(operator: User, _salon: Tenant) -> str:
    token = tokens_of(operator).access
    sign_out(sign_in_id=SignIn.objects.get(user=operator).id, now=now())
    return token


def _no_operator_any_more(operator: User, _salon: Tenant) -> str:
    token = tokens_of(operator).access
    User.objects.filter(pk=operator.pk).update(is_staff=False)
    return token


def _as_of_a_business(operator: User, salon: Tenant) -> str:
    """Says that it is an operator's, of one business."""
    return encode(replace(claims_of(operator), tenant_id=salon.pk), now=now())


def _member(role: Role) -> Callable[[User, Tenant], str]:
    return lambda _operator, salon: make_person(salon, role).tokens.access


def _member_as_operator(_operator: User, salon: Tenant) -> str:
    """An owner's sign-in in a token that says that it is an operator's."""
    owner = make_person(salon, Role.OWNER)
    claims = verify(owner.tokens.access, type=TokenType.ACCESS, tenant_id=salon.pk, audiences={Audience.TEAM})
    return encode(replace(claims, audience=Audience.PLATFORM, tenant_id=None), now=now())


WRONG: dict[str, Callable[[User, Tenant], str]] = {
    "none": lambda operator, salon: "",
    **{f"a business's {role}": _member(role) for role in Role},
    "a business's key": lambda operator, salon: make_key(salon, *KEY_PERMISSIONS).text,
    "owner as operator": _member_as_operator,
    "expired": lambda operator, salon: encode(claims_of(operator), now=now() - lifetime(TokenType.ACCESS)),
    "signed out": _signed_out,
    "refresh as access": lambda operator, salon: tokens_of(operator).refresh,
    "alg none": lambda operator, salon: unsigned(tokens_of(operator).access),
    "wrong audience": lambda operator, salon: encode(replace(claims_of(operator), audience=Audience.TEAM), now=now()),
    "of a business": _as_of_a_business,
    "no operator any more": _no_operator_any_more,
}


def state() -> list[object]:
    """What operators change of businesses."""
    with public_scope():
        rows = Tenant.objects.order_by("pk").values_list("pk", "slug", "name", "status")
        return [list(rows), list(Domain.objects.order_by("pk").values_list("pk", "domain", "is_primary"))]


def body(operation: Operation) -> str:
    """One that would be carried out: what is refused is the caller."""
    bodies = {
        "PATCH": {"name": "Changed"},
        "POST": {"slug": "made", "name": "M", "kind": "salon", "owner": "m@m.example"},
    }
    return json.dumps(bodies[operation.method]) if operation in OF_OPERATORS and operation.method in bodies else "{}"


@pytest.mark.parametrize("wrong", WRONG)
def test_every_operation_refuses_every_wrong_token(operator: User, salon: Tenant, wrong: str) -> None:
    token = WRONG[wrong](operator, salon)
    before = state()
    client = Client(headers=HOST | ({"authorization": f"Bearer {token}"} if token else {}))
    found = {}
    for number, each in enumerate(OPERATIONS):
        network = f"192.0.2.{number % 8}"  # several: of one, wrong keys are answered as too many before long
        path = each.url(ids=salon.pk, text="salon")
        answer = client.generic(each.method, path, body(each), "application/json", REMOTE_ADDR=network)
        public = declared_for(each.view, each.method) is Access.ANYONE
        takes_no_token = not each.view.authentication_classes
        is_right = answer.status_code < 500 if public and (takes_no_token or not token) else answer.status_code == 401
        if not is_right or CANARY.encode() in answer.content:
            found[str(each)] = (answer.status_code, answer.content[:200])
    assert found == {}
    assert state() == before


@pytest.mark.parametrize("has_session", [True, False], ids=["team page", "admin of a member"])
def test_sessions_of_businesses_are_nobody_s_here(owner: Person, operator: User, has_session: bool) -> None:
    browser = Client(headers=HOST)
    if has_session:
        browser.cookies["sessionid"] = owner.page.cookies["sessionid"].value
    else:
        browser.force_login(owner.user)
    for each in OF_OPERATORS:
        answer = browser.generic(
            each.method, each.url(ids=owner.tenant.pk, text="salon"), body(each), "application/json"
        )
        assert answer.status_code == 401, str(each)


def test_an_operator_who_lacks_the_second_factor_may_nothing(operator: User, salon: Tenant, settings: object) -> None:
    settings.OPERATORS_NEED_TWO_FACTOR = True  # type: ignore[attr-defined]
    before = state()
    client = Client(headers=HOST | {"authorization": f"Bearer {tokens_of(operator).access}"})
    for each in OF_OPERATORS:
        answer = client.generic(each.method, each.url(ids=salon.pk, text="salon"), body(each), "application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "two_factor_required"), str(each)
    assert state() == before


def test_the_control_is_let_in_and_sees_the_canary(operator: User, salon: Tenant) -> None:
    """The same requests by an operator; what they do is done, so the last one is to close it."""
    assert len(OF_OPERATORS) >= 10
    client = Client(headers=HOST | {"authorization": f"Bearer {tokens_of(operator).access}"})
    seen = b""
    for each in sorted(OF_OPERATORS, key=lambda each: (each.method != "GET", each.path.endswith("close/"))):
        answer = client.generic(each.method, each.url(ids=salon.pk, text="salon"), body(each), "application/json")
        assert answer.status_code in {200, 201, 404, 409}, (str(each), answer.content)
        seen += answer.content
    assert CANARY.encode() in seen


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "TRACE", "BREW"])
def test_other_methods_tell_nobody_anything(operator: User, salon: Tenant, method: str) -> None:
    for path in {each.url(ids=salon.pk, text="salon") for each in OPERATIONS}:
        answer = Client(headers=HOST).generic(method, path)
        assert answer.status_code < 500, (path, answer.content)
        assert CANARY.encode() not in answer.content, path


def test_no_operation_of_operators_is_on_a_business_s_host(salon: Tenant) -> None:
    for urlconf in (settings.BUSINESS_URLCONF, settings.SWITCHED_URLCONF):
        found = [each for each in operations(urlconf) if declared_for(each.view, each.method) is Access.OPERATOR]
        assert found == []
