"""Crafted tokens, after RFC 8725: none is accepted."""

from typing import Any
from uuid import UUID

import jwt
import pytest

from bookme.core.errors import NotSignedIn
from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.users.tokens import Audience, Claims, TokenType, encode, verify
from tests.users.crafted import CRAFTED, HEAD, by_hand, signed

TENANT, USER, SIGN_IN = uuid7(), uuid7(), uuid7()
TEAM = frozenset({Audience.TEAM, Audience.CUSTOMER})


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


def _payload() -> dict[str, Any]:
    return jwt.decode(encode(_claims(), now=now()), options={"verify_signature": False})


def _verify(token: str, *, tenant_id: UUID | None = TENANT, audiences: frozenset[Audience] = TEAM) -> Claims:
    return verify(token, type=TokenType.ACCESS, tenant_id=tenant_id, audiences=audiences)


def test_ours_are_good() -> None:
    assert _verify(encode(_claims(), now=now())) == _claims()


def test_the_control_is_good() -> None:
    """What each crafted one is made of is accepted as it is, by the library and by hand."""
    assert _verify(signed(_payload())) == _claims()
    assert _verify(by_hand(HEAD, _payload())) == _claims()


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


# These say nothing wrong by themselves: it is the sign-in that they do not fit (tests/security/test_crafted_tokens.py).
OF_A_SIGN_IN = {"another audience", "another subject", "another sign-in", "another version"}


@pytest.mark.parametrize("craft", sorted(set(CRAFTED) - OF_A_SIGN_IN))
def test_a_crafted_token_is_refused(craft: str) -> None:
    with pytest.raises(NotSignedIn) as refused:
        _verify(CRAFTED[craft](_payload()))
    assert refused.value.code == (
        "token_expired" if craft in {"ended", "an end before all", "an end that is true"} else "token_invalid"
    )


def test_a_token_is_worthless_where_there_is_no_business() -> None:
    with pytest.raises(NotSignedIn):
        _verify(encode(_claims(), now=now()), tenant_id=None, audiences=frozenset(Audience))
