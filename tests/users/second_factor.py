"""People with a second factor, and the codes that their app would show."""

import datetime as dt

import pyotp

from bookme.users.codes import new_recovery_codes, recovery_digest
from bookme.users.models import User
from tests.factories.users import RecoveryCodeFactory, TwoFactorFactory

AT = dt.datetime(2030, 3, 4, 9, 30, 10, tzinfo=dt.UTC)  # ten seconds into a step


def turn_on(user: User) -> tuple[str, list[str]]:
    """Their secret and their recovery codes."""
    made, codes = TwoFactorFactory(user=user), new_recovery_codes()
    for code in codes:
        RecoveryCodeFactory(user=user, digest=recovery_digest(code))
    return made.secret, codes


def code_at(secret: str, at: dt.datetime = AT, *, steps: int = 0) -> str:
    """What the app shows then, or that many steps of 30 s later."""
    return pyotp.TOTP(secret).at(at, counter_offset=steps)
