"""One's own account: links by mail, passwords, addresses, sign-ins, the profile."""

import datetime as dt
from typing import Any

import pytest
import time_machine

from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.models import EmailChange, SignIn, SignInKind, SocialIdentity, User
from tests.answers import faults
from tests.factories.users import PASSWORD, Api, Person, SocialIdentityFactory, Stranger, make_person
from tests.letters import Letters, body

NEW = "another-long-password"


def _log_in(api: Api, email: str, password: str = PASSWORD) -> Any:
    return api.post("auth/login/", {"email": email, "password": password})


def _me(api: Api, access: str = "") -> int:
    headers = {"authorization": f"Bearer {access}"} if access else {}
    return int(api.get("auth/me/", **headers).status_code)


# Sign-in links ----------------------------------------------------------------------------------
def test_a_link_signs_in_to_the_api_once(customer: Person, stranger: Stranger, letters: Letters) -> None:
    answer = stranger.api.post("auth/sign-in-link/", {"email": customer.user.email.upper()})
    assert answer.status_code == 202
    token = letters.token_to(customer.user.email)
    tokens = stranger.api.post("auth/sign-in-link/confirm/", {"token": token}).json()
    assert _me(stranger.api, tokens["access"]) == 200
    again = stranger.api.post("auth/sign-in-link/confirm/", {"token": token})
    assert (again.status_code, again.json()["code"]) == (400, "link_invalid")
    assert SignIn.objects.get().kind == SignInKind.API


@pytest.mark.parametrize("path", ["auth/sign-in-link/", "auth/password-reset/"])
def test_nobody_is_written_to_who_has_no_account_here(
    salon: Tenant, rival_owner: Person, customer: Person, stranger: Stranger, letters: Letters, path: str
) -> None:
    addresses = ["nobody@people.example", rival_owner.user.email, customer.user.email]
    answers = [stranger.api.post(path, {"email": each}) for each in addresses]
    assert {(each.status_code, each.content) for each in answers} == {(202, answers[0].content)}
    deliver_outbox()
    assert [each["To"] for each in letters.all()] == [f"{customer.user.name} <{customer.user.email}>"]


def test_a_person_who_is_locked_or_removed_gets_no_link(
    customer: Person, stylist: Person, stranger: Stranger, letters: Letters
) -> None:
    User.objects.filter(pk=customer.user.pk).update(is_active=False)
    stylist.membership.is_active = False
    stylist.membership.save()
    for person in (customer, stylist):
        stranger.api.post("auth/sign-in-link/", {"email": person.user.email})
    deliver_outbox()
    assert letters.all() == []


# Passwords --------------------------------------------------------------------------------------
def test_a_new_password_by_mail(customer: Person, stranger: Stranger, letters: Letters) -> None:
    tokens = customer.tokens
    assert stranger.api.post("auth/password-reset/", {"email": customer.user.email}).status_code == 202
    token = letters.token_to(customer.user.email)
    weak = stranger.api.post("auth/password-reset/confirm/", {"token": token, "password": "short"})
    assert faults(weak)["/password"] == "weak_password"
    assert stranger.api.post("auth/password-reset/confirm/", {"token": token, "password": NEW}).status_code == 200

    assert _me(customer.api) == 401
    assert stranger.api.post("auth/refresh/", {"refresh": tokens.refresh}).status_code == 401
    assert not SignIn.objects.filter(user=customer.user, revoked_at=None).exists()
    assert _log_in(stranger.api, customer.user.email).status_code == 401
    assert _log_in(stranger.api, customer.user.email, NEW).status_code == 200
    again = stranger.api.post("auth/password-reset/confirm/", {"token": token, "password": NEW + "x"})
    assert again.json()["code"] == "link_invalid"
    deliver_outbox()
    assert "Your password was changed" in letters.to(customer.user.email)[-1]["Subject"]
    assert Event.objects.filter(name="account.changed", payload__what="password").count() == 1


def test_what_signed_in_from_elsewhere_signs_in_no_more(
    customer: Person, owner: Person, stranger: Stranger, letters: Letters
) -> None:
    """Whoever had got in may have added theirs."""
    for person in (customer, owner):
        SocialIdentityFactory(user=person.user)
    stranger.api.post("auth/password-reset/", {"email": customer.user.email})
    token = letters.token_to(customer.user.email)
    assert stranger.api.post("auth/password-reset/confirm/", {"token": token, "password": NEW}).status_code == 200
    assert SocialIdentity.objects.get().user == owner.user


