"""Promise 31: nobody learns whether an address is known, neither by an answer nor by how long it takes."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.cache import caches
from django.test import Client

from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from bookme.users.actions import entering
from tests.factories.users import PASSWORD, Api, Person, make_person
from tests.security.telling import TELLING, figure, rank_sum, seconds_of, told

KNOWN, UNKNOWN = "ada@known.example", "bob@nobody.exampl"
REGISTRATION = {"name": "Ada", "password": "a-long-new-password"}
Ask = Callable[[Person, str], Any]


def _api(path: str, **more: str) -> Ask:
    return lambda owner, email: Api(host="salon.localhost").post(path, {"email": email, **more})


def _page(path: str, **more: str) -> Ask:
    return lambda owner, email: Client(headers={"host": "salon.localhost"}).post(path, {"email": email, **more})


ASKED: dict[str, Ask] = {
    "login": _api("auth/login/", password="wrong"),
    "register": _api("auth/register/", **REGISTRATION),
    "sign-in link": _api("auth/sign-in-link/"),
    "password reset": _api("auth/password-reset/"),
    "a new address": lambda owner, email: owner.api.post("auth/email/", {"email": email, "current_password": PASSWORD}),
    "the page of signing in": _page("/account/sign-in/", password="wrong"),
    "the team's page of signing in": _page("/team/sign-in/", password="wrong"),
    "the page of registering": _page("/account/register/", **REGISTRATION),
    "the page of a link": _page("/account/link/"),
    "the page of a reset": _page("/account/reset/"),
    "the platform's login": lambda owner, email: Api(host="localhost").post(
        "auth/login/", {"email": email, "password": "wrong"}
    ),
    "the admin": lambda owner, email: Client(headers={"host": "localhost"}).post(
        "/admin/login/", {"username": email, "password": "wrong"}
    ),
}


@pytest.mark.parametrize("asked", ASKED)
def test_one_answer_for_all(owner: Person, rival: Tenant, asked: str) -> None:
    known = [
        make_person(owner.tenant, Role.CUSTOMER, email="ada@known.example"),
        make_person(owner.tenant, Role.MANAGER, email="bea@known.example"),
        make_person(owner.tenant, Role.CUSTOMER, email="cat@known.example", is_active=False),
        make_person(rival, Role.CUSTOMER, email="dan@known.example"),
    ]
    answers = []
    for email in [UNKNOWN, *(each.user.email for each in known)]:
        caches["default"].clear()
        answers.append(told(ASKED[asked](owner, email), email))
    assert [each for each in answers if each != answers[0]] == []
    assert answers[0]["status"] in {200, 202, 401, 422}


def test_the_judge_sees_what_differs(owner: Person) -> None:
    """The control: two answers that are not the same."""
    right, wrong = (_api("auth/login/", password=each)(owner, owner.user.email) for each in (PASSWORD, "wrong"))
    assert told(right) != told(wrong)
    assert rank_sum([1.0, 2.0, 3.0] * 20, [1.0, 2.0, 3.0] * 20) == pytest.approx(0)
    assert rank_sum([1.1, 2.1, 3.1] * 20, [1.0, 2.0, 3.0] * 20) > 0
    assert rank_sum([2.0] * 20, [1.0] * 20) > TELLING


class Brisk(PBKDF2PasswordHasher):
    """A hash of some milliseconds, so that its absence is noticed and the suite stays fast.

    The suite counts the time of the processor, which no neighbour takes; the proof looks at the clock on the wall.
    """

    iterations = 30_000


def seconds_of_asking(
    asked: str, owner: Person, *, times: int, clock: Callable[[], float] = time.perf_counter
) -> list[list[float]]:
    """For an address that is known, and for one that is not, each with the limits begun anew."""

    def ask(email: str) -> Callable[[], object]:
        def once() -> None:
            caches["default"].clear()
            assert ASKED[asked](owner, email).status_code in {202, 401}

        return once

    works = [ask(KNOWN), ask(UNKNOWN)]
    seconds_of(works, times=3)
    return seconds_of(works, times=times, clock=clock)


@pytest.fixture
def brisk(settings: Any, salon: Tenant) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.Brisk"]
    person = make_person(salon, Role.CUSTOMER, email=KNOWN)
    person.user.set_password(PASSWORD)
    person.user.save()


@pytest.mark.usefixtures("brisk")
def test_signing_in_takes_as_long_for_all(owner: Person) -> None:
    known, unknown = seconds_of_asking("login", owner, times=30, clock=time.thread_time)
    assert abs(rank_sum(known, unknown)) < TELLING, figure(known, unknown)


@pytest.mark.usefixtures("brisk")
def test_signing_in_takes_as_long_for_all_control(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the hash for nobody the same comparison tells them apart."""
    monkeypatch.setattr(entering, "make_password", lambda _password: "")
    known, unknown = seconds_of_asking("login", owner, times=30, clock=time.thread_time)
    assert rank_sum(known, unknown) > TELLING, figure(known, unknown)
