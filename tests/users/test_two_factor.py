"""The second factor of signing in: a code is good once, within a minute and a half, here, and for whom it is."""

import datetime as dt
import threading
from typing import Any
from uuid import UUID, uuid5

import pytest
import time_machine

from bookme.core.errors import Busy
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.actions import two_factor
from bookme.users.challenge import challenge_token
from bookme.users.limits import CODES_PER_NETWORK, CODES_PER_PERSON, count_code
from bookme.users.links import reset_token
from bookme.users.models import Membership, RecoveryCode, SignIn, SignInKind, TwoFactor, User
from tests.at_once import all_at_once
from tests.bookings.desk import NOW
from tests.factories.users import PASSWORD, Api, Person, make_person
from tests.letters import Letters, body
from tests.users.second_factor import Factor, challenge_of, turn_on, verify

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def factor(owner: Person) -> Factor:
    return turn_on(owner.user)


def _failures() -> list[str]:
    return [each.payload["reason"] for each in Event.objects.filter(name="account.sign_in_failed").order_by("id")]


# Signing in -------------------------------------------------------------------------------------
def test_a_password_alone_does_not_sign_in(owner: Person, factor: Factor) -> None:
    answer = Api(host=owner.host).post("auth/login/", {"email": owner.user.email, "password": PASSWORD})
    assert answer.status_code == 401
    assert answer.json()["code"] == "two_factor_required"
    assert not {"access", "refresh"} & answer.json().keys()
    assert not SignIn.objects.exists()


def test_a_code_does(owner: Person, factor: Factor) -> None:
    answer = verify(challenge_of(owner), factor.code())
    assert answer.status_code == 200
    me = Api(host=owner.host, token=answer.json()["access"]).get("auth/me/").json()
    assert (me["email"], me["two_factor"], me["role"]) == (owner.user.email, True, "owner")
    told = Event.objects.get(name="account.signed_in").payload
    assert (told["way"], told["two_factor"], told["address"]) == ("password", True, "203.0.113.7")
    assert SignIn.objects.get().kind == SignInKind.API


@pytest.mark.parametrize(
    "typed", ["{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", " {0} ", "{0[0]}-{0[1]}-{0[2]}-{0[3]}{0[4]}{0[5]}"]
)
def test_however_it_is_typed(owner: Person, factor: Factor, typed: str) -> None:
    assert verify(challenge_of(owner), typed.format(factor.code())).status_code == 200


def test_in_the_digits_of_another_script(owner: Person, factor: Factor) -> None:
    arabic = factor.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert verify(challenge_of(owner), arabic).status_code == 200


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_off(owner: Person, factor: Factor, steps: int) -> None:
    assert verify(challenge_of(owner), factor.code(steps=steps)).status_code == 200


@pytest.mark.parametrize("steps", [-2, 2, 20, -2880])
def test_and_no_more(owner: Person, factor: Factor, steps: int) -> None:
    answer = verify(challenge_of(owner), factor.code(steps=steps))
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_code")
    assert not SignIn.objects.exists()


@pytest.mark.parametrize(
    "code", ["", "0", "12345", "1234567", "abcdef", "-00001", "\x00", "x" * 41, "x" * 40, "²²²²²²"]
)
def test_nonsense_is_no_code(owner: Person, factor: Factor, code: str) -> None:
    answer = verify(challenge_of(owner), code)
    assert answer.status_code in {400, 401}
    assert answer["Content-Type"] == "application/problem+json"
    assert not SignIn.objects.exists()


def test_a_wrong_code_is_written_down(owner: Person, factor: Factor) -> None:
    assert verify(challenge_of(owner), factor.wrong_code()).json()["code"] == "wrong_code"
    failed = Event.objects.get(name="account.sign_in_failed")
    assert (failed.subject_id, failed.payload["reason"]) == (owner.user.pk, "two_factor")
    assert failed.payload["email"] == owner.user.email


def test_a_code_is_good_once(owner: Person, factor: Factor) -> None:
    challenge = challenge_of(owner)
    assert verify(challenge, factor.code()).status_code == 200
    assert verify(challenge, factor.code()).json()["code"] == "wrong_code"
    assert verify(challenge_of(owner), factor.code()).json()["code"] == "wrong_code"
    assert SignIn.objects.count() == 1


