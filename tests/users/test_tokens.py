"""Crafted tokens, after RFC 8725: none is accepted."""

import base64
import datetime as dt
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import jwt
import pytest
from django.conf import settings
from django.utils.crypto import salted_hmac

from bookme.core.errors import NotSignedIn
from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.users.tokens import MAX_LENGTH, Audience, Claims, TokenType, encode, verify

TENANT, USER, SIGN_IN = uuid7(), uuid7(), uuid7()
TEAM = frozenset({Audience.TEAM, Audience.CUSTOMER})
KEY = salted_hmac("bookme.users.tokens", "signing key", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()


def _claims(**changes: Any) -> Claims:
    given = {
        "type": TokenType.ACCESS,
        "audience": Audience.TEAM,
        "user_id": USER,
        "tenant_id": TENANT,
        "sign_in_id": SIGN_IN,
        "version": "1.a",
        "token_id": "f" * 32,
    }
    return Claims(**given | changes)  # type: ignore[arg-type]


def _payload(**changes: Any) -> dict[str, Any]:
    at = int(now().timestamp())
    given = {
        "iss": "bookme", "aud": "team", "sub": str(USER), "tid": str(TENANT), "sid": str(SIGN_IN), "ver": "1.a",
        "typ": "access", "jti": "f" * 32, "iat": at, "exp": at + 900,
    }  # fmt: skip
    return {key: value for key, value in (given | changes).items() if value != "absent"}


def _signed(key: str = KEY, algorithm: str = "HS256", headers: dict[str, Any] | None = None, **changes: Any) -> str:
    return jwt.encode(_payload(**changes), key, algorithm=algorithm, headers=headers)


def _part(data: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(data).encode()).decode().rstrip("=")


def _by_hand(head: dict[str, Any], body: Any, key: str = KEY) -> str:
    text = f"{_part(head)}.{_part(body)}"
    mac = hmac.new(key.encode(), text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def _verify(token: str, *, tenant_id: UUID | None = TENANT, audiences: frozenset[Audience] = TEAM) -> Claims:
    return verify(token, type=TokenType.ACCESS, tenant_id=tenant_id, audiences=audiences)


def test_ours_are_good() -> None:
    assert _verify(encode(_claims(), now=now())) == _claims()
    assert _verify(_signed()) == _claims()


def test_an_operator_s_is_good_where_operators_are_served() -> None:
    token = encode(_claims(audience=Audience.PLATFORM, tenant_id=None), now=now())
    assert _verify(token, audiences=frozenset(Audience)).tenant_id is None
    with pytest.raises(NotSignedIn):
        _verify(token)


def test_it_says_all_that_it_must() -> None:
    token = encode(_claims(), now=now())
    payload = jwt.decode(token, options={"verify_signature": False})
    assert set(payload) == {"iss", "aud", "sub", "tid", "sid", "ver", "typ", "jti", "iat", "exp"}
    assert payload["exp"] - payload["iat"] == 900
    assert jwt.get_unverified_header(token)["alg"] == "HS256"


CRAFTED = {
    "no signature": lambda: ".".join([*_signed().split(".")[:2], ""]),
    "alg none": lambda: f"{_part({'alg': 'none'})}.{_part(_payload())}.",
    "alg None": lambda: f"{_part({'alg': 'None'})}.{_part(_payload())}.",
    "alg none, signed": lambda: _by_hand({"alg": "none"}, _payload()),
    "alg HS512": lambda: _signed(algorithm="HS512"),
    "another key": lambda: _signed(key="k" * 64),
    "the secret itself as the key": lambda: _signed(key=settings.SECRET_KEY),
    "an empty key": lambda: _by_hand({"alg": "HS256"}, _payload(), key=""),
    "a key of its own": lambda: _signed(key="k" * 64, headers={"jwk": {"kty": "oct", "k": "a2tr"}}),
    "a key id that is a path": lambda: _by_hand({"alg": "HS256", "kid": "../../../dev/null"}, _payload(), key=""),
    "a critical header": lambda: _by_hand({"alg": "HS256", "crit": ["x"], "x": 1}, _payload()),
    "another issuer": lambda: _signed(iss="other"),
    "no issuer": lambda: _signed(iss="absent"),
    "another audience": lambda: _signed(aud="platform"),
    "an unknown audience": lambda: _signed(aud="everybody"),
    "a list of audiences": lambda: _signed(aud=["team"]),
    "no audience": lambda: _signed(aud="absent"),
    "refresh": lambda: _signed(typ="refresh"),
    "no type": lambda: _signed(typ="absent"),
    "another tenant": lambda: _signed(tid=str(uuid7())),
    "no tenant": lambda: _signed(tid=None),
    "tenant absent": lambda: _signed(tid="absent"),
    "a tenant that is no id": lambda: _signed(tid="salon"),
    "no end": lambda: _signed(exp="absent"),
    "ended": lambda: _signed(exp=int(now().timestamp()) - 1),
    "an end that is no number": lambda: _by_hand({"alg": "HS256"}, _payload(exp="tomorrow")),
    "an endless end": lambda: _by_hand({"alg": "HS256"}, _payload(exp=[1])),
    "issued tomorrow": lambda: _signed(iat=int((now() + dt.timedelta(days=1)).timestamp())),
    "not yet": lambda: _signed(nbf=int((now() + dt.timedelta(days=1)).timestamp())),
    "nobody": lambda: _signed(sub="absent"),
    "a subject that is no id": lambda: _signed(sub="1"),
    "no sign-in": lambda: _signed(sid="absent"),
    "no version": lambda: _signed(ver="absent"),
    "no token id": lambda: _signed(jti="absent"),
    "a list": lambda: _by_hand({"alg": "HS256"}, [1]),
    "too long": lambda: _signed(pad="x" * MAX_LENGTH),
    "empty": lambda: "",
    "dots": lambda: "..",
    "not ASCII": lambda: _signed() + "é",
    "two tokens": lambda: f"{_signed()} {_signed()}",
    "a nested one": lambda: _by_hand({"alg": "HS256", "cty": "JWT"}, _signed()),
}


@pytest.mark.parametrize("craft", CRAFTED)
def test_a_crafted_token_is_refused(craft: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        _verify(CRAFTED[craft]())
    assert refused.value.code == ("token_expired" if craft == "ended" else "token_invalid")


def test_a_token_is_worthless_where_there_is_no_business() -> None:
    with pytest.raises(NotSignedIn):
        _verify(encode(_claims(), now=now()), tenant_id=None, audiences=frozenset(Audience))
