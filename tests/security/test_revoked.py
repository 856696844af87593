"""Promise 30: what ends somebody's access ends it at the very next request, by token and by session alike.

The caches of the process are warm: each is let in, and right after it is not.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from bookme.core.actor import UNKNOWN_ORIGIN
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.team.actions import change_member, remove_member
from bookme.tenants.models import Tenant
from bookme.users import actions
from bookme.users.links import reset_token, row_token
from bookme.users.mails import AccountMail
from bookme.users.models import Membership, SignIn, User
from bookme.users.tokens import TokenPair
from tests.factories.users import PASSWORD, Api, EmailChangeFactory, Person

NEW = "another-long-password"


def _by_api(path: str, body: Any = None) -> Callable[[Person, Person], None]:
    return lambda who, boss: _done(who.api.post(path, body))


def _done(answer: Any) -> None:
    assert answer.status_code in {200, 204}, answer.content


def _sign_out_all(who: Person, boss: Person) -> None:
    for each in SignIn.objects.filter(user=who.user):
        actions.sign_out(sign_in_id=each.pk, now=now())


def _reset(who: Person, boss: Person) -> None:
    user = User.objects.get(pk=who.user.pk)
    token = reset_token(user=user, tenant=who.tenant)
    actions.reset_password(token=token, password=NEW, tenant=who.tenant, origin=UNKNOWN_ORIGIN, now=now())


def _by_hand(who: Person, boss: Person) -> None:
    user = User.objects.get(pk=who.user.pk)
    user.set_password(NEW)
    user.save()


def _remove(who: Person, boss: Person) -> None:
    with transaction.atomic():
        remove_member(member=who.membership, actor=boss.actor, now=now())


def _leave(who: Person, boss: Person) -> None:
    Membership.objects.filter(pk=who.membership.pk).delete()


def _sleep(who: Person, boss: Person) -> None:
    Membership.objects.filter(pk=who.membership.pk).update(is_active=False)


def _deactivate(who: Person, boss: Person) -> None:
    User.objects.filter(pk=who.user.pk).update(is_active=False)


def _run_out(who: Person, boss: Person) -> None:
    SignIn.objects.filter(user=who.user).update(expires_at=now())


ENDS: dict[str, Callable[[Person, Person], None]] = {
    "signed out": _sign_out_all,
    "signed out everywhere": _by_api("auth/logout-everywhere/"),
    "password reset": _reset,
    "password changed by hand": _by_hand,
    "removed": _remove,
    "left the team": _by_api("members/me/leave/", {"current_password": PASSWORD}),
    "membership deleted": _leave,
    "membership put to sleep": _sleep,
    "account put to sleep": _deactivate,
    "the sign-in is over": _run_out,
}


def _let_in(who: Person) -> dict[str, bool]:
    """By each door whether they are known: what anybody may read does not count."""
    refresh = Api(host=who.host).post("auth/refresh/", {"refresh": who.tokens.refresh})
    if refresh.status_code == 200:
        who.__dict__["tokens"] = TokenPair(**refresh.json())
        who.__dict__.pop("api", None)
    return {
        "refresh": refresh.status_code == 200,
        "token": who.api.get("auth/me/").status_code == 200,
        "token, with a permission": who.api.get("customers/").status_code == 200,
        "page": who.page.get("/team/").status_code == 200,
        "page of one's own": who.page.get("/account/security/").status_code == 200,
        "session at the API": who.page.get("/api/v1/auth/me/").status_code == 200,
    }


def _on_another_device(who: Person) -> Person:
    return Person(user=who.user, membership=who.membership)


@pytest.mark.parametrize("end", ENDS)
def test_access_ends_at_the_next_request(owner: Person, manager: Person, end: str) -> None:
    assert set(_let_in(manager).values()) == {True}, "the control"
    ENDS[end](manager, owner)
    assert set(_let_in(manager).values()) == {False}
    assert set(_let_in(owner).values()) == {True}, "nobody else is put out"


def test_a_changed_password_leaves_this_sign_in_alone(owner: Person) -> None:
    elsewhere = _on_another_device(owner)
    assert set(_let_in(elsewhere).values()) == {True}
    answer = owner.api.post("auth/password/", {"current_password": PASSWORD, "password": NEW})
    assert answer.status_code == 200
    assert owner.api.get("auth/me/").status_code == 401, "the tokens of before are worthless"
    assert Api(host=owner.host, token=answer.json()["access"]).get("auth/me/").status_code == 200
    assert set(_let_in(elsewhere).values()) == {False}


def test_a_password_changed_on_the_page_leaves_this_browser_alone(owner: Person) -> None:
    elsewhere = _on_another_device(owner)
    assert set(_let_in(elsewhere).values()) == {True}
    given = {"current_password": PASSWORD, "password": NEW}
    assert owner.page.post("/account/security/password/", given).status_code == 302
    assert owner.page.get("/team/").status_code == 200
    assert set(_let_in(elsewhere).values()) == {False}


def test_a_new_address_ends_nothing(owner: Person, salon: Tenant) -> None:
    assert set(_let_in(owner).values()) == {True}
    asked = EmailChangeFactory(user=owner.user, tenant=salon, email="new@mail.example")
    token = row_token(row_id=asked.pk, tenant=salon, kind=AccountMail.NEW_ADDRESS)
    assert Api(host=owner.host).post("auth/email/confirm/", {"token": token}).status_code == 200
    assert User.objects.get(pk=owner.user.pk).email == "new@mail.example"
    assert set(_let_in(owner).values()) == {True}


def test_other_powers_hold_at_the_next_request(owner: Person, manager: Person) -> None:
    assert manager.api.get("customers/").status_code == 200
    with transaction.atomic():
        change_member(member=manager.membership, values={"denied": ["customers.read"]}, actor=owner.actor)
    assert manager.api.get("customers/").status_code == 403
    assert manager.page.get("/api/v1/customers/").status_code == 403


def test_whoever_is_no_more_of_the_team_has_no_token_of_it(manager: Person) -> None:
    assert manager.api.get("auth/me/").status_code == 200
    Membership.objects.filter(pk=manager.membership.pk).update(role=Role.CUSTOMER)
    assert manager.api.get("auth/me/").status_code == 401
    assert manager.page.get("/team/").status_code == 403
