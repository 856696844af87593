"""The pages of accounts: links by mail, security; each step is a POST, and none leads elsewhere."""

from typing import Any

import pytest
from django.test import Client

from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.links import one_time_token
from bookme.users.models import AccountRequest, SignIn, User
from tests.factories.users import PASSWORD, Person, UserFactory, make_person
from tests.letters import Letters, body
from tests.web.conftest import configure, page_of

NEW = "another-long-password"


def _client() -> Client:
    return Client(headers={"host": "salon.localhost"})


@pytest.mark.parametrize(
    "path",
    [
        "/account/sign-in/",
        "/account/register/",
        "/account/link/",
        "/account/reset/",
        "/account/reset/x/",
        "/account/link/x/",
    ],
)
def test_each_page_is_there_in_every_language(salon: Tenant, client: Client, path: str) -> None:
    for language in ("en", "fr", "ar"):
        response = client.get(path, headers={"host": "salon.localhost", "accept-language": language})
        assert response.status_code in {200, 404}
        assert "noindex" in page_of(response)
        assert response["Cache-Control"].startswith("max-age=0")


def test_a_link_by_mail_signs_in_and_goes_on(customer: Person, letters: Letters) -> None:
    client = _client()
    asked = client.post("/account/link/?next=%2Fbook%2F%3Fx%3D1", {"email": customer.user.email})
    assert "We have written to" in page_of(asked)
    link = letters.link_to(customer.user.email)
    assert "signs you in once" in page_of(client.get(link))
    assert not SignIn.objects.exists()
    assert client.post(link)["Location"] == "/book/?x=1"
    assert client.get("/account/security/").status_code == 200
    again = _client()
    assert (again.get(link).status_code, again.post(link).status_code) == (404, 404)
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize("there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"])
def test_a_link_leads_nowhere_else(customer: Person, letters: Letters, there: str) -> None:
    client = _client()
    client.post(f"/account/link/?next={there}", {"email": customer.user.email})
    assert client.post(letters.link_to(customer.user.email))["Location"] == "/account/"


def test_the_team_comes_to_its_agenda(owner: Person) -> None:
    client = _client()
    link = f"/account/link/{one_time_token(user=owner.user, tenant=owner.tenant)}/"
    assert client.post(link)["Location"] == "/team/"
    assert client.get("/team/").status_code == 200


def test_a_link_of_another_business_is_spent_here(rival_owner: Person, salon: Tenant) -> None:
    token = one_time_token(user=rival_owner.user, tenant=rival_owner.tenant)
    assert _client().get(f"/account/link/{token}/").status_code == 404
    assert _client().get("/account/link/nonsense/").status_code == 404


def test_forgotten_passwords(customer: Person, letters: Letters) -> None:
    client = _client()
    client.post("/account/reset/", {"email": customer.user.email})
    link = letters.link_to(customer.user.email)
    assert customer.user.email in page_of(client.get(link))
    weak = client.post(link, {"password": "short"})
    assert (weak.status_code, 'id="f-password_error"' in page_of(weak)) == (422, True)
    assert client.post(link, {"password": NEW})["Location"] == "/account/"
    assert client.get("/account/security/").status_code == 200
    assert User.objects.get(pk=customer.user.pk).check_password(NEW)
    assert _client().get(link).status_code == 404


def test_an_operator_s_forgotten_password_on_the_platform(salon: Tenant, letters: Letters) -> None:
    operator = UserFactory(email="op@platform.example", is_staff=True, is_superuser=True)
    client = Client(headers={"host": "localhost"})
    owner = make_person(salon, Role.OWNER)
    for each in (operator.email, owner.user.email):
        assert "We have written to" in page_of(client.post("/account/reset/", {"email": each}))
    link = letters.link_to(operator.email)
    assert letters.to(owner.user.email) == []
    assert client.get(link).status_code == 200
    assert client.post(link, {"password": NEW})["Location"] == "/admin/login/"
    assert User.objects.get(pk=operator.pk).check_password(NEW)


def test_who_fills_in_the_hidden_field_is_written_nothing(customer: Person) -> None:
    for path in ("/account/link/", "/account/reset/"):
        answer = _client().post(path, {"email": customer.user.email, "subject": "cheap pills"})
        assert "We have written to" in page_of(answer)
    assert not AccountRequest.objects.exists()


def test_security_is_for_who_is_signed_in(salon: Tenant) -> None:
    for path in ("", "password/", "email/"):
        assert _client().get(f"/account/security/{path}")["Location"].startswith("/account/sign-in/?next=%2Faccount")


