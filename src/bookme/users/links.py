"""Links that prove that somebody reads the mail of an address. Nothing of them is stored.

Each is worthless after a while, in every other business, for every other purpose, and once its person has signed in or
changed their password or address. Links of the platform's own host are of no business.
"""

import datetime as dt
from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import signing
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from bookme.core.errors import Invalid
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url, platform_url
from bookme.users.models import User

SPENT_LINK = gettext_noop("This link is not good any more. Ask for a new one.")
HAND_OVER_SECONDS = 60
LINK_AGE = dt.timedelta(hours=settings.ACCOUNT_LINK_HOURS)
UNDO_AGE = dt.timedelta(days=7)
_SALT = "bookme.users.link"


class LinkPurpose(StrEnum):
    """`hand_over` leads from one host of ours to another, by somebody who has just signed in there."""

    SIGN_IN = "sign_in"
    HAND_OVER = "hand_over"


def account_url(tenant: Tenant | None, path: str) -> str:
    """An absolute address on the business's own domain, or on the platform's host; never from a Host header."""
    return business_url(tenant, path) if tenant else platform_url(path)


def one_time_link(*, user: User, tenant: Tenant) -> str:
    """Leads a member in without a password, on the business's own domain."""
    return business_url(tenant, f"/account/link/{one_time_token(user=user, tenant=tenant)}/")


def one_time_token(*, user: User, tenant: Tenant | None, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> str:
    payload = {"user": str(user.pk), "state": _state(user)}
    return signing.dumps(payload, key=signing_key(tenant), salt=f"{_SALT}.{purpose}", compress=True)


def user_of_link(*, token: str, tenant: Tenant | None, purpose: LinkPurpose = LinkPurpose.SIGN_IN) -> User:
    """Who the link is for. Raises Invalid `link_invalid` for one that is forged, old, used, or another business's.

    It is spent by `users.actions.sign_in_by_link`, which changes `last_login`.
    """
    age = dt.timedelta(seconds=HAND_OVER_SECONDS) if purpose is LinkPurpose.HAND_OVER else LINK_AGE
    try:
        payload = signing.loads(token, key=signing_key(tenant), salt=f"{_SALT}.{purpose}", max_age=age)
        user = User.objects.filter(pk=UUID(payload["user"]), is_active=True).first()
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        user = None
    if user is None or payload.get("state") != _state(user):
        raise spent_link()
    return user


def row_token(*, row_id: UUID, tenant: Tenant | None, kind: str) -> str:
    """A token for a row that waits for its link to be followed, such as a registration."""
    return signing.dumps(str(row_id), key=signing_key(tenant), salt=f"{_SALT}.{kind}", compress=True)


def row_of_token(*, token: str, tenant: Tenant | None, kind: str, age: dt.timedelta) -> UUID:
    """Its id; raises Invalid `link_invalid`."""
    try:
        return UUID(signing.loads(token, key=signing_key(tenant), salt=f"{_SALT}.{kind}", max_age=age))
    except (signing.BadSignature, TypeError, ValueError, AttributeError) as error:
        raise spent_link() from error


def reset_token(*, user: User, tenant: Tenant | None) -> str:
    """Django's own token for a new password, bound to the business whose mail it is in."""
    return f"{user.pk.hex}-{_ResetTokens(tenant).make_token(user)}"


def user_of_reset(*, token: str, tenant: Tenant | None) -> User:
    """Raises Invalid `link_invalid`."""
    user_id, _dash, rest = token.partition("-")
    try:
        user = User.objects.filter(pk=UUID(hex=user_id), is_active=True).first()
    except ValueError:
        user = None
    if user is None or not _ResetTokens(tenant).check_token(user, rest):
        raise spent_link()
    return user


def spent_link() -> Invalid:
    return Invalid(SPENT_LINK, code="link_invalid")


class _ResetTokens(PasswordResetTokenGenerator):
    def __init__(self, tenant: Tenant | None) -> None:
        super().__init__()
        self.tenant = tenant

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        bound = self.tenant.link_key if self.tenant else ""
        return f"{super()._make_hash_value(user, timestamp)}{user.token_version}{bound}"


def _state(user: User) -> str:
    """What changes when the link is used, or the person's secrets or address are: a digest, which tells none of it."""
    at = user.last_login.timestamp() if user.last_login else 0
    return salted_hmac(f"{_SALT}.state", f"{user.secrets_version}:{at}:{user.email}", algorithm="sha256").hexdigest()


def signing_key(tenant: Tenant | None) -> str:
    """For what is signed in a business, or on the platform's own host, and is worthless in any other."""
    return f"{settings.SECRET_KEY}{tenant.link_key if tenant else ''}"