def test_nor_is_one_from_before_the_last(owner: Person, factor: Factor) -> None:
    assert verify(challenge_of(owner), factor.code(steps=1)).status_code == 200
    assert verify(challenge_of(owner), factor.code(steps=0)).status_code == 401


def test_the_next_one_is_good_again(owner: Person, factor: Factor, clock: time_machine.Traveller) -> None:
    assert verify(challenge_of(owner), factor.code()).status_code == 200
    clock.shift(30)
    assert verify(challenge_of(owner), factor.code(steps=1)).status_code == 200


def test_a_code_of_somebody_else_is_worthless(owner: Person, manager: Person, factor: Factor) -> None:
    other = turn_on(manager.user)
    assert verify(challenge_of(owner), other.code()).status_code == 401
    assert verify(challenge_of(owner), other.recovery_codes[0]).status_code == 401
    assert verify(challenge_of(manager), other.code()).status_code == 200


def test_by_a_mailed_link_a_code_is_asked_for_too(customer: Person, letters: Letters) -> None:
    factor, api = turn_on(customer.user), Api(host=customer.host)
    api.post("auth/sign-in-link/", {"email": customer.user.email})
    answer = api.post("auth/sign-in-link/confirm/", {"token": letters.token_to(customer.user.email)})
    assert (answer.status_code, answer.json()["code"]) == (401, "two_factor_required")
    assert not SignIn.objects.exists()
    assert verify(answer.json()["challenge"], factor.code()).status_code == 200
    assert Event.objects.get(name="account.signed_in").payload["way"] == "link"


# Recovery codes ---------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["{0}", "{0}  ", "lower", "bare"])
def test_a_recovery_code_is_good_once(owner: Person, factor: Factor, letters: Letters, typed: str) -> None:
    code = factor.recovery_codes[3]
    given = {"lower": code.lower(), "bare": code.replace("-", "")}.get(typed, typed.format(code))
    challenge = challenge_of(owner)
    assert verify(challenge, given).status_code == 200
    assert verify(challenge, given).json()["code"] == "wrong_code"
    assert RecoveryCode.objects.filter(user=owner.user, used_at=None).count() == 9
    deliver_outbox()
    [letter] = letters.to(owner.user.email)
    assert letter["Subject"] == "A recovery code was used"
    assert "not good any more" in body(letter)


def test_a_code_of_the_app_sends_no_such_mail(owner: Person, factor: Factor, letters: Letters) -> None:
    verify(challenge_of(owner), factor.code())
    deliver_outbox()
    assert letters.to(owner.user.email) == []


# The challenge ----------------------------------------------------------------------------------
def _refused(challenge: str, factor: Factor, *, host: str = "salon.localhost") -> None:
    answer = verify(challenge, factor.code(), host=host)
    assert (answer.status_code, answer.json()["code"]) == (401, "challenge_invalid")
    assert not SignIn.objects.exists()


def test_it_is_worthless_in_another_business(owner: Person, factor: Factor, rival: Tenant) -> None:
    Membership.objects.create(user=owner.user, tenant=rival, role=Role.OWNER)
    challenge = challenge_of(owner)
    _refused(challenge, factor, host="rival.localhost")
    assert verify(challenge, factor.code()).status_code == 200


def test_it_is_worthless_after_ten_minutes(owner: Person, factor: Factor, clock: time_machine.Traveller) -> None:
    challenge = challenge_of(owner)
    clock.shift(601)
    answer = verify(challenge, factor.code(NOW + dt.timedelta(seconds=601)))
    assert (answer.status_code, answer.json()["code"]) == (401, "challenge_invalid")


def test_it_is_good_until_then(owner: Person, factor: Factor, clock: time_machine.Traveller) -> None:
    challenge = challenge_of(owner)
    clock.shift(599)
    assert verify(challenge, factor.code(NOW + dt.timedelta(seconds=599))).status_code == 200


