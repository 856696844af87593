"""What a provider has proven of somebody."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bookme.core.text import has_control_characters
from bookme.users.social.providers import Provider
from bookme.users.social.stops import Stop, Stopped

LONGEST_SUBJECT, LONGEST_EMAIL, LONGEST_NAME = 255, 254, 120
_YES = {"true", "1"}


@dataclass(frozen=True)
class Proof:
    """`subject` is who they are to the provider, for ever. `email` is lower case, or empty; `name` is what they say."""

    provider: str
    subject: str
    email: str
    email_is_verified: bool
    name: str

    def called(self, name: object) -> "Proof":
        """With the name that came beside the token, if there was none in it."""
        return self if self.name else replace(self, name=plain_name(name))


def proof_of(provider: Provider, claims: Mapping[str, Any]) -> Proof:
    """From the claims of a token that holds. Raises Stopped for a subject that cannot be kept."""
    subject = str(claims["sub"])
    if provider.has_directories:
        subject = f"{UUID(str(claims['tid']))}.{subject}"
    if not subject or len(subject) > LONGEST_SUBJECT or has_control_characters(subject):
        raise Stopped(Stop.REFUSED)
    email = _address(claims.get("email"))
    return Proof(
        provider=provider.name.value,
        subject=subject,
        email=email,
        email_is_verified=bool(email) and str(claims.get(provider.vouches)).lower() in _YES,
        name=plain_name(claims.get("name")),
    )


def plain_name(given: object) -> str:
    """A name of one line; empty for what cannot be one."""
    text = " ".join(given.split()) if isinstance(given, str) else ""
    return "" if has_control_characters(text) else text[:LONGEST_NAME]


def _address(given: object) -> str:
    text = given.strip().lower() if isinstance(given, str) else ""
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= LONGEST_EMAIL else ""
