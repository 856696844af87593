"""The tokens of a sign-in, and new ones for old ones."""

import datetime as dt
from collections.abc import Set
from uuid import UUID

from django.conf import settings

from bookme.core.actor import Origin
from bookme.core.errors import NotSignedIn
from bookme.eventlog.actions import publish
from bookme.users.actions.entering import sign_out
from bookme.users.events import RefreshReused
from bookme.users.models import SignIn
from bookme.users.selectors import actor_of, audience_of, sign_in_of
from bookme.users.tokens import Audience, Claims, TokenPair, TokenType, encode, lifetime, new_token_id, verify


def token_pair(*, sign_in: SignIn, now: dt.datetime) -> TokenPair:
    """The tokens of a sign-in; its user and membership are loaded. The refresh token is the one good one."""
    return TokenPair(
        access=encode(_claims(sign_in, TokenType.ACCESS, new_token_id()), now=now),
        refresh=encode(_claims(sign_in, TokenType.REFRESH, sign_in.refresh_jti), now=now),
    )


def rotate_tokens(
    *, refresh: str, tenant_id: UUID | None, audiences: Set[Audience], origin: Origin, now: dt.datetime
) -> TokenPair | None:
    """New tokens for a refresh token, which is worthless from then on. No sign-in lasts longer than SIGN_IN_DAYS.

    None if it had been used before: then somebody else may hold a copy, and the whole sign-in has been revoked, which
    the caller must commit. Raises NotSignedIn for a token that does not hold. Publishes RefreshReused.
    """
    claims = verify(refresh, type=TokenType.REFRESH, tenant_id=tenant_id, audiences=audiences)
    sign_in = sign_in_of(claims, now=now)
    if sign_in is None:
        raise NotSignedIn("This sign-in has ended.", code="signed_out")
    fresh, ends_at = new_token_id(), sign_in.created_at + dt.timedelta(days=settings.SIGN_IN_DAYS)
    expires_at = min(now + lifetime(TokenType.REFRESH), ends_at)
    good = SignIn.objects.filter(pk=sign_in.pk, refresh_jti=claims.token_id, revoked_at=None)
    if not good.update(refresh_jti=fresh, used_at=now, expires_at=expires_at):
        sign_out(sign_in_id=sign_in.pk, now=now)
        told = RefreshReused(user_id=sign_in.user_id, sign_in_id=sign_in.pk)
        publish(told, actor=actor_of(sign_in).coming_from(origin))
        return None
    sign_in.refresh_jti = fresh
    return token_pair(sign_in=sign_in, now=now)


def sign_out_by(
    *, refresh: str, tenant_id: UUID | None, audiences: Set[Audience], origin: Origin, now: dt.datetime
) -> None:
    """End the sign-in that a refresh token belongs to, used or not. Raises NotSignedIn if it does not hold."""
    claims = verify(refresh, type=TokenType.REFRESH, tenant_id=tenant_id, audiences=audiences)
    found = sign_in_of(claims, now=now)
    sign_out(sign_in_id=claims.sign_in_id, by=actor_of(found).coming_from(origin) if found else None, now=now)


def _claims(sign_in: SignIn, type_: TokenType, token_id: str) -> Claims:
    return Claims(
        type=type_,
        audience=audience_of(sign_in.membership),
        user_id=sign_in.user_id,
        tenant_id=sign_in.tenant_id,
        sign_in_id=sign_in.pk,
        version=sign_in.user.secrets_version,
        token_id=token_id,
    )
