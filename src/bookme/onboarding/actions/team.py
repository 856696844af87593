"""Who of the file's people belongs to the business, and as what.

In local mode they do at once, with the demo password. Elsewhere nobody is made here: whoever has an address in the file
is invited to it, once, and belongs to the business when they accept.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Set
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.permissions import TEAM_ROLES, Role
from bookme.onboarding import columns
from bookme.onboarding.actions.catalogue import Sections
from bookme.onboarding.ledger import Ledger
from bookme.onboarding.named import is_returning
from bookme.onboarding.validation import Fault
from bookme.team import actions as team
from bookme.team.models import OPEN, Invitation, InvitationState
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.actions import change_member, join
from bookme.users.models import Membership, User
from bookme.users.rules import powers_of, powers_with, stored
from bookme.users.selectors import team_of


class NamedTeam:
    """The people of one application who have an address, and who of them signs in here already."""

    def __init__(self, sections: Sections, *, tenant: Tenant, now: dt.datetime) -> None:
        self.sections, self.tenant, self.now = sections, tenant, now
        self.ledger = sections.ledger
        named = [entry for entry in sections.entries("staff") if "email" in entry]
        self.emails: dict[str, str] = {entry["key"]: entry["email"].lower() for entry in named}
        self.users = self._made() if settings.LOCAL_MODE else self._accepted()

    def user_id_of(self, email: str) -> UUID | None:
        found = self.users.get(email)
        return found.pk if found else None

    def name_of(self, entry: dict[str, Any]) -> str:
        return str(columns.text_columns(entry, self.sections.config["languages"][0])[0]["name"])

    def entries(self) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each entry with its place in the file, owners first: somebody owns the business at every moment."""
        numbered = enumerate(self.sections.entries("staff"))
        yield from sorted(numbered, key=lambda each: each[1].get("role") != Role.OWNER)

    def _made(self) -> dict[str, User]:
        """The users of these addresses, made where there are none; one that exists is never changed."""
        names = {entry["key"]: self.name_of(entry) for entry in self.sections.entries("staff")}
        wanted = {email: names[key] for key, email in self.emails.items() if email}
        users = {user.email: user for user in User.objects.filter(email__in=list(wanted))}
        new = [
            User(email=email, password=demo_password(), name=name, email_verified_at=self.now)
            for email, name in wanted.items()
            if email not in users
        ]
        User.objects.bulk_create(new)
        for user in new:
            self.ledger.created(f"users.{user.pk}")
        return users | {user.email: user for user in new}

    def _accepted(self) -> dict[str, User]:
        """Who is of the team under one of these addresses, or was invited under it: people change their address."""
        members = {each.user_id: each.user for each in team_of(self.tenant)}
        wanted = set(self.emails.values()) - {""}
        invited = Invitation.objects.filter(email__in=wanted, user_id__in=members).order_by("accepted_at", "id")
        found = {email: members[user_id] for email, user_id in invited.values_list("email", "user_id") if user_id}
        return found | {user.email: user for user in members.values() if user.email in wanted}


def sync_team(team: NamedTeam, *, before: Set[UUID], actor: Actor) -> None:
    """Roles, invitations and who is gone. `before` holds who signed in as somebody of the file until now."""
    current: set[UUID] = set()
    for index, entry in team.entries():
        row = team.sections.rows["staff"][entry["key"]]
        if row.user_id is not None:
            current.add(row.user_id)
            _or_fault(team, ("staff", index, "role"), partial(_sync_member, team, entry, row.user_id, actor))
        elif team.emails.get(entry["key"]) and not settings.LOCAL_MODE:
            _or_fault(team, ("staff", index, "email"), partial(_sync_invitation, team, entry, actor))
    for member in team_of(team.tenant).filter(user__in=before - current):
        _or_fault(team, ("staff",), partial(_remove, team, member, actor))
    _revoke_gone(team, actor)


def fresh_invitation(*, tenant: Tenant, now: dt.datetime) -> Invitation | None:
    """That of whoever is to own the business and has not answered yet, the first one; good for a week if it was not."""
    with tenant_scope(tenant), transaction.atomic():
        asked = Invitation.objects.filter(OPEN, role=Role.OWNER.value).order_by("created_at", "id").first()
        return team.renew(invitation=asked, now=now) if asked else None


