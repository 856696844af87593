"""The way from host to host and back: each step once, in its time, for the browser that began."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from bookme.core.time import now
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import Domain, Tenant, TenantStatus
from bookme.tenants.selectors import forget_tenants
from bookme.users import limits
from bookme.users.models import Membership, SignIn, SocialIdentity, User
from bookme.web.social import finishing
from tests.at_once import all_at_once
from tests.openid import ADA, OpenIdProvider
from tests.web.conftest import page_of
from tests.web.surfer import BEGIN, Surfer, facts, named, refused


@named("google", "apple")
def test_whoever_cancels_is_asked_how_else(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    provider.faults.add("cancel")
    page = surfer.come(BEGIN.format(provider.name) + "?next=/book/")
    refused(page, "You are not signed in", 200)
    assert "/account/sign-in/?next=%2Fbook%2F" in page_of(page)
    assert facts("account.sign_in_failed") == []


def test_an_answer_comes_once(salon: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    callback = surfer.go(surfer.press(BEGIN.format("google")), until="/callback/")
    finish = surfer.go(str(callback), until="/finish/")
    again = surfer.go(str(callback))
    refused(again, "That took too long", 404)
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

    codes: list[int] = []

    def bring(_number: int) -> None:
        client = Client(headers={"host": "salon.localhost"})
        client.cookies = cookies.copy()
        codes.append(client.get(f"{finish.path}?{finish.query}").status_code)

    all_at_once(4, bring)
    assert sorted(codes) == ([302, 404, 404, 404] if guarded else [302, 302, 302, 302])
    assert SignIn.objects.count() == (1 if guarded else 4)


def test_of_two_newcomers_at_once_both_come_into_one_account(committed: Tenant, provider: OpenIdProvider) -> None:
    surfers = [Surfer() for _ in range(4)]
    finishes = [str(each.go(each.press(BEGIN.format("google")), until="/finish/")) for each in surfers]

    all_at_once(4, lambda number: surfers[number].go(finishes[number]))
    assert {each.went[-1] for each in surfers} == {"http://salon.localhost:8000/account/"}
    assert (User.objects.count(), SocialIdentity.objects.count(), SignIn.objects.count()) == (1, 1, 4)


def test_another_browser_does_not_come_in_and_spends_nothing(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    """Login CSRF: an attacker's own sign-in, finished in the browser of somebody else."""
    finish = str(surfer.go(surfer.press(BEGIN.format("google")), until="/finish/"))
    victim = Surfer()
    refused(victim.go(finish), "Another browser began this")
    began_too = Surfer()
    began_too.press(BEGIN.format("google"))
    refused(began_too.go(finish), "Another browser began this")
    assert [each["reason"] for each in facts("account.sign_in_failed")] == ["social"] * 2
    surfer.go(finish)
    assert SignIn.objects.count() == 1


def test_another_business_takes_no_code(salon: Tenant, rival: Tenant, provider: OpenIdProvider, surfer: Surfer) -> None:
    finish = str(surfer.go(surfer.press(BEGIN.format("google")), until="/finish/"))
    surfer.press(BEGIN.format("google"), "rival.localhost")
    surfer.clients["rival.localhost"].cookies = surfer.clients["salon.localhost"].cookies
    refused(surfer.go(finish.replace("salon.", "rival.")), "That took too long", 404)
    surfer.go(finish)
    assert SignIn.objects.get().tenant_id == salon.pk


@pytest.mark.parametrize("at", ["wish", "state", "code"])
def test_what_was_changed_on_the_way_is_lost(salon: Tenant, provider: OpenIdProvider, surfer: Surfer, at: str) -> None:
    until = {"wish": "/start/", "state": "/callback/", "code": "/finish/"}[at]
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    (value,) = parse_qs(urlsplit(url).query)[at]
    for changed in (value[:-2], "x" + value, value.replace(":", ".", 1), "", "\x00", "é" * 9):
        page = surfer.go(f"{url.partition('?')[0]}?{urlencode({'code': 'x', at: changed})}")
        refused(page, "That took too long", 404)
    surfer.go(url)
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize(("until", "seconds"), [("/start/", 601), ("/callback/", 601), ("/finish/", 61)])
def test_each_step_has_its_time(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, until: str, seconds: int
) -> None:
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    with time_machine.travel(now() + dt.timedelta(seconds=seconds), tick=False):
        refused(surfer.go(url), "That took too long", 404)


@pytest.mark.parametrize("until", ["/start/", "/callback/"])
def test_a_provider_that_is_turned_off_in_between(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer, settings: Any, until: str
) -> None:
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until=until))
    settings.SOCIAL_GOOGLE_CLIENT_ID = ""
    page = surfer.go(url)
    refused(page, "That way is closed", 503)
    assert "Try again" not in page_of(page)


def test_the_answer_of_one_provider_is_none_of_another(
    salon: Tenant, openid_servers: dict[str, OpenIdProvider], provider: OpenIdProvider, surfer: Surfer, settings: Any
) -> None:
    for name, value in openid_servers["microsoft"].environment.items():
        setattr(settings, name, value)
    url = str(surfer.go(surfer.press(BEGIN.format("google")), until="/callback/"))
    refused(surfer.go(url.replace("/google/", "/microsoft/")), "That did not work")
    start = surfer.press(BEGIN.format("google"))
    refused(surfer.go(start.replace("/google/", "/microsoft/")), "That did not work")


@named("apple")
def test_an_answer_comes_by_the_method_that_was_asked_for(
    salon: Tenant, provider: OpenIdProvider, surfer: Surfer
) -> None:
    surfer.go(surfer.press(BEGIN.format("apple")), until="/authorize")
    answer = provider.answer_to({**_query(surfer.went[-1])}, dict(ADA))
    url = f"http://localhost:8000/social/apple/callback/?code={answer['code']}&state={answer['state']}"
    refused(surfer.go(url), "That did not work")


@pytest.mark.parametrize("told", ["", "null", "[]", '{"name": 7}', '{"name": {"firstName": {}}}', "[" * 3000, "{"])
@named("apple")
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
