"""Who belongs to a business, and as what. All that changes a team locks it first, so that two never do at once."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict, Invalid, NotAllowed, NotFound
from bookme.core.permissions import TEAM_ROLES, CustomerScope, Permission, Role
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.events import MemberChanged, MemberJoined, MemberRemoved
from bookme.users.models import Membership, SignIn, User
from bookme.users.rules import (
    SCOPES,
    Powers,
    beyond,
    denied_faults,
    own_powers,
    powers_of,
    powers_with,
    reaches,
    stored,
)
from bookme.users.selectors import actor_from_membership


def join(*, user: User, tenant: Tenant, role: Role, actor: Actor, **powers: Any) -> Membership:
    """Make the person a member in that role, with these powers, or change what they were; publishes MemberJoined.

    A member who asks to be a customer stays what they are; a customer whom the business removed does not come back by
    asking: NotAllowed `removed`. Who has left the team may be a customer as anybody. Who joins the team must come by a
    link, unless their address is known to be theirs. Joins the transaction; locks the team where the role is one of it.
    """
    if role in TEAM_ROLES:
        lock_team(tenant)
        forget_unverified_password(user_id=user.pk)
        user.refresh_from_db()
    member = Membership.objects.select_for_update(of=("self",)).filter(user=user, tenant=tenant).first()
    if member is not None and role is Role.CUSTOMER:
        if member.is_active:
            return member
        if member.role == Role.CUSTOMER and actor.kind is ActorKind.USER:
            raise NotAllowed("Ask the business to let you in again.", code="removed")
    plain: dict[str, Any] = {
        "denied": [],
        "location_ids": None,
        "staff_ids": None,
        "customer_scope": CustomerScope.OWN.value,
    }
    values = plain | powers | {"role": role.value, "is_active": True}
    member, _ = Membership.objects.update_or_create(user=user, tenant=tenant, defaults=values)
    member.user = user
    publish(MemberJoined(user_id=user.pk, role=role.value), actor=actor)
    return member


def change_member(
    *, member: Membership, values: Mapping[str, Any], actor: Actor, names: Mapping[str, str] | None = None
) -> Membership:
    """Another `role`, `denied`, `location_ids`, `staff_ids` or `customer_scope` for somebody of the team.

    `names` are of the places and people that the history will speak of, by id.
    Demands `team.manage`; nobody changes an owner but owners, nor whoever may more than they, nor themselves, nor gives
    more than they have: NotAllowed `beyond_own_powers`, `yourself`. Raises Conflict `last_owner`, Invalid for what a
    role has not, and NotFound for who has left. Locks the team. Publishes MemberChanged, if anything differs.
    """
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, member.tenant)
    found = _as_now(member)
    before = powers_of(found)
    role = Role(values.get("role", before.role))
    Invalid.unless_good(denied_faults(role, values.get("denied", ())))
    after = powers_with(before, values)
    if after == before:
        return found
    demand_to_reach(actor, before)
    refuse_beyond(actor, after, kept=before)
    _refuse_last_owner(found)
    _refuse_oneself(found, actor)
    old, new = stored(before), stored(after)
    for name, value in new.items():
        setattr(found, name, value)
    found.save(update_fields=[*new, "updated_at"])
    publish(_changed(found, old, new, names or {}), actor=actor)
    return found


def remove_member(*, member: Membership, actor: Actor, now: dt.datetime) -> Membership:
    """They belong to the business no more, and every sign-in of theirs here ends at once.

    Demands and raises as `change_member`. Locks the team. Publishes MemberRemoved.
    """
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, member.tenant)
    found = _as_now(member)
    demand_to_reach(actor, powers_of(found))
    _refuse_last_owner(found)
    _refuse_oneself(found, actor)
    return _ended(found, now, MemberRemoved(user_id=found.user_id, role=found.role), actor)


def leave_team(*, actor: Actor, tenant: Tenant, now: dt.datetime) -> Membership:
    """Whoever is signed in belongs to the business no more, and every sign-in of theirs here ends at once.

    The caller has made sure that it is they (`demand_same_person`). Raises NotAllowed `not_of_team` of whoever is not,
    a key or an operator too, and Conflict `last_owner`. Locks the team. Publishes MemberRemoved, joins the transaction.
    """
    lock_team(tenant)
    found = None
    if actor.kind is ActorKind.USER:
        team = Membership.objects.filter(user=actor.id, tenant=tenant, is_active=True, role__in=TEAM_ROLES)
        found = team.select_for_update(of=("self",)).select_related("user", "tenant").first()
    if found is None:
        raise NotAllowed("You are not of the team here.", code="not_of_team")
    if is_last_owner(found):
        raise Conflict(
            "You are the last owner. Make somebody else an owner first, or ask BookMe to close the business.",
            code="last_owner",
        )
    return _ended(found, now, MemberRemoved(user_id=found.user_id, role=found.role, left=True), actor)


def is_last_owner(member: Membership) -> bool:
    """Whether nobody would be left who may let others in: an owner who keeps the team."""
    if member.role != Role.OWNER:
        return False
    owners = Membership.objects.filter(tenant=member.tenant_id, role=Role.OWNER.value, is_active=True)
    others = owners.filter(user__is_active=True).exclude(pk=member.pk)
    return not others.exclude(denied__contains=[Permission.TEAM_MANAGE.value]).exists()


def lock_team(tenant: Tenant) -> None:
    """Until the transaction ends, nobody else changes who belongs to this business's team, or as what."""
    Tenant.objects.select_for_update(of=("self",), no_key=True).values_list("pk").get(pk=tenant.pk)


