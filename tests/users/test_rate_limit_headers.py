"""What is left of a limit is told with the answer, in the headers of the IETF draft; nobody else's doings are."""

import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from bookme.bookings.models import Visit
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, shop  # noqa: F401 - fixtures
from tests.bookings.desk import body_for, monday
from tests.factories.users import PASSWORD, Api, Person, TwoFactorFactory, make_key

_ITEM = r'"(?P<name>[a-z-]+)"(?P<parameters>(?:;[a-z]+=\d+)+)'


def limits_of(answer: HttpResponse, header: str) -> dict[str, dict[str, int]]:
    """A List of Strings with Integers as parameters (RFC 9651), by the strings; in the header's order."""
    found: dict[str, dict[str, int]] = {}
    for item in answer[header].split(", "):
        parts = re.fullmatch(_ITEM, item)
        assert parts, item
        assert parts["name"] not in found
        pairs = (each.split("=") for each in parts["parameters"].strip(";").split(";"))
        found[parts["name"]] = {name: int(value) for name, value in pairs}
    return found


def _login(email: str, password: str = "wrong") -> HttpResponse:
    api = Api(host="salon.localhost")
    api.client.defaults["REMOTE_ADDR"] = "203.0.113.7"
    return api.post("auth/login/", {"email": email, "password": password})


def test_what_is_left_counts_down_to_a_refusal(owner: Person) -> None:
    first = _login(owner.user.email)
    assert limits_of(first, "RateLimit-Policy") == {
        "sign-in-account": {"q": 10, "w": 900},
        "sign-in-network": {"q": 100, "w": 900},
    }
    left = limits_of(first, "RateLimit")
    assert list(left) == ["sign-in-account", "sign-in-network"], "the nearest to its end comes first"
    assert (left["sign-in-account"]["r"], left["sign-in-network"]["r"]) == (9, 99)
    assert 0 < left["sign-in-account"]["t"] <= 900
    for expected in range(8, -1, -1):
        assert limits_of(_login(owner.user.email), "RateLimit")["sign-in-account"]["r"] == expected
    refused = _login(owner.user.email)
    assert refused.status_code == 429
    left = limits_of(refused, "RateLimit")
    assert left["sign-in-account"] == {"r": 0, "t": int(refused["Retry-After"])}


def test_a_success_is_not_counted(owner: Person) -> None:
    _login(owner.user.email)
    left = limits_of(_login(owner.user.email, PASSWORD), "RateLimit")
    assert (left["sign-in-account"]["r"], left["sign-in-network"]["r"]) == (10, 99)


def test_what_others_have_done_to_an_address_is_not_told(salon: Tenant) -> None:
    """Else everybody could ask whether somebody was there a moment ago."""
    api = Api(host="salon.localhost")
    for expected in range(49, 44, -1):
        answer = api.post("auth/sign-in-link/", {"email": "ada@mail.example"})
        left = limits_of(answer, "RateLimit")
        assert left["account-mail-network"]["r"] == expected
        assert "account-link" not in left
    refused = api.post("auth/sign-in-link/", {"email": "ada@mail.example"})
    assert refused.status_code == 429
    assert limits_of(refused, "RateLimit")["account-link"] == {"r": 0, "t": int(refused["Retry-After"])}


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("auth/register/", {"email": "ada@mail.example", "password": "a-long-new-password", "name": "Ada"}),
        ("auth/verify-email/", {"token": "x"}),
        ("auth/sign-in-link/", {"email": "ada@mail.example"}),
        ("auth/sign-in-link/confirm/", {"token": "x"}),
        ("auth/password-reset/", {"email": "ada@mail.example"}),
        ("auth/password-reset/confirm/", {"token": "x", "password": "a-long-new-password"}),
        ("auth/email/confirm/", {"token": "x"}),
        ("invitations/accept/", {"token": "x"}),
    ],
)
@pytest.mark.usefixtures("salon")
def test_every_form_for_guests_tells(path: str, given: dict[str, str]) -> None:
    answer = Api(host="salon.localhost").post(path, given)
    assert answer.status_code in {202, 400}
    assert limits_of(answer, "RateLimit")["account-form-network"]["r"] == 599


