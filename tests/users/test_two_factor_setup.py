"""Setting the second factor up, and doing without it again."""

import base64
import datetime as dt
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from django.db import connection

from bookme.eventlog.models import Event
from bookme.tenants.tasks import deliver_outbox
from bookme.users.limits import CODES_PER_NETWORK
from bookme.users.models import EmailChange, RecoveryCode, SignIn, TwoFactor, User
from tests.answers import faults
from tests.bookings.desk import NOW
from tests.factories.users import PASSWORD, Api, Person
from tests.letters import Letters
from tests.users.second_factor import Factor, challenge_of, turn_on, verify

pytestmark = pytest.mark.usefixtures("clock")

OFF = {"is_on": False, "since": None, "recovery_codes_left": 0, "is_demanded": False}


@pytest.fixture
def factor(customer: Person) -> Factor:
    return turn_on(customer.user)


def _begin(person: Person, **given: str) -> Factor:
    answer = person.api.post("auth/2fa/setup/", given)
    assert answer.status_code == 200, answer.json()
    return Factor(answer.json()["secret"], [])


def _changes() -> list[str]:
    return [each.payload["what"] for each in Event.objects.filter(name="account.changed").order_by("id")]


def _signs_in(person: Person) -> int:
    api = Api(host=person.host)
    return int(api.post("auth/login/", {"email": person.user.email, "password": PASSWORD}).status_code)


def _subjects(letters: Letters, person: Person) -> list[str]:
    deliver_outbox()
    return [each["Subject"] for each in letters.to(person.user.email)]


# Setting up -------------------------------------------------------------------------------------
def test_from_the_first_step_to_the_last(customer: Person, letters: Letters) -> None:
    assert customer.api.get("auth/2fa/").json() == OFF
    begun = _begin(customer)
    assert customer.api.get("auth/2fa/").json() == OFF
    assert _signs_in(customer) == 200, "not on until it is confirmed"

    answer = customer.api.post("auth/2fa/confirm/", {"code": begun.code()})
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    codes = answer.json()["recovery_codes"]
    state = {"is_on": True, "since": "2030-01-02T09:00:00Z", "recovery_codes_left": 10, "is_demanded": False}
    assert customer.api.get("auth/2fa/").json() == state
    assert _changes() == ["two_factor_on"]
    assert _subjects(letters, customer) == ["Two-factor sign-in is on"]

    assert verify(challenge_of(customer), begun.code()).status_code == 401, "the code that confirmed is spent"
    assert verify(challenge_of(customer), begun.code(steps=1)).status_code == 200
    assert verify(challenge_of(customer), codes[9]).status_code == 200
    assert customer.api.get("auth/2fa/").json()["recovery_codes_left"] == 9


def test_who_came_in_by_one_factor_is_out_once_there_are_two(customer: Person) -> None:
    """Whoever knew the password, and was there before; the one who sets it up stays."""
    before = Api(host=customer.host).post("auth/login/", {"email": customer.user.email, "password": PASSWORD}).json()
    stranger, page = Api(host=customer.host, token=before["access"]), customer.page
    assert stranger.get("auth/me/").status_code == page.get("/account/").status_code == 200
    stranger.post("auth/email/", {"email": "thief@people.example", "current_password": PASSWORD})
    assert EmailChange.objects.exists()
    begun = _begin(customer)
    assert customer.api.post("auth/2fa/confirm/", {"code": begun.wrong_code()}).status_code == 400
    assert stranger.get("auth/me/").status_code == 200
    assert customer.api.post("auth/2fa/confirm/", {"code": begun.code()}).status_code == 200
    assert stranger.get("auth/me/").status_code == 401
    assert stranger.post("auth/refresh/", {"refresh": before["refresh"]}).status_code == 401
    assert page.get("/account/").status_code == 302
    assert not EmailChange.objects.exists()
    assert customer.api.get("auth/me/").status_code == 200


def test_the_link_for_the_app_names_the_business_and_the_person(customer: Person) -> None:
    uri = customer.api.post("auth/2fa/setup/").json()["uri"]
    parts = urlsplit(uri)
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == f"/Salon:{customer.user.email}"
    assert (query["issuer"], query["secret"]) == (["Salon"], [TwoFactor.objects.get().secret])
    assert len(base64.b32decode(query["secret"][0])) >= 20


