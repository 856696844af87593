"""Changing and removing members of the team: what `users` does, and what hangs on it in the business."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.permissions import TEAM_ROLES, Permission, Role
from bookme.team.actions.calendars import free_calendar_of, set_calendar
from bookme.team.actions.invitations import close_those_of
from bookme.team.selectors import calendar_faults, scope_faults, scope_names
from bookme.tenants.models import Tenant
from bookme.users import actions as users
from bookme.users.models import Membership
from bookme.users.rules import powers_of, stored


def change_member(*, member: Membership, values: Mapping[str, Any], actor: Actor) -> Membership:
    """As `users.actions.change_member`; `values` may also name `staff`, the calendar that is theirs or None.

    Raises Invalid also for places and people that are not of this business, and what `set_calendar` raises.
    """
    actor.demand(Permission.TEAM_MANAGE)
    powers = {name: value for name, value in values.items() if name != "staff"}
    faults = scope_faults(location_ids=powers.get("location_ids"), staff_ids=powers.get("staff_ids"))
    Invalid.unless_good([*faults, *calendar_faults(values.get("staff"))])
    changed = users.change_member(member=member, values=powers, actor=actor, names=scope_names())
    if "staff" in values:
        set_calendar(member=changed, staff_id=values["staff"], actor=actor)
    return changed


def remove_member(*, member: Membership, actor: Actor, now: dt.datetime) -> Membership:
    """As `users.actions.remove_member`; their calendar is free, and what they sent and nobody accepted is revoked."""
    return _let_go(users.remove_member(member=member, actor=actor, now=now), actor=actor, now=now)


def leave_team(*, actor: Actor, tenant: Tenant, now: dt.datetime) -> Membership:
    """As `users.actions.leave_team`; what hangs on them goes as if somebody else had removed them."""
    return _let_go(users.leave_team(actor=actor, tenant=tenant, now=now), actor=actor, now=now)


def settle_member(*, member: Membership, role: Role, is_active: bool, actor: Actor, now: dt.datetime) -> None:
    """For an operator: bring somebody to that role, back into the business, or out of it, by the action that does so.

    Who comes back has the powers of before, if it is in the same role; from the team to the customers leads out of the
    team first. Raises as `change_member`. Publishes MemberJoined, MemberChanged or MemberRemoved.
    """
    was_team = member.is_active and member.role in TEAM_ROLES
    if was_team and is_active and role in TEAM_ROLES:
        change_member(member=member, values={"role": role}, actor=actor)
        return
    if member.is_active and (was_team or not is_active):
        remove_member(member=member, actor=actor, now=now)
    if is_active:
        powers = stored(powers_of(member)) if role.value == member.role else {}
        powers.pop("role", None)
        users.join(user=member.user, tenant=member.tenant, role=role, actor=actor, **powers)


def _let_go(gone: Membership, *, actor: Actor, now: dt.datetime) -> Membership:
    free_calendar_of(user_id=gone.user_id, actor=actor)
    close_those_of(user_id=gone.user_id, actor=actor, now=now)
    return gone
