"""The providers that people may sign in by, as the settings say. One without a client id is off."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.conf import settings
from joserfc import jwt
from joserfc.jwk import ECKey

SECRET_AGE = dt.timedelta(minutes=5)


class ProviderName(StrEnum):
    GOOGLE = "google"
    APPLE = "apple"
    MICROSOFT = "microsoft"


TITLES = {ProviderName.GOOGLE: "Google", ProviderName.APPLE: "Apple", ProviderName.MICROSOFT: "Microsoft"}

# Makes the secret for an issuer, then.
SecretMaker = Callable[[str, dt.datetime], str]


@dataclass(frozen=True)
class Provider:
    """One that is on.

    `vouches` is the claim by which it says that the address is the person's. `posts_back`: its answer is a form that it
    sends from its own page, without our cookies. `has_directories`: each directory is an issuer of its own, named by
    the claim `tid`.
    """

    name: ProviderName
    client_id: str
    discovery_url: str
    secret: SecretMaker = field(repr=False)
    scope: str = "openid email profile"
    vouches: str = "email_verified"
    asks: Mapping[str, str] = field(default_factory=dict)
    has_directories: bool = False

    @property
    def title(self) -> str:
        return TITLES[self.name]

    @property
    def posts_back(self) -> bool:
        return self.asks.get("response_mode") == "form_post"


def providers_on() -> list[Provider]:
    """Those with a client id, in the order of their buttons."""
    made = (_google(), _apple(), _microsoft())
    return [each for each in made if each.client_id]


def provider_on(name: str) -> Provider | None:
    return next((each for each in providers_on() if each.name == name), None)


def title_of(name: str) -> str:
    """Also of one that is off."""
    return TITLES.get(ProviderName(name), name) if name in set(ProviderName) else name


def _google() -> Provider:
    return Provider(
        name=ProviderName.GOOGLE,
        client_id=settings.SOCIAL_GOOGLE_CLIENT_ID,
        discovery_url=settings.SOCIAL_GOOGLE_DISCOVERY_URL,
        secret=lambda _issuer, _now: str(settings.SOCIAL_GOOGLE_CLIENT_SECRET),
        asks={"prompt": "select_account"},
    )


def _apple() -> Provider:
    return Provider(
        name=ProviderName.APPLE,
        client_id=settings.SOCIAL_APPLE_CLIENT_ID,
        discovery_url=settings.SOCIAL_APPLE_DISCOVERY_URL,
        secret=_apple_secret,
        scope="openid email name",
        asks={"response_mode": "form_post"},  # Apple wants it so wherever name or address are asked for
    )


def _microsoft() -> Provider:
    """The `email` there is what a directory's administrator wrote; `xms_edov` says that the domain is theirs."""
    return Provider(
        name=ProviderName.MICROSOFT,
        client_id=settings.SOCIAL_MICROSOFT_CLIENT_ID,
        discovery_url=settings.SOCIAL_MICROSOFT_DISCOVERY_URL,
        secret=lambda _issuer, _now: str(settings.SOCIAL_MICROSOFT_CLIENT_SECRET),
        vouches="xms_edov",
        asks={"prompt": "select_account"},
        has_directories=True,
    )


def _apple_secret(issuer: str, now: dt.datetime) -> str:
    """Apple's secret is a token that we sign ourselves, good for some minutes. Raises JoseError or ValueError."""
    claims = {
        "iss": settings.SOCIAL_APPLE_TEAM_ID,
        "sub": settings.SOCIAL_APPLE_CLIENT_ID,
        "aud": issuer,
        "iat": int(now.timestamp()),
        "exp": int((now + SECRET_AGE).timestamp()),
    }
    header = {"alg": "ES256", "kid": settings.SOCIAL_APPLE_KEY_ID}
    return jwt.encode(header, claims, ECKey.import_key(settings.SOCIAL_APPLE_PRIVATE_KEY), algorithms=["ES256"])
