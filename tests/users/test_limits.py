"""Guessing passwords ends after ten failures; locking others out never begins."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from redis.exceptions import ConnectionError as RedisConnectionError

from bookme.core.limits import SITE_FACTOR, Limit, count, forget, network_of, site_of, take_back, with_site
from bookme.core.permissions import Role
from bookme.tenants.context import require_tenant
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.users import limits
from bookme.users.limits import (
    EVERYWHERE,
    KNOWN_SECONDS,
    LINKS_PER_PERSON,
    MAILS_PER_CONTACT,
    PER_ACCOUNT,
    PER_NETWORK,
    count_attempt,
)
from bookme.users.links import one_time_token
from bookme.users.mails import SEND_ACCOUNT_MAIL_TASK
from bookme.users.models import AccountRequest, User
from tests.factories.users import PASSWORD, Api, Person, make_person

REGISTERING = {"name": "Ada", "password": PASSWORD}


def _try(email: str, password: str = "wrong", *, address: str = "203.0.113.7", host: str = "salon.localhost") -> Any:
    api = Api(host=host)
    api.client.defaults["REMOTE_ADDR"] = address
    return api.post("auth/login/", {"email": email, "password": password})


def test_the_eleventh_try_is_refused_even_if_it_is_right(owner: Person) -> None:
    assert [_try(owner.user.email).status_code for _ in range(10)] == [401] * 10
    refused = _try(owner.user.email, PASSWORD)
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused["Retry-After"]) <= 900


def test_an_unknown_address_is_limited_alike(salon: Tenant) -> None:
    assert [_try("nobody@nowhere.example").status_code for _ in range(11)] == [401] * 10 + [429]


def test_a_stranger_does_not_lock_others_out(owner: Person, manager: Person) -> None:
    for _ in range(11):
        _try(owner.user.email)
    assert _try(owner.user.email, PASSWORD, address="198.51.100.1").status_code == 200
    assert _try(manager.user.email, PASSWORD).status_code == 200


def test_writing_the_address_otherwise_or_elsewhere_does_not_help(owner: Person, rival: Tenant) -> None:
    for _ in range(5):
        _try(owner.user.email.upper())
        _try(owner.user.email, host="rival.localhost")
    assert _try(owner.user.email, PASSWORD).status_code == 429


def test_a_forwarding_header_does_not_help(owner: Person) -> None:
    api = Api(host="salon.localhost")
    given = {"email": owner.user.email, "password": "wrong"}
    codes = [api.post("auth/login/", given, x_forwarded_for=f"10.0.0.{each}").status_code for each in range(11)]
    assert codes[-1] == 429


def test_a_success_begins_anew(owner: Person) -> None:
    for _ in range(9):
        _try(owner.user.email)
    assert _try(owner.user.email, PASSWORD).status_code == 200
    assert [_try(owner.user.email).status_code for _ in range(10)] == [401] * 10


def test_one_address_over_many_accounts(salon: Tenant, owner: Person) -> None:
    codes = [_try(f"guess{each}@people.example").status_code for each in range(PER_NETWORK.most + 1)]
    assert codes == [401] * PER_NETWORK.most + [429]
    assert _try(owner.user.email, PASSWORD).status_code == 429
    assert _try(owner.user.email, PASSWORD, address="198.51.100.1").status_code == 200


def test_one_household_of_ipv6_is_one_address(owner: Person) -> None:
    for each in range(10):
        _try(owner.user.email, address=f"2001:db8:1:1::{each:x}")
    assert _try(owner.user.email, PASSWORD, address="2001:db8:1:1:ffff::1").status_code == 429
    assert _try(owner.user.email, PASSWORD, address="2001:db8:1:2::1").status_code == 200


@dataclass(frozen=True)
class Flood:
    """What is limited by a network there, what is sent, and under which code it is refused."""

    limit: str
    given: Callable[[int], dict[str, str]]
    code: str


FLOODS = {
    "auth/login/": Flood(
        "PER_NETWORK", lambda each: {"email": f"a{each}@mail.example", "password": "wrong"}, "use_sign_in_link"
    ),
    "auth/register/": Flood(
        "MAILS_PER_NETWORK", lambda each: {"email": f"a{each}@mail.example"} | REGISTERING, "too_many_mails"
    ),
    "auth/sign-in-link/confirm/": Flood("FORMS_PER_NETWORK", lambda _: {"token": "x"}, "too_many_requests"),
}


def _refused_of_a_site(path: str, monkeypatch: pytest.MonkeyPatch) -> list[str | None]:
    """Of one request from each network of a /48, where each may send one, the code by which it is refused, if it is."""
    flood = FLOODS[path]
    monkeypatch.setattr(limits, flood.limit, Limit("tiny", most=1, seconds=60))
    return [_refused(path, flood.given(each), f"2001:db8:1:{each:x}::9") for each in range(SITE_FACTOR + 2)]


def _refused(path: str, given: dict[str, str], address: str) -> str | None:
    api = Api(host="salon.localhost")
    api.client.defaults["REMOTE_ADDR"] = address
    answer = api.post(path, given)
    return str(answer.json()["code"]) if answer.status_code == 429 else None


@pytest.mark.parametrize("path", FLOODS)
def test_the_networks_of_one_site_are_counted_together(
    salon: Tenant, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    flood = FLOODS[path]
    assert _refused_of_a_site(path, monkeypatch) == [None] * SITE_FACTOR + [flood.code] * 2
    assert [_refused(path, flood.given(99), each) for each in ("2001:db8:2:1::9", "203.0.113.7")] == [None, None]


@pytest.mark.parametrize("path", FLOODS)
def test_the_control_counts_each_network_by_itself(salon: Tenant, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "with_site", lambda limit, address: [(limit, network_of(address))])
    assert not any(_refused_of_a_site(path, monkeypatch))


def test_a_flood_of_a_site_does_not_lock_out_who_is_known_there(owner: Person) -> None:
    home = "2001:db8:1:1::9"
    assert _try(owner.user.email, PASSWORD, address=home).status_code == 200
    [_, (site, network)] = with_site(PER_NETWORK, home)
    for _ in range(site.most):
        count(site, network)
    assert _try(owner.user.email, PASSWORD, address=home).status_code == 200
    assert _try(owner.user.email, PASSWORD, address="2001:db8:1:2::9").json()["code"] == "use_sign_in_link"


def test_many_at_once_are_all_counted(committed: Tenant) -> None:
    email = make_person(committed, Role.OWNER).user.email

    def attempt(_: int) -> int:
        try:
            return int(_try(email).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        codes = sorted(pool.map(attempt, range(30)))
    assert codes == [401] * 10 + [429] * 20


def _redis_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any, **__: Any) -> Any:
        raise RedisConnectionError("away")

    monkeypatch.setattr("bookme.core.limits._redis", away)


def test_without_redis_people_sign_in_and_nobody_guesses(
    owner: Person, manager: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    _redis_away(monkeypatch)
    assert _try(manager.user.email, PASSWORD).status_code == 200
    assert [_try(owner.user.email).status_code for _ in range(9)] == [401] * 9
    assert _try(owner.user.email, PASSWORD).status_code == 200
    assert [_try(owner.user.email).status_code for _ in range(11)] == [401] * 10 + [429]
    assert "limit_counted_by_process" in caplog.text


def _fail_everywhere(email: str) -> None:
    """A hundred failures, from as few networks as it takes; all but one of each only counted, as the tries are."""
    for network in range(10):
        for _ in range(9):
            count_attempt(email=email, address=f"198.18.{network}.1")
        assert _try(email, address=f"198.18.{network}.1").status_code == 401


def test_after_a_hundred_failures_from_everywhere_a_new_network_needs_a_link(owner: Person) -> None:
    home, away = "203.0.113.7", "203.0.113.99"
    assert _try(owner.user.email, PASSWORD, address=home).status_code == 200
    _fail_everywhere(owner.user.email)
    assert _try(owner.user.email, PASSWORD, address=home).status_code == 200, "nobody is locked out of where they are"
    refused = _try(owner.user.email, PASSWORD, address=away)
    assert (refused.status_code, refused.json()["code"]) == (429, "use_sign_in_link")
    assert 0 < int(refused["Retry-After"]) <= 3600
    token = one_time_token(user=User.objects.get(pk=owner.user.pk), tenant=require_tenant())
    api = Api(host="salon.localhost")
    api.client.defaults["REMOTE_ADDR"] = away
    assert api.post("auth/sign-in-link/confirm/", {"token": token}).status_code == 200
    assert _try(owner.user.email, PASSWORD, address=away).status_code == 200, "and now they are known there"


def test_an_account_that_nobody_has_is_refused_alike(owner: Person) -> None:
    answers = []
    for email, address in ((owner.user.email, "203.0.113.99"), ("nobody@nowhere.example", "203.0.113.98")):
        _fail_everywhere(email)
        found = _try(email, address=address)
        told = re.sub(r"t=\d+", "t=", found["RateLimit"])
        answers.append((found.status_code, found.json(), sorted(found.headers), found["RateLimit-Policy"], told))
    assert answers[0] == answers[1]
    assert answers[0][0] == 429


def test_a_network_is_known_for_thirty_days(owner: Person) -> None:
    _try(owner.user.email, PASSWORD)
    client = caches["default"]._cache.get_client(None, write=True)
    [key] = client.keys("known:*")
    assert KNOWN_SECONDS - 60 < client.ttl(key) <= KNOWN_SECONDS
    client.delete(key)
    _fail_everywhere(owner.user.email)
    assert _try(owner.user.email, PASSWORD).status_code == 429


def test_others_in_the_network_do_not_lock_out_who_is_known_there(owner: Person, manager: Person) -> None:
    assert _try(owner.user.email, PASSWORD).status_code == 200
    for each in range(PER_NETWORK.most):
        _try(f"guess{each}@people.example")
    assert _try(manager.user.email, PASSWORD).json()["code"] == "use_sign_in_link"
    assert _try(owner.user.email, PASSWORD).status_code == 200


def test_tries_that_are_refused_do_not_count_for_everywhere(owner: Person) -> None:
    for _ in range(EVERYWHERE.most + 1):
        _try(owner.user.email)
    assert _try(owner.user.email, PASSWORD, address="198.51.100.1").status_code == 200


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("auth/sign-in-link/", LINKS_PER_PERSON),
        ("auth/password-reset/", LINKS_PER_PERSON),
        ("auth/register/", MAILS_PER_CONTACT),
    ],
)
def test_a_mailbox_is_not_flooded(salon: Tenant, path: str, limit: Limit) -> None:
    given = {"email": "ada@mail.example"} | (REGISTERING if path == "auth/register/" else {})
    codes = [Api(host="salon.localhost").post(path, given).status_code for _ in range(limit.most + 1)]
    assert codes == [202] * limit.most + [429]


def test_what_goes_to_anybody_is_counted_over_all_businesses(salon: Tenant, rival: Tenant) -> None:
    given = {"email": "ada@mail.example"} | REGISTERING
    hosts = ["salon.localhost"] * MAILS_PER_CONTACT.most + ["rival.localhost"]
    codes = [Api(host=each).post("auth/register/", given).status_code for each in hosts]
    assert codes == [202] * MAILS_PER_CONTACT.most + [429]


def test_asking_elsewhere_does_not_take_away_the_way_in(customer: Person, rival: Tenant) -> None:
    """Nobody is written to there. Here, each of those that are too many has sent a link that is good."""
    asked = {"email": customer.user.email}
    for _ in range(LINKS_PER_PERSON.most):
        assert Api(host="rival.localhost").post("auth/sign-in-link/", asked).status_code == 202
        assert Api(host="localhost").post("auth/password-reset/", asked).status_code == 202
        assert Api(host="salon.localhost").post("auth/register/", asked | REGISTERING).status_code == 202
    assert Api(host="salon.localhost").post("auth/sign-in-link/", asked).status_code == 202


def _asked(path: str, email: str, *, network: int, host: str = "salon.localhost") -> Any:
    api = Api(host=host)
    api.client.defaults["REMOTE_ADDR"] = f"198.18.{network}.1"
    return api.post(path, {"email": email} | (REGISTERING if path == "auth/register/" else {}))


def _mails() -> int:
    return OutboxMessage.objects.filter(task=SEND_ACCOUNT_MAIL_TASK).count()


MAILING = ["auth/register/", "auth/sign-in-link/", "auth/password-reset/"]


def _flood() -> list[int]:
    """What strangers get who ask three ways, each time for another address from another network."""
    return [_asked(MAILING[each % 3], f"a{each}@mail.example", network=each).status_code for each in range(6)]


@pytest.mark.parametrize("path", MAILING)
def test_a_business_writes_so_many_mails_for_strangers(
    customer: Person, rival: Tenant, settings: Any, path: str
) -> None:
    settings.ACCOUNT_MAILS_PER_HOUR = 4
    assert _flood() == [202] * 4 + [429] * 2
    before = _mails()
    told = []
    for email in (customer.user.email, "nobody@nowhere.example"):
        refused = _asked(path, email, network=99)
        assert 0 < int(refused["Retry-After"]) <= 3600
        told.append((refused.status_code, refused.json(), sorted(refused.headers), refused["RateLimit-Policy"]))
    assert told[0] == told[1]
    assert (told[0][0], told[0][1]["code"]) == (429, "too_many_mails")
    assert _mails() == before == 4
    assert not AccountRequest.objects.filter(email__in=[customer.user.email, "nobody@nowhere.example"]).exists()
    assert _asked(path, customer.user.email, network=99, host="rival.localhost").status_code == 202


def test_the_control_lets_ever_changing_addresses_through(salon: Tenant, settings: Any) -> None:
    settings.ACCOUNT_MAILS_PER_HOUR = 6
    assert _flood() == [202] * 6
    assert _mails() == 6


def test_who_is_known_in_a_network_gets_a_link_all_the_same(owner: Person, settings: Any) -> None:
    settings.ACCOUNT_MAILS_PER_HOUR = 4
    assert _try(owner.user.email, PASSWORD, address="198.18.99.1").status_code == 200
    _flood()
    assert _asked("auth/sign-in-link/", owner.user.email, network=99).status_code == 202
    assert _asked("auth/sign-in-link/", owner.user.email, network=98).status_code == 429
    assert _asked("auth/sign-in-link/", "nobody@nowhere.example", network=99).status_code == 429


def test_the_business_s_own_mails_go_on(owner: Person, settings: Any) -> None:
    settings.ACCOUNT_MAILS_PER_HOUR = 4
    _flood()
    given = {"email": "new@mail.example", "role": "staff"}
    assert owner.api.post("invitations/", given).status_code == 201
    assert _mails() == 5


LIMIT = Limit("test", most=2, seconds=60)


@pytest.mark.django_db
def test_a_window_ends() -> None:
    short = Limit("test-short", most=1, seconds=1)
    assert not count(short, "x").is_over(short)
    over = count(short, "x")
    assert over.is_over(short)
    assert over.seconds_left == 1
    client = caches["default"]._cache.get_client(None, write=True)
    assert all(client.ttl(key) > 0 for key in client.keys("limit:*")), "a counter without an end locks for ever"


@pytest.mark.django_db
def test_taking_back_and_forgetting() -> None:
    assert [count(LIMIT, "a").number, count(LIMIT, "a").number, count(LIMIT, "b").number] == [1, 2, 1]
    take_back(LIMIT, "a")
    assert count(LIMIT, "a").number == 2
    forget(LIMIT, "a")
    assert count(LIMIT, "a").number == 1
    take_back(LIMIT, "never counted")
    client = caches["default"]._cache.get_client(None, write=True)
    assert all(client.ttl(key) > 0 for key in client.keys("limit:*"))


def test_the_cache_learns_no_address(owner: Person) -> None:
    _try(owner.user.email)
    client = caches["default"]._cache.get_client(None, write=True)
    keys = b" ".join(client.keys("*"))
    assert PER_ACCOUNT.name.encode() in keys
    assert b"203.0.113.7" not in keys
    assert owner.user.email.encode() not in keys


def test_networks() -> None:
    assert network_of("") == ""
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert network_of("2001:db8:1:1::9") == "2001:db8:1:1::"
    assert [site_of(each) for each in ("", "203.0.113.7")] == [None, None]
    assert str(site_of("2001:db8:1:1::9")) == "2001:db8:1::/48"
