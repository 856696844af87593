"""Between the first factor and the second: who has proven to be whom so far, in a signed text that says nothing else.

It lets nobody in: it is worthless without a code of that person, after ten minutes, in another business, and once their
secrets changed.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.core import signing
from django.utils.translation import gettext_noop

from bookme.core.errors import NotSignedIn
from bookme.tenants.models import Tenant
from bookme.users.links import signing_key
from bookme.users.models import SignInKind, User

CHALLENGE_AGE = dt.timedelta(minutes=10)
_SALT = "bookme.users.challenge"


@dataclass(frozen=True)
class Challenge:
    """`is_operator`: they come as an operator of the platform, not as a member of a business."""

    user_id: UUID
    is_operator: bool
    kind: SignInKind
    way: str
    version: str


class SecondFactorNeeded(NotSignedIn):
    """The first factor was right; `extra["challenge"]` goes on with the second."""

    default_code = "two_factor_required"
    default_detail = gettext_noop("Give the code of your second factor.")

    def __init__(self, token: str) -> None:
        super().__init__(extra={"challenge": token})
        self.token = token


def challenge_token(*, user: User, is_operator: bool, kind: SignInKind, way: str, tenant: Tenant | None) -> str:
    payload = {"u": str(user.pk), "o": is_operator, "k": kind.value, "w": way, "v": user.secrets_version}
    return signing.dumps(payload, key=signing_key(tenant), salt=_SALT)


def read_challenge(token: str, *, tenant: Tenant | None) -> Challenge:
    """Raises NotSignedIn `challenge_invalid`."""
    try:
        found = signing.loads(token, key=signing_key(tenant), salt=_SALT, max_age=CHALLENGE_AGE)
        return Challenge(UUID(found["u"]), bool(found["o"]), SignInKind(found["k"]), str(found["w"]), str(found["v"]))
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise challenge_invalid() from error


def challenge_invalid() -> NotSignedIn:
    """Of one that is too old, forged, for elsewhere, or of somebody whose secrets or rights changed."""
    return NotSignedIn("This took too long. Sign in again.", code="challenge_invalid")