def test_the_database_does_not_tell_the_secret(customer: Person) -> None:
    secret = _begin(customer).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM users_twofactor")
        [[kept]] = cursor.fetchall()
    assert secret not in kept
    assert TwoFactor.objects.get().secret == secret


def test_recovery_codes_are_long_and_only_their_digests_are_kept(customer: Person) -> None:
    begun = _begin(customer)
    codes = customer.api.post("auth/2fa/confirm/", {"code": begun.code()}).json()["recovery_codes"]
    assert len(set(codes)) == 10
    assert all(len(base64.b32decode(each.replace("-", ""))) * 8 >= 80 for each in codes)
    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(part in kept.upper() for each in codes for part in (each, each.replace("-", "")))


def test_a_wrong_code_confirms_nothing(customer: Person, letters: Letters) -> None:
    begun = _begin(customer)
    answer = customer.api.post("auth/2fa/confirm/", {"code": begun.wrong_code()})
    assert answer.status_code == 400
    assert faults(answer) == {"/code": "wrong_code"}
    assert customer.api.get("auth/2fa/").json() == OFF
    assert (_changes(), _subjects(letters, customer), RecoveryCode.objects.count()) == ([], [], 0)


def test_what_was_begun_ends_after_an_hour(customer: Person, clock: time_machine.Traveller) -> None:
    begun = _begin(customer)
    signed_in = customer.tokens.refresh
    clock.shift(3601)
    fresh = Api(host=customer.host).post("auth/refresh/", {"refresh": signed_in}).json()["access"]
    api = Api(host=customer.host, token=fresh)
    answer = api.post("auth/2fa/confirm/", {"code": begun.code(NOW + dt.timedelta(seconds=3601))})
    assert (answer.status_code, answer.json()["code"]) == (409, "two_factor_not_begun")
    assert api.get("auth/2fa/").json() == OFF


def test_nothing_is_confirmed_that_was_not_begun(customer: Person) -> None:
    answer = customer.api.post("auth/2fa/confirm/", {"code": "123456"})
    assert (answer.status_code, answer.json()["code"]) == (409, "two_factor_not_begun")


def test_beginning_again_forgets_the_first_secret(customer: Person) -> None:
    first, second = _begin(customer), _begin(customer)
    assert customer.api.post("auth/2fa/confirm/", {"code": first.code()}).status_code == 400
    assert customer.api.post("auth/2fa/confirm/", {"code": second.code()}).status_code == 200


def test_once_it_is_on_nothing_begins_anew(customer: Person, factor: Factor) -> None:
    for path, body in (("setup/", {}), ("confirm/", {"code": factor.code()})):
        answer = customer.api.post(f"auth/2fa/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "two_factor_on")
    assert TwoFactor.objects.get().secret == factor.secret
    assert verify(challenge_of(customer), factor.code()).status_code == 200


def test_an_open_screen_is_not_enough_to_lock_its_owner_out(customer: Person, clock: time_machine.Traveller) -> None:
    assert customer.api.get("auth/me/").status_code == 200
    clock.shift(601)
    for given in ({}, {"current_password": "wrong"}):
        answer = customer.api.post("auth/2fa/setup/", given)
        assert (answer.status_code, faults(answer)) == (400, {"/current_password": "wrong_password"})
    assert not TwoFactor.objects.exists()
    assert customer.api.post("auth/2fa/setup/", {"current_password": PASSWORD}).status_code == 200


def test_who_has_no_password_signs_in_anew(customer: Person, clock: time_machine.Traveller) -> None:
    customer.user.set_unusable_password()
    customer.user.save()
    assert customer.api.get("auth/me/").status_code == 200
    clock.shift(601)
    answer = customer.api.post("auth/2fa/setup/")
    assert (answer.status_code, answer.json()["code"]) == (403, "sign_in_again")
    assert not TwoFactor.objects.exists()


def test_it_is_one_for_the_person_in_every_business(customer: Person, factor: Factor) -> None:
    assert _signs_in(customer) == 401
    assert TwoFactor.objects.get().user == customer.user


# Turning off ------------------------------------------------------------------------------------
def _turn_off(person: Person, code: str, password: str = PASSWORD) -> Any:
    return person.api.post("auth/2fa/disable/", {"code": code, "current_password": password})


@pytest.mark.parametrize("by_recovery", [False, True])
def test_turned_off_by_password_and_code(customer: Person, factor: Factor, letters: Letters, by_recovery: bool) -> None:
    elsewhere = verify(challenge_of(customer), factor.code(steps=-1)).json()["access"]
    answer = _turn_off(customer, factor.recovery_codes[0] if by_recovery else factor.code())
    assert answer.status_code == 204
    assert customer.api.get("auth/2fa/").json() == OFF
    assert not RecoveryCode.objects.exists()
    assert _changes() == ["two_factor_off"]
    assert _subjects(letters, customer) == ["Two-factor sign-in is off"]
    assert _signs_in(customer) == 200
    assert Api(host=customer.host, token=elsewhere).get("auth/me/").status_code == 200, "other sign-ins go on"


def test_neither_of_the_two_is_enough(customer: Person, factor: Factor, letters: Letters) -> None:
    refused = {
        "code": _turn_off(customer, factor.wrong_code()),
        "current_password": _turn_off(customer, factor.code(), "wrong"),
    }
    for field, answer in refused.items():
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, f"/{field}")
    assert customer.api.get("auth/2fa/").json()["is_on"]
    assert (_changes(), _subjects(letters, customer)) == ([], [])
    assert _turn_off(customer, factor.code()).status_code == 204, "and the code was not spent by it"


