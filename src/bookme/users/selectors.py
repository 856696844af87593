"""Who somebody is in a business, read anew for every request."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from bookme.core.actor import Actor, ActorKind
from bookme.core.permissions import PERMISSIONS_OF, Permission, Role
from bookme.users.models import Membership, SignIn, User
from bookme.users.tokens import Audience, Claims


def live_sign_in(*, sign_in_id: UUID, tenant_id: UUID | None, now: dt.datetime) -> SignIn | None:
    """The sign-in with its user and membership, in one query; None if any of the three does not hold any more.

    Without a tenant it must be an operator's.
    """
    found = (
        SignIn.objects.select_related("user", "membership")
        .filter(id=sign_in_id, revoked_at=None, expires_at__gt=now, user__is_active=True)
        .first()
    )
    if found is None or not _holds(found, tenant_id):
        return None
    if found.membership is not None:
        found.membership.user = found.user
    return found


def sign_in_of(claims: Claims, *, now: dt.datetime) -> SignIn | None:
    """The sign-in that a token belongs to, as in `live_sign_in`; None also if the person's secrets or role changed."""
    found = live_sign_in(sign_in_id=claims.sign_in_id, tenant_id=claims.tenant_id, now=now)
    if found is None or found.user_id != claims.user_id or found.user.secrets_version != claims.version:
        return None
    return found if audience_of(found.membership) is claims.audience else None


def _holds(sign_in: SignIn, tenant_id: UUID | None) -> bool:
    if sign_in.tenant_id != tenant_id:
        return False
    if tenant_id is None:
        return sign_in.user.is_staff and sign_in.membership_id is None
    membership = sign_in.membership
    return membership is not None and membership.is_active and membership.tenant_id == tenant_id


def person(user_id: UUID) -> User:
    return User.objects.get(pk=user_id)


def actor_of(sign_in: SignIn) -> Actor:
    """Who acts by this sign-in; its user and membership are loaded."""
    if sign_in.membership is None:
        return operator_actor(sign_in.user)
    return actor_from_membership(sign_in.membership)


def actor_from_membership(membership: Membership) -> Actor:
    """The member with their role's permissions minus the denied ones, and their scopes; loads the user if it is not."""
    user = membership.user
    role = Role(membership.role)
    denied = {each for each in Permission if each.value in membership.denied}
    return Actor(
        kind=ActorKind.USER,
        id=user.id,
        name=user.name or user.email,
        role=role,
        permissions=PERMISSIONS_OF[role] - denied,
        location_ids=_scope(membership.location_ids),
        staff_ids=_scope(membership.staff_ids),
        proven=user.email_verified_at is not None,
    )


def operator_actor(user: User) -> Actor:
    """An operator of the platform: may what an owner may, in every business, and is seen to be no owner."""
    return Actor(
        kind=ActorKind.OPERATOR, id=user.id, name=user.name or user.email, permissions=PERMISSIONS_OF[Role.OWNER]
    )


def audience_of(membership: Membership | None) -> Audience:
    """Whom a token is for; none stands for an operator."""
    if membership is None:
        return Audience.PLATFORM
    return Audience.CUSTOMER if membership.role == Role.CUSTOMER else Audience.TEAM


def _scope(ids: Sequence[str] | None) -> frozenset[UUID] | None:
    return None if ids is None else frozenset(UUID(each) for each in ids)
