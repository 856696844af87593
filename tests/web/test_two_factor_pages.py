"""Setting the second factor up on pages: at every door the same, without JavaScript, and from where it is demanded."""

import re

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from bookme.tenants.models import Tenant
from bookme.users.models import RecoveryCode, TwoFactor, User
from tests.factories.users import PASSWORD, Person
from tests.users.second_factor import Factor, turn_on
from tests.web.conftest import configure, page_of

pytestmark = pytest.mark.usefixtures("clock")

DOORS = {"account": "/account/security/two-factor/", "team": "/team/security/two-factor/"}


def _begin(client: Client, first: str, onward: str = "") -> Factor:
    answer = client.post(first + onward, {})
    assert (answer.status_code, answer["Location"]) == (302, f"{first}setup/{onward}"), answer.content
    shown = re.search(r'<code id="secret">([A-Z2-7 ]+)</code>', page_of(client.get(answer["Location"])))
    assert shown
    return Factor(shown[1].replace(" ", ""), [])


def _codes(answer: HttpResponse) -> list[str]:
    assert answer.status_code == 200
    return re.findall(r"<li><code>([A-Z2-7-]+)</code></li>", page_of(answer))


@pytest.mark.parametrize("door", DOORS)
def test_from_the_first_page_to_the_last(owner: Person, door: str) -> None:
    first, client = DOORS[door], owner.page
    assert "Set it up" in page_of(client.get(first))
    begun = _begin(client, first)
    assert not User.objects.get(pk=owner.user.pk).has_two_factor
    answer = client.post(f"{first}setup/", {"code": begun.code()})
    codes = _codes(answer)
    assert len(set(codes)) == 10
    assert "no-store" in answer["Cache-Control"]

    assert "10 of 10 are left" in page_of(client.get(first))
    assert not any(code in client.get(first).text for code in codes), "shown once"
    assert client.get(f"{first}setup/")["Location"] == first
    assert client.post(f"{first}setup/", {"code": begun.code()})["Location"] == first

    remade = client.post(f"{first}recovery-codes/", {"code": codes[0]})
    assert len(_codes(remade)) == 10
    assert not set(_codes(remade)) & set(codes)

    refused = client.post(f"{first}off/", {"code": begun.code(steps=1), "current_password": "wrong"})
    assert (refused.status_code, "This is not your password." in page_of(refused)) == (422, True)
    assert TwoFactor.objects.exists()
    answer = client.post(f"{first}off/", {"code": begun.code(steps=1), "current_password": PASSWORD})
    assert answer["Location"] == first
    assert "Two-factor sign-in is off." in page_of(client.get(first))
    assert not TwoFactor.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_the_qr_code_is_drawn_in_the_page(owner: Person) -> None:
    """Black on white with its quiet zone; nothing of it is loaded from elsewhere, or needs a style."""
    _begin(owner.page, DOORS["account"])
    answer = owner.page.get(f"{DOORS['account']}setup/")
    [drawn] = re.findall(r'<div class="factor-qr"[^>]*>(.*?)</div>', page_of(answer), re.DOTALL)
    assert drawn.count("<svg") == 1
    assert "style=" not in drawn
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert 'fill="#fff"' in drawn
    assert 'stroke="#000"' in drawn
    assert TwoFactor.objects.get().secret not in drawn
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("code", ["", "wrong"])
def test_a_wrong_code_shows_the_same_secret_again(owner: Person, code: str) -> None:
    begun = _begin(owner.page, DOORS["account"])
    given = begun.wrong_code() if code else ""
    answer = owner.page.post(f"{DOORS['account']}setup/", {"code": given})
    assert answer.status_code == 422
    assert 'id="f-code_error"' in page_of(answer)
    assert TwoFactor.objects.get().secret == begun.secret
    assert not User.objects.get(pk=owner.user.pk).has_two_factor


def test_later_the_password_is_asked_for(owner: Person, clock: time_machine.Traveller) -> None:
    first = DOORS["account"]
    assert 'name="current_password"' not in page_of(owner.page.get(first))
    clock.shift(601)
    assert 'name="current_password"' in page_of(owner.page.get(first))
    for given in ("", "wrong"):
        assert owner.page.post(first, {"current_password": given}).status_code == 422
    assert not TwoFactor.objects.exists()
    assert owner.page.post(first, {"current_password": PASSWORD})["Location"] == f"{first}setup/"


