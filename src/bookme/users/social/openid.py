"""Talking to a provider, by OpenID Connect: where it is, what it signs with, and whom it vouches for.

Every call has a time limit, and none follows a redirect. What a provider says of itself is kept for an hour. Raises
Stopped: `unavailable` where it does not answer as it should, `refused` where what it says of somebody does not hold.
"""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from django.core.cache import caches
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import GuestProtocol, RSAKey
from redis.exceptions import RedisError

from bookme.users.social.proof import Proof, proof_of
from bookme.users.social.providers import Provider
from bookme.users.social.stops import Stop, Stopped

TIMEOUTS = (3.05, 6.0)  # to connect, and between two pieces of an answer; seconds
KEEP_SECONDS = 3600
LEEWAY_SECONDS = 60
ALGORITHMS = ["RS256"]  # what all three sign with; `none` and secrets are no signatures
LONGEST_ANSWER = 500_000
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_DIRECTORY = "{tenantid}"

_log = structlog.get_logger(__name__)

Keys = dict[str, dict[str, Any]]


def authorization_url(provider: Provider, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
    """Where the browser goes to sign in at the provider, by code and PKCE (S256)."""
    there = _about(provider)["authorization_endpoint"]
    with _session(provider, "", redirect_uri) as session:
        url, _state = session.create_authorization_url(
            there, state=state, code_verifier=verifier, nonce=nonce, **provider.asks
        )
    return str(url)


def prove(provider: Provider, *, code: str, redirect_uri: str, nonce: str, verifier: str, now: dt.datetime) -> Proof:
    """Exchange the code that the browser came back with, and check the token that says who it is."""
    about = _about(provider)
    try:
        answer = _exchange(provider, about, code=code, redirect_uri=redirect_uri, verifier=verifier, now=now)
        claims = _claims(provider, about, answer, nonce=nonce, now=now)
        return proof_of(provider, claims)
    except requests.RequestException as error:
        raise _stopped(Stop.UNAVAILABLE, provider, error) from error
    except (OAuthError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _stopped(Stop.REFUSED, provider, error) from error


def _exchange(
    provider: Provider, about: Mapping[str, str], *, code: str, redirect_uri: str, verifier: str, now: dt.datetime
) -> Mapping[str, Any]:
    with _session(provider, provider.secret(about["issuer"], now), redirect_uri) as session:
        found: Mapping[str, Any] = session.fetch_token(
            about["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=verifier,
            allow_redirects=False,
        )
    return found


def _claims(
    provider: Provider, about: Mapping[str, str], answer: Mapping[str, Any], *, nonce: str, now: dt.datetime
) -> Mapping[str, Any]:
    """Of an id token that is signed by this provider, for us, now, and for this very attempt."""
    used: dict[str, Any] = {}

    def find_key(signed: GuestProtocol) -> RSAKey:
        used.update(_key(about["jwks_uri"], str(signed.headers()["kid"])))
        return RSAKey.import_key(used)

    token = jwt.decode(str(answer["id_token"]), find_key, algorithms=ALGORITHMS)
    issuer = _issuer(provider, about["issuer"], token.claims)
    if _issuer(provider, str(used.get("issuer", issuer)), token.claims) != issuer:  # Microsoft's keys name theirs
        raise ValueError("The key is of another issuer.")
    claims = CodeIDToken(
        token.claims,
        token.header,
        options={
            "iss": {"essential": True, "value": issuer},
            "aud": {"essential": True, "value": provider.client_id},
        },
        params={"nonce": nonce, "client_id": provider.client_id, "access_token": answer.get("access_token")},
    )
    claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS)
    return dict(claims)


def _issuer(provider: Provider, named: str, claims: Mapping[str, Any]) -> str:
    """The provider's own name, or that of the directory that the token is from."""
    return named.replace(_DIRECTORY, str(UUID(str(claims["tid"])))) if provider.has_directories else named


def _session(provider: Provider, secret: str, redirect_uri: str) -> Any:
    return OAuth2Session(
        client_id=provider.client_id,
        client_secret=secret,
        token_endpoint_auth_method="client_secret_post",  # noqa: S106 - the name of a method
        code_challenge_method="S256",
        scope=provider.scope,
        redirect_uri=redirect_uri,
        default_timeout=TIMEOUTS,
    )


def _about(provider: Provider) -> Mapping[str, str]:
    """What the provider says of itself: issuer and endpoints, none on a weaker scheme than where it says so."""

    def fetch() -> dict[str, str]:
        told = _fetch(provider.discovery_url)
        found = {name: str(told[name]) for name in ("issuer", *_ENDPOINTS)}
        scheme = urlsplit(provider.discovery_url).scheme
        if any(urlsplit(found[name]).scheme not in {"https", scheme} for name in _ENDPOINTS):
            raise ValueError("An endpoint is not safe.")
        return found

    try:
        found: Mapping[str, str] = _kept(provider.discovery_url, fetch)
    except (requests.RequestException, ValueError, TypeError, KeyError) as error:
        raise _stopped(Stop.UNAVAILABLE, provider, error) from error
    return found


def _key(url: str, key_id: str) -> dict[str, Any]:
    """The provider's key of that id; one that is not among the kept ones is asked for once more."""
    keys: Keys = _kept(url, lambda: _fetch_keys(url))
    if key_id not in keys:
        keys = _kept(url, lambda: _fetch_keys(url), anew=True)
    return keys[key_id]


def _fetch_keys(url: str) -> Keys:
    usable = [each for each in _fetch(url)["keys"] if each.get("kty") == "RSA" and each.get("use", "sig") == "sig"]
    return {str(each["kid"]): each for each in usable}


def _fetch(url: str) -> dict[str, Any]:
    """A JSON object. Raises RequestException and ValueError."""
    answer = requests.get(url, timeout=TIMEOUTS, allow_redirects=False, headers={"Accept": "application/json"})
    answer.raise_for_status()
    if len(answer.content) > LONGEST_ANSWER:
        raise ValueError("The answer is too long.")
    return dict(answer.json())


def _kept(url: str, fetch: Callable[[], Any], *, anew: bool = False) -> Any:
    """What `fetch` answers, of an hour ago at most; without Redis it is asked for each time."""
    name = f"social:{hashlib.sha256(url.encode()).hexdigest()[:32]}"
    try:
        found = None if anew else caches["default"].get(name)
        if found is None:
            found = fetch()
            caches["default"].set(name, found, KEEP_SECONDS)
    except RedisError:
        return fetch()
    return found


def _stopped(stop: Stop, provider: Provider, error: Exception) -> Stopped:
    """What went wrong, by its kind alone: its words may hold what somebody sent."""
    _log.warning("social_stopped", provider=provider.name.value, stop=stop.value, reason=type(error).__name__)
    return Stopped(stop)