def lock_team_as(actor: Actor, tenant: Tenant) -> Actor:
    """As `lock_team`; returns who changes it as they are now: they may have waited for whoever removed them.

    Raises NotAllowed for who keeps the team no more.
    """
    lock_team(tenant)
    if actor.kind is not ActorKind.USER:
        return actor
    members = Membership.objects.select_related("user__two_factor", "tenant__tenantconfig")
    found = members.filter(user=actor.id, tenant=tenant, is_active=True, user__is_active=True).first()
    if found is None:
        raise actor.refusal(Permission.TEAM_MANAGE)
    known = actor_from_membership(found).coming_from(actor.origin)
    known.demand(Permission.TEAM_MANAGE)
    return known


def demand_to_reach(actor: Actor, powers: Powers) -> None:
    """Raises NotAllowed unless somebody with these powers is within the actor's own."""
    if not reaches(own_powers(actor), powers):
        raise NotAllowed("They may more here than you.", code="beyond_own_powers")


def refuse_beyond(actor: Actor, powers: Powers, *, kept: Powers | None = None) -> None:
    """Raises NotAllowed with each of these powers that the actor has not, apart from those `kept` from before."""
    if faults := tuple(beyond(powers, own_powers(actor), kept=kept)):
        raise NotAllowed("You cannot give more than you have.", code="beyond_own_powers", errors=faults)


def forget_unverified_password(*, user_id: UUID) -> None:
    """Before somebody is given rights over a business: whoever registered this address may not be who owns it.

    Unless the address is verified, its password is dropped and its sign-ins end; a link sent there leads in.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email_verified_at is None and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


def _as_now(member: Membership) -> Membership:
    """As they are under the team's lock; raises NotFound for who has left meanwhile."""
    rows = Membership.objects.select_for_update(of=("self",)).select_related("user", "tenant")
    found = rows.filter(pk=member.pk, is_active=True).first()
    if found is None:
        raise NotFound
    return found


def _changed(
    member: Membership, old: Mapping[str, Any], new: Mapping[str, Any], names: Mapping[str, str]
) -> MemberChanged:
    """What a role has taken away from it means something else with another role."""
    differs = {name for name in new if old[name] != new[name]}
    is_denied = "role" in differs and (old["denied"] or new["denied"])
    told = differs | ({"denied"} if is_denied else set())
    changes = {name: [old[name], new[name]] for name in new if name in told}
    spoken = {each for name in SCOPES if name in changes for ids in changes[name] for each in ids or ()}
    return MemberChanged(
        user_id=member.user_id,
        changes=changes,
        names={each: names[each] for each in sorted(spoken & names.keys())},
    )


def _refuse_last_owner(member: Membership) -> None:
    """The team is locked."""
    if is_last_owner(member):
        raise Conflict("This is the last owner. Make somebody else an owner first.", code="last_owner")


def _ended(member: Membership, now: dt.datetime, fact: MemberRemoved, actor: Actor) -> Membership:
    member.is_active = False
    member.save(update_fields=["is_active", "updated_at"])
    SignIn.objects.filter(membership=member, revoked_at=None).update(revoked_at=now)
    publish(fact, actor=actor)
    return member


def _refuse_oneself(member: Membership, actor: Actor) -> None:
    if actor.kind is ActorKind.USER and actor.id == member.user_id:
        raise NotAllowed("Somebody else of the team has to change this for you.", code="yourself")