@pytest.mark.parametrize(
    ("path", "given"),
    [("auth/password/", {"password": "a-long-new-one"}), ("auth/email/", {"email": "new@mail.example"})],
)
def test_so_does_what_asks_for_the_password_again(owner: Person, path: str, given: dict[str, str]) -> None:
    answer = owner.api.post(path, given | {"current_password": "wrong"})
    assert answer.status_code == 400
    assert limits_of(answer, "RateLimit")["sign-in-account"]["r"] == 9


def test_a_second_factor_tells(owner: Person) -> None:
    factor = TwoFactorFactory(user=owner.user)
    challenge = _login(owner.user.email, PASSWORD).json()["challenge"]
    answer = Api(host=owner.host).post("auth/2fa/verify/", {"challenge": challenge, "code": "000000"})
    assert (answer.status_code, factor.user_id) == (401, owner.user.pk)
    assert limits_of(answer, "RateLimit")["second-factor"]["r"] == 4


def test_keys_that_do_not_hold_tell(owner: Person) -> None:
    answer = owner.api.get("customers/", authorization="Bearer " + make_key(owner.tenant).text[:-1])
    assert answer.status_code == 401
    assert limits_of(answer, "RateLimit") == {"api-key-wrong": {"r": 99, "t": 900}}


@pytest.mark.usefixtures("salon")
def test_the_description_says_which_answers_tell(client: Client) -> None:
    described = client.get("/api/schema/?format=json").json()["paths"]
    told = {
        (method, path.removeprefix("/api/v1/"))
        for path, methods in described.items()
        for method, operation in methods.items()
        if "429" in operation["responses"]
    }
    assert {("post", "auth/login/"), ("post", "bookings/"), ("post", "auth/2fa/verify/")} < told
    assert not {method for method, _path in told} - {"post"}
    login = described["/api/v1/auth/login/"]["post"]["responses"]
    assert {"RateLimit", "RateLimit-Policy"} < set(login["200"]["headers"])
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} < set(login["429"]["headers"])


def test_bookings_tell_what_was_obtained_and_never_what_was_tried(shop: Shop, settings: Any) -> None:  # noqa: F811
    settings.GUEST_BOOKINGS_PER_ADDRESS = 3
    api = Api(host="salon.localhost")
    taken = body_for(shop.service, monday(10), staff=str(shop.ada.pk))
    first = api.post("bookings/", taken)
    assert (first.status_code, first["RateLimit"]) == (201, '"guest-bookings-network";r=2')
    assert first["RateLimit-Policy"] == '"guest-bookings-network";q=3'
    for _ in range(20):
        again = api.post("bookings/", taken)
        assert again.status_code == 409
        assert not again.has_header("RateLimit")
    for hour, left in ((12, 1), (14, 0)):
        answer = api.post("bookings/", body_for(shop.service, monday(hour), staff=str(shop.ada.pk)))
        assert (answer.status_code, answer["RateLimit"]) == (201, f'"guest-bookings-network";r={left}')
    refused = api.post("bookings/", body_for(shop.service, monday(16), staff=str(shop.ada.pk)))
    assert refused.status_code == 429
    assert refused["RateLimit"] == f'"guest-bookings-network";r=0;t={refused["Retry-After"]}'
    assert Visit.objects.count() == 3


def test_a_contact_is_told_when_it_is_over_alone(shop: Shop, settings: Any) -> None:  # noqa: F811
    settings.GUEST_BOOKINGS_PER_CONTACT = 1
    api = Api(host="salon.localhost")
    assert "contact" not in api.post("bookings/", body_for(shop.service, monday(10)))["RateLimit"]
    refused = api.post("bookings/", body_for(shop.service, monday(14)))
    assert refused.status_code == 429
    assert limits_of(refused, "RateLimit")["guest-bookings-contact"]["r"] == 0


def test_reading_is_not_limited(shop: Shop, owner: Person) -> None:  # noqa: F811
    day = monday(10).date().isoformat()
    for path in ("services/", f"bookings/available-slots/?service={shop.service.pk}&from={day}&to={day}", "auth/me/"):
        answer = owner.api.get(path)
        assert answer.status_code == 200
        assert not answer.has_header("RateLimit")
        assert not answer.has_header("RateLimit-Policy")


def test_another_request_s_limits_are_not_told(owner: Person) -> None:
    _login(owner.user.email)
    assert not owner.api.get("auth/me/").has_header("RateLimit")
