"""The page that the link of an invitation leads to."""

from typing import Any

import pytest
from django.test import Client

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.staff.models import Staff
from bookme.team.models import Invitation
from bookme.tenants.models import Tenant
from bookme.users.models import Membership, SignIn, TwoFactor, User
from tests.factories.staff import StaffFactory
from tests.factories.team import InvitationFactory
from tests.factories.users import Person, make_person
from tests.team.conftest import NEW, state, token_of, told

CHOSEN = "chosen-by-themselves-1"


def page_of(salon: Tenant, email: str = NEW) -> str:
    return f"/team/invitation/{token_of(salon, email)}/"


def test_it_shows_what_is_offered_and_does_nothing(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW, role="manager", invited_by_name="Ola", staff=StaffFactory(name="Ana"))
    path, before = page_of(salon), state()
    page = client.get(path)
    assert page.status_code == 200
    for text in ("Join Salon", "Ola asks you to join the team.", "Manager", "Ana", NEW):
        assert text in page.text, text
    assert state() == before
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_joining_signs_in(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW, staff=(ana := StaffFactory()))
    answer = client.post(page_of(salon), {"name": "Nia", "password": CHOSEN, "answer": "yes"})
    assert (answer.status_code, answer["Location"]) == (302, "/team/")
    assert client.get("/team/").status_code == 200
    user = User.objects.get(email=NEW)
    assert (user.name, user.check_password(CHOSEN), Staff.objects.get(pk=ana.pk).user_id) == ("Nia", True, user.pk)
    assert [each["way"] for each in told("account.signed_in")] == ["invitation"]


def test_without_a_password(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW, name="Nia")
    assert client.post(page_of(salon), {"name": "", "password": ""}).status_code == 302
    assert not User.objects.get(email=NEW).has_usable_password()


def test_a_weak_password_is_told_beside_its_field(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW)
    before = state()
    answer = client.post(page_of(salon), {"name": "Nia", "password": "short"})
    assert (answer.status_code, state()) == (422, before)
    assert 'id="f-password_error"' in answer.text


def test_declining(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW)
    path = page_of(salon)
    assert "You have declined" in client.post(path, {"answer": "no"}).text
    assert Invitation.objects.get().declined_at is not None
    assert client.get(path).status_code == client.post(path, {}).status_code == 404


def test_a_spent_link(salon: Tenant, client: Client) -> None:
    InvitationFactory(email=NEW, revoked_at=now())
    before = state()
    for path in (page_of(salon), "/team/invitation/1.x/", "/team/invitation/x/"):
        assert client.get(path).status_code == client.post(path, {"name": "N"}).status_code == 404
    assert state() == before


def test_the_invited_address_counts_whoever_is_signed_in(owner: Person) -> None:
    InvitationFactory(email=NEW)
    path = page_of(owner.tenant)
    assert f'In this browser <strong dir="ltr">{owner.user.email}</strong> is signed in.' in owner.page.get(path).text
    owner.page.post(path, {"name": "Nia", "password": CHOSEN})
    assert "Nia" in owner.page.get("/team/").text
    assert Membership.objects.get(pk=owner.membership.pk).role == "owner"


def test_who_has_another_address_by_now_joins_as_who_they_are(customer: Person, client: Client) -> None:
    InvitationFactory(email=NEW, role="manager")
    path = page_of(customer.tenant)
    page = customer.page.get(path).text
    assert f"Join as <bdi>{customer.user.email}</bdi>" in page
    assert f"Join as <bdi>{NEW}</bdi>" in page
    assert "Sign in to join with it" not in page
    sign_ins = SignIn.objects.count()
    answer = customer.page.post(path, {"answer": "as-myself"})
    assert (answer.status_code, answer["Location"]) == (302, "/team/")
    assert customer.page.get("/team/").status_code == 200
    assert Membership.objects.get(pk=customer.membership.pk).role == "manager"
    assert not User.objects.filter(email=NEW).exists()
    assert SignIn.objects.count() == sign_ins, "the link proves nothing of their account"
    assert client.get(path).status_code == 404


def test_or_as_who_was_invited(customer: Person) -> None:
    InvitationFactory(email=NEW)
    assert customer.page.post(page_of(customer.tenant), {"name": "Nia", "answer": "yes"}).status_code == 302
    assert Membership.objects.get(pk=customer.membership.pk).role == "customer"
    assert Membership.objects.get(user__email=NEW).role == "staff"


def test_joining_as_oneself_is_refused_as_anything_else(owner: Person, customer: Person, client: Client) -> None:
    row = InvitationFactory(email=NEW, staff=StaffFactory())
    path, before = page_of(owner.tenant), state()
    assert "Sign in to join with it" in client.get(path).text
    assert client.post(path, {"answer": "as-myself"})["Location"] == path
    assert "Join as <bdi>" not in owner.page.get(path).text
    assert owner.page.post(path, {"answer": "as-myself"}).status_code == 409
    assert state() == before
    User.objects.filter(pk=customer.user.pk).update(email_verified_at=None)
    assert "Join as <bdi>" not in customer.page.get(path).text
    before = state()
    answer = customer.page.post(path, {"answer": "as-myself"})
    assert (answer.status_code, "Nobody has proven yet" in answer.text) == (409, True)
    assert (state(), Staff.objects.get(pk=row.staff.pk).user_id) == (before, None)


def test_whoever_it_is_for_is_asked_for_nothing_more(customer: Person) -> None:
    InvitationFactory(email=customer.user.email)
    path = page_of(customer.tenant, customer.user.email)
    page = customer.page.get(path).text
    assert "f-password" not in page
    assert "In this browser" not in page
    assert customer.page.post(path, {"answer": "yes"}).status_code == 302
    assert customer.page.get("/team/").status_code == 200


def test_who_has_a_second_factor_gives_it(rival: Tenant, salon: Tenant, client: Client) -> None:
    person = make_person(rival, Role.OWNER)
    TwoFactor.objects.create(user=person.user, secret="JBSWY3DPEHPK3PXP", confirmed_at=now())
    InvitationFactory(email=person.user.email)
    answer = client.post(page_of(salon, person.user.email), {"answer": "yes"})
    assert 'autocomplete="one-time-code"' in answer.text
    assert client.get("/team/").status_code == 302
    assert Membership.objects.get(user=person.user, tenant=salon).role == "staff"


def test_a_taken_calendar_is_said(owner: Person, stylist: Person, client: Client) -> None:
    row = InvitationFactory(email=NEW, staff=StaffFactory())
    Staff.objects.filter(pk=row.staff.pk).update(user_id=stylist.user.pk)
    before = state()
    answer = client.post(page_of(owner.tenant), {"name": "Nia"})
    assert (answer.status_code, "Somebody else signs in with this calendar by now." in answer.text) == (409, True)
    assert state() == before


@pytest.mark.parametrize("data", [{"name": "n" * 121}, {"name": "A\u202eB"}, {"password": "p" * 300}])
def test_what_cannot_be_read(salon: Tenant, client: Client, data: dict[str, Any]) -> None:
    InvitationFactory(email=NEW)
    before = state()
    assert client.post(page_of(salon), data).status_code == 422
    assert state() == before


def test_it_takes_a_token_against_forged_forms(salon: Tenant) -> None:
    InvitationFactory(email=NEW)
    strict = Client(enforce_csrf_checks=True, headers={"host": "salon.localhost"})
    before = state()
    assert strict.post(page_of(salon), {"name": "Nia"}).status_code == 403
    assert state() == before
