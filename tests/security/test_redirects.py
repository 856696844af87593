"""Nobody is led to another site by signing in, registering, a link, a language or a form's `next`."""

import html
import re
from collections.abc import Callable
from urllib.parse import quote

import pyotp
import pytest
from django.core.cache import caches
from django.http import HttpResponse
from django.test import Client, RequestFactory

from bookme.users.links import one_time_token, row_token
from bookme.users.models import AccountRequest, AccountRequestKind, User
from bookme.web.account.coming_in import own_path
from bookme.web.team.doors import go_on
from tests.factories.users import PASSWORD, Person, TwoFactorFactory, UserFactory

EVIL = [
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "HTTPS://evil.example",
    "http://salon.localhost.evil.example",
    "http://salon.localhost@evil.example",
    "//salon.localhost@evil.example",
    "//evil.example\\@salon.localhost",
    "//evil.example#@salon.localhost",
    "//evil。example",
    "//ｅvil.example",
    "//[::1]/",
    "//[evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,evil",
    "vbscript:evil",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%09/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/\x00/evil.example",
    "/ /evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "／／evil.example",
    "/／evil.example",
    "?next=//evil.example",
    "evil.example",
    "@evil.example",
    "x" * 5000,
    "/" + "x" * 5000,
]
# All of them come to the same two functions, which are asked about each; the doors are, to see that they ask.
AT_A_DOOR = [
    "//evil.example",
    "/\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "\x00//evil.example",
]
HERE = re.compile(r"http://(salon\.)?localhost(:\d+)?(/|$)")


def leads_away(target: str) -> bool:
    """As browsers read it: white space within is nothing, a backslash is a slash, and two of them begin a host."""
    text = re.sub(r"[\t\r\n]", "", target).strip("".join(map(chr, range(33)))).replace("\\", "/")
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.I):
        return HERE.match(text) is None
    return text.startswith("//")


def evil_in(answer: HttpResponse) -> list[str]:
    """Where the answer leads that is not here: by its header, and by what is on the page to press."""
    targets = [answer["Location"]] if answer.has_header("Location") else []
    if answer["Content-Type"].startswith("text/html"):
        targets += map(html.unescape, re.findall(r'(?:href|action|formaction|hx-get|hx-post)="([^"]*)"', answer.text))
        targets += map(html.unescape, re.findall(r'name="next" value="([^"]*)"', answer.text))
    return [each for each in targets if leads_away(each)]


@pytest.mark.parametrize("evil", EVIL)
def test_the_judge_knows_what_leads_away(evil: str) -> None:
    """The control: each of the plain ones is found out, if a page led there."""
    answer = HttpResponse()
    answer.headers._store["location"] = ("Location", evil)  # type: ignore[attr-defined]  # as a careless view would
    if evil.replace("\\", "/").strip().startswith("//") or re.match(r"\w+:", evil):
        assert evil_in(answer)


@pytest.mark.parametrize("evil", EVIL)
def test_a_path_of_ours_leads_nowhere_else(evil: str) -> None:
    assert not leads_away(own_path(evil))
    assert (
        go_on(RequestFactory().post("/team/", {"next": evil}), default="/team/requests/")["Location"]
        == "/team/requests/"
    )


def test_a_path_of_ours_is_one() -> None:
    assert own_path("/book/details/?d=x%20y&n=é") == "/book/details/?d=x%20y&n=é"


def _signing_in(path: str) -> Callable[[Person, Client, str], HttpResponse]:
    def sign_in(person: Person, client: Client, evil: str) -> HttpResponse:
        query = f"?next={quote(evil)}"
        assert evil_in(client.get(path + query)) == []
        return client.post(path + query, {"email": person.user.email, "password": PASSWORD})

    return sign_in


def _second_factor(person: Person, client: Client, evil: str) -> HttpResponse:
    """It goes from the sign-in into the form, where anybody can write it."""
    factor = TwoFactorFactory(user=person.user)
    given = {"email": person.user.email, "password": PASSWORD}
    asked = client.post(f"/account/sign-in/?next={quote(evil)}", given)
    assert evil_in(asked) == []
    challenge = re.findall(r'name="challenge" value="([^"]+)"', asked.text)[0]
    code = pyotp.TOTP(factor.secret).now()
    answer = client.post("/account/sign-in/code/", {"challenge": challenge, "code": code, "next": evil})
    factor.delete()
    return answer


def _registering(person: Person, client: Client, evil: str) -> HttpResponse:
    given = {"name": "Ada", "email": "ada@mail.example", "password": PASSWORD}
    answer = client.post(f"/account/register/?next={quote(evil)}", given)
    return _verify(client) if answer.status_code == 200 else answer


def _verify(client: Client) -> HttpResponse:
    asked = AccountRequest.objects.get()
    token = row_token(row_id=asked.pk, tenant=asked.tenant, kind=AccountRequestKind.REGISTER)
    return client.post(f"/account/verify/{token}/")


def _by_link(person: Person, client: Client, evil: str) -> HttpResponse:
    client.post(f"/account/link/?next={quote(evil)}", {"email": person.user.email})
    token = one_time_token(user=User.objects.get(pk=person.user.pk), tenant=person.tenant)
    return client.post(f"/account/link/{token}/?request={AccountRequest.objects.get().pk}&next={quote(evil)}")


def _language(person: Person, client: Client, evil: str) -> HttpResponse:
    return client.get(f"/?lang={quote(evil)}&next={quote(evil)}")


def _operator(person: Person, client: Client, evil: str) -> HttpResponse:
    operator = UserFactory(is_staff=True)
    client = Client(headers={"host": "localhost"})
    path = f"/admin/login/?next={quote(evil)}"
    assert evil_in(client.get(path)) == []
    return client.post(path, {"username": operator.email, "password": PASSWORD, "next": evil})


def _switched(person: Person, client: Client, evil: str) -> HttpResponse:
    return Client(headers={"host": "localhost"}).get(f"/t/salon/{quote(evil)}")


def _as_a_path(person: Person, client: Client, evil: str) -> HttpResponse:
    return client.get("/" + quote(evil, safe="/"))


DOORS = {
    "customers": _signing_in("/account/sign-in/"),
    "team": _signing_in("/team/sign-in/"),
    "second factor": _second_factor,
    "register": _registering,
    "link": _by_link,
    "language": _language,
    "operator": _operator,
    "under the platform": _switched,
    "as a path": _as_a_path,
}


@pytest.mark.parametrize("door", DOORS)
def test_nobody_is_led_elsewhere(owner: Person, door: str) -> None:
    found = {}
    for evil in AT_A_DOOR:
        AccountRequest.objects.all().delete()
        User.objects.filter(email="ada@mail.example").delete()
        caches["default"].clear()
        answer = DOORS[door](owner, Client(headers={"host": "salon.localhost"}), evil)
        if answer.status_code >= 500 or (led := evil_in(answer)):
            found[evil] = (answer.status_code, led)
    assert found == {}
