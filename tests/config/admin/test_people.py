"""People and their memberships in the operators' admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.context import public_scope
from bookme.users.models import Membership, User
from tests.config.admin.desk import act, history_of
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person, UserFactory, make_person


def test_who_changed_a_membership_or_a_person_and_how_is_kept(admin: Client, owner: Person, operator: User) -> None:
    held = Membership.objects.get(user=owner.user)
    make_person(owner.tenant, Role.OWNER)
    path = f"/admin/users/membership/{held.pk}/"
    assert "change history" not in admin.get(f"{path}change/").text
    assert admin.post(f"{path}change/", {"role": "manager", "is_active": "on"}).status_code == 302
    told = history_of(admin, path)
    assert operator.email in told
    assert "Role: owner → manager" in told
    person = {"name": "Olivia", "phone": "", "language": "", "timezone": "", "is_active": "on", "is_staff": "on"}
    empty = {f"memberships-{each}_FORMS": "0" for each in ("TOTAL", "INITIAL")}
    path = f"/admin/users/user/{owner.user.pk}/"
    assert admin.post(f"{path}change/", person | empty).status_code == 302
    told = history_of(admin, path)
    assert f"Name: {owner.user.name} → Olivia" in told
    assert "Operator: False → True" in told
    assert LogEntry.objects.count() == 2


def test_a_refused_change_leaves_no_trace(admin: Client, owner: Person) -> None:
    held = Membership.objects.get(user=owner.user)
    answer = admin.post(f"/admin/users/membership/{held.pk}/change/", {"role": "emperor", "is_active": "on"})
    assert answer.status_code == 200
    act(admin, "/admin/tenants/tenant/", "resume", owner.tenant.pk)
    assert not LogEntry.objects.exists()


def _person_form(person: User, **changed: Any) -> dict[str, Any]:
    given: dict[str, Any] = {"name": person.name, "phone": "", "language": "", "timezone": ""}
    given |= {"is_active": "on", "memberships-TOTAL_FORMS": "0", "memberships-INITIAL_FORMS": "0"}
    return {name: value for name, value in (given | changed).items() if value is not None}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"name": "Olivia"}, ["profile"]),
        ({"is_active": None}, ["deactivated"]),
        ({"is_staff": "on", "phone": "+442079460102", "name": "Olivia"}, ["profile", "operator_made"]),
        ({}, []),
    ],
)
def test_what_is_changed_of_a_person_is_a_fact_of_the_platform(
    admin: Client, owner: Person, operator: User, changed: dict[str, Any], what: list[str]
) -> None:
    path = f"/admin/users/user/{owner.user.pk}/change/"
    assert admin.post(path, _person_form(owner.user, **changed)).status_code == 302
    with public_scope():
        told = Event.objects.filter(name="account.changed").order_by("occurred_at", "id")
        assert sorted(each.payload["what"] for each in told) == sorted(what)
        assert {(each.actor_kind, each.actor_id, each.subject_id) for each in told} <= {
            ("operator", operator.pk, owner.user.pk)
        }


def test_a_membership_that_an_operator_changes_is_told_to_the_business(admin: Client, stylist: Person) -> None:
    path = f"/admin/users/membership/{stylist.membership.pk}/change/"
    admin.post(path, {"role": "manager", "is_active": "on"})
    admin.post(path, {"role": "manager"})
    admin.post(path, {"role": "manager", "is_active": "on"})
    told = Event.objects.filter(name__startswith="member.").order_by("occurred_at", "id")
    assert [(each.name, each.actor_kind) for each in told] == [
        ("member.changed", "operator"),
        ("member.removed", "operator"),
        ("member.joined", "operator"),
    ]
    assert told[0].payload["changes"] == {"role": ["staff", "manager"]}
    add = {"user": str(UserFactory().pk), "tenant": str(stylist.tenant.pk), "role": "staff"}
    assert admin.post("/admin/users/membership/add/", add).status_code == 302
    assert Event.objects.filter(name="member.joined").count() == 2


def test_the_rules_of_a_business_hold_for_operators(admin: Client, owner: Person, customer: Person) -> None:
    path = f"/admin/users/membership/{owner.membership.pk}/change/"
    for given in ({"role": "manager", "is_active": "on"}, {"role": "owner"}, {"role": "customer", "is_active": "on"}):
        answer = admin.post(path, given, follow=True)
        assert "This is the last owner." in answer.text
    held = Membership.objects.get(pk=owner.membership.pk)
    assert (held.role, held.is_active) == ("owner", True)
    assert not Event.objects.filter(name__startswith="member.").exists()
    assert not LogEntry.objects.exists()
    path = f"/admin/users/membership/{customer.membership.pk}/change/"
    admin.post(path, {"role": "owner", "is_active": "on"})
    admin.post(path, {"role": "customer", "is_active": "on"})
    told = Event.objects.filter(name__startswith="member.").order_by("occurred_at", "id")
    assert [each.name for each in told] == ["member.joined", "member.removed", "member.joined"]
    assert customer.api.get("auth/me/").json()["role"] == "customer"
    admin.post(path, {"role": "customer"})
    assert customer.api.get("auth/me/").status_code == 401
    admin.post(path, {"role": "customer", "is_active": "on"})
    assert Membership.objects.get(pk=customer.membership.pk).is_active


def test_whom_an_operator_removes_is_out_with_all_that_hangs_on_it(admin: Client, manager: Person) -> None:
    person, sent = StaffFactory(user_id=manager.user.pk), InvitationFactory(invited_by=manager.user.pk)
    assert manager.api.get("auth/me/").status_code == 200
    admin.post(f"/admin/users/membership/{manager.membership.pk}/change/", {"role": "manager"})
    assert manager.api.get("auth/me/").status_code == 401
    assert Staff.objects.get(pk=person.pk).user_id is None
    assert Invitation.objects.get(pk=sent.pk).revoked_at is not None
