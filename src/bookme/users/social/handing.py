"""From host to host, and back to the browser that began: what is signed, what is kept, and what is taken once.

    business                        platform                       provider
    Wish, signed      -- start -->  Attempt, kept      -- state -->
    HandOver, taken   <-- code --   HandOver, kept     <-- state --

In addresses there are only signed texts without a secret. What is kept is in the global cache for some minutes, under a
name that nobody can guess; whoever deletes it has taken it, so that of two at once one wins. Without Redis it is Busy.
"""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from uuid import UUID

from authlib.common.security import generate_token
from django.core import signing
from django.core.cache import caches
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.exceptions import RedisError

from bookme.core.errors import Busy
from bookme.tenants.models import Tenant
from bookme.users.links import signing_key
from bookme.users.social.proof import Proof
from bookme.users.social.stops import Stop, Stopped

ATTEMPT_AGE = dt.timedelta(minutes=10)
HAND_OVER_AGE = dt.timedelta(seconds=60)
_SALT = "bookme.users.social"

T = TypeVar("T")


@dataclass(frozen=True)
class Wish:
    """By whom somebody wants to come in, at which door of which business, and where they go on to.

    `browser` is the digest of what only the browser that began holds. `user_id` is of whoever is signed in and adds the
    provider to their account.
    """

    tenant_id: UUID
    provider: str
    browser: str
    door: str
    onward: str = ""
    user_id: UUID | None = None

    def is_of(self, browser_secret: str) -> bool:
        return bool(browser_secret) and constant_time_compare(self.browser, digest_of(browser_secret))


@dataclass(frozen=True)
class Attempt:
    """A wish on its way; `nonce` is in the token that comes back, `verifier` unlocks the code."""

    wish: Wish
    nonce: str
    verifier: str


@dataclass(frozen=True)
class HandOver:
    """What came of it: a proof, or why not."""

    wish: Wish
    proof: Proof | None = None
    stop: Stop | None = None


class Lost(Stopped):
    """A state of ours that is too old or was used; `tenant_id` is the business where to begin again."""

    def __init__(self, tenant_id: UUID | None) -> None:
        super().__init__(Stop.OLD)
        self.tenant_id = tenant_id


def new_browser_secret() -> str:
    return secrets.token_urlsafe(32)


def digest_of(browser_secret: str) -> str:
    return salted_hmac(f"{_SALT}.browser", browser_secret, algorithm="sha256").hexdigest()


def wish_token(wish: Wish) -> str:
    values = asdict(wish) | {"tenant_id": wish.tenant_id.hex, "user_id": wish.user_id.hex if wish.user_id else ""}
    return signing.dumps(values, salt=f"{_SALT}.wish", compress=True)


def read_wish(token: str) -> Wish:
    """Raises Stopped `old`."""
    try:
        values = signing.loads(token, salt=f"{_SALT}.wish", max_age=ATTEMPT_AGE)
        user_id = UUID(values["user_id"]) if values["user_id"] else None
        return Wish(**values | {"tenant_id": UUID(values["tenant_id"]), "user_id": user_id})
    except (signing.BadSignature, KeyError, TypeError, ValueError) as error:
        raise Stopped(Stop.OLD) from error


def begin_attempt(wish: Wish) -> tuple[str, Attempt]:
    """Its state, for the provider to send back, and what is kept under it."""
    attempt = Attempt(wish, nonce=secrets.token_urlsafe(32), verifier=generate_token(64))
    name = _keep(attempt, ATTEMPT_AGE)
    return signing.dumps([wish.tenant_id.hex, name], salt=f"{_SALT}.state"), attempt


def take_attempt(state: str) -> Attempt:
    """Raises Lost for one that is forged, too old, or was taken."""
    try:
        tenant_hex, name = signing.loads(state, salt=f"{_SALT}.state")
        tenant_id = UUID(tenant_hex)
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise Lost(None) from error
    try:
        signing.loads(state, salt=f"{_SALT}.state", max_age=ATTEMPT_AGE)
    except signing.SignatureExpired as error:
        raise Lost(tenant_id) from error
    found = _look(name)
    if not isinstance(found, Attempt) or not _take(name):
        raise Lost(tenant_id)
    return found


def hand_over(found: HandOver, tenant: Tenant) -> str:
    """A code for the business's domain; worthless at any other."""
    return signing.dumps(_keep(found, HAND_OVER_AGE), key=signing_key(tenant), salt=f"{_SALT}.code")


def look_at_hand_over(code: str, tenant: Tenant) -> tuple[str, HandOver]:
    """What is handed over, and the name to take it by. Raises Stopped `old`. It is not taken yet."""
    try:
        name = str(signing.loads(code, key=signing_key(tenant), salt=f"{_SALT}.code", max_age=HAND_OVER_AGE))
    except (signing.BadSignature, TypeError, ValueError) as error:
        raise Stopped(Stop.OLD) from error
    found = _look(name)
    if not isinstance(found, HandOver) or found.wish.tenant_id != tenant.pk:
        raise Stopped(Stop.OLD)
    return name, found


def take_hand_over(name: str) -> None:
    """Raises Stopped `old` if somebody else was faster."""
    if not _take(name):
        raise Stopped(Stop.OLD)


def _keep(value: object, age: dt.timedelta) -> str:
    name = secrets.token_urlsafe(24)
    _of_cache(lambda: caches["default"].set(_name(name), value, age.total_seconds()))
    return name


def _look(name: str) -> Any:
    return _of_cache(lambda: caches["default"].get(_name(name)))


def _take(name: str) -> bool:
    return _of_cache(lambda: caches["default"].delete(_name(name)))


def _of_cache(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except RedisError as error:
        raise Busy from error


def _name(name: str) -> str:
    return f"social:handed:{name}"
