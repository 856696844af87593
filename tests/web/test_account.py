"""Where guests may not book: sign in or register first, and what was chosen is kept."""

from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from bookme.bookings.models import Booking
from bookme.tenants.models import Tenant
from bookme.users.models import AccountRequest, Membership, SignIn, User
from tests.bookings.desk import written
from tests.factories.users import PASSWORD, Person
from tests.letters import Letters
from tests.web.conftest import GOOD, Visitor, configure, page_of, without_values

NEW = {"name": "Ada Byron", "email": "ada@mail.example", "phone": ""}
CHOSEN = {"password": "a-long-new-password"}


@pytest.fixture
def members_only(visitor: Visitor) -> Visitor:
    configure(visitor.shop.tenant, policies={"guest_booking": False})
    return visitor


def details(visitor: Visitor) -> str:
    return f"/book/details/?d={visitor.draft().token()}"


def test_a_guest_is_asked_to_sign_in_and_books_nothing(members_only: Visitor) -> None:
    before = written()
    address = details(members_only)
    page = page_of(members_only.client.get(address))
    assert "Sign in to book" in page
    assert "/account/sign-in/?next=/book/details/" in page
    assert 'name="email"' not in page
    assert "Sign in to book" in page_of(members_only.client.post(address, GOOD))
    assert written() == before


def test_that_it_takes_an_account_is_said_first(members_only: Visitor, customer: Person) -> None:
    """On the start page and on the first step, with the way in, which leads back; not to who is in."""
    words = "takes bookings from registered customers."
    for path in ("/", "/book/?service=cut"):
        page = page_of(members_only.client.get(path))
        assert words in page, path
        assert "No account needed" not in page
        told = page.partition(words)[2].partition("</p>")[0]
        for door in ("sign-in", "register"):
            assert f'href="/account/{door}/?next={quote(path, safe="")}"' in told
    assert words not in page_of(members_only.get("/book/professional/", members_only.draft()))
    assert words not in page_of(customer.page.get("/book/"))


def test_where_guests_may_book_the_first_step_asks_for_no_account(visitor: Visitor) -> None:
    for path in ("/", "/book/"):
        assert "registered customers" not in page_of(visitor.client.get(path))


def test_register_and_book(members_only: Visitor, letters: Letters) -> None:
    address = details(members_only)
    client = members_only.client
    answer = client.post("/account/register/?next=" + address.replace("?", "%3F"), NEW)
    assert "We have written to" in page_of(answer)
    assert not User.objects.exists()

    link = letters.link_to("ada@mail.example")
    assert "asked for an account" in page_of(client.get(link))
    assert not User.objects.exists(), "whoever previews mails follows every link"
    weak = client.post(link, {"password": "short"})
    assert (weak.status_code, 'id="f-password_error"' in page_of(weak)) == (422, True)
    assert not User.objects.exists()
    assert client.post(link, CHOSEN)["Location"] == address
    assert User.objects.get().check_password(CHOSEN["password"])
    page = page_of(client.get(address))
    assert 'value="Ada Byron"' in page
    assert "csrfmiddlewaretoken" in page
    assert client.post(address, GOOD).status_code == 302
    user = User.objects.get(email="ada@mail.example")
    assert Booking.objects.select_related("visit").get().visit.user_id == user.id
    assert Membership.objects.get(user=user).role == "customer"
    assert client.get(link).status_code == 404


def test_sign_in_and_out(members_only: Visitor, customer: Person) -> None:
    client = members_only.client
    answer = client.post("/account/sign-in/", {"email": customer.user.email.upper(), "password": PASSWORD})
    assert answer["Location"] == "/account/"
    assert "csrfmiddlewaretoken" in page_of(client.get(details(members_only)))
    assert client.post("/account/sign-out/")["Location"] == "/"
    assert SignIn.objects.get().revoked_at is not None
    assert "Sign in to book" in page_of(client.get(details(members_only)))


def test_a_member_s_form_is_protected(members_only: Visitor, customer: Person) -> None:
    client = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    client.cookies = customer.page.cookies
    before = written()
    answer = client.post(details(members_only), GOOD)
    assert answer.status_code == 403
    assert "open for too long" in page_of(answer)
    assert client.post("/account/sign-in/", {}).status_code == 403
    assert written() == before


def test_a_guest_s_form_needs_no_cookie(visitor: Visitor) -> None:
    strict = Client(headers={"host": "salon.localhost"}, enforce_csrf_checks=True)
    answer = strict.post(details(visitor), GOOD)
    assert answer.status_code == 302
    assert not answer.cookies


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@people.example"}, {"email": "no"}, {"password": ""}]
)
def test_wrong_credentials(visitor: Visitor, customer: Person, wrong: dict[str, str]) -> None:
    answer = visitor.client.post("/account/sign-in/", {"email": customer.user.email, "password": PASSWORD} | wrong)
    assert answer.status_code == 422
    assert 'role="alert"' in page_of(answer) or 'class="error"' in page_of(answer)
    assert SignIn.objects.count() == 0


def test_somebody_of_another_business_is_nobody_here(visitor: Visitor, rival_owner: Person) -> None:
    answer = visitor.client.post("/account/sign-in/", {"email": rival_owner.user.email, "password": PASSWORD})
    assert answer.status_code == 422
    assert "do not match" in page_of(answer)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "x" * 10_000}, "name"),
        ({"name": "Ada\x00"}, "name"),
        ({"email": "no"}, "email"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_what_is_wrong_with_a_registration(visitor: Visitor, change: dict[str, str], field: str) -> None:
    answer = visitor.client.post("/account/register/", NEW | change)
    assert answer.status_code == 422
    assert f'id="f-{field}_error"' in page_of(answer)
    assert User.objects.count() == 0


def test_too_many_mails_are_told_in_words(visitor: Visitor, settings: Any) -> None:
    settings.ACCOUNT_MAILS_PER_HOUR = 0
    answer = visitor.client.post("/account/register/", NEW)
    assert answer.status_code == 422
    assert "Too many mails were asked for" in page_of(answer)
    assert not AccountRequest.objects.exists()


def test_registering_a_known_address_looks_the_same(visitor: Visitor, customer: Person) -> None:
    known = visitor.client.post("/account/register/", NEW | {"email": customer.user.email})
    unknown = visitor.client.post("/account/register/", NEW)
    assert known.status_code == unknown.status_code == 200
    shown = [without_values(page_of(each)) for each in (known, unknown)]
    assert shown[0].replace(customer.user.email, "") == shown[1].replace(NEW["email"], "")
    assert SignIn.objects.count() == 0


@pytest.mark.parametrize(
    "there", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere_after_signing_in(visitor: Visitor, customer: Person, there: str) -> None:
    data = {"email": customer.user.email, "password": PASSWORD}
    answer = visitor.client.post(f"/account/sign-in/?next={there}", data)
    assert answer["Location"] == "/account/"


def test_sign_out_is_a_post(visitor: Visitor, salon: Tenant) -> None:
    assert visitor.client.get("/account/sign-out/").status_code == 405
