"""Whoever is of the team may leave it themselves: at once, with their password, and not as the last owner."""

from typing import Any

import pytest
from django.test import Client

from bookme.core.permissions import Role
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.models import Tenant
from bookme.users.audit import audit_for, told_audit
from bookme.users.models import Membership, User
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import PASSWORD, Person, make_person
from tests.letters import Letters
from tests.team.conftest import state, told
from tests.web.conftest import page_of

LEAVE = "/account/leave-team/"


def _left(who: Person, password: str = PASSWORD) -> Any:
    return who.api.post("members/me/leave/", {"current_password": password})


def test_who_leaves_is_out_at_once_and_the_business_reads_of_it(owner: Person, manager: Person) -> None:
    ana = StaffFactory(user_id=manager.user.pk)
    sent = InvitationFactory(invited_by=manager.user.pk)
    assert manager.page.get("/team/").status_code == 200
    assert _left(manager).status_code == 204
    assert manager.api.get("auth/me/").status_code == 401
    assert manager.api.post("auth/refresh/", {"refresh": manager.tokens.refresh}).status_code == 401
    assert manager.page.get("/team/")["Location"].startswith("/team/sign-in/")
    assert Staff.objects.get(pk=ana.pk).user_id is None
    assert Invitation.objects.get(pk=sent.pk).is_closed
    assert told("member.removed")[0] == {**told("member.removed")[0], "role": "manager", "left": True}
    (said,) = told_audit(audit_for(owner.actor).filter(name="member.removed"), tenant_id=owner.tenant.pk)
    assert said.text == f"{manager.user.name} left the team, and was manager"
    assert said.actor.id == manager.user.pk


def test_not_without_the_password(manager: Person) -> None:
    before = state()
    answer = _left(manager, "not-the-password")
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_password")
    assert state() == before
    assert manager.api.get("auth/me/").status_code == 200


def test_the_last_owner_stays(owner: Person, manager: Person) -> None:
    before = state()
    answer = _left(owner)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_owner")
    assert "ask BookMe" in answer.json()["detail"]
    assert "ask BookMe" in page_of(owner.page.get(LEAVE))
    assert owner.page.post(LEAVE, {"current_password": PASSWORD}).status_code == 422
    assert state() == before
    make_person(owner.tenant, Role.OWNER)
    assert _left(owner).status_code == 204


def test_who_is_not_of_the_team_has_nothing_to_leave(customer: Person) -> None:
    answer = _left(customer)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_of_team")
    assert customer.page.get(LEAVE).status_code == 404
    assert Membership.objects.get(pk=customer.membership.pk).is_active


@pytest.mark.parametrize("has_password", [True, False])
def test_by_the_page(stylist: Person, has_password: bool) -> None:
    if not has_password:
        User.objects.filter(pk=stylist.user.pk).update(password="!")
        stylist.user.refresh_from_db()
    assert LEAVE in page_of(stylist.page.get("/account/security/"))
    assert LEAVE in page_of(stylist.page.get("/account/erase/"))
    assert stylist.page.get(LEAVE).status_code == 200
    if has_password:
        assert stylist.page.post(LEAVE, {"current_password": "wrong"}).status_code == 422
        assert Membership.objects.get(pk=stylist.membership.pk).is_active
    answer = stylist.page.post(LEAVE, {"current_password": PASSWORD} if has_password else {})
    assert answer["Location"] == "/account/left/"
    assert "have left the team" in page_of(stylist.page.get("/account/left/"))
    assert not Membership.objects.get(pk=stylist.membership.pk).is_active
    assert stylist.page.get("/account/security/").status_code == 302


def test_who_has_left_registers_as_a_customer_and_can_be_erased(
    salon: Tenant, stylist: Person, client: Client, letters: Letters
) -> None:
    """As the pages say: the account is theirs still."""
    assert _left(stylist).status_code == 204
    asked = {"email": stylist.user.email, "name": "Ana"}
    client.post("/api/v1/auth/register/", asked | {"password": "not-kept-long-enough"}, content_type="application/json")
    client.post(letters.link_to(stylist.user.email), {})
    member = Membership.objects.get(pk=stylist.membership.pk)
    assert (member.role, member.is_active) == (Role.CUSTOMER, True)
    given = {"sure": "on", "current_password": PASSWORD}
    assert client.post("/account/erase/", given)["Location"] == "/account/erased/"
