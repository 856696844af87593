"""Tokens that somebody might craft, after RFC 8725: each good in all but the one thing that it is named for.

`CRAFTED[name](payload)` is the text, for the payload of a token that is accepted as it is (`signed(payload)`). Most are
signed with our own key: what is refused then is what they say, not who says it.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import jwt
from django.conf import settings
from django.utils.crypto import salted_hmac

from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.users.tokens import MAX_LENGTH

Payload = dict[str, Any]
KEY = salted_hmac("bookme.users.tokens", "signing key", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
HEAD = {"alg": "HS256", "typ": "JWT"}
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
ABSENT = object()


def signed(payload: Payload, *, key: str = KEY, algorithm: str = "HS256", headers: Any = None, **changes: Any) -> str:
    """By the library, with some claims changed, or ABSENT."""
    changed = {name: value for name, value in (payload | changes).items() if value is not ABSENT}
    return jwt.encode(changed, key, algorithm=algorithm, headers=headers)


def part(data: Any) -> str:
    """Data, or a text that is to be there as it is, as a part of a token."""
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
    return encoded(text.encode())


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def by_hand(head: Any, body: Any, *, key: str = KEY, digest: Any = hashlib.sha256) -> str:
    """Signed as it is, where the library would refuse to."""
    text = f"{part(head)}.{part(body)}"
    return f"{text}.{encoded(hmac.new(key.encode(), text.encode(), digest).digest())}"


def unsigned(token: str) -> str:
    """The same claims in a token that says that it needs no signature."""
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _with_head(payload: Payload, **more: Any) -> str:
    return by_hand(HEAD | more, payload)


def _in(**ago: float) -> int:
    return int((now() + dt.timedelta(**ago)).timestamp())


def _twice(payload: Payload, name: str, first: Any) -> str:
    """The body with a claim that is there twice, the good one last, where a lax reader finds it."""
    return json.dumps({name: first})[:-1] + "," + json.dumps(payload)[1:]


def _other_last_character(token: str) -> str:
    """Decodes to the same signature."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return token[:-1] + letters[letters.index(token[-1]) ^ 1]


