"""Following the link of an invitation: who joins as what, and which links lead nowhere."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.links import one_time_token, row_token
from bookme.users.models import Membership, User
from tests.answers import faults
from tests.at_once import all_at_once
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import PASSWORD, Api, Person, Stranger, UserFactory, make_key, make_person
from tests.team.conftest import NEW, accepted, invited, refused, state, token_of, told

CHOSEN = "chosen-by-themselves-1"


def log_in(stranger: Stranger, email: str, password: str) -> Any:
    return stranger.api.post("auth/login/", {"email": email, "password": password})


def test_a_new_person_joins_with_name_and_password(owner: Person, stranger: Stranger) -> None:
    ana = StaffFactory(name="Ana")
    invited(owner, staff=str(ana.pk), role="manager", denied=["bookings.export"], customer_scope="all")
    answer = accepted(stranger, token_of(owner.tenant), name="Nia New", password=CHOSEN)
    assert (answer.status_code, set(answer.json())) == (200, {"detail"})
    user = User.objects.get(email=NEW)
    member = Membership.objects.get(user=user)
    assert (user.name, user.email_verified_at is not None) == ("Nia New", True)
    assert (member.role, member.denied, member.customer_scope) == ("manager", ["bookings.export"], "all")
    assert Staff.objects.get(pk=ana.pk).user_id == user.pk
    row = Invitation.objects.get()
    assert (row.user_id, row.accepted_at is not None) == (user.pk, True)
    assert log_in(stranger, NEW, CHOSEN).status_code == 200
    assert told("member.joined") == [{"user_id": str(user.pk), "role": "manager", "address": "127.0.0.1", "agent": ""}]
    assert [each["what"] for each in told("account.changed")] == ["registered"]


def test_without_a_password_they_come_by_links(owner: Person, stranger: Stranger) -> None:
    invited(owner, name="Nia")
    assert accepted(stranger, token_of(owner.tenant)).status_code == 200
    user = User.objects.get(email=NEW)
    assert (user.name, user.has_usable_password()) == ("Nia", False)
    token = one_time_token(user=user, tenant=owner.tenant)
    assert stranger.api.post("auth/sign-in-link/confirm/", {"token": token}).status_code == 200


def test_an_account_keeps_its_name_and_password(owner: Person, stranger: Stranger, rival_owner: Person) -> None:
    email = rival_owner.user.email
    invited(owner, email)
    answer = accepted(stranger, token_of(owner.tenant, email), name="Somebody", password=CHOSEN)
    assert answer.status_code == 200
    assert log_in(stranger, email, CHOSEN).status_code == 401
    assert log_in(stranger, email, PASSWORD).status_code == 200
    assert User.objects.get(email=email).name == rival_owner.user.name
    assert told("account.changed") == []


def test_a_password_that_nobody_has_proven_is_worth_nothing(owner: Person, stranger: Stranger) -> None:
    """Somebody made an account for that address before: the link goes to who owns it."""
    squatter = UserFactory(email=NEW, email_verified_at=None)
    invited(owner)
    assert accepted(stranger, token_of(owner.tenant), password=CHOSEN).status_code == 200
    assert log_in(stranger, NEW, PASSWORD).status_code == 401
    assert log_in(stranger, NEW, CHOSEN).status_code == 200
    assert User.objects.get(email=NEW).pk == squatter.pk


def test_a_customer_becomes_one_of_the_team(owner: Person, customer: Person, stranger: Stranger) -> None:
    assert customer.api.get("auth/me/").json()["role"] == "customer"
    invited(owner, customer.user.email)
    assert accepted(stranger, token_of(owner.tenant, customer.user.email)).status_code == 200
    assert Membership.objects.get(user=customer.user).role == "staff"
    tokens = log_in(stranger, customer.user.email, PASSWORD).json()
    me = stranger.api.get("auth/me/", authorization=f"Bearer {tokens['access']}").json()
    assert (me["role"], "bookings.read" in me["permissions"]) == ("staff", True)


def test_who_left_comes_back_with_what_they_are_given_now(owner: Person, stranger: Stranger) -> None:
    gone = make_person(owner.tenant, Role.MANAGER, is_active=False, denied=["bookings.read"], staff_ids=[])
    invited(owner, gone.user.email)
    assert accepted(stranger, token_of(owner.tenant, gone.user.email)).status_code == 200
    back = Membership.objects.get(user=gone.user)
    assert (back.role, back.denied, back.staff_ids, back.is_active) == ("staff", [], None, True)


def test_the_offer_is_shown_and_says_nothing_of_accounts(
    owner: Person, rival_owner: Person, stranger: Stranger
) -> None:
    shown = []
    for email in (NEW, rival_owner.user.email):
        invited(owner, email, role="manager")
        answer = stranger.api.post("invitations/look/", {"token": token_of(owner.tenant, email)})
        assert answer.status_code == 200
        shown.append(answer.json())
    assert shown[0] == {
        "business": "Salon",
        "email": NEW,
        "name": "",
        "role": "manager",
        "invited_by": owner.user.name,
        "expires_at": shown[0]["expires_at"],
    }
    assert shown[1] | {name: shown[0][name] for name in ("email", "expires_at")} == shown[0]


def test_a_link_is_good_once(owner: Person, stranger: Stranger) -> None:
    invited(owner)
    token = token_of(owner.tenant)
    assert accepted(stranger, token).status_code == 200
    before = state()
    refused(accepted(stranger, token), 400, "link_invalid", before)
    for step in ("look", "decline"):
        refused(stranger.api.post(f"invitations/{step}/", {"token": token}), 400, "link_invalid", before)


def test_who_declines_is_left_alone(owner: Person, stranger: Stranger) -> None:
    invited(owner)
    token = token_of(owner.tenant)
    assert stranger.api.post("invitations/decline/", {"token": token}).status_code == 200
    assert [each["change"] for each in told("invitation.changed")] == ["sent", "declined"]
    refused(accepted(stranger, token), 400, "link_invalid", state())
    assert not User.objects.filter(email=NEW).exists()


def test_a_link_lasts_for_a_week(salon: Tenant, stranger: Stranger) -> None:
    row = InvitationFactory()
    token, before = token_of(salon, row.email), state()
    with time_machine.travel(row.expires_at + dt.timedelta(seconds=1)):
        refused(accepted(stranger, token), 400, "link_invalid", before)
    with time_machine.travel(row.expires_at - dt.timedelta(seconds=5)):
        assert accepted(stranger, token).status_code == 200


def test_a_signature_of_last_month_is_too_old_whatever_the_row_says(salon: Tenant, stranger: Stranger) -> None:
    row = InvitationFactory()
    token = token_of(salon, row.email)
    with time_machine.travel(now() + dt.timedelta(days=30)):
        Invitation.objects.update(expires_at=now() + dt.timedelta(days=1))
        refused(accepted(stranger, token), 400, "link_invalid", state())


def test_a_link_of_another_business_is_worthless(salon: Tenant, rival: Tenant, stranger: Stranger) -> None:
    with tenant_scope(rival):
        row = InvitationFactory(pk=InvitationFactory.build().pk)
        foreign = token_of(rival, row.email)
    InvitationFactory(pk=row.pk, email=row.email)
    before = state()
    refused(accepted(stranger, foreign), 400, "link_invalid", before)
    own = Api(host="rival.localhost").post("invitations/look/", {"token": foreign})
    assert own.status_code == 200, "the control: it is good where it was made"


def test_forged_tokens_lead_nowhere(salon: Tenant, stranger: Stranger, owner: Person) -> None:
    row = InvitationFactory(version=2)
    good = token_of(salon, row.email)
    version, _, signed = good.partition(".")
    forged = [
        "", ".", "2", "2.", f".{signed}", signed, f"1.{signed}", f"3.{signed}", f"02{good[1:]}x", f"{good}x", good[:-1],
        f"²{good[1:]}", f"-2.{signed}", f"99999999999.{signed}", f"2.{signed[:10]}{signed[11:]}", "2." + "A" * 2000,
        f"2.{row_token(row_id=row.pk, tenant=salon, kind='invitation')}",
        f"2.{row_token(row_id=row.pk, tenant=salon, kind='invitation.1')}",
        f"1.{row_token(row_id=row.pk, tenant=salon, kind='invitation.1')}",
        f"2.{row_token(row_id=owner.user.pk, tenant=salon, kind='invitation.2')}",
        f"2.{row_token(row_id=row.pk, tenant=None, kind='invitation.2')}",
        one_time_token(user=owner.user, tenant=salon), owner.tokens.access, "a:b:c", "2.a:b:c", "2.🦊:x:y",
    ]  # fmt: skip
    before = state()
    for token in forged:
        for path in ("look", "accept", "decline"):
            answer = stranger.api.post(f"invitations/{path}/", {"token": token})
            assert answer.status_code == 400, (path, token, answer.content)
    assert state() == before
    assert version == "2"
    assert accepted(stranger, good).status_code == 200


@pytest.mark.parametrize("body", [
    {}, [], "x", {"token": None}, {"token": ["a"]}, {"token": {"a": 1}}, {"token": "a\x00"}, {"token": "x" * 3000},
    {"token": "1.a", "name": 5}, {"token": "1.a", "name": "n" * 121}, {"token": "1.a", "password": ["p"]},
    {"token": "1.a", "password": "p" * 300}, {"token": "1.a", "role": "owner"}, {"token": "1.a", "email": NEW},
])  # fmt: skip
def test_what_cannot_be_read_is_refused(salon: Tenant, stranger: Stranger, body: Any) -> None:
    before = state()
    answer = stranger.api.post("invitations/accept/", body)
    assert answer.status_code == 400, answer.content
    assert state() == before


@pytest.mark.parametrize("password", ["short", "password1234", NEW])
def test_a_weak_password_is_refused_and_may_be_given_anew(owner: Person, stranger: Stranger, password: str) -> None:
    invited(owner)
    before = state()
    assert faults(accepted(stranger, token_of(owner.tenant), password=password)) == {"/password": "weak_password"}
    assert state() == before
    assert accepted(stranger, token_of(owner.tenant), password=CHOSEN).status_code == 200


def test_a_calendar_that_somebody_took_meanwhile(owner: Person, stylist: Person, stranger: Stranger) -> None:
    ana = StaffFactory()
    invited(owner, staff=str(ana.pk))
    Staff.objects.filter(pk=ana.pk).update(user_id=stylist.user.pk)
    refused(accepted(stranger, token_of(owner.tenant), password=CHOSEN), 409, "staff_taken", state())


def test_nobody_gets_a_second_calendar(owner: Person, stranger: Stranger, rival_owner: Person) -> None:
    StaffFactory(user_id=rival_owner.user.pk)
    invited(owner, rival_owner.user.email, staff=str(StaffFactory().pk))
    refused(accepted(stranger, token_of(owner.tenant, rival_owner.user.email)), 409, "has_calendar", state())


def test_an_old_invitation_changes_no_member(owner: Person, stranger: Stranger, rival_owner: Person) -> None:
    invited(owner, rival_owner.user.email)
    member = Membership.objects.create(user=rival_owner.user, tenant=owner.tenant, role="owner")
    refused(accepted(stranger, token_of(owner.tenant, rival_owner.user.email)), 409, "already_member", state())
    assert Membership.objects.get(pk=member.pk).role == "owner"


def test_whom_the_platform_shut_out_does_not_join(owner: Person, stranger: Stranger, rival_owner: Person) -> None:
    invited(owner, rival_owner.user.email)
    User.objects.filter(pk=rival_owner.user.pk).update(is_active=False)
    refused(accepted(stranger, token_of(owner.tenant, rival_owner.user.email)), 400, "link_invalid", state())


def test_who_is_signed_in_does_not_count(owner: Person, stylist: Person) -> None:
    """The link is opened in a browser in which somebody else is signed in."""
    invited(owner)
    answer = stylist.api.post("invitations/accept/", {"token": token_of(owner.tenant)})
    assert answer.status_code == 200
    assert set(Membership.objects.filter(tenant=owner.tenant).values_list("user__email", "role")) == {
        (NEW, "staff"), (stylist.user.email, "staff"), (owner.user.email, "owner"),
    }  # fmt: skip


def test_who_has_another_address_by_now_joins_as_themselves(owner: Person, customer: Person) -> None:
    ana, former = StaffFactory(), customer.user.email
    invited(owner, former, role="manager", staff=str(ana.pk))
    User.objects.filter(pk=customer.user.pk).update(email="married@people.example")
    token = token_of(owner.tenant, former)
    answer = customer.api.post("invitations/accept/", {"token": token, "as_myself": True, "password": CHOSEN})
    assert answer.status_code == 200, answer.content
    assert not User.objects.filter(email=former).exists()
    member = Membership.objects.get(user=customer.user, tenant=owner.tenant)
    assert (member.pk, member.role) == (customer.membership.pk, "manager")
    assert Staff.objects.get(pk=ana.pk).user_id == customer.user.pk
    assert Invitation.objects.get().user_id == customer.user.pk
    assert customer.api.get("auth/me/").status_code == 401, "tokens of a customer are not those of the team"
    stranger = Stranger(host=owner.host)
    assert log_in(stranger, "married@people.example", CHOSEN).status_code == 401
    assert log_in(stranger, "married@people.example", PASSWORD).status_code == 200


def test_only_who_is_signed_in_with_a_verified_address_is_themselves(
    owner: Person, customer: Person, stylist: Person, stranger: Stranger
) -> None:
    invited(owner)
    User.objects.filter(pk=customer.user.pk).update(email_verified_at=None)
    token = token_of(owner.tenant)
    key = Api(host=owner.host, token=make_key(owner.tenant, Permission.CUSTOMERS_READ).text)
    assert key.get("services/").status_code == 200
    operator = UserFactory(is_staff=True)
    platform_token = log_in(Stranger(host="localhost"), operator.email, PASSWORD).json()["access"]
    platform = Api(host="localhost", prefix="/t/salon/api/v1/", token=platform_token)
    assert platform.get("bookings/").status_code == 200
    before = state()
    given = {"token": token, "as_myself": True}
    refused(platform.post("invitations/accept/", given), 401, "not_signed_in", before)
    refused(stranger.api.post("invitations/accept/", given), 401, "not_signed_in", before)
    refused(key.post("invitations/accept/", given), 401, "not_signed_in", before)
    refused(customer.api.post("invitations/accept/", given), 403, "email_unverified", before)
    refused(stylist.api.post("invitations/accept/", given), 409, "already_member", before)
    refused(customer.api.post("invitations/accept/", given | {"token": "1.x"}), 400, "link_invalid", before)


def test_of_many_who_accept_at_once_one_does(committed: Tenant) -> None:
    ana = StaffFactory()
    row = InvitationFactory(staff=ana)
    token, codes = token_of(committed, row.email), []

    def accept(_number: int) -> None:
        codes.append(accepted(Stranger(host="salon.localhost"), token).status_code)

    all_at_once(4, accept)
    assert sorted(codes) == [200, 400, 400, 400]
    assert [each["role"] for each in told("member.joined")] == ["staff"]
    assert Staff.objects.get(pk=ana.pk).user_id == User.objects.get().pk


def test_of_two_who_want_one_calendar_at_once_one_gets_it(committed: Tenant) -> None:
    ana, codes = StaffFactory(), []
    tokens = [token_of(committed, InvitationFactory(staff=ana).email) for _ in range(2)]

    def accept(number: int) -> None:
        codes.append(accepted(Stranger(host="salon.localhost"), tokens[number]).status_code)

    all_at_once(2, accept)
    assert sorted(codes) == [200, 409]
    assert Membership.objects.count() == User.objects.count() == 1
