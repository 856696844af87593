"""Becoming a customer, without learning who is one."""

import datetime as dt
import time
from collections import Counter
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.users.actions import accounts, forget_old_requests
from bookme.users.links import row_token
from bookme.users.models import AccountRequest, AccountRequestKind, Membership, User
from tests.answers import faults
from tests.at_once import all_at_once
from tests.factories.users import PASSWORD, AccountRequestFactory, Api, Person, Stranger, make_person
from tests.letters import Letters, body

GIVEN = {"email": "New@People.example", "password": "quite-a-long-one", "name": "New Person"}


def _register(api: Api, **changes: Any) -> Any:
    return api.post("auth/register/", GIVEN | changes)


def _log_in(api: Api, email: str, password: str) -> Any:
    return api.post("auth/login/", {"email": email, "password": password})


def _verify(api: Api, letters: Letters, address: str = "new@people.example") -> Any:
    return api.post("auth/verify-email/", {"token": letters.token_to(address)})


def test_a_new_customer_follows_the_link_and_signs_in(salon: Tenant, stranger: Stranger, letters: Letters) -> None:
    answer = _register(stranger.api, phone="020 7946 0101")
    assert (answer.status_code, set(answer.json())) == (202, {"detail"})
    assert not User.objects.exists()
    assert _log_in(stranger.api, GIVEN["email"], GIVEN["password"]).status_code == 401

    assert _verify(stranger.api, letters).status_code == 200
    user = User.objects.get(email="new@people.example")
    assert (user.name, user.phone, user.email_verified_at is None) == ("New Person", "+442079460101", False)
    assert (user.is_staff, user.is_superuser) == (False, False)
    access = _log_in(stranger.api, GIVEN["email"], GIVEN["password"]).json()["access"]
    me = stranger.api.get("auth/me/", authorization=f"Bearer {access}").json()
    assert (me["role"], me["permissions"], me["email_verified"]) == ("customer", [], True)
    assert _log_in(Api(host="rival.localhost"), GIVEN["email"], GIVEN["password"]).status_code == 401


def test_the_facts_are_told(salon: Tenant, stranger: Stranger, letters: Letters) -> None:
    _register(stranger.api)
    assert _verify(stranger.api, letters).status_code == 200
    user = User.objects.get()
    told = {each.name: each for each in Event.objects.filter(subject_id=user.pk)}
    assert set(told) == {"account.changed", "member.joined"}
    assert told["member.joined"].payload["address"] == "127.0.0.1"
    assert told["member.joined"].actor_id == user.pk


@pytest.mark.parametrize("role", [Role.OWNER, Role.CUSTOMER])
def test_a_known_address_gets_the_same_answer_and_changes_nothing(
    salon: Tenant, stranger: Stranger, letters: Letters, role: Role
) -> None:
    person = make_person(salon, role)
    before = User.objects.values().get(pk=person.user.pk)
    first = _register(stranger.api)
    again = _register(stranger.api, email=person.user.email, name="Somebody Else")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert User.objects.values().get(pk=person.user.pk) == before

    token = letters.token_to(person.user.email)
    letter = body(letters.to(person.user.email)[-1])
    assert "have an account already" in letter
    assert "Somebody Else" not in letter
    unknown = letters.to("new@people.example")[-1]
    assert "have an account already" not in body(unknown)
    assert GIVEN["name"] not in str(unknown), "a stranger's words are not sent to others"
    assert stranger.api.post("auth/verify-email/", {"token": token}).status_code == 200
    assert Membership.objects.get(user=person.user).role == role
    assert _log_in(stranger.api, person.user.email, PASSWORD).status_code == 200
    assert _log_in(stranger.api, person.user.email, GIVEN["password"]).status_code == 401


def test_what_is_written_down_is_the_same_for_a_known_and_an_unknown_address(
    salon: Tenant, owner: Person, stranger: Stranger
) -> None:
    """Whoever measures finds the same statements; who it belongs to is looked up by the worker."""
    _register(stranger.api)
    made = []
    for address in (owner.user.email, "nobody@people.example"):
        with CaptureQueriesContext(connection) as queries:
            assert _register(stranger.api, email=address).status_code == 202
        made.append([each["sql"].partition(" ")[0] for each in queries])
    assert made[0] == made[1]
    assert "INSERT" in made[0]
    assert "SELECT" not in made[0]


def test_a_customer_of_another_business_becomes_one_here_as_well(
    rival: Tenant, stranger: Stranger, letters: Letters
) -> None:
    person = make_person(rival, Role.CUSTOMER)
    _register(stranger.api, email=person.user.email)
    assert not Membership.objects.filter(user=person.user, tenant__slug="salon").exists()
    assert _verify(stranger.api, letters, person.user.email).status_code == 200
    assert Membership.objects.get(user=person.user, tenant__slug="salon").role == Role.CUSTOMER
    assert _log_in(stranger.api, person.user.email, PASSWORD).status_code == 200


def test_who_was_removed_does_not_come_back_by_registering(salon: Tenant, stranger: Stranger, letters: Letters) -> None:
    person = make_person(salon, Role.CUSTOMER, is_active=False)
    assert _register(stranger.api, email=person.user.email).status_code == 202
    answer = _verify(stranger.api, letters, person.user.email)
    assert (answer.status_code, answer.json()["code"]) == (403, "removed")
    assert not Membership.objects.get(user=person.user).is_active


def test_who_has_left_the_team_is_a_customer_if_they_ask(salon: Tenant, stranger: Stranger, letters: Letters) -> None:
    person = make_person(salon, Role.MANAGER, is_active=False, denied=["bookings.import"], location_ids=[])
    _register(stranger.api, email=person.user.email)
    assert _verify(stranger.api, letters, person.user.email).status_code == 200
    found = Membership.objects.get(user=person.user)
    assert (found.role, found.is_active, found.denied, found.location_ids) == ("customer", True, [], None)


