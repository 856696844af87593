"""Coming in by a provider, from the button to the page behind it, with a provider that is real but for its name."""

import datetime as dt
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.tenants.tasks import deliver_outbox
from bookme.users import limits
from bookme.users.models import AccountRequest, Membership, SignIn, SocialIdentity, User
from bookme.users.social import openid
from bookme.web.social import finishing
from tests.factories.users import PASSWORD, Person, SocialIdentityFactory, Stranger, UserFactory, make_person
from tests.letters import Letters, body
from tests.openid import ADA, OpenIdProvider
from tests.users.second_factor import turn_on
from tests.web.conftest import page_of
from tests.web.surfer import Surfer

BEGIN = "/account/social/{}/"
NAMES = ("google", "apple", "microsoft")


@pytest.fixture
def surfer() -> Surfer:
    return Surfer()


def _named(*names: str) -> Any:
    return pytest.mark.parametrize("provider", names, indirect=True)


def facts(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def _refused(page: Any, heading: str, status: int = 403) -> None:
    """A kind page with a way on, and nobody is in."""
    text = page_of(page)
    assert (page.status_code, f"<h1>{heading}</h1>" in text) == (status, True), text
    assert "btn" in text
    assert not SignIn.objects.exists()


@_named(*NAMES)
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


@_named(*NAMES)
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
@_named("google", "apple")
def test_an_address_that_is_not_vouched_for_is_nobodys(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, said: object
) -> None:
    provider.account = {**ADA, "email": customer.user.email, "email_verified": said}
    page = surfer.come(BEGIN.format(provider.name))
    assert "We have written to" in page_of(page)
    assert not SocialIdentity.objects.exists()
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("said", [{}, {"xms_edov": False}, {"xms_edov": 0}, {"email_verified": True}])
@_named("microsoft")
def test_the_e_mail_of_a_directory_is_no_proof(
    customer: Person, provider: OpenIdProvider, surfer: Surfer, said: dict[str, Any]
) -> None:
    """Any administrator writes there what they like; with `xms_edov` the domain is theirs."""
    provider.account = {"sub": "mallory", "email": customer.user.email, **said}
    assert "We have written to" in page_of(surfer.come(BEGIN.format("microsoft")))
    assert not SocialIdentity.objects.exists()
    assert not SignIn.objects.exists()


@_named("microsoft")
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


@_named("microsoft")
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


@_named("apple", "microsoft")
def test_without_an_address_nobody_is_made(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.account = {"sub": "x", "email": "not an address"} if provider.name == "apple" else {"sub": "x"}
    _refused(surfer.come(BEGIN.format(provider.name)), "Your address is missing")
    assert not User.objects.exists()


def test_who_was_removed_stays_out(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    make_person(salon, Role.CUSTOMER, email=str(ADA["email"]), is_active=False)
    _refused(surfer.come(BEGIN.format("google")), "You cannot come in here")
    assert not SocialIdentity.objects.exists()
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"]


@pytest.mark.parametrize("columns", [{"is_active": False}, {"is_staff": True}])
def test_whoever_is_shut_out_or_an_operator_does_not_come_so(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, columns: dict[str, bool]
) -> None:
    person = make_person(salon, Role.OWNER, email=str(ADA["email"]))
    User.objects.filter(pk=person.user.pk).update(**columns)
    _refused(surfer.come(BEGIN.format("google")), "You cannot come in here")
    SocialIdentityFactory(user=person.user, subject=ADA["sub"])
    _refused(Surfer().come(BEGIN.format("google")), "You cannot come in here")


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
    _refused(surfer.come("/team/sign-in/google/"), heading)
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


@pytest.mark.parametrize(
    "fault",
    [
        "key_of_a_stranger",
        "key_nobody_knows",
        "no_signature",
        "public_key_as_secret",
        "token_error",
        "no_token",
        "no_json",
        "token_elsewhere",
    ],
)
def test_what_does_not_hold_lets_nobody_in(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, fault: str) -> None:
    provider.faults.add(fault)
    _refused(surfer.come(BEGIN.format("google") + "?next=/book/"), "That did not work")
    assert not User.objects.exists()
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"]


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": ["bookme-client", "another-client"]},
        {"aud": None},
        {"azp": "another-client"},
        {"exp": 1},
        {"exp": None},
        {"iat": 4102444800},
        {"iat": None},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": 7},
        {"at_hash": "x"},
    ],
    ids=str,
)
def test_a_claim_that_does_not_hold_lets_nobody_in(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    _refused(surfer.come(BEGIN.format("google")), "That did not work")
    assert not User.objects.exists()


@pytest.mark.parametrize("claims", [{"aud": ["bookme-client"]}, {"azp": "bookme-client"}, {"iat": -30}], ids=str)
def test_a_claim_that_holds_in_another_form_does(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = {key: int(now().timestamp()) + 30 if key == "iat" else value for key, value in claims.items()}
    surfer.come(BEGIN.format("google"))
    assert SignIn.objects.exists()


@pytest.mark.parametrize(
    "claims",
    [
        {"tid": None},
        {"tid": "common"},
        {"tid": "0f5d2f7f-58c1-4f56-9b8a-6b1f1d4e3a11"},
        {"iss": "http://127.0.0.1/{tenantid}/v2.0"},
    ],
    ids=str,
)
@_named("microsoft")
def test_a_directory_is_an_issuer_of_its_own(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    _refused(surfer.come(BEGIN.format("microsoft")), "That did not work")


@_named("microsoft")
def test_a_key_is_good_for_its_issuer_alone(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.faults.add("key_of_another")
    _refused(surfer.come(BEGIN.format("microsoft")), "That did not work")


@pytest.mark.parametrize("fault", ["down", "unsafe_endpoint", "token_down", "slow"])
def test_a_provider_that_does_not_answer(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openid, "TIMEOUTS", (0.3, 0.3))
    provider.faults.add(fault)
    page = surfer.come(BEGIN.format("google"))
    _refused(page, "That way is closed", 503)
    assert facts("account.sign_in_failed") == []
    provider.faults.clear()
    surfer.come(BEGIN.format("google"))
    assert SignIn.objects.exists()


def test_a_provider_that_is_gone(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, settings: Any) -> None:
    settings.SOCIAL_GOOGLE_DISCOVERY_URL = "http://127.0.0.1:9/.well-known/openid-configuration"
    _refused(surfer.come(BEGIN.format("google")), "That way is closed", 503)


def test_what_a_provider_says_of_itself_is_asked_once_an_hour_and_a_new_key_at_once(
    salon: Tenant, provider: OpenIdProvider
) -> None:
    for _ in range(2):
        Surfer().come(BEGIN.format("google"))
    asked = [each for each in provider.fetched if each not in {"/authorize", "/token"}]
    assert asked == ["/.well-known/openid-configuration", "/keys"]
    provider.faults.add("rotated")
    Surfer().come(BEGIN.format("google"))
    assert provider.fetched.count("/keys") == 2
    assert SignIn.objects.count() == 3


@_named("google", "apple")
def test_whoever_cancels_is_asked_how_else(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.faults.add("cancel")
    page = surfer.come(BEGIN.format(provider.name) + "?next=/book/")
    _refused(page, "You are not signed in", 200)
    assert "/account/sign-in/?next=%2Fbook%2F" in page_of(page)
    assert facts("account.sign_in_failed") == []


def test_an_answer_comes_once(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    callback = surfer.go(surfer.press(BEGIN.format("google")), until="/callback/")
    finish = surfer.go(str(callback), until="/finish/")
    again = surfer.go(str(callback))
    _refused(again, "That took too long", 404)
    assert provider.fetched.count("/token") == 1
    surfer.go(str(finish))
    assert SignIn.objects.count() == 1
    assert "That took too long" in page_of(surfer.go(str(finish)))
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize("guarded", [True, False])
def test_of_four_that_bring_the_same_code_one_comes_in(
    committed: Tenant, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """The control: a code that nobody takes lets all of them in."""
    if not guarded:
        monkeypatch.setattr(finishing, "take_hand_over", lambda name: None)
    surfer = Surfer()
    finish = urlsplit(str(surfer.go(surfer.press(BEGIN.format("google")), until="/finish/")))
    cookies = surfer.at("salon.localhost").cookies

    def bring(_: int) -> int:
        try:
            client = Client(headers={"host": "salon.localhost"})
            client.cookies = cookies.copy()
            return client.get(f"{finish.path}?{finish.query}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(bring, range(4)))
    assert codes == ([302, 404, 404, 404] if guarded else [302, 302, 302, 302])
    assert SignIn.objects.count() == (1 if guarded else 4)


def test_of_two_newcomers_at_once_both_come_into_one_account(committed: Tenant, provider: OpenIdProvider) -> None:
    surfers = [Surfer() for _ in range(4)]
    finishes = [str(each.go(each.press(BEGIN.format("google")), until="/finish/")) for each in surfers]

    def come(number: int) -> str:
        try:
            surfers[number].go(finishes[number])
            return surfers[number].went[-1]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ended = set(pool.map(come, range(4)))
    assert ended == {"http://salon.localhost:8000/account/"}
    assert (User.objects.count(), SocialIdentity.objects.count(), SignIn.objects.count()) == (1, 1, 4)


def test_another_browser_does_not_come_in_and_spends_nothing(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    """Login CSRF: an attacker's own sign-in, finished in the browser of somebody else."""
    finish = str(surfer.go(surfer.press(BEGIN.format("google")), until="/finish/"))
    victim = Surfer()
    _refused(victim.go(finish), "Another browser began this")
    began_too = Surfer()
    began_too.press(BEGIN.format("google"))
    _refused(began_too.go(finish), "Another browser began this")
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"] * 2
    surfer.go(finish)
    assert SignIn.objects.count() == 1


def test_another_business_takes_no_code(salon: Tenant, rival: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    finish = str(surfer.go(surfer.press(BEGIN.format("google")), until="/finish/"))
    surfer.press(BEGIN.format("google"), "rival.localhost")
    surfer.clients["rival.localhost"].cookies = surfer.clients["salon.localhost"].cookies
    _refused(surfer.go(finish.replace("salon.", "rival.")), "That took too long", 404)
    surfer.go(finish)
    assert SignIn.objects.get().tenant_id == salon.pk


@pytest.mark.parametrize("at", ["wish", "state", "code"])
def test_what_was_changed_on_the_way_is_lost(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, at: str) -> None:
    until = {"wish": "/start/", "state": "/callback/", "code": "/finish/"}[at]
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    (value,) = parse_qs(urlsplit(url).query)[at]
    for changed in (value[:-2], "x" + value, value.replace(":", ".", 1), "", "\x00", "é" * 9):
        page = surfer.go(f"{url.partition('?')[0]}?{urlencode({'code': 'x', at: changed})}")
        _refused(page, "That took too long", 404)
    surfer.go(url)
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize(("until", "seconds"), [("/start/", 601), ("/callback/", 601), ("/finish/", 61)])
def test_each_step_has_its_time(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, until: str, seconds: int
) -> None:
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    with time_machine.travel(now() + dt.timedelta(seconds=seconds), tick=False):
        _refused(surfer.go(url), "That took too long", 404)


@pytest.mark.parametrize("until", ["/start/", "/callback/"])
def test_a_provider_that_is_turned_off_in_between(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, settings: Any, until: str
) -> None:
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    settings.SOCIAL_GOOGLE_CLIENT_ID = ""
    page = surfer.go(url)
    _refused(page, "That way is closed", 503)
    assert "Try again" not in page_of(page)


def test_the_answer_of_one_provider_is_none_of_another(
    salon: Tenant, openid_servers: dict[str, OpenIdProvider], provider: OpenIdProvider, surfer: Surfer, settings: Any
) -> None:
    for name, value in openid_servers["microsoft"].environment.items():
        setattr(settings, name, value)
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until="/callback/"))
    _refused(surfer.go(url.replace("/google/", "/microsoft/")), "That did not work")
    start = surfer.press(BEGIN.format("google"))
    _refused(surfer.go(start.replace("/google/", "/microsoft/")), "That did not work")


@_named("apple")
def test_an_answer_comes_by_the_method_that_was_asked_for(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    surfer.go(surfer.press(BEGIN.format("apple")), until="/authorize")
    answer = provider.answer_to({**_query(surfer.went[-1])}, dict(ADA))
    url = f"http://localhost:8000/social/apple/callback/?code={answer['code']}&state={answer['state']}"
    _refused(surfer.go(url), "That did not work")


@pytest.mark.parametrize("told", ["", "null", "[]", '{"name": 7}', '{"name": {"firstName": {}}}', "[" * 3000, "{"])
@_named("apple")
def test_a_name_that_cannot_be_read_is_none(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, told: str) -> None:
    surfer.go(surfer.press(BEGIN.format("apple")), until="/authorize")
    answer = provider.answer_to(_query(surfer.went[-1]), dict(ADA)) | {"user": told}
    back = surfer.at("localhost").post("/social/apple/callback/", answer)
    surfer.go(back["Location"])
    assert User.objects.get().name in {"", "{}"}


def _query(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}


@pytest.mark.parametrize("until", ["/start/", "/callback/", "/finish/"])
def test_a_suspended_business_refuses(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, until: str) -> None:
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.SUSPENDED)
    forget_tenants()
    assert surfer.go(url).status_code == 503
    assert not SignIn.objects.exists()
    with public_scope():
        Tenant.objects.filter(pk=salon.pk).update(status=TenantStatus.CLOSED)
    forget_tenants()
    assert Surfer().go(surfer.went[-1]).status_code == 404


def test_another_host_of_the_business_leads_to_its_own(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    """The way back ends on the primary domain: there the browser has to begin."""
    with public_scope():
        Domain.objects.create(tenant=salon, domain="other.localhost", is_primary=False, verified_at=now())
    there = "http://salon.localhost:8000/account/social/google/?next=%2Fbook%2F"
    asked = f"{BEGIN.format('google')}?next=%2Fbook%2F"
    assert surfer.press(asked, "other.localhost") == there
    assert surfer.at("other.localhost").get(asked)["Location"] == there


def test_without_redis_it_is_busy(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = surfer.press(BEGIN.format("google"))
    with monkeypatch.context() as patch:
        for name in ("get", "set", "delete"):
            patch.setattr(caches["default"], name, _away)
        assert surfer.go(url).status_code == 503


def _away(*_: object, **__: object) -> None:
    raise RedisAway


def test_too_many_beginnings_are_refused(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = surfer.press(BEGIN.format("google"))
    monkeypatch.setattr(limits, "FORMS_PER_NETWORK", limits.Limit("tiny", most=0, seconds=60))
    page = surfer.at("salon.localhost").post(BEGIN.format("google"))
    assert (page.status_code, page["Retry-After"] > "0") == (429, True)
    assert "Too many for now" in page_of(page)
    assert surfer.go(url).status_code == 429


def test_it_is_signed_in_at_one_business_alone(
    salon: Tenant, rival: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    surfer.come(BEGIN.format("google"))
    surfer.come(BEGIN.format("google"), "rival.localhost")
    assert User.objects.count() == 1
    assert set(Membership.objects.values_list("tenant_id", "role")) == {
        (salon.pk, "customer"),
        (rival.pk, "customer"),
    }
    with tenant_scope(rival):
        assert [each["role"] for each in facts("member.joined")] == ["customer"]


def test_the_session_is_another_afterwards(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    """Session fixation: what the browser had before is worthless."""
    url = surfer.press(BEGIN.format("google"))
    before = surfer.at("salon.localhost").cookies["sessionid"].value
    surfer.go(url)
    assert surfer.at("salon.localhost").cookies["sessionid"].value != before
    planted = Client(headers={"host": "salon.localhost"})
    planted.cookies["sessionid"] = before
    assert planted.get("/account/security/").status_code == 302
