"""Whoever has a second factor is asked for it after the first one, whatever the first one was."""

import re
from html import unescape

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from bookme.users.challenge import challenge_token
from bookme.users.limits import CODES_PER_NETWORK, CODES_PER_PERSON, count_code
from bookme.users.models import RecoveryCode, SignIn, SignInKind, TwoFactor
from tests.factories.users import PASSWORD, Api, Person
from tests.letters import Letters
from tests.users.second_factor import Factor, challenge_of, turn_on
from tests.web.conftest import page_of

pytestmark = pytest.mark.usefixtures("clock")

DOORS = ["account", "team"]


@pytest.fixture
def client() -> Client:
    return Client(headers={"host": "salon.localhost"})


@pytest.fixture
def factor(owner: Person) -> Factor:
    return turn_on(owner.user)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return unescape(found[1])


def _password(client: Client, who: Person, path: str = "/account/sign-in/") -> str:
    answer = client.post(path, {"email": who.user.email, "password": PASSWORD})
    assert answer.status_code == 200, answer.content
    assert "no-store" in answer["Cache-Control"]
    return page_of(answer)


def _code(client: Client, page: str, code: str, *, door: str = "account", **more: str) -> HttpResponse:
    given = {"challenge": hidden(page, "challenge"), "next": hidden(page, "next"), "code": code}
    return client.post(f"/{door}/sign-in/code/", given | more)


@pytest.mark.parametrize("door", DOORS)
def test_password_then_code(client: Client, owner: Person, factor: Factor, door: str) -> None:
    page = _password(client, owner, f"/{door}/sign-in/")
    assert f'action="/{door}/sign-in/code/"' in page
    assert 'inputmode="numeric"' in page
    assert 'autocomplete="one-time-code"' in page
    assert not SignIn.objects.exists()
    assert client.get("/team/").status_code == 302, "not in yet"
    assert client.get("/account/security/").status_code == 302

    answer = _code(client, page, factor.code(), door=door)
    assert (answer.status_code, answer["Location"]) == (302, "/team/")
    assert client.get("/team/").status_code == 200
    assert SignIn.objects.get().kind == SignInKind.PAGE


def test_password_then_recovery_code(client: Client, owner: Person, factor: Factor) -> None:
    page = _password(client, owner)
    answer = _code(client, page, factor.recovery_codes[0].lower(), by="recovery")
    assert answer.status_code == 302
    assert RecoveryCode.objects.filter(used_at__isnull=False).count() == 1
    again = _code(Client(headers={"host": "salon.localhost"}), page, factor.recovery_codes[0], by="recovery")
    assert again.status_code == 422
    assert re.search(r"<details[^>]* open>", page_of(again)), "what is wrong is to be seen"
    assert 'id="r-code_error"' in page_of(again)


def test_it_goes_on_to_where_one_wanted_to_go(client: Client, owner: Person, factor: Factor) -> None:
    page = _password(client, owner, "/team/sign-in/?next=/team/prices/")
    wrong = page_of(_code(client, page, factor.wrong_code(), door="team"))
    assert hidden(wrong, "next") == "/team/prices/"
    assert _code(client, wrong, factor.code(), door="team")["Location"] == "/team/prices/"


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_and_nowhere_else(client: Client, owner: Person, factor: Factor, there: str) -> None:
    page = _password(client, owner)
    assert _code(client, page, factor.code(), next=there)["Location"] == "/team/"


def test_by_a_mailed_link_and_by_a_new_password_too(client: Client, customer: Person, letters: Letters) -> None:
    factor, api = turn_on(customer.user), Api(host=customer.host)
    for path, given, code in (
        ("auth/sign-in-link/", {}, factor.code()),
        ("auth/password-reset/", {"password": "another-long-password"}, factor.code(steps=1)),
    ):
        api.post(path, {"email": customer.user.email})
        answer = client.post(letters.link_to(customer.user.email), given)
        assert answer.status_code == 200, path
        assert not SignIn.objects.exists()
        assert _code(client, page_of(answer), code).status_code == 302
        SignIn.objects.all().delete()