def test_so_many_mails_and_no_more(salon: Tenant, owner: Person, stranger: Stranger) -> None:
    codes = [_register(stranger.api, email=owner.user.email).status_code for _ in range(6)]
    assert codes == [202] * 5 + [429]
    assert AccountRequest.objects.count() == 5
    assert _log_in(stranger.api, owner.user.email, PASSWORD).status_code == 200, "that is another limit"


@pytest.mark.parametrize("cause", ["old", "rival", "used", "forged", "another kind", "not at all"])
def test_a_link_that_is_not_good(
    salon: Tenant, rival: Tenant, stranger: Stranger, letters: Letters, cause: str
) -> None:
    _register(stranger.api)
    token, api, later = letters.token_to("new@people.example"), stranger.api, 0
    match cause:
        case "old":
            later = 24 * 3600 + 1
        case "rival":
            api = Api(host="rival.localhost")
        case "used":
            assert api.post("auth/verify-email/", {"token": token}).status_code == 200
        case "forged":
            token = token[:-4] + "AAAA"
        case "another kind":
            token = row_token(row_id=AccountRequest.objects.get().pk, tenant=salon, kind="new_address")
        case "not at all":
            token = "é" * 40
    made = User.objects.count()
    with time_machine.travel(now().timestamp() + later):
        answer = api.post("auth/verify-email/", {"token": token})
    assert (answer.status_code, answer.json()["code"]) == (400, "link_invalid")
    assert User.objects.count() == made


def test_the_last_registration_s_link_is_good_and_so_is_the_one_before(
    salon: Tenant, stranger: Stranger, letters: Letters
) -> None:
    """Each has the password of whoever asked for it: somebody else's asking spoils nothing."""
    _register(stranger.api, password="the-first-password")
    first = letters.token_to("new@people.example")
    _register(stranger.api, password="the-second-password")
    second = letters.token_to("new@people.example")
    assert stranger.api.post("auth/verify-email/", {"token": first}).status_code == 200
    assert _log_in(stranger.api, GIVEN["email"], "the-first-password").status_code == 200
    assert stranger.api.post("auth/verify-email/", {"token": second}).status_code == 400
    assert _log_in(stranger.api, GIVEN["email"], "the-second-password").status_code == 401


@pytest.mark.parametrize("guarded", [True, False])
def test_of_two_that_follow_one_link_at_once_one_registers(
    committed: Tenant, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The control does not lock what was asked for: both are told that they registered, and the history says so."""
    asked, in_time, told = AccountRequestFactory(tenant=committed), accounts.join, Counter[int]()
    token = row_token(row_id=asked.pk, tenant=committed, kind=AccountRequestKind.REGISTER)

    def late(**given: Any) -> Membership:
        time.sleep(0.3)
        return in_time(**given)

    monkeypatch.setattr(accounts, "join", late)
    if not guarded:
        monkeypatch.setattr(AccountRequest.objects, "select_for_update", lambda **_: AccountRequest.objects.all())

    def follow(_number: int) -> None:
        told[Api(host="salon.localhost").post("auth/verify-email/", {"token": token}).status_code] += 1

    all_at_once(2, follow)
    registered = Event.objects.filter(name="account.changed", payload__what="registered").count()
    assert (told, registered) == (({200: 1, 400: 1}, 1) if guarded else ({200: 2}, 2))
    assert User.objects.get().email == asked.email
    assert Membership.objects.get().role == Role.CUSTOMER
    assert not AccountRequest.objects.exists()


def test_who_follows_the_link_chooses_the_password(salon: Tenant, stranger: Stranger, letters: Letters) -> None:
    """Else whoever registered somebody else's address would know it."""
    _register(stranger.api, password="the-password-of-a-thief")
    token = letters.token_to("new@people.example")
    weak = stranger.api.post("auth/verify-email/", {"token": token, "password": "short"})
    assert faults(weak) == {"/password": "weak_password"}
    given = {"token": token, "password": "the-password-of-the-owner"}
    assert stranger.api.post("auth/verify-email/", given).status_code == 200
    assert _log_in(stranger.api, GIVEN["email"], "the-password-of-a-thief").status_code == 401
    assert _log_in(stranger.api, GIVEN["email"], "the-password-of-the-owner").status_code == 200


def test_the_password_of_an_account_is_not_chosen_anew(owner: Person, stranger: Stranger, letters: Letters) -> None:
    _register(stranger.api, email=owner.user.email)
    given = {"token": letters.token_to(owner.user.email), "password": "another-long-password"}
    assert stranger.api.post("auth/verify-email/", given).status_code == 200
    assert _log_in(stranger.api, owner.user.email, PASSWORD).status_code == 200


def test_what_nobody_followed_is_forgotten(salon: Tenant, stranger: Stranger) -> None:
    _register(stranger.api)
    assert forget_old_requests(now=now() + dt.timedelta(hours=23)) == 0
    assert forget_old_requests(now=now() + dt.timedelta(hours=25)) == 1
    assert not AccountRequest.objects.exists()


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
    assert not AccountRequest.objects.exists()


def test_nothing_more_can_be_set(salon: Tenant, stranger: Stranger) -> None:
    more = {"role": "owner", "is_staff": True, "is_superuser": True, "email_verified_at": "2020-01-01T00:00:00Z"}
    assert faults(_register(stranger.api, **more)) == {f"/{name}": "unknown" for name in more}
    assert not AccountRequest.objects.exists()