def _new_password(person: Person) -> None:
    person.user.set_password("another-long-password")
    person.user.save()


def _signed_out_everywhere(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(token_version=2)


def _removed(person: Person) -> None:
    Membership.objects.filter(pk=person.membership.pk).update(is_active=False)


def _locked(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(is_active=False)


def _turned_off(person: Person) -> None:
    TwoFactor.objects.filter(user=person.user).delete()


@pytest.mark.parametrize("change", [_new_password, _signed_out_everywhere, _removed, _locked, _turned_off])
def test_it_is_worthless_once_something_changed(owner: Person, factor: Factor, change: Any) -> None:
    challenge = challenge_of(owner)
    change(owner)
    _refused(challenge, factor)


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-2] + "xx", lambda text: "x" + text, lambda _: "x", lambda _: "a:b:c"]
)
def test_it_cannot_be_forged(owner: Person, factor: Factor, spoil: Any) -> None:
    _refused(spoil(challenge_of(owner)), factor)


@pytest.mark.parametrize(("is_operator", "kind"), [(True, SignInKind.API), (False, SignInKind.PAGE)])
def test_it_is_good_for_what_it_was_given_for(
    owner: Person, factor: Factor, is_operator: bool, kind: SignInKind
) -> None:
    User.objects.filter(pk=owner.user.pk).update(is_staff=True)
    challenge = challenge_token(
        user=owner.user, is_operator=is_operator, kind=kind, way="password", tenant=owner.tenant
    )
    _refused(challenge, factor)


# Guessing ---------------------------------------------------------------------------------------
def test_the_sixth_try_is_refused_even_if_it_is_right(owner: Person, factor: Factor) -> None:
    challenge = challenge_of(owner)
    wrong = [verify(challenge, factor.wrong_code()).status_code for _ in range(CODES_PER_NETWORK.most)]
    assert wrong == [401] * CODES_PER_NETWORK.most
    for _ in range(2):
        refused = verify(challenge, factor.code())
        assert (refused.status_code, refused.json()["code"]) == (429, "too_many_attempts")
        assert 0 < int(refused["Retry-After"]) <= CODES_PER_NETWORK.seconds
    assert _failures() == ["two_factor"] * CODES_PER_NETWORK.most + ["too_many"]
    assert verify(challenge, factor.code(), address="198.51.100.1").status_code == 200


def test_recovery_codes_are_limited_alike(owner: Person, factor: Factor) -> None:
    challenge = challenge_of(owner)
    for _ in range(CODES_PER_NETWORK.most):
        verify(challenge, "AAAA-BBBB-CCCC-DDDD")
    assert verify(challenge, factor.recovery_codes[0]).status_code == 429
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


def _guess_from_everywhere(person: Person, factor: Factor) -> None:
    """As many wrong codes as there may be, each from a network of its own."""
    challenge, wrong = challenge_of(person), factor.wrong_code()
    codes = [
        verify(challenge, wrong, address=f"198.51.100.{each}").status_code for each in range(CODES_PER_PERSON.most)
    ]
    assert codes == [401] * CODES_PER_PERSON.most


def _by_another_password(person: Person, code: str, *, address: str) -> Any:
    """A new password, such as whoever reads their mail can choose, and a code after it."""
    _new_password(person)
    given = {"email": person.user.email, "password": "another-long-password"}
    answer = Api(host=person.host).post("auth/login/", given)
    return verify(answer.json()["challenge"], code, address=address)


def test_a_new_password_opens_no_more_guesses(owner: Person, factor: Factor) -> None:
    _guess_from_everywhere(owner, factor)
    refused = _by_another_password(owner, factor.code(), address="192.0.2.1")
    assert (refused.status_code, refused.json()["code"]) == (429, "use_recovery_code")
    assert 0 < int(refused["Retry-After"]) <= CODES_PER_PERSON.seconds
    assert not SignIn.objects.exists()


