"""One-time codes by time (RFC 6238, by pyotp) and recovery codes: values in, values out."""

import base64
import datetime as dt
import hashlib
import secrets

import pyotp
from pyotp.utils import strings_equal

DIGITS = 6
DRIFT_STEPS = 1  # of 30 s: a clock may be that far off, and a code may be typed that slowly
RECOVERY_CODES = 10
RECOVERY_BYTES = 10  # 80 bits each: nobody guesses one
MAX_CODE = 40  # characters, as somebody may type one


def new_secret() -> str:
    """160 bits as base32."""
    return pyotp.random_base32()


def provisioning_uri(*, secret: str, email: str, issuer: str) -> str:
    """What an authenticator reads from the QR code. A colon parts issuer from account there: none is in the name."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer.replace(":", " "))


def steps_of(*, secret: str, code: str, now: dt.datetime) -> list[int]:
    """The 30 s steps around now whose code this is, the newest first; as a rule one or none."""
    totp = pyotp.TOTP(secret)
    current, given = totp.timecode(now), _plain(code)
    near = range(current + DRIFT_STEPS, current - DRIFT_STEPS - 1, -1)
    return [step for step in near if strings_equal(totp.generate_otp(step), given)]


def may_be_guessed(code: str) -> bool:
    """Whether it can be a code by time; what cannot is at most a recovery code."""
    plain = _plain(code)
    return len(plain) == DIGITS and plain.isdecimal()


def new_recovery_codes() -> list[str]:
    """As `ABCD-EFGH-IJKL-MNOP`, of letters and digits that are not taken for each other."""
    return [_grouped(base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES)]


def recovery_digest(code: str) -> str:
    """SHA-256 of it as it was made, however it was typed: it is too long to be found from that."""
    return hashlib.sha256(_plain(code).encode()).hexdigest()


def _plain(code: str) -> str:
    """Letters and digits alone; capital letters, and the digits of any script as 0 to 9."""
    return "".join(str(int(each)) if each.isdecimal() else each.upper() for each in code if each.isalnum())


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
