"""Becoming a customer, without learning who is one."""

from typing import Any

import pytest
from django.contrib.auth.hashers import make_password

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.users.actions import forget_unproven_password
from bookme.users.models import Membership, User
from tests.answers import faults
from tests.factories.users import PASSWORD, Api, Person, Stranger, make_person

GIVEN = {"email": "New@People.example", "password": "quite-a-long-one", "name": "New Person"}


def _register(api: Api, **changes: Any) -> Any:
    return api.post("auth/register/", GIVEN | changes)


def _log_in(api: Api, email: str, password: str) -> Any:
    return api.post("auth/login/", {"email": email, "password": password})


def test_a_new_customer_signs_in_right_away(salon: Tenant, stranger: Stranger) -> None:
    answer = _register(stranger.api, phone="020 7946 0101")
    assert answer.status_code == 202
    assert set(answer.json()) == {"detail"}
    user = User.objects.get(email="new@people.example")
    assert (user.name, user.phone, user.email_verified_at) == ("New Person", "+442079460101", None)
    assert (user.is_staff, user.is_superuser) == (False, False)
    access = _log_in(stranger.api, GIVEN["email"], GIVEN["password"]).json()["access"]
    me = stranger.api.get("auth/me/", authorization=f"Bearer {access}").json()
    assert (me["role"], me["permissions"]) == ("customer", [])
    assert _log_in(Api(host="rival.localhost"), GIVEN["email"], GIVEN["password"]).status_code == 401


@pytest.mark.parametrize("role", [Role.OWNER, Role.CUSTOMER])
def test_a_known_address_gets_the_same_answer_and_changes_nothing(
    salon: Tenant, stranger: Stranger, role: Role
) -> None:
    person = make_person(salon, role)
    before = User.objects.values().get(pk=person.user.pk)
    first = _register(stranger.api)
    again = _register(stranger.api, email=person.user.email, name="Somebody Else")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert User.objects.values().get(pk=person.user.pk) == before
    assert Membership.objects.get(user=person.user).role == role
    assert _log_in(stranger.api, person.user.email, PASSWORD).status_code == 200


def test_a_customer_of_another_business_proves_it_by_their_password(rival: Tenant, stranger: Stranger) -> None:
    person = make_person(rival, Role.CUSTOMER)
    wrong = _register(stranger.api, email=person.user.email)
    assert not Membership.objects.filter(user=person.user, tenant__slug="salon").exists()
    right = _register(stranger.api, email=person.user.email, password=PASSWORD)
    assert (right.status_code, right.content) == (wrong.status_code, wrong.content)
    assert Membership.objects.get(user=person.user, tenant__slug="salon").role == Role.CUSTOMER
    assert _log_in(stranger.api, person.user.email, PASSWORD).status_code == 200


def test_who_was_removed_does_not_come_back_by_registering(salon: Tenant, stranger: Stranger) -> None:
    person = make_person(salon, Role.CUSTOMER, is_active=False)
    assert _register(stranger.api, email=person.user.email, password=PASSWORD).status_code == 202
    assert not Membership.objects.get(user=person.user).is_active


def test_guessing_by_registering_is_counted_as_guessing(owner: Person, stranger: Stranger) -> None:
    codes = [_register(stranger.api, email=owner.user.email).status_code for _ in range(11)]
    assert codes == [202] * 10 + [429]
    assert _log_in(stranger.api, owner.user.email, PASSWORD).status_code == 429


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"email": "nobody"}, "/email", "invalid"),
        ({"email": "a@b.example\x00"}, "/email", "control_characters"),
        ({"email": f"{'a' * 300}@b.example"}, "/email", "max_length"),
        ({"password": "short"}, "/password", "weak_password"),
        ({"password": "password1234"}, "/password", "weak_password"),
        ({"password": "new@people"}, "/password", "weak_password"),
        ({"password": ""}, "/password", "blank"),
        ({"name": ""}, "/name", "blank"),
        ({"name": "N" * 10_000}, "/name", "max_length"),
        ({"name": "A\u202eB"}, "/name", "control_characters"),
        ({"name": ["a"]}, "/name", "invalid"),
        ({"phone": "12"}, "/phone", "invalid_phone"),
        ({"phone": "call me"}, "/phone", "invalid_phone"),
    ],
)
def test_what_cannot_be_read_is_pointed_at(
    salon: Tenant, stranger: Stranger, changes: dict[str, Any], pointer: str, code: str
) -> None:
    answer = _register(stranger.api, **changes)
    assert answer.status_code == 400
    assert {(each["pointer"], each["code"]) for each in answer.json()["errors"]} >= {(pointer, code)}
    assert not User.objects.exists()


def test_nothing_more_can_be_set(salon: Tenant, stranger: Stranger) -> None:
    more = {"role": "owner", "is_staff": True, "is_superuser": True, "email_verified_at": "2020-01-01T00:00:00Z"}
    assert faults(_register(stranger.api, **more)) == {f"/{name}": "unknown" for name in more}
    assert not User.objects.exists()
    assert _register(stranger.api).status_code == 202
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.email_verified_at) == (False, False, None)
    assert Membership.objects.get().role == Role.CUSTOMER


def test_rights_over_a_business_are_not_for_whoever_registered_the_address(salon: Tenant, stranger: Stranger) -> None:
    """Somebody registers the address of a person who is to join the team later on."""
    _register(stranger.api)
    tokens = _log_in(stranger.api, GIVEN["email"], GIVEN["password"]).json()
    user = User.objects.get(email="new@people.example")
    forget_unproven_password(user_id=user.pk)
    assert stranger.api.get("auth/me/", authorization=f"Bearer {tokens['access']}").status_code == 401
    assert stranger.api.post("auth/refresh/", {"refresh": tokens["refresh"]}).status_code == 401
    assert _log_in(stranger.api, GIVEN["email"], GIVEN["password"]).status_code == 401


def test_who_has_verified_their_address_keeps_their_password(owner: Person, stranger: Stranger) -> None:
    User.objects.filter(pk=owner.user.pk).update(email_verified_at=now())
    forget_unproven_password(user_id=owner.user.pk)
    assert owner.api.get("auth/me/").status_code == 200
    assert _log_in(stranger.api, owner.user.email, PASSWORD).status_code == 200


def test_of_two_who_register_at_once_one_is_made(
    salon: Tenant, stranger: Stranger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other one is registered while this one's password is hashed."""

    def slow(password: str) -> str:
        make_person(salon, Role.CUSTOMER, email="new@people.example")
        return make_password(password)

    monkeypatch.setattr("bookme.users.actions.make_password", slow)
    assert _register(stranger.api).status_code == 202
    assert User.objects.get().check_password(PASSWORD)
