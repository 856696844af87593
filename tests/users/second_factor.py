"""People with a second factor, and the codes that their app would show."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pyotp

from bookme.users.codes import new_recovery_codes, recovery_digest
from bookme.users.models import User
from tests.bookings.desk import NOW
from tests.factories.users import PASSWORD, Api, Person, RecoveryCodeFactory, TwoFactorFactory


@dataclass
class Factor:
    """What somebody has in their pocket and in their drawer."""

    secret: str
    recovery_codes: list[str]

    def code(self, at: dt.datetime = NOW, *, steps: int = 0) -> str:
        """What the app shows then, or that many steps of 30 s later."""
        return pyotp.TOTP(self.secret).at(at, counter_offset=steps)

    def wrong_code(self) -> str:
        """Six digits that no step near then has."""
        near = {self.code(steps=each) for each in range(-5, 6)}
        return next(code for code in (f"{number:06}" for number in range(20)) if code not in near)


def turn_on(user: User) -> Factor:
    """A second factor that is on."""
    made, codes = TwoFactorFactory(user=user), new_recovery_codes()
    for code in codes:
        RecoveryCodeFactory(user=user, digest=recovery_digest(code))
    return Factor(made.secret, codes)


def challenge_of(person: Person) -> str:
    """What signing in with the password alone brings."""
    answer = Api(host=person.host).post("auth/login/", {"email": person.user.email, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (401, "two_factor_required")
    return str(answer.json()["challenge"])


def verify(challenge: str, code: str, *, host: str = "salon.localhost", address: str = "203.0.113.7") -> Any:
    api = Api(host=host)
    api.client.defaults["REMOTE_ADDR"] = address
    return api.post("auth/2fa/verify/", {"challenge": challenge, "code": code})