def test_who_has_no_password_is_told_what_to_do(owner: Person, clock: time_machine.Traveller) -> None:
    owner.user.set_unusable_password()
    owner.user.save()
    assert owner.page.get(DOORS["account"]).status_code == 200
    clock.shift(601)
    answer = owner.page.post(DOORS["account"], {})
    assert answer.status_code == 422
    assert "Sign out and in again first" in page_of(answer)
    assert not TwoFactor.objects.exists()


def test_guesses_end_on_pages_too(owner: Person) -> None:
    factor = turn_on(owner.user)
    address = f"{DOORS['account']}recovery-codes/"
    for _ in range(5):
        assert "This code is not right" in page_of(owner.page.post(address, {"code": factor.wrong_code()}))
    assert "Too many failed attempts" in page_of(owner.page.post(address, {"code": factor.code()}))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", ["", "setup/", "recovery-codes/", "off/"])
def test_strangers_sign_in_first(salon: Tenant, door: str, name: str) -> None:
    stranger = Client(headers={"host": "salon.localhost"})
    expected = f"/{door}/sign-in/?next=" + DOORS[door].replace("/", "%2F")
    for answer in (stranger.get(DOORS[door] + name), stranger.post(DOORS[door] + name, {"code": "123456"})):
        assert (answer.status_code, answer["Location"]) == (302, expected)


@pytest.mark.parametrize("name", ["", "setup/", "recovery-codes/", "off/"])
def test_forms_are_protected(owner: Person, name: str) -> None:
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    strict.cookies = owner.page.cookies
    assert strict.post(DOORS["account"] + name, {"code": "123456"}).status_code == 403
    assert not TwoFactor.objects.exists()


# Demanded ---------------------------------------------------------------------------------------
PAGES = ["/team/", "/team/requests/", "/team/prices/", "/team/hours/", "/team/new/", "/team/away/"]


@pytest.mark.parametrize("path", PAGES)
def test_where_it_is_demanded_the_team_is_led_there_and_back(owner: Person, path: str) -> None:
    assert owner.page.get(path).status_code == 200, "the control"
    configure(owner.tenant, team={"require_two_factor": True})
    answer = owner.page.get(path)
    assert (answer.status_code, answer["Location"]) == (302, f"{DOORS['team']}?next={path.replace('/', '%2F')}")
    assert "Set this up to go on" in page_of(owner.page.get(answer["Location"]))
    begun = _begin(owner.page, DOORS["team"], f"?next={path.replace('/', '%2F')}")
    done = owner.page.post(f"{DOORS['team']}setup/?next={path}", {"code": begun.code()})
    assert f'href="{path}"' in page_of(done)
    assert owner.page.get(path).status_code == 200


def test_nothing_is_done_by_who_lacks_it(owner: Person) -> None:
    configure(owner.tenant, team={"require_two_factor": True})
    for path in ("/team/away/closure/", "/team/new/customer/"):
        answer = owner.page.post(path, {})
        assert (answer.status_code, answer["Location"]) == (302, f"{DOORS['team']}?next=%2Fteam%2F")


def test_signing_in_leads_there_at_once(owner: Person) -> None:
    configure(owner.tenant, team={"require_two_factor": True})
    client = Client(headers={"host": "salon.localhost"})
    given = {"email": owner.user.email, "password": PASSWORD}
    for path in ("/team/sign-in/", "/account/sign-in/"):
        answer = client.post(path, given, follow=True)
        assert answer.redirect_chain[-1][0] == f"{DOORS['team']}?next=%2Fteam%2F", path


def test_turning_it_off_where_it_is_demanded_says_what_that_means(owner: Person) -> None:
    configure(owner.tenant, team={"require_two_factor": True})
    factor = turn_on(owner.user)
    assert owner.page.get("/team/").status_code == 200
    assert "you can do nothing there" in page_of(owner.page.get(f"{DOORS['team']}off/"))
    answer = owner.page.post(f"{DOORS['team']}off/", {"code": factor.code(), "current_password": PASSWORD})
    assert answer.status_code == 302
    assert owner.page.get("/team/")["Location"].startswith(DOORS["team"])


def test_customers_are_asked_for_nothing(customer: Person) -> None:
    configure(customer.tenant, team={"require_two_factor": True})
    assert "Set this up to go on" not in page_of(customer.page.get(DOORS["account"]))
    assert customer.page.get("/account/security/").status_code == 200


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_led_elsewhere_afterwards(owner: Person, there: str) -> None:
    begun = _begin(owner.page, DOORS["account"])
    done = owner.page.post(f"{DOORS['account']}setup/?next={there}", {"code": begun.code()})
    assert "evil" not in page_of(done)
    assert "javascript:" not in page_of(done)
