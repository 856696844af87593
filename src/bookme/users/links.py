"""Links by which one person signs in once, without a password: for a new owner, or whoever lost theirs.

Nothing is stored. A link is worthless after 24 hours, once its person has signed in or changed their password, and in
every other business.
"""

import datetime as dt
from uuid import UUID

from django.conf import settings
from django.core import signing

from bookme.core.errors import Invalid
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url
from bookme.users.models import User

LINK_AGE = dt.timedelta(hours=24)
SPENT_LINK = "This link is not good any more. Ask for a new one."
_SALT = "bookme.users.link"


def one_time_link(*, user: User, tenant: Tenant) -> str:
    """An absolute URL on the business's own domain."""
    return business_url(tenant, f"/team/link/{one_time_token(user=user, tenant=tenant)}/")


def one_time_token(*, user: User, tenant: Tenant) -> str:
    payload = {"user": str(user.pk), "state": _state(user)}
    return signing.dumps(payload, key=_key(tenant), salt=_SALT, compress=True)


def user_of_link(*, token: str, tenant: Tenant) -> User:
    """Who the link is for. Raises Invalid `link_invalid` for one that is forged, old, used, or another business's.

    It is spent by `users.actions.sign_in_by_link`, which changes `last_login`.
    """
    try:
        payload = signing.loads(token, key=_key(tenant), salt=_SALT, max_age=LINK_AGE)
        user = User.objects.filter(pk=UUID(payload["user"]), is_active=True).first()
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        user = None
    if user is None or payload.get("state") != _state(user):
        raise Invalid(SPENT_LINK, code="link_invalid")
    return user


def _state(user: User) -> str:
    """What changes when the link is used, or the person's secrets are."""
    return f"{user.secrets_version}:{user.last_login.timestamp() if user.last_login else 0}"


def _key(tenant: Tenant) -> str:
    return f"{settings.SECRET_KEY}{tenant.link_key}"
