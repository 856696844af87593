"""Asking somebody to join the team, by a link in a mail.

The link proves that its holder reads the mail of the invited address, and that address counts, whoever is signed in,
unless they say that they join as who they are. All of it happens under the team's lock: of two who accept at once, one
does.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from bookme.core.actor import Actor, ActorKind, Origin
from bookme.core.errors import Conflict, FieldError, Invalid, NotAllowed
from bookme.core.forgetting import forget
from bookme.core.permissions import PERMISSIONS_OF, TEAM_ROLES, CustomerScope, Permission, Role
from bookme.eventlog.actions import publish
from bookme.staff.models import Staff
from bookme.team.actions.calendars import demand_calendar, give_calendar, taken
from bookme.team.events import InvitationChanged
from bookme.team.models import OPEN, Invitation, InvitationState
from bookme.team.selectors import calendar_faults, offered_by, own_reach, scope_faults
from bookme.tenants.models import Tenant
from bookme.users.actions import (
    demand_good_password,
    demand_to_reach,
    join,
    lock_team,
    lock_team_as,
    refuse_beyond,
    verified_account,
)
from bookme.users.events import AccountChanged
from bookme.users.limits import count_form, count_mail
from bookme.users.mails import AccountMail, mail_account
from bookme.users.models import Membership, User
from bookme.users.rules import denied_faults, powers_of, powers_with, stored
from bookme.users.selectors import acting_as, team_of

LIFE = dt.timedelta(days=settings.INVITATION_DAYS)
_FOR_PLATFORM = {ActorKind.OPERATOR, ActorKind.SYSTEM}


def invite(
    *,
    email: str,
    role: Role,
    tenant: Tenant,
    actor: Actor,
    now: dt.datetime,
    name: str = "",
    staff_id: UUID | None = None,
    language: str = "",
    powers: Mapping[str, Any] | None = None,
) -> Invitation:
    """Ask whoever reads the mail of that address to join the team, as the person of a calendar if one is named.

    `powers` may hold `denied`, `location_ids`, `staff_ids` and `customer_scope`; what it does not name is as wide as
    the actor's own. Demands `team.manage`. Raises Invalid for what is not of this business or of the role, NotAllowed
    `beyond_own_powers`, Conflict `already_member`, `already_invited` (with the `invitation`) or `staff_taken`, and
    TooMany. Joins the transaction; locks the team. Publishes InvitationChanged; the mail goes out after the commit.
    """
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, tenant)
    given = _given(role, powers or {}, actor)
    Invalid.unless_good(_faults(role, given, staff_id))
    row = Invitation(email=email.lower(), name=name, staff_id=staff_id, language=language, role=role.value)
    for column, value in stored(powers_with(powers_of(row), given)).items():
        setattr(row, column, value)
    refuse_beyond(actor, powers_of(row))
    demand_calendar(actor, staff_id)
    _refuse_member(row.email, tenant)
    _close_expired(row.email, actor=actor, now=now)
    _refuse_taken(row)
    _count(row, actor)
    _stamp(row, actor=actor, now=now)
    row.save(force_insert=True)
    return _mailed(row, "sent", actor=actor, now=now)


def send_again(*, invitation: Invitation, tenant: Tenant, actor: Actor, now: dt.datetime) -> Invitation:
    """The same by a new mail, good for as long as a new one, from this actor; older links are worthless.

    Demands what it takes to invite them. Raises Conflict `invitation_closed`, and TooMany. Locks the team. Publishes
    InvitationChanged.
    """
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, tenant)
    row = _as_now(invitation, actor=actor)
    refuse_beyond(actor, powers_of(row))
    demand_calendar(actor, row.staff_id)
    _count(row, actor)
    row.version += 1
    _stamp(row, actor=actor, now=now)
    row.save()
    return _mailed(row, "sent_again", actor=actor, now=now)


def renew(*, invitation: Invitation, now: dt.datetime) -> Invitation:
    """For the platform, which hands over the link by itself: one that is too old is good again, and nothing is sent."""
    if invitation.state_at(now) is InvitationState.EXPIRED:
        invitation.version += 1
        invitation.sent_at, invitation.expires_at = now, now + LIFE
        invitation.save(update_fields=["version", "sent_at", "expires_at", "updated_at"])
    return invitation


def revoke(*, invitation: Invitation, tenant: Tenant, actor: Actor, now: dt.datetime) -> Invitation:
    """Take it back: its link is worthless. Raises as `send_again`. Locks the team. Publishes InvitationChanged."""
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, tenant)
    row = _as_now(invitation, actor=actor)
    return _revoked(row, actor=actor, now=now)


def accept(
    *,
    token: str,
    tenant: Tenant,
    origin: Origin,
    now: dt.datetime,
    name: str = "",
    password: str = "",
    account: UUID | None = None,
) -> Membership:
    """Whoever holds the link joins the team: with the account of that address, whose password stays, or a new one.

    A new one has this password, or none, and then comes by a link. The address counts as verified. With the `account`
    of whoever is signed in, they join as that instead: they may sign in under another address by now. Slow on purpose:
    opens its own transaction, under the team's lock. Raises TooMany, Invalid `link_invalid` or `weak_password`,
    NotAllowed `email_unverified` of such an account, and Conflict `already_member`, `staff_taken` or `has_calendar`.
    Publishes InvitationChanged, MemberJoined.
    """
    count_form(address=origin.address)
    offered = offered_by(token=token, tenant=tenant, now=now)
    if password:
        demand_good_password(password, User(email=offered.email, name=name))
    hashed = "" if account else make_password(password or None)
    with transaction.atomic():
        lock_team(tenant)
        row = offered_by(token=token, tenant=tenant, now=now)
        told = {"name": name or row.name, "language": row.language}
        user, is_new = (
            (_own_account(account), False)
            if account
            else verified_account(email=row.email, password=hashed, now=now, **told)
        )
        _refuse_member(user.email, tenant)
        actor = acting_as(user, origin)
        if is_new:
            publish(AccountChanged(user_id=user.pk, what="registered"), actor=actor)
        member = join(user=user, tenant=tenant, role=Role(row.role), actor=actor, **_powers_in(row))
        if row.staff is not None:
            give_calendar(person=row.staff, user_id=user.pk, actor=actor)
        row.accepted_at, row.user_id = now, user.pk
        row.save(update_fields=["accepted_at", "user_id", "updated_at"])
        _tell(row, "accepted", actor=actor)
    return member


def decline(*, token: str, tenant: Tenant, origin: Origin, now: dt.datetime) -> Invitation:
    """They do not want to. Raises Invalid (`link_invalid`). Locks the team. Publishes InvitationChanged."""
    lock_team(tenant)
    row = offered_by(token=token, tenant=tenant, now=now)
    row.declined_at = now
    row.save(update_fields=["declined_at", "updated_at"])
    _tell(row, "declined", actor=Actor(ActorKind.GUEST, name=row.name or row.email, origin=origin))
    return row


def close_those_of(*, user_id: UUID, actor: Actor, now: dt.datetime) -> None:
    """Revoke what somebody sent who keeps the team no more. The team is locked."""
    for row in Invitation.objects.filter(OPEN, invited_by=user_id):
        _revoked(row, actor=actor, now=now)


def forget_invitations(*, before: dt.datetime) -> int:
    """Delete those that nobody answered and that ran out before then; returns how many.

    What was answered, or taken back, stays: whoever was asked is not asked again by the config file.
    """
    return forget(Invitation.objects.filter(OPEN, expires_at__lt=before))


def _own_account(user_id: UUID) -> User:
    """Locked. Raises NotAllowed for who never proved their address: it may be somebody else's."""
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email_verified_at is None:
        raise NotAllowed("Prove first that your address is yours.", code="email_unverified")
    return user


