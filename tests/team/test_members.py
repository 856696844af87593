"""What members of the team may, as data: who may change it, and who is out."""

from typing import Any

import pytest

from bookme.core.actor import SYSTEM, Actor
from bookme.core.errors import Conflict, NotAllowed
from bookme.core.permissions import PERMISSIONS_OF, Role
from bookme.core.time import now
from bookme.staff.models import Staff
from bookme.team.actions import change_member, remove_member
from bookme.team.models import Invitation
from bookme.tenants.models import Tenant
from bookme.users.actions import members as guarded
from bookme.users.models import Membership, SignIn
from bookme.users.selectors import operator_actor
from tests.answers import faults, ids
from tests.at_once import all_at_once, met
from tests.factories.locations import LocationFactory
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import PASSWORD, Person, UserFactory, make_person
from tests.team.conftest import refused, state, told

UNKNOWN = "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b"


def changed(by: Person, who: Person, **values: Any) -> Any:
    return by.api.patch(f"members/{who.membership.pk}/", values)


def removed(by: Person, who: Person) -> Any:
    return by.api.delete(f"members/{who.membership.pk}/")


def test_the_team_is_listed_without_customers_and_who_left(
    owner: Person, stylist: Person, customer: Person, rival_owner: Person
) -> None:
    make_person(owner.tenant, Role.MANAGER, is_active=False)
    ana = StaffFactory(user_id=stylist.user.pk)
    listed = owner.api.get("members/").json()["results"]
    assert [each["id"] for each in listed] == [str(owner.membership.pk), str(stylist.membership.pk)]
    assert listed[1] == owner.api.get(f"members/{stylist.membership.pk}/").json()
    assert (listed[1]["staff"], listed[1]["email"], listed[1]["last_seen"]) == (str(ana.pk), stylist.user.email, None)
    assert set(listed[1]["permissions"]) == PERMISSIONS_OF[Role.STAFF]
    assert listed[0]["last_seen"] is not None
    for other in (customer, rival_owner):
        assert owner.api.get(f"members/{other.membership.pk}/").status_code == 404
        assert changed(owner, other, role="staff").status_code == 404
        assert removed(owner, other).status_code == 404


