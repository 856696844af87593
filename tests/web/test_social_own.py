"""The providers of one's own account: seen, added and removed, by whoever is signed in and nobody else."""

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.models import SignIn, SocialIdentity, User
from tests.factories.users import PASSWORD, Person, SocialIdentityFactory, UserFactory
from tests.letters import Letters
from tests.openid import ADA, OpenIdProvider
from tests.web.conftest import page_of
from tests.web.surfer import Surfer, facts

ADD = "/account/security/social/google/"
HOME = "/account/security/"


def _of(person: Person) -> Surfer:
    return Surfer({"salon.localhost": person.page})


def test_adding_one_whatever_its_address(customer: Person, provider: OpenIdProvider, letters: Letters) -> None:
    surfer = _of(customer)
    assert f'href="{ADD}"' in page_of(customer.page.get(HOME))
    assert "Go on to Google" in page_of(customer.page.get(ADD))
    provider.account = {**ADA, "email": "owner@elsewhere.example", "email_verified": False}
    page = surfer.go(surfer.press(ADD))
    assert "From now on Google signs you in as well." in page_of(page)
    added = SocialIdentity.objects.get()
    assert (added.user_id, added.email) == (customer.user.pk, "owner@elsewhere.example")
    assert f'href="{ADD}"' not in page_of(customer.page.get(HOME))
    assert [each["what"] for each in facts("account.changed")] == ["social"]
    deliver_outbox()
    assert letters.to(customer.user.email)[0]["Subject"] == "Google was added to your account"
    other = Surfer()
    other.come("/account/social/google/")
    assert SignIn.objects.filter(user=customer.user).count() == 2
    surfer.go(surfer.press(ADD))
    assert SocialIdentity.objects.count() == 1


def test_adding_needs_the_password_once_the_sign_in_is_old(customer: Person, provider: OpenIdProvider) -> None:
    assert "current_password" not in page_of(customer.page.get(ADD))
    with time_machine.travel(now() + dt.timedelta(minutes=11), tick=False):
        assert "current_password" in page_of(customer.page.get(ADD))
        for given in ({"current_password": "wrong"}, {"x": "x"}):
            assert customer.page.post(ADD, given).status_code == 422
        _of(customer).press(ADD, data={"current_password": PASSWORD})
        customer.user.set_unusable_password()
        customer.user.save()
        session = customer.page.session
        session["ver"] = customer.user.secrets_version
        session.save()
        refused = customer.page.post(ADD, {"x": "x"})
        assert (refused.status_code, "Sign out and in again first" in page_of(refused)) == (422, True)


def test_one_that_is_another_persons_stays_theirs(customer: Person, provider: OpenIdProvider) -> None:
    theirs = SocialIdentityFactory(subject=ADA["sub"])
    surfer = _of(customer)
    page = surfer.go(surfer.press(ADD))
    assert (page.status_code, "It is somebody else" in page_of(page)) == (403, True)
    assert f'href="{HOME}"' in page_of(page)
    assert SocialIdentity.objects.get().user_id == theirs.user_id
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"]


def test_it_is_added_to_who_began_and_to_nobody_else(customer: Person, owner: Person, provider: OpenIdProvider) -> None:
    """Who signs out, or is somebody else by then, adds nothing; nor does it sign anybody in."""
    for become in ("nobody", "somebody else"):
        surfer = _of(customer)
        finish = str(surfer.go(surfer.press(ADD), until="/finish/"))
        if become == "nobody":
            SignIn.objects.filter(user=customer.user).update(revoked_at=now())
        else:
            session, theirs = customer.page.session, owner.page.session
            for key in ("sid", "tid", "ver"):
                session[key] = theirs[key]
            session.save()
        page = surfer.go(finish)
        assert (page.status_code, "You are signed out" in page_of(page)) == (403, True)
        assert not SocialIdentity.objects.exists()
        vars(customer).pop("page")


def test_no_operator_adds_one(customer: Person, provider: OpenIdProvider) -> None:
    User.objects.filter(pk=customer.user.pk).update(is_staff=True)
    surfer = _of(customer)
    assert surfer.go(surfer.press(ADD)).status_code == 403
    assert not SocialIdentity.objects.exists()


def test_removing_one(customer: Person, provider: OpenIdProvider) -> None:
    mine, theirs = SocialIdentityFactory(user=customer.user, subject="1"), SocialIdentityFactory(subject="2")
    path = HOME + "social/{}/remove/"
    assert customer.page.post(path.format(theirs.pk)).status_code == 404
    assert customer.page.get(path.format(mine.pk)).status_code == 302
    assert SocialIdentity.objects.count() == 2
    assert customer.page.post(path.format(mine.pk))["Location"] == HOME
    assert "Google signs you in no more." in page_of(customer.page.get(HOME))
    assert SocialIdentity.objects.get() == theirs
    assert [each["what"] for each in facts("account.changed")] == ["social_removed"]
    assert customer.page.post(path.format(mine.pk)).status_code == 404


def test_one_of_a_provider_that_is_off_is_still_seen_and_removed(customer: Person) -> None:
    mine = SocialIdentityFactory(user=customer.user, provider="apple")
    page = page_of(customer.page.get(HOME))
    assert "Apple" in page
    assert "Google" not in page
    assert customer.page.get(ADD).status_code == 404
    assert customer.page.post(f"{HOME}social/{mine.pk}/remove/").status_code == 302
    assert "Apple" not in page_of(customer.page.get(HOME)).replace("Apple signs you in no more", "")


def test_it_is_for_who_is_signed_in(salon: Tenant, provider: OpenIdProvider) -> None:
    added = SocialIdentityFactory(user=UserFactory())
    client = Client(headers={"host": "salon.localhost"})
    for path in (ADD, f"{HOME}social/{added.pk}/remove/"):
        for method in (client.get, client.post):
            assert method(path)["Location"].startswith("/account/sign-in/?next=%2Faccount%2Fsecurity%2F")
    assert SocialIdentity.objects.exists()


@pytest.mark.parametrize("scheme", ["add", "remove"])
def test_a_form_of_another_site_changes_nothing(customer: Person, provider: OpenIdProvider, scheme: str) -> None:
    mine = SocialIdentityFactory(user=customer.user)
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    strict.cookies = customer.page.cookies
    path: Any = ADD if scheme == "add" else f"{HOME}social/{mine.pk}/remove/"
    assert strict.post(path, {"x": "x"}).status_code == 403
    assert SocialIdentity.objects.count() == 1