def _given(role: Role, powers: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    """What is asked for, and where nothing is, what the actor has of it."""
    lacking = sorted(each.value for each in PERMISSIONS_OF[role] - actor.permissions)
    scope = CustomerScope.OWN.value
    return {"denied": lacking, "customer_scope": scope, **own_reach(actor), **powers}


def _faults(role: Role, given: Mapping[str, Any], staff_id: UUID | None) -> list[FieldError]:
    faults = list(denied_faults(role, given["denied"]))
    faults += scope_faults(location_ids=given["location_ids"], staff_ids=given["staff_ids"])
    if role not in TEAM_ROLES:
        faults.append(FieldError("/role", "invalid_choice", "This is no role of a team."))
    return [*faults, *calendar_faults(staff_id)]


def _refuse_member(email: str, tenant: Tenant) -> None:
    if team_of(tenant).filter(user__email=email).exists():
        raise Conflict("Whoever has this address is of the team already.", code="already_member")


def _refuse_taken(row: Invitation) -> None:
    """The address is asked once at a time; a calendar is one person's. The team is locked."""
    if found := Invitation.objects.filter(OPEN, email=row.email).first():
        told = {"invitation": str(found.pk)}
        raise Conflict("Whoever has this address is invited already.", code="already_invited", extra=told)
    if row.staff_id is None:
        return
    holder = Staff.objects.filter(pk=row.staff_id).values_list("user_id", flat=True).first()
    if holder is not None and not User.objects.filter(pk=holder, email=row.email).exists():
        raise taken()


def _close_expired(email: str, *, actor: Actor, now: dt.datetime) -> None:
    """What ran out makes room for a new one."""
    for row in Invitation.objects.filter(OPEN, email=email, expires_at__lte=now):
        _revoked(row, actor=actor, now=now)


def _count(row: Invitation, actor: Actor) -> None:
    """People make us write to an address, and to many, within limits; the platform's commands as they like."""
    if actor.kind is not ActorKind.SYSTEM:
        count_mail(email=row.email, address=actor.origin.address, business=None)


def _stamp(row: Invitation, *, actor: Actor, now: dt.datetime) -> None:
    by_platform = actor.kind in _FOR_PLATFORM
    row.invited_by = None if by_platform else actor.id
    row.invited_by_name = "" if by_platform else actor.name[:120]
    row.sent_at, row.expires_at = now, now + LIFE


def _as_now(invitation: Invitation, *, actor: Actor) -> Invitation:
    """As it is under the team's lock; raises NotAllowed, and Conflict if nobody can accept it any more."""
    row = Invitation.objects.select_for_update(of=("self",)).select_related("staff").get(pk=invitation.pk)
    demand_to_reach(actor, powers_of(row))
    if row.is_closed:
        raise Conflict("This invitation was accepted, declined or revoked.", code="invitation_closed")
    return row


def _revoked(row: Invitation, *, actor: Actor, now: dt.datetime) -> Invitation:
    row.revoked_at = now
    row.version += 1
    row.save(update_fields=["revoked_at", "version", "updated_at"])
    return _tell(row, "revoked", actor=actor)


def _powers_in(row: Invitation) -> dict[str, Any]:
    powers = stored(powers_of(row))
    powers.pop("role")
    return powers


def _mailed(row: Invitation, change: str, *, actor: Actor, now: dt.datetime) -> Invitation:
    mail_account(mail=AccountMail.INVITATION, id=row.pk, now=now)
    return _tell(row, change, actor=actor)


def _tell(row: Invitation, change: str, *, actor: Actor) -> Invitation:
    told = InvitationChanged(invitation_id=row.pk, email=row.email, role=row.role, change=change)
    publish(told, actor=actor)
    return row