def test_the_list_takes_no_more_queries_for_more_people(owner: Person, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        StaffFactory(user_id=make_person(owner.tenant, Role.STAFF).user.pk)
    assert len(ids(owner.api.get("members/"))) == 6
    with django_assert_max_num_queries(8):
        owner.api.get("members/")


def test_powers_are_changed_and_hold_at_once(owner: Person, manager: Person) -> None:
    assert manager.api.get("bookings/export/", {"format": "csv"}).status_code == 200
    ana, here = StaffFactory(), LocationFactory()
    values = {"denied": ["bookings.export"], "staff_ids": [str(ana.pk)], "location_ids": [str(here.pk)]}
    answer = changed(owner, manager, **values, customer_scope="all")
    assert answer.status_code == 200, answer.content
    assert {name: answer.json()[name] for name in values} == values
    assert manager.api.get("bookings/export/", {"format": "csv"}).status_code == 403
    (fact,) = told("member.changed")
    assert fact["user_id"] == str(manager.user.pk)
    assert fact["changes"]["denied"] == [[], ["bookings.export"]]
    assert set(fact["changes"]) == {"denied", "staff_ids", "location_ids", "customer_scope"}
    [row] = [each for each in owner.api.get("audit/").json()["results"] if each["name"] == "member.changed"]
    by_field = {each.pop("field"): each for each in row["changes"]}
    assert by_field["location_ids"] == {
        "before": None,
        "after": [str(here.pk)],
        "text": f"Places of work: {here.name} (before: Everywhere)",
    }
    assert by_field["staff_ids"]["text"] == f"People: {ana.name} (before: Everybody)"
    assert by_field["denied"] == {
        "before": [],
        "after": ["bookings.export"],
        "text": "What they may do: All but: Export bookings (before: Everything that this role has)",
    }
    before = state()
    assert changed(owner, manager, **values).status_code == 200
    assert state() == before, "nothing differs, nothing is told"


def test_another_role_keeps_what_is_denied_as_far_as_it_has_it(owner: Person, manager: Person) -> None:
    changed(owner, manager, denied=["bookings.export", "customers.read"])
    assert changed(owner, manager, role="staff").json()["denied"] == ["customers.read"]
    denied = [["bookings.export", "customers.read"], ["customers.read"]]
    assert told("member.changed")[-1]["changes"] == {"role": ["manager", "staff"], "denied": denied}
    assert changed(owner, manager, role="manager").json()["denied"] == ["customers.read"]


@pytest.mark.parametrize(("values", "expected"), [
    ({"role": "customer"}, {"/role": "invalid_choice"}), ({"role": None}, {"/role": "null"}),
    ({"denied": ["fly"]}, {"/denied/0": "invalid_choice"}), ({"denied": "x"}, {"/denied": "not_a_list"}),
    ({"denied": ["bookings.read", "config.manage"]}, {"/denied/1": "not_of_role"}),
    ({"role": "staff", "denied": ["bookings.export"]}, {"/denied/0": "not_of_role"}),
    ({"location_ids": [UNKNOWN]}, {"/location_ids/0": "does_not_exist"}),
    ({"staff_ids": [UNKNOWN]}, {"/staff_ids/0": "does_not_exist"}), ({"staff_ids": ["x"]}, {"/staff_ids/0": "invalid"}),
    ({"customer_scope": "some"}, {"/customer_scope": "invalid_choice"}),
    ({"is_active": False}, {"/is_active": "unknown"}),
    ({"user": UNKNOWN}, {"/user": "unknown"}), ({"email": "a@b.example"}, {"/email": "unknown"}),
])  # fmt: skip
def test_what_cannot_be_read_is_pointed_at(
    owner: Person, manager: Person, values: dict[str, Any], expected: dict[str, str]
) -> None:
    before = state()
    assert faults(changed(owner, manager, **values)) == expected
    assert state() == before


@pytest.mark.parametrize("body", [[], "x", 7, None, {"denied": {"a": "b"}}, {"staff_ids": [[]]}, {"role": {}}])
def test_fuzz_is_refused(owner: Person, manager: Person, body: Any) -> None:
    before = state()
    answer = owner.api.client.patch(f"/api/v1/members/{manager.membership.pk}/", body, content_type="application/json")
    assert answer.status_code in {200, 400}, answer.content
    assert state() == before


def test_whoever_names_no_role_is_told_which_there_are(owner: Person, manager: Person) -> None:
    (fault,) = changed(owner, manager, role="boss").json()["errors"]
    assert fault["detail"] == "This is none of: staff, owner, manager."


def test_a_manager_touches_no_owner(owner: Person, manager: Person) -> None:
    second = make_person(owner.tenant, Role.OWNER)
    before = state()
    for values in ({"role": "staff"}, {"denied": ["team.manage"]}, {"customer_scope": "all"}):
        refused(changed(manager, second, **values), 403, "beyond_own_powers", before)
    refused(removed(manager, second), 403, "beyond_own_powers", before)
    assert removed(owner, second).status_code == 204


def test_a_manager_makes_no_owner(manager: Person, stylist: Person) -> None:
    refused(changed(manager, stylist, role="owner"), 403, "beyond_own_powers", state())
    assert changed(manager, stylist, role="manager").status_code == 200


def test_a_manager_changes_nobody_who_may_more(salon: Tenant, manager: Person, stylist: Person) -> None:
    less = make_person(salon, Role.MANAGER, denied=["bookings.export"])
    before = state()
    refused(changed(less, manager, denied=["team.manage"]), 403, "beyond_own_powers", before)
    refused(removed(less, manager), 403, "beyond_own_powers", before)
    body = refused(changed(less, stylist, role="manager"), 403, "beyond_own_powers", before)
    assert [each["pointer"] for each in body["errors"]] == ["/denied"]
    assert changed(less, stylist, role="manager", denied=["bookings.export"]).status_code == 200
    assert changed(manager, less, denied=[]).status_code == 200


def test_a_scope_bounds_whom_one_changes_and_what_one_gives(salon: Tenant, stylist: Person) -> None:
    ana, ben, here, there = StaffFactory(), StaffFactory(), LocationFactory(), LocationFactory()
    scope = {"staff_ids": [str(ana.pk)], "location_ids": [str(here.pk)]}
    bound, within = make_person(salon, Role.MANAGER, **scope), make_person(salon, Role.STAFF, **scope)
    before = state()
    refused(changed(bound, stylist, denied=["customers.read"]), 403, "beyond_own_powers", before)
    for values in (
        {"staff_ids": [str(ana.pk), str(ben.pk)]}, {"staff_ids": None}, {"location_ids": [str(there.pk)]},
        {"location_ids": None}, {"customer_scope": "all"},
    ):  # fmt: skip
        refused(changed(bound, within, **values), 403, "beyond_own_powers", before)
    assert changed(bound, within, staff_ids=[]).status_code == 200


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_nobody_changes_themselves(salon: Tenant, role: Role) -> None:
    make_person(salon, Role.OWNER)
    one = make_person(salon, role, denied=["bookings.export"], staff_ids=[str(StaffFactory().pk)])
    before = state()
    for values in ({"role": "staff"}, {"denied": ["bookings.export", "customers.read"]}):
        refused(changed(one, one, **values), 403, "yourself", before)
    for values in ({"denied": []}, {"staff_ids": None}, {"role": "owner"}):
        answer = changed(one, one, **values)
        assert answer.status_code in {200, 403}
        assert state() == before
    refused(removed(one, one), 403, "yourself", before)


def test_an_owner_gives_no_more_than_they_have(salon: Tenant, manager: Person) -> None:
    bound = make_person(salon, Role.OWNER, denied=["audit.read"])
    refused(changed(bound, manager, role="owner"), 403, "beyond_own_powers", state())
    assert changed(bound, manager, role="owner", denied=["audit.read"]).status_code == 200


@pytest.mark.parametrize("values", [{"role": "manager"}, {"denied": ["team.manage"]}, {"staff_ids": []}])
@pytest.mark.parametrize("who", ["owner", "system", "operator"])
def test_the_last_owner_stays_as_they_are(owner: Person, who: str, values: dict[str, Any]) -> None:
    make_person(owner.tenant, Role.OWNER, is_active=False)
    make_person(owner.tenant, Role.OWNER, denied=["team.manage"])
    shut_out = make_person(owner.tenant, Role.OWNER).user
    shut_out.is_active = False
    shut_out.save()
    actor: Actor = {"owner": owner.actor, "system": SYSTEM, "operator": _operator()}[who]
    before = state()
    with pytest.raises(Conflict) as refusal:
        change_member(member=owner.membership, values=values, actor=actor)
    assert refusal.value.code == "last_owner"
    with pytest.raises(Conflict) as refusal:
        remove_member(member=owner.membership, actor=actor, now=now())
    assert (refusal.value.code, state()) == ("last_owner", before)


def _operator() -> Actor:
    return operator_actor(UserFactory(is_staff=True))


def test_who_keeps_the_team_no_more_changes_nobody_by_what_they_could_before(
    owner: Person, manager: Person, stylist: Person
) -> None:
    """Their request had begun before it was denied to them."""
    as_before = manager.actor
    change_member(member=stylist.membership, values={"denied": ["time_off.own"]}, actor=as_before)
    assert changed(owner, manager, denied=["team.manage"]).status_code == 200
    before = state()
    for step in (
        lambda: change_member(member=stylist.membership, values={"denied": []}, actor=as_before),
        lambda: remove_member(member=stylist.membership, actor=as_before, now=now()),
    ):
        with pytest.raises(NotAllowed):
            step()
        assert state() == before


def test_who_is_removed_is_out_at_the_very_next_request(owner: Person, manager: Person) -> None:
    ana = StaffFactory(user_id=manager.user.pk)
    assert (manager.api.get("auth/me/").status_code, manager.page.get("/team/").status_code) == (200, 200)
    assert removed(owner, manager).status_code == 204
    assert manager.api.get("auth/me/").status_code == 401
    assert manager.api.get("bookings/").status_code == 401
    assert manager.api.post("auth/refresh/", {"refresh": manager.tokens.refresh}).status_code == 401
    assert manager.page.get("/team/")["Location"].startswith("/team/sign-in/")
    given = {"email": manager.user.email, "password": PASSWORD}
    assert manager.api.post("auth/login/", given).status_code == 401
    assert Staff.objects.get(pk=ana.pk).user_id is None
    assert told("member.removed")[0]["role"] == "manager"
    Membership.objects.filter(pk=manager.membership.pk).update(is_active=True)
    assert manager.api.get("auth/me/").status_code == 401, "what was open before stays closed"
    assert not SignIn.objects.filter(membership=manager.membership, revoked_at=None).exists()


def test_a_member_elsewhere_stays_one_there(owner: Person, rival: Tenant, manager: Person) -> None:
    there = Person(
        user=manager.user, membership=Membership.objects.create(user=manager.user, tenant=rival, role="manager")
    )
    assert there.api.get("auth/me/").status_code == 200
    removed(owner, manager)
    assert there.api.get("auth/me/").status_code == 200


@pytest.mark.parametrize("step", ["change", "remove"])
@pytest.mark.parametrize("guard", [True, False], ids=["locked", "control"])
def test_of_two_owners_who_end_each_other_at_once_one_stays(
    committed: Tenant, monkeypatch: pytest.MonkeyPatch, step: str, guard: bool
) -> None:
    pair = [make_person(committed, Role.OWNER) for _ in range(2)]
    assert [each.api.get("members/").status_code for each in pair] == [200, 200]

    def act(number: int) -> None:
        who, other = pair[number], pair[1 - number]
        changed(who, other, role="staff") if step == "change" else removed(who, other)

    if not guard:
        monkeypatch.setattr(guarded, "lock_team", lambda tenant: None)
        monkeypatch.setattr(guarded, "_refuse_last_owner", met(guarded._refuse_last_owner, 2))
    all_at_once(2, act)
    left = Membership.objects.filter(tenant=committed, role="owner", is_active=True).count()
    assert left == (1 if guard else 0)


@pytest.mark.parametrize("removed_first", [True, False], ids=["removed", "control"])
@pytest.mark.parametrize("step", ["change", "remove", "invite", "revoke"])
def test_who_waited_for_whoever_removed_them_changes_nothing(
    committed: Tenant, monkeypatch: pytest.MonkeyPatch, step: str, removed_first: bool
) -> None:
    """Their request had begun, with all their powers, before they were out."""
    owner, manager, other = (make_person(committed, each) for each in (Role.OWNER, Role.MANAGER, Role.STAFF))
    asked = InvitationFactory()
    lock, steps = guarded.lock_team, {
        "change": lambda: changed(manager, other, role="manager"),
        "remove": lambda: removed(manager, other),
        "invite": lambda: manager.api.post("invitations/", {"email": "friend@people.example", "role": "manager"}),
        "revoke": lambda: manager.api.post(f"invitations/{asked.pk}/revoke/"),
    }  # fmt: skip

    def lock_when_they_are_out(tenant: Tenant) -> None:
        monkeypatch.setattr(guarded, "lock_team", lock)
        if removed_first:
            remove_member(member=manager.membership, actor=owner.actor, now=now())
        lock(tenant)

    monkeypatch.setattr(guarded, "lock_team", lock_when_they_are_out)
    answer = steps[step]()
    assert (answer.status_code == 403) is removed_first, answer.content
    asked.refresh_from_db()
    member = Membership.objects.get(pk=other.membership.pk)
    found = (member.role, member.is_active, Invitation.objects.count(), asked.revoked_at)
    assert (found == ("staff", True, 1, None)) is removed_first