def test_a_code_that_signed_in_does_not_turn_it_off(customer: Person, factor: Factor) -> None:
    assert verify(challenge_of(customer), factor.code()).status_code == 200
    assert _turn_off(customer, factor.code()).status_code == 400
    assert customer.api.get("auth/2fa/").json()["is_on"]


def test_what_is_off_cannot_be_turned_off(customer: Person) -> None:
    for path, more in (("disable/", {"current_password": PASSWORD}), ("recovery-codes/", {})):
        answer = customer.api.post(f"auth/2fa/{path}", {"code": "123456"} | more)
        assert (answer.status_code, answer.json()["code"]) == (409, "two_factor_off")


# New recovery codes -----------------------------------------------------------------------------
def test_new_recovery_codes_make_the_old_ones_worthless(customer: Person, factor: Factor) -> None:
    codes = customer.api.post("auth/2fa/recovery-codes/", {"code": factor.code()}).json()["recovery_codes"]
    assert len(codes) == 10
    assert not set(codes) & set(factor.recovery_codes)
    assert _changes() == ["recovery_codes"]
    challenge = challenge_of(customer)
    assert verify(challenge, factor.recovery_codes[0]).status_code == 401
    assert verify(challenge, codes[0]).status_code == 200


def test_a_wrong_code_leaves_the_old_ones(customer: Person, factor: Factor) -> None:
    for code in (factor.wrong_code(), "AAAA-BBBB-CCCC-DDDD"):
        answer = customer.api.post("auth/2fa/recovery-codes/", {"code": code})
        assert (answer.status_code, faults(answer)) == (400, {"/code": "wrong_code"})
    assert _changes() == []
    assert verify(challenge_of(customer), factor.recovery_codes[0]).status_code == 200


@pytest.mark.parametrize(("path", "more"), [("recovery-codes/", {}), ("disable/", {"current_password": PASSWORD})])
def test_guessing_there_ends_as_well(customer: Person, factor: Factor, path: str, more: dict[str, str]) -> None:
    def attempt(code: str) -> int:
        return int(customer.api.post(f"auth/2fa/{path}", {"code": code} | more).status_code)

    most = CODES_PER_NETWORK.most
    assert [attempt(factor.wrong_code()) for _ in range(most + 1)] == [400] * most + [429]
    assert attempt(factor.code()) == 429
    assert customer.api.get("auth/2fa/").json()["recovery_codes_left"] == 10


def test_it_is_for_people_who_are_signed_in(customer: Person, factor: Factor) -> None:
    guest = Api(host=customer.host)
    for path in ("setup/", "confirm/", "recovery-codes/", "disable/"):
        assert guest.post(f"auth/2fa/{path}", {"code": factor.code()}).status_code == 401
    assert guest.get("auth/2fa/").status_code == 401


def test_one_s_own_is_one_s_own(customer: Person, owner: Person, factor: Factor) -> None:
    """What a person sends is about the person alone: nothing names another."""
    begun = _begin(owner)
    assert owner.api.post("auth/2fa/confirm/", {"code": begun.code()}).status_code == 200
    assert TwoFactor.objects.get(user=customer.user).secret == factor.secret
    assert User.objects.filter(two_factor__isnull=False).count() == 2
    assert SignIn.objects.filter(user=customer.user).count() == 0