@pytest.mark.parametrize("cause", ["old", "rival", "signed in", "forged", "another's", "nothing"])
def test_a_reset_that_is_not_good(
    customer: Person, rival: Tenant, stranger: Stranger, letters: Letters, cause: str
) -> None:
    stranger.api.post("auth/password-reset/", {"email": customer.user.email})
    token, api, later = letters.token_to(customer.user.email), stranger.api, 0
    match cause:
        case "old":
            later = 24 * 3600 + 2
        case "rival":
            api = Api(host="rival.localhost")
        case "signed in":
            _log_in(stranger.api, customer.user.email)
        case "forged":
            token = token[:-3] + ("aaa" if token[-3:] != "aaa" else "bbb")
        case "another's":
            other = make_person(customer.tenant, Role.CUSTOMER)
            token = other.user.pk.hex + "-" + token.partition("-")[2]
        case "nothing":
            token = "-"
    before = User.objects.values_list("password").order_by("pk")
    kept = list(before)
    with time_machine.travel(now().timestamp() + later):
        answer = api.post("auth/password-reset/confirm/", {"token": token, "password": NEW})
    assert (answer.status_code, answer.json()["code"]) == (400, "link_invalid")
    assert list(before.all()) == kept


def test_changing_it_signs_out_everything_else(customer: Person, stranger: Stranger, letters: Letters) -> None:
    other = _log_in(stranger.api, customer.user.email).json()
    wrong = customer.api.post("auth/password/", {"current_password": "x", "password": NEW})
    assert faults(wrong) == {"/current_password": "wrong_password"}
    assert _me(stranger.api, other["access"]) == 200

    fresh = customer.api.post("auth/password/", {"current_password": PASSWORD, "password": NEW})
    assert fresh.status_code == 200
    assert _me(stranger.api, fresh.json()["access"]) == 200
    assert (_me(customer.api), _me(stranger.api, other["access"])) == (401, 401)
    assert stranger.api.post("auth/refresh/", {"refresh": other["refresh"]}).status_code == 401
    assert _log_in(stranger.api, customer.user.email, NEW).status_code == 200


def test_guessing_the_password_of_an_open_screen_is_counted(customer: Person) -> None:
    codes = [
        customer.api.post("auth/password/", {"current_password": f"guess-{n}", "password": NEW}).status_code
        for n in range(11)
    ]
    assert codes == [400] * 10 + [429]


def test_who_has_none_sets_one_while_the_sign_in_is_fresh(owner: Person, stranger: Stranger) -> None:
    User.objects.filter(pk=owner.user.pk).update(password="!")
    owner.user.refresh_from_db()
    assert owner.api.get("auth/me/").json()["has_password"] is False
    with time_machine.travel(now() + dt.timedelta(minutes=11)):
        late = owner.api.post("auth/password/", {"password": NEW})
    assert (late.status_code, late.json()["code"]) == (403, "sign_in_again")
    assert owner.api.post("auth/password/", {"password": NEW}).status_code == 200
    assert _log_in(stranger.api, owner.user.email, NEW).status_code == 200


# Another address --------------------------------------------------------------------------------
def test_another_address_once_its_link_was_followed(customer: Person, stranger: Stranger, letters: Letters) -> None:
    before, after = customer.user.email, "elsewhere@people.example"
    given = {"email": after.upper(), "current_password": PASSWORD}
    assert customer.api.post("auth/email/", given).status_code == 202
    token = letters.token_to(after)
    assert customer.api.get("auth/me/").json()["email"] == before

    assert stranger.api.post("auth/email/confirm/", {"token": token}).status_code == 200
    assert customer.api.get("auth/me/").json()["email"] == after
    assert _log_in(stranger.api, before).status_code == 401
    assert _log_in(stranger.api, after).status_code == 200
    assert stranger.api.post("auth/email/confirm/", {"token": token}).json()["code"] == "link_invalid"
    deliver_outbox()
    assert after in body(letters.to(before)[-1])


def test_the_address_of_somebody_else_is_not_taken_and_not_told(
    customer: Person, owner: Person, stranger: Stranger, letters: Letters
) -> None:
    answers = [
        customer.api.post("auth/email/", {"email": each, "current_password": PASSWORD})
        for each in ("free@people.example", owner.user.email)
    ]
    assert answers[0].content == answers[1].content
    token = letters.token_to(owner.user.email)
    assert stranger.api.post("auth/email/confirm/", {"token": token}).json()["code"] == "link_invalid"
    assert User.objects.get(pk=customer.user.pk).email != owner.user.email


def test_only_the_last_address_that_was_asked_for_counts(
    customer: Person, stranger: Stranger, letters: Letters
) -> None:
    tokens = []
    for address in ("one@people.example", "two@people.example"):
        customer.api.post("auth/email/", {"email": address, "current_password": PASSWORD})
        tokens.append(letters.token_to(address))
    assert stranger.api.post("auth/email/confirm/", {"token": tokens[0]}).status_code == 400
    assert stranger.api.post("auth/email/confirm/", {"token": tokens[1]}).status_code == 200
    assert EmailChange.objects.get().confirmed_at is not None


