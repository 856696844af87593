"""Who gets in, and where they are led."""

import pytest
from django.test import Client

from bookme.tenants.models import Tenant
from bookme.users.limits import PER_ACCOUNT
from bookme.users.models import SignIn
from tests.factories.users import PASSWORD, Person, Stranger
from tests.web.conftest import page_of, without_values

SIGN_IN = "/team/sign-in/"


def enter(client: Client, email: str, password: str = PASSWORD, query: str = "") -> str:
    """Where signing in leads, or the words of the refusal."""
    response = client.post(SIGN_IN + query, {"email": email, "password": password})
    return response["Location"] if response.status_code == 302 else page_of(response)


@pytest.mark.parametrize("role", ["owner", "manager", "stylist"])
def test_the_team_gets_in(role: str, request: pytest.FixtureRequest, client: Client) -> None:
    person: Person = request.getfixturevalue(role)
    assert enter(client, person.user.email.upper()) == "/team/"
    assert client.get("/team/").status_code == 200
    assert client.get(SIGN_IN)["Location"] == "/team/"


def test_an_unknown_mail_and_a_wrong_password_are_told_the_same(owner: Person, client: Client) -> None:
    unknown = enter(client, "nobody@salon.example")
    wrong = enter(client, owner.user.email, "not-the-password")
    assert "E-mail and password do not match." in wrong
    assert without_values(unknown) == without_values(wrong)
    assert not SignIn.objects.exists()


def test_who_belongs_to_another_business_is_nobody_here(rival_owner: Person, salon: Tenant, client: Client) -> None:
    assert "do not match" in enter(client, rival_owner.user.email)
    assert not SignIn.objects.exists()


def test_a_customer_comes_in_as_a_customer(customer: Person, client: Client) -> None:
    assert enter(client, customer.user.email) == "/team/"
    response = client.get("/team/")
    assert response.status_code == 403
    assert "This page is for the team of Salon." in page_of(response)


def test_a_signed_in_customer_is_told_whom_it_is_for(customer: Person) -> None:
    response = customer.page.get("/team/")
    assert response.status_code == 403
    assert "This page is for the team of Salon." in page_of(response)


def test_too_many_failures_are_refused(owner: Person, client: Client) -> None:
    for _ in range(PER_ACCOUNT.most):
        enter(client, owner.user.email, "not-the-password")
    page = enter(client, owner.user.email)
    assert "Too many failed attempts. Try again in 15 minutes, or have a link sent to you" in page
    assert not SignIn.objects.exists()


def test_a_stranger_comes_back_to_where_they_wanted(stranger: Stranger, owner: Person) -> None:
    wanted = stranger.page.get("/team/requests/?a=b")["Location"]
    assert wanted == SIGN_IN + "?next=%2Fteam%2Frequests%2F%3Fa%3Db"
    assert enter(stranger.page, owner.user.email, query="?next=%2Fteam%2Frequests%2F%3Fa%3Db") == "/team/requests/?a=b"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/team/",
        "/team//evil.example",
        "/book/",
        "javascript:x",
        "/\\evil.example",
    ],
)
def test_nobody_is_led_elsewhere(wanted: str, owner: Person, client: Client) -> None:
    led = client.post(f"{SIGN_IN}?next={wanted}", {"email": owner.user.email, "password": PASSWORD})["Location"]
    assert led in {"/team/", "/team//evil.example"}  # the latter is a path of ours


def test_signing_out_ends_the_sign_in(owner: Person, client: Client) -> None:
    enter(client, owner.user.email)
    kept = client.cookies["sessionid"].value
    assert client.post("/team/sign-out/")["Location"] == SIGN_IN
    assert SignIn.objects.get().revoked_at is not None
    client.cookies["sessionid"] = kept
    assert client.get("/team/").status_code == 302


def test_forms_are_checked_for_where_they_came_from(owner: Person) -> None:
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    response = strict.post(SIGN_IN, {"email": owner.user.email, "password": PASSWORD})
    assert response.status_code == 403
    assert not SignIn.objects.exists()


def test_who_is_removed_is_out_at_once(stylist: Person) -> None:
    assert stylist.page.get("/team/").status_code == 200
    stylist.membership.is_active = False
    stylist.membership.save()
    assert stylist.page.get("/team/").status_code == 302
