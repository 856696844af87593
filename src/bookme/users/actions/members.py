"""Who belongs to a business, and as what."""

from typing import Any
from uuid import UUID

from django.db import transaction

from bookme.core.actor import Actor
from bookme.core.errors import NotAllowed
from bookme.core.permissions import Role
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.events import MemberJoined
from bookme.users.models import Membership, User


def join(*, user: User, tenant: Tenant, role: Role, actor: Actor, **powers: Any) -> Membership:
    """Make the person a member in that role, with these powers, or change what they were; publishes MemberJoined.

    A member already as what they are asked to be stays as they are, and so does one of the team who asks to be a
    customer. Whom the business removed does not come back by asking: NotAllowed `removed`. Joins the transaction.
    """
    member = Membership.objects.select_for_update(of=("self",)).filter(user=user, tenant=tenant).first()
    if member is not None and role is Role.CUSTOMER:
        if not member.is_active:
            raise NotAllowed("Ask the business to let you in again.", code="removed")
        return member
    plain: dict[str, Any] = {"denied": [], "location_ids": None, "staff_ids": None}
    values = plain | powers | {"role": role.value, "is_active": True}
    member, _ = Membership.objects.update_or_create(user=user, tenant=tenant, defaults=values)
    member.user = user
    publish(MemberJoined(user_id=user.pk, role=role.value), actor=actor)
    return member


def forget_unproven_password(*, user_id: UUID) -> None:
    """Before somebody is given rights over a business: whoever registered this address may not be who owns it.

    Unless the address is verified, its password is dropped and its sign-ins end; a link sent there leads in.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email_verified_at is None and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


def make_operator(*, user_id: UUID) -> None:
    """Let a person act in every business, from the platform's host. Drops a password not proven to be theirs."""
    with transaction.atomic():
        forget_unproven_password(user_id=user_id)
        User.objects.filter(pk=user_id).update(is_staff=True)
