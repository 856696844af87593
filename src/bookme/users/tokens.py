"""JSON Web Tokens of the API, after RFC 8725. The only module that knows simplejwt; nothing here reads the database.

A token says who (`sub`), in which business (`tid`, null for an operator), for which kind of caller (`aud`), of which
sign-in (`sid`), under which version of the person's secrets (`ver`), and what it is good for (`typ`). Roles are not in
it: they are read on every request.
"""

import datetime as dt
import json
import re
import secrets
from collections.abc import Set
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac
from jwt.utils import base64url_decode, base64url_encode
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenBackendExpiredToken

from bookme.core.errors import NotSignedIn

ALGORITHM = "HS256"
ISSUER = "bookme"
MAX_LENGTH = 2048
HEADER = {"alg": ALGORITHM, "typ": "JWT"}  # and nothing else: no key, no address of one, nothing critical
_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


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
    """What the token says, if it is ours and as we write it: there is one text of a token, and one reading of it."""
    if len(token) > MAX_LENGTH or not _FORM.fullmatch(token):
        raise _invalid()
    try:
        payload = dict(_backend(settings.SECRET_KEY).decode(token))  # type: ignore[arg-type]  # a text, whatever it says
        header, body, signature = token.split(".")
        if _read(header) != HEADER or _read(body) != payload or not _is_canonical(signature):
            raise _invalid()
        return payload
    except TokenBackendExpiredToken as error:
        raise NotSignedIn("The token is too old.", code="token_expired") from error
    except (TokenBackendError, ValueError, TypeError, RecursionError) as error:
        raise _invalid() from error


def _claims(payload: dict[str, Any]) -> Claims:
    """Raises KeyError, TypeError, ValueError for what is missing or of another kind."""
    type_, issued, ends = TokenType(payload["typ"]), payload["iat"], payload["exp"]
    if not (type(issued) is type(ends) is int and ends - issued <= lifetime(type_).total_seconds()):
        raise ValueError("not of the age that we give")
    tenant_id = payload["tid"]
    return Claims(
        type=type_,
        audience=Audience(payload["aud"]),
        user_id=_id(payload["sub"]),
        tenant_id=None if tenant_id is None else _id(tenant_id),
        sign_in_id=_id(payload["sid"]),
        version=_text(payload["ver"]),
        token_id=_text(payload["jti"]),
    )


def _read(part: str) -> Any:
    """A part's JSON; raises ValueError where a name is there twice: two readers could take either."""
    if not _is_canonical(part):
        raise ValueError("not as we write it")
    return json.loads(base64url_decode(part), object_pairs_hook=_once_each)


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is there twice")
    return found


def _is_canonical(part: str) -> bool:
    """The last character of Base64 has bits that say nothing: only one of the texts that mean the same is ours."""
    return base64url_encode(base64url_decode(part)).decode() == part


def _id(value: Any) -> UUID:
    found = UUID(_text(value))
    if str(found) != value:
        raise ValueError("not as we write ids")
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


@lru_cache(maxsize=4)
def _backend(secret: str) -> TokenBackend:
    """The key is derived, so that a token's signature says nothing about other uses of the secret."""
    key = salted_hmac("bookme.users.tokens", "signing key", secret=secret, algorithm="sha256").hexdigest()
    return TokenBackend(ALGORITHM, signing_key=key, issuer=ISSUER)


def _invalid() -> NotSignedIn:
    return NotSignedIn("The token is not valid here.", code="token_invalid")