@pytest.mark.parametrize("since", ["reset", "password", "logout-everywhere"])
def test_what_a_thief_asked_for_is_taken_back_by_a_new_password(
    customer: Person, stranger: Stranger, letters: Letters, since: str
) -> None:
    """Who knew the password asked for another address; its owner threw them out before the link was followed."""
    thief = _log_in(stranger.api, customer.user.email).json()["access"]
    given = {"email": "thief@people.example", "current_password": PASSWORD}
    assert stranger.api.post("auth/email/", given, authorization=f"Bearer {thief}").status_code == 202
    link = letters.token_to("thief@people.example")
    if since == "reset":
        stranger.api.post("auth/password-reset/", {"email": customer.user.email})
        token = letters.token_to(customer.user.email)
        done = stranger.api.post("auth/password-reset/confirm/", {"token": token, "password": NEW})
    elif since == "password":
        done = customer.api.post("auth/password/", {"current_password": PASSWORD, "password": NEW})
    else:
        done = customer.api.post("auth/logout-everywhere/")
    assert done.status_code < 300, done.content
    assert stranger.page.get(f"/account/email/{link}/").status_code == 404
    assert stranger.api.post("auth/email/confirm/", {"token": link}).json()["code"] == "link_invalid"
    assert User.objects.get(pk=customer.user.pk).email == customer.user.email


def test_a_stranger_at_the_screen_cannot_take_the_account(customer: Person) -> None:
    answer = customer.api.post("auth/email/", {"email": "thief@people.example"})
    assert faults(answer) == {"/current_password": "wrong_password"}
    assert not EmailChange.objects.exists()


def test_a_link_that_went_to_the_former_address_is_worthless(
    customer: Person, stranger: Stranger, letters: Letters
) -> None:
    stranger.api.post("auth/sign-in-link/", {"email": customer.user.email})
    former = letters.token_to(customer.user.email)
    customer.api.post("auth/email/", {"email": "elsewhere@people.example", "current_password": PASSWORD})
    token = letters.token_to("elsewhere@people.example")
    assert stranger.api.post("auth/email/confirm/", {"token": token}).status_code == 200
    assert stranger.api.post("auth/sign-in-link/confirm/", {"token": former}).json()["code"] == "link_invalid"


# Sign-ins ---------------------------------------------------------------------------------------
def test_where_one_is_signed_in_and_ending_one_of_them(customer: Person, owner: Person, stranger: Stranger) -> None:
    other = _log_in(stranger.api, customer.user.email).json()
    _log_in(stranger.api, owner.user.email)
    rows = customer.api.get("auth/sign-ins/").json()["results"]
    assert sorted(each["current"] for each in rows) == [False, True]
    ended = next(each["id"] for each in rows if not each["current"])
    assert owner.api.delete(f"auth/sign-ins/{ended}/").status_code == 404
    assert _me(stranger.api, other["access"]) == 200
    assert customer.api.delete(f"auth/sign-ins/{ended}/").status_code == 204
    assert (_me(stranger.api, other["access"]), _me(customer.api)) == (401, 200)


def test_signing_out_everywhere_is_everywhere(salon: Tenant, rival: Tenant, stranger: Stranger) -> None:
    here = make_person(salon, Role.CUSTOMER)
    there = Person(user=here.user, membership=make_person(rival, Role.OWNER).membership)
    there.membership.user = here.user
    there.membership.save()
    assert (_me(here.api), _me(there.api), here.page.get("/api/v1/auth/me/").status_code) == (200, 200, 200)
    assert here.api.post("auth/logout-everywhere/").status_code == 204
    assert (_me(here.api), _me(there.api), here.page.get("/api/v1/auth/me/").status_code) == (401, 401, 401)
    assert stranger.api.post("auth/refresh/", {"refresh": here.tokens.refresh}).status_code == 401
    assert _log_in(stranger.api, here.user.email).status_code == 200


# The profile ------------------------------------------------------------------------------------
def test_a_profile_is_changed_as_far_as_it_is_given(stylist: Person) -> None:
    given = {"name": "Ada", "phone": "020 7946 0101", "language": "fr", "timezone": "Africa/Casablanca"}
    me = stylist.api.patch("auth/me/", given).json()
    assert {name: me[name] for name in given} == given | {"phone": "+442079460101"}
    assert stylist.api.patch("auth/me/", {"name": "Bea"}).json()["phone"] == "+442079460101"
    assert stylist.api.patch("auth/me/", {}).json()["name"] == "Bea"


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"timezone": "Europe/Nowhere"}, "/timezone", "unknown_timezone"),
        ({"timezone": "../etc/passwd"}, "/timezone", "unknown_timezone"),
        ({"language": "french"}, "/language", "invalid"),
        ({"phone": "12"}, "/phone", "invalid_phone"),
        ({"name": ""}, "/name", "blank"),
        ({"email": "x@y.example"}, "/email", "unknown"),
        ({"is_staff": True}, "/is_staff", "unknown"),
    ],
)
def test_what_a_profile_does_not_take(stylist: Person, given: dict[str, Any], pointer: str, code: str) -> None:
    api = stylist.api
    before = User.objects.values().get(pk=stylist.user.pk)
    assert faults(api.patch("auth/me/", given)) == {pointer: code}
    assert User.objects.values().get(pk=stylist.user.pk) == before
