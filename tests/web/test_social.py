"""Coming in by a provider, from the button to the page behind it, with a provider that is real but for its name."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.models import AccountRequest, Membership, SignIn, SocialIdentity, User
from tests.factories.users import PASSWORD, Person, SocialIdentityFactory, Stranger, UserFactory, make_person
from tests.letters import Letters, body
from tests.openid import ADA, OpenIdProvider
from tests.users.second_factor import turn_on
from tests.web.conftest import page_of
from tests.web.surfer import BEGIN, NAMES, Surfer, facts, named, refused


@named(*NAMES)
def test_a_newcomer_gets_an_account_and_is_a_customer(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    page = surfer.come(f"{BEGIN.format(provider.name)}?next=%2Fbook%2F%3Fx%3D1")
    assert surfer.went[-1] == "http://salon.localhost:8000/book/?x=1"
    assert page.status_code == 200
    user = User.objects.get()
    assert (user.email, user.name, user.has_usable_password()) == ("ada@people.example", "Ada Byron", False)
    assert user.email_verified_at is not None
    assert Membership.objects.get().role == Role.CUSTOMER
    identity = SocialIdentity.objects.get()
    assert (identity.provider, identity.email) == (provider.name, "ada@people.example")
    assert [each["what"] for each in facts("account.changed")] == ["registered"]
    assert [each["way"] for each in facts("account.signed_in")] == [provider.name]
    assert "ada@people.example" in page_of(surfer.at("salon.localhost").get("/account/security/"))


@named(*NAMES)
def test_whoever_is_known_comes_in_whatever_their_address_is(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    surfer.come(BEGIN.format(provider.name))
    User.objects.update(email="elsewhere@people.example")
    provider.account = {"sub": ADA["sub"]}
    again = Surfer()
    again.come(BEGIN.format(provider.name))
    assert (User.objects.count(), SignIn.objects.count()) == (1, 2)
    assert again.went[-1] == "http://salon.localhost:8000/account/"


def test_what_is_asked_of_the_provider(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    surfer.come(BEGIN.format("google"))
    asked = provider.asked[0]
    assert asked["redirect_uri"] == "http://localhost:8000/social/google/callback/"
    assert (asked["scope"], asked["code_challenge_method"]) == ("openid email profile", "S256")
    assert len(asked["nonce"]) > 30
    start, callback, finish = surfer.went[0], surfer.went[2], surfer.went[3]
    assert [urlsplit(each).path for each in (start, callback, finish)] == [
        "/social/google/start/",
        "/social/google/callback/",
        "/account/social/finish/",
    ]
    for secret in ("ada", asked["nonce"]):
        assert secret not in "".join(each for each in surfer.went if "127.0.0.1" not in each)


def test_who_has_an_account_comes_into_it_and_is_told(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, letters: Letters
) -> None:
    provider.account = {**ADA, "email": "Customer@People.example"}
    surfer.come(BEGIN.format("google"))
    assert SocialIdentity.objects.get().user_id == customer.user.pk
    assert [each["what"] for each in facts("account.changed")] == ["social"]
    deliver_outbox()
    (letter,) = letters.to(customer.user.email)
    assert letter["Subject"] == "Google was added to your account"
    assert "http://salon.localhost:8000/account/security/" in body(letter)
    assert User.objects.get(pk=customer.user.pk).check_password(PASSWORD)


def test_a_password_that_was_not_proven_is_dropped(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    """Whoever registered her address before her does not get in afterwards."""
    UserFactory(email=ADA["email"], email_verified_at=None)
    surfer.come(BEGIN.format("google"))
    user = User.objects.get()
    assert (user.has_usable_password(), user.email_verified_at is not None) == (False, True)


@pytest.mark.parametrize("said", [False, None, "false", "no"])
@named("google", "apple")
def test_an_address_that_is_not_vouched_for_is_nobodys(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, said: object
) -> None:
    provider.account = {**ADA, "email": customer.user.email, "email_verified": said}
    page = surfer.come(BEGIN.format(provider.name))
    assert "We have written to" in page_of(page)
    assert not SocialIdentity.objects.exists()
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("said", [{}, {"xms_edov": False}, {"xms_edov": 0}, {"email_verified": True}])
@named("microsoft")
def test_the_e_mail_of_a_directory_is_no_proof(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, said: dict[str, Any]
) -> None:
    """Any administrator writes there what they like; with `xms_edov` the domain is theirs."""
    provider.account = {"sub": "mallory", "email": customer.user.email, **said}
    assert "We have written to" in page_of(surfer.come(BEGIN.format("microsoft")))
    assert not SocialIdentity.objects.exists()
    assert not SignIn.objects.exists()


@named("microsoft")
def test_our_own_mail_confirms_the_address_in_the_browser_that_began(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, letters: Letters
) -> None:
    provider.account = {"sub": "ada-1", "email": ADA["email"], "name": "Ada"}
    surfer.come(BEGIN.format("microsoft") + "?next=/book/")
    link = letters.link_to(str(ADA["email"]))
    browser = surfer.at("salon.localhost")
    assert "From then on Microsoft signs you in" in page_of(browser.get(link))
    assert browser.post(link)["Location"] == "/book/"
    assert SocialIdentity.objects.get().user == User.objects.get()
    again = Surfer()
    again.come(BEGIN.format("microsoft"))
    assert SignIn.objects.count() == 2


@named("microsoft")
def test_whoever_is_written_to_by_a_strangers_wish_gives_them_nothing(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, letters: Letters
) -> None:
    """The mail was asked for by somebody who claims the address; its owner follows it, in another browser."""
    provider.account = {"sub": "mallory", "email": customer.user.email}
    surfer.come(BEGIN.format("microsoft"))
    link = letters.link_to(customer.user.email)
    owner = Client(headers={"host": "salon.localhost"})
    assert "Microsoft" not in page_of(owner.get(link))
    assert owner.post(link).status_code == 302
    assert not SocialIdentity.objects.exists()
    assert "We have written to" in page_of(Surfer().come(BEGIN.format("microsoft")))


@named("apple", "microsoft")
def test_without_an_address_nobody_is_made(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.account = {"sub": "x", "email": "not an address"} if provider.name == "apple" else {"sub": "x"}
    refused(surfer.come(BEGIN.format(provider.name)), "Your address is missing")
    assert not User.objects.exists()


def test_who_was_removed_stays_out(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    make_person(salon, Role.CUSTOMER, email=str(ADA["email"]), is_active=False)
    refused(surfer.come(BEGIN.format("google")), "You cannot come in here")
    assert not SocialIdentity.objects.exists()
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"]


@pytest.mark.parametrize("columns", [{"is_active": False}, {"is_staff": True}])
def test_whoever_is_shut_out_or_an_operator_does_not_come_so(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, columns: dict[str, bool]
) -> None:
    person = make_person(salon, Role.OWNER, email=str(ADA["email"]))
    User.objects.filter(pk=person.user.pk).update(**columns)
    refused(surfer.come(BEGIN.format("google")), "You cannot come in here")
    SocialIdentityFactory(user=person.user, subject=ADA["sub"])
    refused(Surfer().come(BEGIN.format("google")), "You cannot come in here")


def test_the_second_factor_is_asked_for(customer: Person, provider: OpenIdProvider, surfer: Surfer) -> None:
    factor = turn_on(customer.user)
    provider.account = {**ADA, "email": customer.user.email}
    page = surfer.come(f"{BEGIN.format('google')}?next=/book/")
    assert "One more step" in page_of(page)
    assert not SignIn.objects.exists()
    challenge = re.search(r'name="challenge" value="([^"]+)"', page.content.decode())
    assert challenge
    given = {"challenge": challenge[1], "code": factor.code(now()), "next": "/book/"}
    assert surfer.at("salon.localhost").post("/account/sign-in/code/", given)["Location"] == "/book/"
    assert [(each["way"], each["two_factor"]) for each in facts("account.signed_in")] == [("google", True)]


def test_the_team_comes_by_its_own_door(owner: Person, provider: OpenIdProvider, surfer: Surfer) -> None:
    assert "Sign in with Google" in page_of(surfer.at("salon.localhost").get("/team/sign-in/"))
    provider.account = {**ADA, "email": owner.user.email}
    surfer.come("/team/sign-in/google/?next=/team/prices/")
    assert surfer.went[-1] == "http://salon.localhost:8000/team/prices/"
    assert Membership.objects.get(user=owner.user).role == Role.OWNER


@pytest.mark.parametrize("who", ["stranger", "of another business", "claimed"])
def test_nobody_joins_by_the_team_s_door(
    owner: Person, rival_owner: Person, provider: OpenIdProvider, surfer: Surfer, who: str
) -> None:
    account = dict(ADA)
    if who != "stranger":
        account["email"] = rival_owner.user.email if who == "of another business" else owner.user.email
    if who == "claimed":
        account["email_verified"] = False
    provider.account = account
    heading = "We do not know you yet" if who == "claimed" else "You are not in the team"
    refused(surfer.come("/team/sign-in/google/"), heading)
    assert not SocialIdentity.objects.exists()
    assert Membership.objects.count() == 2
    assert not AccountRequest.objects.exists()


def test_a_provider_that_is_off_is_not_there(salon: Tenant, client: Client) -> None:
    for path in ("/account/sign-in/", "/account/register/", "/team/sign-in/"):
        assert "Google" not in page_of(client.get(path))
    for path in (BEGIN.format("google"), "/team/sign-in/google/", BEGIN.format("unheard-of")):
        assert client.get(path).status_code == client.post(path).status_code == 404
    platform = Client(headers={"host": "localhost"})
    for path in ("start", "callback"):
        assert platform.get(f"/social/google/{path}/").status_code == 404
    assert platform.post("/social/google/callback/").status_code == 404


def test_every_sign_in_page_has_its_buttons(salon: Tenant, provider: OpenIdProvider, client: Client) -> None:
    for path in ("/account/sign-in/", "/account/register/"):
        text = page_of(client.get(f"{path}?next=/book/"))
        assert f'action="{BEGIN.format("google")}?next=%2Fbook%2F"' in text
        assert "Apple" not in text


def test_apps_find_where_it_begins(salon: Tenant, provider: OpenIdProvider, stranger: Stranger, settings: Any) -> None:
    url = "http://salon.localhost:8000/account/social/google/"
    answer = stranger.api.get("auth/social/").json()
    assert answer["results"] == [{"provider": "google", "name": "Google", "start_url": url}]
    assert "Sign in with Google" in page_of(Surfer().go(url))
    settings.SOCIAL_GOOGLE_CLIENT_ID = ""
    assert stranger.api.get("auth/social/").json()["results"] == []


def test_a_form_of_another_site_begins_nothing(salon: Tenant, provider: OpenIdProvider) -> None:
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    assert strict.post(BEGIN.format("google")).status_code == 403
    assert "Sign in with Google" in page_of(strict.get(BEGIN.format("google")))


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", "/" + "x" * 3000]
)
@pytest.mark.parametrize("door", [BEGIN.format("google"), "/team/sign-in/google/"])
def test_nobody_is_led_elsewhere(
    owner: Person, provider: OpenIdProvider, surfer: Surfer, door: str, there: str
) -> None:
    provider.account = {**ADA, "email": owner.user.email}
    surfer.come(f"{door}?next={there}")
    assert surfer.went[-1] == "http://salon.localhost:8000/team/"
