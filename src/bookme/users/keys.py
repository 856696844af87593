"""API keys as they travel: `bmk_<12 of base32>_<256 bits>`. What is kept of one says nothing of its secret.

Nothing here reads the database.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from bookme.core.actor import Actor
from bookme.core.permissions import KEY_PERMISSIONS, Permission

MARK = "bmk_"
_NAME_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_FORM = re.compile(r"(?P<prefix>bmk_[a-z2-7]{12})_[A-Za-z0-9_-]{43}", re.ASCII)
_SECRET_BYTES = 32
_OF_CALENDARS = frozenset({Permission.BOOKINGS_READ, Permission.BOOKINGS_MANAGE})


@dataclass(frozen=True)
class KeyText:
    """A whole key, to be shown once, with what is kept of it."""

    text: str
    prefix: str

    @property
    def digest(self) -> str:
        """SHA-256: of 256 random bits it needs to be neither slow nor salted."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def proves(self, digest: str) -> bool:
        """Whether it is the key of that digest; takes as long for any."""
        return hmac.compare_digest(self.digest, digest)


def new_key() -> KeyText:
    prefix = MARK + "".join(secrets.choice(_NAME_LETTERS) for _ in range(12))
    return KeyText(f"{prefix}_{secrets.token_urlsafe(_SECRET_BYTES)}", prefix)


def read_key(text: str) -> KeyText | None:
    """None for what has not the form of one."""
    found = _FORM.fullmatch(text)
    return KeyText(text, found["prefix"]) if found else None


def powers_of_key(stored: Iterable[str]) -> frozenset[Permission]:
    """What a key of these permissions may do. It has no calendar of its own: it reaches all bookings, or none."""
    named = frozenset(stored)
    given = frozenset(each for each in KEY_PERMISSIONS if each.value in named)
    return given | {Permission.BOOKINGS_READ_ALL} if given & _OF_CALENDARS else given


def grantable_by(actor: Actor) -> frozenset[Permission]:
    """What this actor may give a key: what they may do themselves, and nothing if they see only a part.

    A key reaches the whole business, whose keeper must as well.
    """
    if not actor.sees_all_bookings:
        return frozenset()
    return actor.permissions & KEY_PERMISSIONS