def sync_membership(*, user: User, tenant: Tenant, role: Role | None, path: str, ledger: Ledger, actor: Actor) -> None:
    """The person belongs to the business; `role` None leaves that of a member as it is. Raises Conflict `last_owner`.

    Who was not of the team comes by a link, unless their address is known to be theirs.
    """
    member = Membership.objects.filter(user=user, tenant=tenant).select_related("tenant").first()
    if member is not None and member.is_active and member.role in TEAM_ROLES:
        if role is None or role.value == member.role:
            ledger.unchanged()
            return
        change_member(member=member, values={"role": role}, actor=actor)
        ledger.changed(path, {"role": (member.role, role.value)})
        return
    powers = stored(powers_of(member)) if member is not None and member.role in TEAM_ROLES else {}
    role = role or Role(powers.get("role", Role.STAFF))
    powers.pop("role", None)
    join(user=user, tenant=tenant, role=role, actor=actor, **powers)
    ledger.created(f"{path}.membership")


@lru_cache(maxsize=1)
def demo_password() -> str:
    """The stored form of the password of local mode; hashed once: it is slow on purpose, and these people share it."""
    return make_password(settings.DEMO_PASSWORD)


def _sync_member(named: NamedTeam, entry: dict[str, Any], user_id: UUID, actor: Actor) -> None:
    """Outside of local mode a file changes members, and makes none."""
    if not (settings.LOCAL_MODE or team_of(named.tenant).filter(user=user_id).exists()):
        return
    role = Role(entry["role"]) if "role" in entry else None
    user, path = User.objects.get(pk=user_id), f"staff.{entry['key']}"
    sync_membership(user=user, tenant=named.tenant, role=role, path=path, ledger=named.ledger, actor=actor)


def _sync_invitation(named: NamedTeam, entry: dict[str, Any], actor: Actor) -> None:
    """Asked once: whoever has declined, was removed, or whose invitation somebody revoked, is left alone by this file.

    An open invitation becomes what the file says now, one that is too old goes out again; who is back in the file after
    they had left it is asked anew.
    """
    path, email = f"staff.{entry['key']}.invitation", named.emails[entry["key"]]
    last = Invitation.objects.filter(email=email).first()
    if last is not None and not last.is_closed:
        _align(named, last, entry, path)
        if last.state_at(named.now) is InvitationState.EXPIRED:
            team.send_again(invitation=last, tenant=named.tenant, actor=actor, now=named.now)
            named.ledger.changed(path, {"sent_at": (last.sent_at, named.now)})
    elif last is None or is_returning("staff", entry["key"], named.sections.names):
        team.invite(
            email=email,
            name=named.name_of(entry),
            role=Role(entry.get("role", Role.STAFF)),
            staff_id=named.sections.id_of("staff", entry["key"]),
            tenant=named.tenant,
            actor=actor,
            now=named.now,
        )
        named.ledger.created(path)


def _align(named: NamedTeam, row: Invitation, entry: dict[str, Any], path: str) -> None:
    """An open invitation, to the role and the calendar that the file names."""
    values = stored(powers_with(powers_of(row), {"role": entry["role"]} if "role" in entry else {}))
    values["staff_id"] = named.sections.id_of("staff", entry["key"])
    changes = {name: (getattr(row, name), value) for name, value in values.items() if getattr(row, name) != value}
    if not changes:
        return
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    named.ledger.changed(path, changes)


def _remove(named: NamedTeam, member: Membership, actor: Actor) -> None:
    team.remove_member(member=member, actor=actor, now=named.now)
    named.ledger.changed(f"members.{member.user_id}", {"is_active": (True, False)})


def _revoke_gone(named: NamedTeam, actor: Actor) -> None:
    """Nobody is asked any more to be somebody who left the file, or whose place it gives to another address."""
    entries = {entry["key"] for entry in named.sections.config.get("staff", [])}
    for row in Invitation.objects.filter(OPEN, staff__key__isnull=False).select_related("staff"):
        key = str(row.staff.key) if row.staff else ""
        if key not in entries or named.emails.get(key, row.email) != row.email:
            team.revoke(invitation=row, tenant=named.tenant, actor=actor, now=named.now)
            named.ledger.removed(f"staff.{key}.invitation")


def _or_fault(named: NamedTeam, path: tuple[str | int, ...], act: Callable[[], None]) -> None:
    """What the team's own rules refuse is a fault of the file."""
    try:
        act()
    except Conflict as error:
        named.ledger.faults.append(Fault(path, error.detail, error.code))
