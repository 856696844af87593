"""Who may ask whom to join the team, as what, and what becomes of it until they answer."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from bookme.core.actor import SYSTEM
from bookme.core.permissions import PERMISSIONS_OF, Permission, Role
from bookme.core.time import now
from bookme.staff.models import Staff
from bookme.team.actions import revoke, send_again
from bookme.team.models import Invitation
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.users.models import Membership
from tests.answers import faults, ids
from tests.factories.locations import LocationFactory
from tests.factories.staff import StaffFactory, WorkingHoursFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person, Stranger, make_person
from tests.letters import body
from tests.team.conftest import NEW, accepted, invited, mailed, refused, state, token_of, told

UNKNOWN = "0198f6a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b"


def test_an_invitation_is_told_and_mailed_once(owner: Person) -> None:
    ana = StaffFactory(name="Ana")
    answer = invited(owner, "New@People.example", "manager", name="Nia", staff=str(ana.pk), denied=["bookings.export"])
    assert answer.status_code == 201
    body = answer.json()
    assert (body["email"], body["role"], body["staff"], body["status"]) == (NEW, "manager", str(ana.pk), "open")
    assert (body["location_ids"], body["staff_ids"], body["customer_scope"]) == (None, None, "own")
    assert set(body["permissions"]) == PERMISSIONS_OF[Role.MANAGER] - {Permission.BOOKINGS_EXPORT}
    assert owner.api.get(f"invitations/{body['id']}/").json() == body
    assert ids(owner.api.get("invitations/")) == {body["id"]}
    assert [each["change"] for each in told("invitation.changed")] == ["sent"]
    sent = OutboxMessage.objects.filter(task="communications.send_account_mail")
    assert [each.args["id"] for each in sent] == [body["id"]]


@pytest.mark.parametrize("language", ["", "fr", "ar", "pl", "es"])
def test_the_mail_says_who_asks_for_what_until_when(salon: Tenant, language: str) -> None:
    row = InvitationFactory(name="Nia", role="manager", invited_by_name="Ola", language=language)
    (letter,) = mailed(row)
    text = body(letter)
    assert letter["To"].endswith(f"{row.email}>")
    assert "Salon" in letter["Subject"]
    assert "http://salon.localhost:8000/team/invitation/1." in text
    assert ("Ola asks you to join Salon on BookMe. Your role there: Manager." in text) == (not language)
    assert "asks" in text or language


@pytest.mark.parametrize("closed", ["accepted_at", "declined_at", "revoked_at"])
def test_nobody_is_written_to_for_what_is_closed(salon: Tenant, closed: str) -> None:
    assert mailed(InvitationFactory(**{closed: now()})) == []


@pytest.mark.parametrize(("who", "role", "status"), [
    ("owner", "owner", 201), ("owner", "manager", 201), ("manager", "owner", 403), ("manager", "manager", 201),
    ("manager", "staff", 201), ("stylist", "staff", 403), ("customer", "staff", 403),
])  # fmt: skip
def test_nobody_gives_a_role_above_their_own(request: pytest.FixtureRequest, who: str, role: str, status: int) -> None:
    person: Person = request.getfixturevalue(who)
    before = state()
    answer = invited(person, role=role)
    assert answer.status_code == status, answer.content
    if status == 403:
        assert state() == before


def test_the_platform_invites_an_owner_and_is_not_named(salon: Tenant) -> None:
    from_platform = InvitationFactory(role="owner")
    again = send_again(invitation=from_platform, tenant=salon, actor=SYSTEM, now=now())
    assert (again.invited_by, again.invited_by_name, again.version) == (None, "", 2)


def test_who_lacks_a_permission_does_not_give_it(salon: Tenant) -> None:
    bound = make_person(salon, Role.MANAGER, denied=["bookings.export", "customers.read"])
    before = state()
    for given in ({"role": "manager", "denied": []}, {"role": "staff", "denied": ["bookings.manage"]}):
        body = refused(invited(bound, **given), 403, "beyond_own_powers", before)
        assert body["errors"][0]["pointer"] == "/denied"
    answer = invited(bound, role="manager")
    assert answer.json()["denied"] == ["bookings.export", "customers.read"], "as wide as their own"
    assert invited(bound, "b@people.example", denied=["customers.read"]).status_code == 201


def test_a_scoped_inviter_gives_no_wider_scope(salon: Tenant) -> None:
    here, there, ana, ben = LocationFactory(), LocationFactory(), StaffFactory(), StaffFactory()
    WorkingHoursFactory(staff=ana, location=here)
    scope = {"location_ids": [str(here.pk)], "staff_ids": [str(ana.pk)]}
    bound = make_person(salon, Role.MANAGER, **scope)
    before = state()
    for given, pointer in (
        ({"location_ids": None}, "/location_ids"),
        ({"location_ids": [str(here.pk), str(there.pk)]}, "/location_ids"),
        ({"staff_ids": None}, "/staff_ids"),
        ({"staff_ids": [str(ben.pk)]}, "/staff_ids"),
        ({"customer_scope": "all"}, "/customer_scope"),
    ):
        body = refused(invited(bound, **given), 403, "beyond_own_powers", before)
        assert [each["pointer"] for each in body["errors"]] == [pointer]
    refused(invited(bound, staff=str(ben.pk)), 403, "beyond_own_powers", before)
    made = invited(bound, staff=str(ana.pk)).json()
    assert {name: made[name] for name in scope} == scope
    assert invited(bound, "b@people.example", location_ids=[], staff_ids=[]).status_code == 201


def test_what_is_not_of_this_business_is_pointed_at(owner: Person, rival: Tenant) -> None:
    with tenant_scope(rival):
        foreign = StaffFactory()
    before, here = state(), LocationFactory()
    wrong = {"location_ids": [str(here.pk), UNKNOWN], "staff_ids": [str(foreign.pk)], "staff": str(foreign.pk)}
    assert faults(invited(owner, **wrong)) == {
        "/location_ids/1": "does_not_exist",
        "/staff_ids/0": "does_not_exist",
        "/staff": "does_not_exist",
    }
    assert state() == before


def test_what_a_role_has_not_cannot_be_denied(owner: Person) -> None:
    assert faults(invited(owner, denied=["customers.read", "config.manage"])) == {"/denied/1": "not_of_role"}


@pytest.mark.parametrize("body", [
    {}, [], None, "x", {"email": "nobody", "role": "staff"}, {"email": NEW, "role": "customer"},
    {"email": NEW, "role": ["staff"]}, {"email": NEW, "role": "staff", "denied": "bookings.read"},
    {"email": NEW, "role": "staff", "denied": ["fly"]}, {"email": NEW, "role": "staff", "denied": [{}]},
    {"email": NEW, "role": "staff", "location_ids": {"a": 1}}, {"email": NEW, "role": "staff", "staff_ids": ["x"]},
    {"email": NEW, "role": "staff", "staff_ids": [UNKNOWN] * 501}, {"email": NEW, "role": "staff", "staff": 7},
    {"email": NEW, "role": "staff", "customer_scope": None}, {"email": NEW, "role": "staff", "version": 2},
    {"email": NEW, "role": "staff", "name": "A\u202eB"}, {"email": f"{'a' * 300}@b.example", "role": "staff"},
    {"email": "a\x00@b.example", "role": "staff"}, {"email": NEW, "role": "staff", "language": "tlh\x00"},
])  # fmt: skip
def test_what_cannot_be_read_is_refused(owner: Person, body: Any) -> None:
    before = state()
    answer = owner.api.post("invitations/", body)
    assert answer.status_code == 400, answer.content
    assert state() == before


def test_an_address_is_invited_once_at_a_time(owner: Person, manager: Person) -> None:
    first = invited(owner).json()
    before = state()
    body = refused(invited(manager, "NEW@people.example"), 409, "already_invited", before)
    assert body["invitation"] == first["id"]
    with time_machine.travel(now() + dt.timedelta(days=7, seconds=1)):
        assert owner.api.get(f"invitations/{first['id']}/", **_fresh(owner)).json()["status"] == "expired"
        assert owner.api.post("invitations/", {"email": NEW, "role": "staff"}, **_fresh(owner)).status_code == 201
    assert Invitation.objects.get(pk=first["id"]).revoked_at is not None


def _fresh(person: Person) -> dict[str, str]:
    """Signed in anew: a week is longer than a token lives."""
    again = Person(user=person.user, membership=person.membership)
    return {"authorization": f"Bearer {again.tokens.access}"}


@pytest.mark.parametrize("role", [Role.OWNER, Role.STAFF])
def test_who_is_of_the_team_is_not_invited(owner: Person, role: Role) -> None:
    member = make_person(owner.tenant, role)
    before = state()
    refused(invited(owner, member.user.email.upper()), 409, "already_member", before)


@pytest.mark.parametrize("given", [{"role": Role.CUSTOMER}, {"role": Role.STAFF, "is_active": False}])
def test_a_customer_and_whoever_left_can_be_invited(owner: Person, given: dict[str, Any]) -> None:
    person = make_person(owner.tenant, **given)
    assert invited(owner, person.user.email).status_code == 201


def test_a_calendar_is_one_persons(owner: Person, stylist: Person) -> None:
    ana = StaffFactory(user_id=stylist.user.pk)
    refused(invited(owner, staff=str(ana.pk)), 409, "staff_taken", state())


def test_sent_again_by_a_new_link_from_who_sent_it(owner: Person, manager: Person, stranger: Stranger) -> None:
    made = invited(owner).json()
    old = token_of(owner.tenant)
    again = manager.api.post(f"invitations/{made['id']}/resend/")
    assert (again.status_code, again.json()["invited_by"]) == (200, manager.user.name)
    assert again.json()["expires_at"] > made["expires_at"]
    before = state()
    refused(accepted(stranger, old), 400, "link_invalid", before)
    assert accepted(stranger, token_of(owner.tenant)).status_code == 200
    assert [each["change"] for each in told("invitation.changed")] == ["sent", "sent_again", "accepted"]


def test_an_expired_one_is_good_again_when_it_is_sent_again(salon: Tenant, owner: Person, stranger: Stranger) -> None:
    InvitationFactory(email=NEW, sent_at=now() - dt.timedelta(days=8))
    refused(accepted(stranger, token_of(salon)), 400, "link_invalid", state())
    row = Invitation.objects.get()
    assert owner.api.post(f"invitations/{row.pk}/resend/").json()["status"] == "open"
    assert accepted(stranger, token_of(salon)).status_code == 200


def test_a_revoked_one_is_worthless(owner: Person, stranger: Stranger) -> None:
    made = invited(owner).json()
    token = token_of(owner.tenant)
    assert owner.api.post(f"invitations/{made['id']}/revoke/").json()["status"] == "revoked"
    before = state()
    for each in (token, token_of(owner.tenant)):
        refused(accepted(stranger, each), 400, "link_invalid", before)
    for step in ("revoke", "resend"):
        refused(owner.api.post(f"invitations/{made['id']}/{step}/"), 409, "invitation_closed", before)
    assert invited(owner).status_code == 201, "somebody may be asked again"


@pytest.mark.parametrize("step", ["resend", "revoke"])
def test_a_manager_leaves_an_owners_invitation_alone(owner: Person, manager: Person, step: str) -> None:
    made = invited(owner, role="owner").json()
    refused(manager.api.post(f"invitations/{made['id']}/{step}/"), 403, "beyond_own_powers", state())
    assert owner.api.post(f"invitations/{made['id']}/{step}/").status_code == 200


@pytest.mark.parametrize("who", ["stylist", "customer"])
def test_others_do_not_see_who_is_asked(request: pytest.FixtureRequest, owner: Person, who: str) -> None:
    made = invited(owner).json()
    person: Person = request.getfixturevalue(who)
    for path in ("invitations/", f"invitations/{made['id']}/", "members/", f"members/{owner.membership.pk}/"):
        assert person.api.get(path).status_code == 403, path
    for step in ("resend", "revoke"):
        assert person.api.post(f"invitations/{made['id']}/{step}/").status_code == 403


def test_a_manager_without_the_permission_keeps_no_team(salon: Tenant) -> None:
    bound = make_person(salon, Role.MANAGER, denied=["team.manage"])
    refused(invited(bound), 403, "not_allowed", state())


def test_a_repeat_under_a_key_invites_once(owner: Person) -> None:
    body = {"email": NEW, "role": "staff"}
    first, again = (owner.api.post("invitations/", body, idempotency_key="k1") for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert first.json() == again.json()
    assert Invitation.objects.count() == 1


def test_one_address_is_not_filled_with_mail(owner: Person) -> None:
    made = invited(owner).json()
    codes = [owner.api.post(f"invitations/{made['id']}/resend/").status_code for _ in range(5)]
    assert codes == [200] * 4 + [429]


def test_what_a_removed_member_sent_is_worthless(owner: Person, manager: Person, stranger: Stranger) -> None:
    invited(manager)
    token = token_of(owner.tenant)
    assert owner.api.delete(f"members/{manager.membership.pk}/").status_code == 204
    assert Invitation.objects.get().revoked_at is not None
    refused(accepted(stranger, token), 400, "link_invalid", state())


@pytest.mark.parametrize("left", [
    {"is_active": False}, {"role": "staff"}, {"denied": ["team.manage"]}, {"denied": ["bookings.manage"]},
    {"staff_ids": []},
])  # fmt: skip
def test_nobody_joins_by_the_word_of_who_could_not_give_it_any_more(
    salon: Tenant, manager: Person, stranger: Stranger, left: dict[str, Any]
) -> None:
    """However they lost it: by an operator, or by a file."""
    invited(manager)
    Membership.objects.filter(pk=manager.membership.pk).update(**left)
    refused(accepted(stranger, token_of(salon)), 400, "link_invalid", state())
    Membership.objects.filter(pk=manager.membership.pk).update(
        is_active=True, role="manager", denied=[], staff_ids=None
    )
    assert accepted(stranger, token_of(salon)).status_code == 200


def test_revoking_needs_no_calendar(salon: Tenant) -> None:
    row = InvitationFactory(staff=StaffFactory())
    Staff.objects.all().delete()
    revoke(invitation=row, tenant=salon, actor=SYSTEM, now=now())
    assert Invitation.objects.get().staff is None