CRAFTED: dict[str, Callable[[Payload], str]] = {
    # the algorithm (RFC 8725, 3.1 and 3.2)
    "no signature": lambda p: ".".join([*signed(p).split(".")[:2], ""]),
    "no third part": lambda p: ".".join(signed(p).split(".")[:2]),
    "alg none": lambda p: f"{part({'alg': 'none'})}.{part(p)}.",
    "alg None": lambda p: f"{part({'alg': 'None'})}.{part(p)}.",
    "alg nOnE": lambda p: f"{part({'alg': 'nOnE', 'typ': 'JWT'})}.{part(p)}.{encoded(b'x' * 32)}",
    "alg none, signed": lambda p: by_hand({"alg": "none"}, p),
    "alg empty": lambda p: by_hand({"alg": "", "typ": "JWT"}, p),
    "alg absent": lambda p: by_hand({"typ": "JWT"}, p),
    "alg hs256": lambda p: by_hand({"alg": "hs256", "typ": "JWT"}, p),
    "alg HS512": lambda p: signed(p, algorithm="HS512"),
    "alg HS384": lambda p: signed(p, algorithm="HS384"),
    "alg RS256, signed with a text that all know": lambda p: by_hand(
        {"alg": "RS256", "typ": "JWT"}, p, key="-----BEGIN PUBLIC KEY-----"
    ),
    "alg RS256, signed with our key": lambda p: by_hand({"alg": "RS256", "typ": "JWT"}, p),
    "alg twice": lambda p: by_hand('{"alg":"none","alg":"HS256","typ":"JWT"}', p),
    # the key (3.5, 3.10)
    "another key": lambda p: signed(p, key="k" * 64),
    "the secret itself as the key": lambda p: signed(p, key=settings.SECRET_KEY),
    "an empty key": lambda p: by_hand(HEAD, p, key=""),
    "a key of its own": lambda p: signed(p, key="k" * 64, headers={"jwk": {"kty": "oct", "k": "a2tr"}}),
    "a key of its own, signed with ours": lambda p: _with_head(p, jwk={"kty": "oct", "k": "a2tr"}),
    "a key id": lambda p: _with_head(p, kid="1"),
    "a key id that is a path": lambda p: by_hand(HEAD | {"kid": "../../../dev/null"}, p, key=""),
    "a key id that is SQL": lambda p: _with_head(p, kid="' UNION SELECT 'k"),
    "keys elsewhere": lambda p: _with_head(p, jku="https://evil.example/keys"),
    "a certificate elsewhere": lambda p: _with_head(p, x5u="https://evil.example/cert"),
    "a certificate of its own": lambda p: _with_head(p, x5c=["MIIB"]),
    "a critical header": lambda p: _with_head(p, crit=["x"], x=1),
    "nothing critical": lambda p: _with_head(p, crit=[]),
    "a payload that is not encoded": lambda p: _with_head(p, b64=False, crit=["b64"]),
    "compressed": lambda p: _with_head(p, zip="DEF"),
    "another type of token": lambda p: by_hand({"alg": "HS256", "typ": "at+jwt"}, p),
    # who it is from and for (3.8, 3.9, 3.11, 3.12)
    "another issuer": lambda p: signed(p, iss="other"),
    "no issuer": lambda p: signed(p, iss=ABSENT),
    "a list of issuers": lambda p: by_hand(HEAD, p | {"iss": ["bookme"]}),
    "another audience": lambda p: signed(p, aud="customer" if p["aud"] == "team" else "team"),
    "the platform's audience": lambda p: signed(p, aud="platform", tid=None),
    "an unknown audience": lambda p: signed(p, aud="everybody"),
    "a list of audiences": lambda p: signed(p, aud=[p["aud"]]),
    "no audience": lambda p: signed(p, aud=ABSENT),
    "refresh": lambda p: signed(p, typ="refresh"),
    "an unknown type": lambda p: signed(p, typ="id"),
    "no type": lambda p: signed(p, typ=ABSENT),
    # when (3.10, RFC 7519)
    "no end": lambda p: signed(p, exp=ABSENT),
    "ended": lambda p: signed(p, exp=_in(seconds=-1)),
    "an end that is a text": lambda p: by_hand(HEAD, p | {"exp": str(p["exp"])}),
    "an end that is no number": lambda p: by_hand(HEAD, p | {"exp": "tomorrow"}),
    "an end that is a list": lambda p: by_hand(HEAD, p | {"exp": [p["exp"]]}),
    "an end that is a fraction": lambda p: by_hand(HEAD, p | {"exp": p["exp"] + 0.5}),
    "an end that is true": lambda p: by_hand(HEAD, p | {"exp": True}),
    "an end before all": lambda p: by_hand(HEAD, p | {"exp": -1}),
    "an endless end": lambda p: by_hand(HEAD, json.dumps(p | {"exp": 0}).replace('"exp": 0', '"exp": 1e999')),
    "an end that is nothing": lambda p: by_hand(HEAD, p | {"exp": None}),
    "an end in a year": lambda p: signed(p, exp=_in(days=365)),
    "no beginning": lambda p: signed(p, iat=ABSENT),
    "issued tomorrow": lambda p: signed(p, iat=_in(days=1), exp=_in(days=1, minutes=5)),
    "issued at a text": lambda p: by_hand(HEAD, p | {"iat": str(p["iat"])}),
    "not yet": lambda p: signed(p, nbf=_in(days=1)),
    # whose
    "nobody": lambda p: signed(p, sub=ABSENT),
    "a subject that is no id": lambda p: signed(p, sub="1"),
    "a subject that is a number": lambda p: by_hand(HEAD, p | {"sub": 1}),
    "another subject": lambda p: signed(p, sub=str(uuid7())),
    "a subject in other digits": lambda p: signed(p, sub=p["sub"].translate(ARABIC_DIGITS)),
    "a subject in other letters": lambda p: signed(p, sub="{" + p["sub"] + "}"),
    "a subject without hyphens": lambda p: signed(p, sub=p["sub"].replace("-", "")),
    "another subject before": lambda p: by_hand(HEAD, _twice(p, "sub", str(uuid7()))),
    "another tenant": lambda p: signed(p, tid=str(uuid7())),
    "another tenant before": lambda p: by_hand(HEAD, _twice(p, "tid", str(uuid7()))),
    "no tenant": lambda p: signed(p, tid=None),
    "tenant absent": lambda p: signed(p, tid=ABSENT),
    "a tenant that is no id": lambda p: signed(p, tid="salon"),
    "no sign-in": lambda p: signed(p, sid=ABSENT),
    "another sign-in": lambda p: signed(p, sid=str(uuid7())),
    "no version": lambda p: signed(p, ver=ABSENT),
    "another version": lambda p: signed(p, ver="0." + "0" * 16),
    "a version that is a number": lambda p: by_hand(HEAD, p | {"ver": 1}),
    "no token id": lambda p: signed(p, jti=ABSENT),
    "a token id that is a number": lambda p: by_hand(HEAD, p | {"jti": 1}),
    # how it is written (3.6, 3.7)
    "a list": lambda p: by_hand(HEAD, [p]),
    "a text": lambda p: by_hand(HEAD, '"bookme"'),
    "a head that is a list": lambda p: by_hand([HEAD], p),
    "no JSON": lambda p: by_hand(HEAD, "{"),
    "another encoding": lambda p: f"{part(HEAD)}.{encoded(json.dumps(p).encode('utf-16'))}.{encoded(b'x' * 32)}",
    "deeply nested": lambda p: by_hand("[" * 400 + "]" * 400, p),
    "too long": lambda p: signed(p, pad="x" * MAX_LENGTH),
    "empty": lambda p: "",
    "dots": lambda p: "..",
    "a trailing dot": lambda p: signed(p) + ".",
    "a leading dot": lambda p: "." + signed(p),
    "a trailing padding": lambda p: signed(p) + "=",
    "a padding within": lambda p: signed(p).replace(".", "=.", 1),
    "what Base64 leaves out": lambda p: signed(p) + "!",
    "the other Base64": lambda p: signed(p, jti="?" * 32).replace("_", "/").replace("-", "+") + "/",
    "another last character": lambda p: _other_last_character(signed(p)),
    "white space within": lambda p: signed(p).replace(".", ". ", 1),
    "a tab within": lambda p: signed(p).replace(".", "\t.", 1),
    "not ASCII": lambda p: signed(p) + "é",
    "other digits": lambda p: signed(p).translate(ARABIC_DIGITS),
    "two tokens": lambda p: f"{signed(p)} {signed(p)}",
    "two tokens in one": lambda p: f"{signed(p)}.{signed(p)}",
    "a nested one": lambda p: by_hand(HEAD | {"cty": "JWT"}, signed(p)),
    "an encrypted one": lambda p: f"{part({'alg': 'dir', 'enc': 'A256GCM'})}..{encoded(b'i' * 12)}.{part(p)}.{part(p)}",
    "JSON instead of parts": lambda p: json.dumps({"payload": part(p), "signatures": []}),
}
