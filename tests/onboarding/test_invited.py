"""Outside of local mode a file makes nobody: its people are invited, once, and belong to the business by accepting."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from bookme.core.actor import SYSTEM
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.onboarding.actions import ApplyResult, apply_config
from bookme.onboarding.validation import BadConfig
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.users.models import Membership, User
from tests.factories.users import Stranger, make_person
from tests.onboarding.files import small
from tests.onboarding.test_commands import run
from tests.team.conftest import accepted, token_of, told

ADA, BO = "ada@salon.example", "bo@salon.example"


@pytest.fixture(autouse=True)
def _elsewhere(settings: Any) -> None:
    settings.LOCAL_MODE = False


def apply(data: dict[str, Any] | None = None) -> ApplyResult:
    return apply_config(data=data or small(), actor=SYSTEM, now=now())


def person(data: dict[str, Any], key: str) -> dict[str, Any]:
    return next(each for each in data["staff"] if each["key"] == key)


def without(data: dict[str, Any], key: str) -> dict[str, Any]:
    data["staff"] = [each for each in data["staff"] if each["key"] != key]
    return data


def asked() -> dict[str, tuple[str, str, str]]:
    """Each invitation by its address: role, calendar, what became of it."""
    rows = Invitation.objects.select_related("staff")
    return {each.email: (each.role, each.staff.key if each.staff else "", each.state_at(now()).value) for each in rows}


def mails() -> int:
    return OutboxMessage.objects.filter(args__mail="invitation").count()


def join(stranger: Stranger, salon: Tenant, email: str) -> User:
    assert accepted(stranger, token_of(salon, email)).status_code == 200
    return User.objects.get(email=email)


def test_people_are_invited_to_their_role_and_calendar_once(salon: Tenant) -> None:
    apply()
    assert asked() == {ADA: ("owner", "ada", "open"), BO: ("staff", "bo", "open")}
    assert (User.objects.count(), Membership.objects.count(), mails()) == (0, 0, 2)
    assert set(Staff.objects.values_list("user_id", flat=True)) == {None}
    assert Invitation.objects.filter(invited_by=None, invited_by_name="").count() == 2
    assert apply().changes_total == 0
    assert mails() == 2


def test_who_accepts_has_their_calendar_and_is_not_asked_again(salon: Tenant, stranger: Stranger) -> None:
    apply()
    ada = join(stranger, salon, ADA)
    assert (Membership.objects.get().role, Staff.objects.get(key="ada").user_id) == ("owner", ada.pk)
    assert apply().changes_total == 0
    assert (mails(), asked()[ADA][2]) == (2, "accepted")


@pytest.mark.parametrize("answer", ["declined_at", "revoked_at"])
def test_who_said_no_is_left_alone(salon: Tenant, answer: str) -> None:
    apply()
    Invitation.objects.filter(email=BO).update(**{answer: now()})
    assert apply().changes_total == 0
    assert (mails(), Invitation.objects.count()) == (2, 2)


def test_whom_the_owner_removed_does_not_come_back_by_the_file(salon: Tenant, stranger: Stranger) -> None:
    apply()
    bo, owner = join(stranger, salon, BO), make_person(salon, Role.OWNER)
    member = Membership.objects.get(user=bo)
    assert owner.api.delete(f"members/{member.pk}/").status_code == 204
    assert apply().changes_total == 0
    assert not Membership.objects.get(pk=member.pk).is_active
    assert (mails(), Staff.objects.get(key="bo").user_id) == (2, None)


def test_an_invitation_that_ran_out_goes_out_again(salon: Tenant) -> None:
    apply()
    with time_machine.travel(now() + dt.timedelta(days=8)):
        apply()
        assert {each[2] for each in asked().values()} == {"open"}
        assert (mails(), Invitation.objects.count()) == (4, 2)


def test_an_open_invitation_follows_the_file(salon: Tenant) -> None:
    apply()
    data = small()
    person(data, "bo")["role"] = "manager"
    apply(data)
    assert asked()[BO] == ("manager", "bo", "open")
    assert mails() == 2


def test_a_corrected_address_is_asked_instead(salon: Tenant, stranger: Stranger) -> None:
    apply()
    old, data = token_of(salon, BO), small()
    person(data, "bo")["email"] = "bo.new@salon.example"
    apply(data)
    assert (asked()[BO][2], asked()["bo.new@salon.example"]) == ("revoked", ("staff", "bo", "open"))
    assert accepted(stranger, old).status_code == 400


def test_who_gave_their_place_to_another_address_leaves(salon: Tenant, stranger: Stranger) -> None:
    apply()
    bo, data = join(stranger, salon, BO), small()
    person(data, "bo")["email"] = "cy@salon.example"
    apply(data)
    assert not Membership.objects.get(user=bo).is_active
    assert (Staff.objects.get(key="bo").user_id, asked()["cy@salon.example"][2]) == (None, "open")
    assert [each["user_id"] for each in told("member.removed")] == [str(bo.pk)]


def test_who_left_the_file_is_out_and_their_invitation_too(salon: Tenant, stranger: Stranger) -> None:
    apply()
    ada = join(stranger, salon, ADA)
    apply(without(small(), "bo"))
    assert asked()[BO][2] == "revoked"
    apply()
    assert Invitation.objects.filter(email=BO).count() == 2, "back in the file: asked anew"
    bo = join(stranger, salon, BO)
    apply(without(small(), "bo"))
    assert not Membership.objects.get(user=bo).is_active
    assert Membership.objects.get(user=ada).is_active


def test_a_member_is_changed_and_told_of(salon: Tenant, stranger: Stranger) -> None:
    apply()
    join(stranger, salon, ADA)
    bo, data = join(stranger, salon, BO), small()
    person(data, "bo")["role"] = "manager"
    apply(data)
    assert Membership.objects.get(user=bo).role == "manager"
    (fact,) = told("member.changed")
    assert (fact["user_id"], fact["changes"]["role"]) == (str(bo.pk), ["staff", "manager"])


def test_the_last_owner_stays_until_another_has_accepted(salon: Tenant, stranger: Stranger) -> None:
    apply()
    ada, data = join(stranger, salon, ADA), small()
    person(data, "ada")["role"], person(data, "bo")["role"] = "manager", "owner"
    with pytest.raises(BadConfig) as error:
        apply(data)
    assert [each.code for each in error.value.faults] == ["last_owner"]
    assert error.value.faults[0].text.startswith("staff[0].role: This is the last owner")
    assert Membership.objects.get(user=ada).role == "owner"
    with pytest.raises(BadConfig):
        apply(without(data, "ada"))
    assert Membership.objects.get(user=ada).is_active
    join(stranger, salon, BO)
    person(data := small(), "bo")["role"] = "owner"
    apply(data)
    person(data, "ada")["role"] = "manager"
    apply(data)
    assert Membership.objects.get(user=ada).role == "manager"


def test_who_is_of_the_team_already_is_not_asked(salon: Tenant) -> None:
    owner = make_person(salon, Role.OWNER, email=ADA)
    apply()
    assert set(asked()) == {BO}
    assert Staff.objects.get(key="ada").user_id == owner.user.pk


def test_who_changed_their_address_since_stays(salon: Tenant, stranger: Stranger) -> None:
    apply()
    bo = join(stranger, salon, BO)
    User.objects.filter(pk=bo.pk).update(email="bo@home.example")
    assert apply().changes_total == 0
    assert (Membership.objects.get(user=bo).is_active, Staff.objects.get(key="bo").user_id) == (True, bo.pk)


def test_a_customer_is_asked_and_stays_one_until_they_accept(salon: Tenant) -> None:
    customer = make_person(salon, Role.CUSTOMER, email=BO)
    apply()
    assert (Membership.objects.get(user=customer.user).role, asked()[BO][2]) == ("customer", "open")


def test_the_owner_of_a_new_business_gets_a_link(
    db: None, tmp_path: Any, monkeypatch: pytest.MonkeyPatch, stranger: Stranger
) -> None:
    monkeypatch.chdir(tmp_path)
    more = ("--kind", "salon", "--name", "New One", "--owner", "ada@new.example")
    code, out, err = run("tenant", "new", "new-one", *more)
    assert (code, err, User.objects.count()) == (0, "", 0)
    assert "Invitation of ada@new.example to own it, good until " in out
    first = out.partition("/team/invitation/")[2].partition("/")[0]
    tenant = Tenant.objects.get(slug="new-one")
    with tenant_scope(tenant), time_machine.travel(now() + dt.timedelta(days=8)):
        shown = run("tenant", "show", "new-one")[1]
        fresh = shown.partition("/team/invitation/")[2].partition("/")[0]
        api = Stranger(host="new-one.localhost")
        assert accepted(api, first).status_code == 400
        assert accepted(api, fresh).status_code == 200
    shown = run("tenant", "show", "new-one")[1]
    assert "<ada@new.example>" in shown
    assert "One-time sign-in link of ada@new.example" in shown