def test_the_control_counts_for_each_password_by_itself(
    owner: Person, factor: Factor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def careless(*, person: UUID, **given: Any) -> None:
        version = User.objects.get(pk=person).secrets_version
        count_code(person=uuid5(person, version), **given)

    monkeypatch.setattr(two_factor, "count_code", careless)
    _guess_from_everywhere(owner, factor)
    assert _by_another_password(owner, factor.code(), address="192.0.2.1").status_code == 200


def test_guessing_from_everywhere_does_not_lock_its_owner_out(
    owner: Person, factor: Factor, clock: time_machine.Traveller
) -> None:
    """They come in from where they came in before, and from elsewhere by a recovery code, which nobody guesses."""
    home, away = "203.0.113.7", "192.0.2.1"
    assert verify(challenge_of(owner), factor.code(), address=home).status_code == 200
    _guess_from_everywhere(owner, factor)
    clock.shift(60)
    challenge = challenge_of(owner)
    assert verify(challenge, factor.code(steps=2), address=away).status_code == 429
    assert verify(challenge, factor.code(steps=2), address=home).status_code == 200
    clock.shift(60)
    assert verify(challenge, factor.recovery_codes[0], address=away).status_code == 200
    assert verify(challenge, factor.code(steps=4), address=away).status_code == 200, "and now they are known there"


def test_choosing_a_password_makes_no_network_known(owner: Person, factor: Factor) -> None:
    """Whoever reads the mail of somebody chooses it from where they are: that proves no second factor."""
    _guess_from_everywhere(owner, factor)
    token = reset_token(user=User.objects.get(pk=owner.user.pk), tenant=owner.tenant)
    api = Api(host=owner.host)
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.1"
    given = {"token": token, "password": "another-long-password"}
    assert api.post("auth/password-reset/confirm/", given).status_code == 200
    answer = api.post("auth/login/", {"email": owner.user.email, "password": "another-long-password"})
    assert verify(answer.json()["challenge"], factor.code(), address="192.0.2.1").status_code == 429


def test_a_success_begins_anew(owner: Person, factor: Factor, clock: time_machine.Traveller) -> None:
    for _ in range(CODES_PER_NETWORK.most - 1):
        verify(challenge_of(owner), factor.wrong_code())
    assert verify(challenge_of(owner), factor.code()).status_code == 200
    clock.shift(60)
    for _ in range(CODES_PER_NETWORK.most - 1):
        verify(challenge_of(owner), factor.wrong_code())
    assert verify(challenge_of(owner), factor.code(steps=2)).status_code == 200


# Two at once ------------------------------------------------------------------------------------
def _at_once(tenant: Tenant, code_of: Any) -> list[int]:
    owner = make_person(tenant, Role.OWNER)
    factor = turn_on(owner.user)
    challenge, code, codes = challenge_of(owner), code_of(factor), list[int]()
    all_at_once(4, lambda number: codes.append(verify(challenge, code, address=f"192.0.2.{number}").status_code))
    return sorted(codes)


@pytest.mark.parametrize("code_of", [lambda factor: factor.code(), lambda factor: factor.recovery_codes[0]])
def test_of_several_at_once_with_one_code_one_wins(committed: Tenant, code_of: Any) -> None:
    assert _at_once(committed, code_of) == [200, 401, 401, 401]
    assert SignIn.objects.count() == 1


def test_the_control_looks_before_it_writes_and_lets_all_in(committed: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    together = threading.Barrier(4)

    def careless(user_id: UUID, code: str, now: dt.datetime) -> Any:
        found = TwoFactor.objects.get(user=user_id)
        [step] = two_factor.steps_of(secret=found.secret, code=code, now=now)
        is_unspent = found.last_step < step
        together.wait()
        found.last_step = step
        found.save()
        return two_factor.Given.CODE if is_unspent else None

    monkeypatch.setattr(two_factor, "_spend", careless)
    assert _at_once(committed, lambda factor: factor.code()) == [200] * 4


def test_it_is_spent_with_the_sign_in_or_not_at_all(
    owner: Person, factor: Factor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> Any:
        raise Busy

    challenge = challenge_of(owner)
    with monkeypatch.context() as broke:
        broke.setattr(two_factor, "open_sign_in", broken)
        assert verify(challenge, factor.code()).status_code == 503
    assert verify(challenge, factor.code()).status_code == 200