def test_changing_the_password_keeps_this_browser(customer: Person) -> None:
    page, other = customer.page, _client()
    other.post("/account/sign-in/", {"email": customer.user.email, "password": PASSWORD})
    wrong = page.post("/account/security/password/", {"current_password": "x", "password": NEW})
    assert (wrong.status_code, 'id="f-current_password_error"' in page_of(wrong)) == (422, True)
    given = {"current_password": PASSWORD, "password": NEW}
    assert page.post("/account/security/password/", given)["Location"] == "/account/security/"
    assert "Your password is changed" in page_of(page.get("/account/security/"))
    assert other.get("/account/security/").status_code == 302


def test_a_wrong_password_is_told_in_the_visitor_s_language(customer: Person) -> None:
    configure(customer.tenant, languages=["en", "fr"])
    customer.page.cookies["lang"] = "fr"
    for path in ("password/", "email/"):
        given = {"current_password": "x", "password": NEW, "email": "new@people.example"}
        assert "Ce n’est pas votre mot de passe." in page_of(customer.page.post(f"/account/security/{path}", given))


def test_who_has_no_password_is_not_asked_for_it(owner: Person) -> None:
    owner.user.set_unusable_password()
    owner.user.save()
    assert "current_password" not in page_of(owner.page.get("/account/security/password/"))
    assert owner.page.post("/account/security/password/", {"password": NEW}).status_code == 302


def test_another_address(customer: Person, letters: Letters) -> None:
    given = {"email": "elsewhere@people.example", "current_password": PASSWORD}
    assert "We have written to" in page_of(customer.page.post("/account/security/email/", given))
    link = letters.link_to("elsewhere@people.example")
    assert _client().get(link).status_code == 200
    assert "elsewhere@people.example" in page_of(_client().post(link))
    assert (_client().post(link).status_code, _client().get(link).status_code) == (404, 404)
    assert _client().get("/account/email/nonsense/").status_code == 404
    assert "elsewhere@people.example" in page_of(customer.page.get("/account/security/"))
    deliver_outbox()
    assert "no longer with this address" in body(letters.to(customer.user.email)[-1])


def test_signing_out_another_device_and_all(customer: Person, owner: Person) -> None:
    other = _client()
    other.post("/account/sign-in/", {"email": customer.user.email, "password": PASSWORD})
    page = customer.page
    theirs = SignIn.objects.exclude(pk=page.session["sid"]).get(user=customer.user)
    assert str(theirs.pk) in page_of(page.get("/account/security/"))
    assert owner.page.post(f"/account/security/sign-ins/{theirs.pk}/").status_code == 404
    assert page.get(f"/account/security/sign-ins/{theirs.pk}/").status_code == 302
    assert other.get("/account/security/").status_code == 200
    page.post(f"/account/security/sign-ins/{theirs.pk}/")
    assert other.get("/account/security/").status_code == 302
    assert page.post("/account/security/sign-ins/")["Location"] == "/account/sign-in/"
    assert page.get("/account/security/").status_code == 302
    assert owner.page.get("/account/security/").status_code == 200


@pytest.mark.parametrize(
    ("path", "again"),
    [
        ("/account/link/x/", "/account/link/"),
        ("/account/reset/x/", "/account/reset/"),
        ("/account/verify/x/", "/account/register/"),
        ("/account/email-undo/x/", ""),
    ],
)
def test_a_spent_link_leads_to_another_one(salon: Tenant, client: Client, path: str, again: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert ("Ask for a new one<" in page_of(response)) is bool(again)
    assert f'href="{again}"' in page_of(response) or not again


def test_on_a_local_machine_the_mailbox_is_at_hand(salon: Tenant, client: Client, settings: Any) -> None:
    for local in (True, False):
        settings.LOCAL_MODE = local
        page = page_of(client.post("/account/reset/", {"email": "nobody@people.example"}))
        assert ("/mailbox/" in page) is local


def test_a_refusal_of_the_team_s_pages_says_what_is_missing_and_leads_back(stylist: Person) -> None:
    refused = stylist.page.get("/team/keys/")
    assert refused.status_code == 403
    assert "It takes a power that you do not have here: Keep API keys." in page_of(refused)
    for response in (refused, stylist.page.get("/team/no-such-page/")):
        assert 'href="/team/"' in page_of(response)
        assert "Go to the agenda" in page_of(response)
    assert "Go to the agenda" not in page_of(stylist.page.get("/no-such-page/"))