@pytest.mark.parametrize("code", ["", "wrong", "x" * 41])
@pytest.mark.parametrize("door", DOORS)
def test_a_wrong_code(client: Client, owner: Person, factor: Factor, door: str, code: str) -> None:
    page = _password(client, owner, f"/{door}/sign-in/")
    answer = _code(client, page, factor.wrong_code() if code == "wrong" else code, door=door)
    assert answer.status_code == 422
    assert 'id="f-code_error"' in page_of(answer)
    assert not SignIn.objects.exists()
    assert _code(client, page_of(answer), factor.code(), door=door).status_code == 302


def test_guessing_ends(client: Client, owner: Person, factor: Factor) -> None:
    page = _password(client, owner)
    for _ in range(CODES_PER_NETWORK.most):
        _code(client, page, factor.wrong_code())
    answer = _code(client, page, factor.code())
    assert answer.status_code == 422
    assert "Too many failed attempts" in page_of(answer)
    assert not SignIn.objects.exists()


def test_guessing_from_everywhere_leaves_the_recovery_codes(client: Client, owner: Person, factor: Factor) -> None:
    page = _password(client, owner)
    for number in range(CODES_PER_PERSON.most):
        count_code(person=owner.user.pk, code="000000", address=f"198.51.100.{number}")
    answer = _code(client, page, factor.code())
    assert answer.status_code == 422
    assert "Give one of your recovery codes" in page_of(answer)
    assert not SignIn.objects.exists()
    assert _code(client, page, factor.recovery_codes[0], by="recovery").status_code == 302


def test_too_late(client: Client, owner: Person, factor: Factor, clock: time_machine.Traveller) -> None:
    page = _password(client, owner)
    clock.shift(601)
    answer = _code(client, page, factor.code(steps=20))
    assert answer.status_code == 422
    assert "This took too long" in page_of(answer)
    assert not SignIn.objects.exists()


def test_a_challenge_of_the_api_is_not_one_of_pages(client: Client, owner: Person, factor: Factor) -> None:
    given = {"challenge": challenge_of(owner), "code": factor.code()}
    assert client.post("/account/sign-in/code/", given).status_code == 422
    assert not SignIn.objects.exists()
    assert TwoFactor.objects.get().last_step == 0


def test_nor_is_one_of_an_operator(client: Client, owner: Person, factor: Factor) -> None:
    owner.user.is_staff = True
    owner.user.save()
    for tenant in (owner.tenant, None):
        challenge = challenge_token(
            user=owner.user, is_operator=True, kind=SignInKind.PAGE, way="password", tenant=tenant
        )
        answer = client.post("/account/sign-in/code/", {"challenge": challenge, "code": factor.code()})
        assert answer.status_code == 422
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("door", DOORS)
def test_whoever_comes_without_the_first_factor_begins_with_it(client: Client, owner: Person, door: str) -> None:
    for answer in (client.get(f"/{door}/sign-in/code/"), client.post(f"/{door}/sign-in/code/", {"code": "123456"})):
        assert (answer.status_code, answer["Location"]) == (302, f"/{door}/sign-in/")


def test_the_form_is_protected_and_the_session_begins_anew(client: Client, owner: Person, factor: Factor) -> None:
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    given = {"challenge": hidden(_password(client, owner), "challenge"), "code": factor.code()}
    assert strict.post("/account/sign-in/code/", given).status_code == 403
    assert not SignIn.objects.exists()
    session = client.session
    session["planted"] = "by somebody"
    session.save()
    planted = client.cookies["sessionid"].value
    assert client.post("/account/sign-in/code/", given).status_code == 302
    assert client.cookies["sessionid"].value != planted
    assert "planted" not in client.session
