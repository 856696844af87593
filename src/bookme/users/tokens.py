"""JSON Web Tokens of the API, after RFC 8725. The only module that knows simplejwt; nothing here reads the database.

A token says who (`sub`), in which business (`tid`, null for an operator), for which kind of caller (`aud`), of which
sign-in (`sid`), under which version of the person's secrets (`ver`), and what it is good for (`typ`). Roles are not in
it: they are read on every request.
"""

import datetime as dt
import secrets
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from bookme.core.errors import NotSignedIn

ALGORITHM = "HS256"
ISSUER = "bookme"
MAX_LENGTH = 2048


class Audience(StrEnum):
    TEAM = "team"
    CUSTOMER = "customer"
    PLATFORM = "platform"


class TokenType(StrEnum):
    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True)
class Claims:
    """What a verified token says."""

    type: TokenType
    audience: Audience
    user_id: UUID
    tenant_id: UUID | None
    sign_in_id: UUID
    version: str
    token_id: str


@dataclass(frozen=True)
class TokenPair:
    access: str
    refresh: str


def new_token_id() -> str:
    """32 hex digits that nobody can guess."""
    return secrets.token_hex(16)


def encode(claims: Claims, *, now: dt.datetime) -> str:
    """The signed token; its age starts at `now`."""
    payload = {
        "typ": claims.type.value,
        "aud": claims.audience.value,
        "sub": str(claims.user_id),
        "tid": str(claims.tenant_id) if claims.tenant_id else None,
        "sid": str(claims.sign_in_id),
        "ver": claims.version,
        "jti": claims.token_id,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime(claims.type)).timestamp()),
    }
    return str(_backend(settings.SECRET_KEY).encode(payload))


def verify(token: str, *, type: TokenType, tenant_id: UUID | None, audiences: Set[Audience]) -> Claims:  # noqa: A002
    """What a token says, if it is ours, alive, of this type, and for this business and one of these callers.

    An operator's token belongs to no business and is good in each. Raises NotSignedIn: `token_expired` or
    `token_invalid`, which does not say why.
    """
    payload = _payload(token)
    try:
        claims = _claims(payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _invalid() from error
    expected_tenant = None if claims.audience is Audience.PLATFORM else tenant_id
    if claims.type is not type or claims.audience not in audiences or claims.tenant_id != expected_tenant:
        raise _invalid()
    return claims


def lifetime(type: TokenType) -> dt.timedelta:  # noqa: A002
    if type is TokenType.ACCESS:
        return dt.timedelta(minutes=settings.ACCESS_TOKEN_MINUTES)
    return dt.timedelta(days=settings.REFRESH_TOKEN_DAYS)


def _payload(token: str) -> dict[str, Any]:
    if not token or len(token) > MAX_LENGTH or not token.isascii():
        raise _invalid()
    try:
        return dict(_backend(settings.SECRET_KEY).decode(token))  # type: ignore[arg-type]  # a text, whatever it says
    except TokenBackendExpiredToken as error:
        raise NotSignedIn("The token is too old.", code="token_expired") from error
    except (TokenBackendError, ValueError, TypeError, RecursionError) as error:
        raise _invalid() from error


def _claims(payload: dict[str, Any]) -> Claims:
    int(payload["exp"])  # the backend checks an `exp`, but does not miss one
    tenant_id = payload["tid"]
    return Claims(
        type=TokenType(payload["typ"]),
        audience=Audience(payload["aud"]),
        user_id=UUID(payload["sub"]),
        tenant_id=None if tenant_id is None else UUID(tenant_id),
        sign_in_id=UUID(payload["sid"]),
        version=str(payload["ver"]),
        token_id=str(payload["jti"]),
    )


@lru_cache(maxsize=4)
def _backend(secret: str) -> TokenBackend:
    """The key is derived, so that a token's signature says nothing about other uses of the secret."""
    key = salted_hmac("bookme.users.tokens", "signing key", secret=secret, algorithm="sha256").hexdigest()
    return TokenBackend(ALGORITHM, signing_key=key, issuer=ISSUER)


def _invalid() -> NotSignedIn:
    return NotSignedIn("The token is not valid here.", code="token_invalid")
