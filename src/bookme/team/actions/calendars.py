"""Whose calendar is whose."""

from uuid import UUID

from bookme.core.actor import Actor
from bookme.core.errors import Conflict, NotAllowed
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.eventlog.changes import change_row
from bookme.staff.events import StaffChanged
from bookme.staff.models import Staff
from bookme.team.selectors import calendars_to_give
from bookme.users.actions import demand_to_reach, lock_team_as
from bookme.users.events import MemberChanged
from bookme.users.models import Membership
from bookme.users.rules import powers_of


def give_calendar(*, person: Staff, user_id: UUID, actor: Actor) -> None:
    """The user signs in as this person from now on. Locks both calendars. Publishes StaffChanged.

    Raises Conflict `staff_taken` if somebody else does, and `has_calendar` if they have another one.
    """
    found = Staff.objects.select_for_update().get(pk=person.pk)
    if found.user_id not in {None, user_id}:
        raise taken()
    if Staff.objects.filter(user_id=user_id).exclude(pk=found.pk).exists():
        raise Conflict("They have another calendar here already.", code="has_calendar")
    change_row(row=found, values={"user_id": user_id}, event=StaffChanged, actor=actor)


def set_calendar(*, member: Membership, staff_id: UUID | None, actor: Actor) -> None:
    """Somebody of the team signs in as this person from now on, instead of any other, or as nobody.

    Also oneself: no more is given than the actor sees. Demands `team.manage`. Raises NotAllowed `beyond_own_powers` for
    who may more, and for a calendar, the one of before too, that is not the actor's to give; Conflict `staff_taken`.
    Locks the team and the calendars. Publishes StaffChanged and MemberChanged, if anything differs.
    """
    actor.demand(Permission.TEAM_MANAGE)
    actor = lock_team_as(actor, member.tenant)
    before = Staff.objects.filter(user_id=member.user_id).first()
    after = Staff.objects.get(pk=staff_id) if staff_id else None
    if before == after:
        return
    demand_to_reach(actor, powers_of(member))
    for each in (before, after):
        demand_calendar(actor, each.pk if each else None)
    free_calendar_of(user_id=member.user_id, actor=actor)
    if after is not None:
        give_calendar(person=after, user_id=member.user_id, actor=actor)
    told = [str(each.pk) if each else None for each in (before, after)]
    names = {str(each.pk): each.name for each in (before, after) if each}
    publish(MemberChanged(user_id=member.user_id, changes={"staff": told}, names=names), actor=actor)


def demand_calendar(actor: Actor, staff_id: UUID | None) -> None:
    """Raises NotAllowed for a calendar that the actor can neither give nor take away."""
    if staff_id is not None and not calendars_to_give(actor).filter(pk=staff_id).exists():
        raise NotAllowed("This calendar is not yours to give.", code="beyond_own_powers")


def free_calendar_of(*, user_id: UUID, actor: Actor) -> None:
    """Nobody signs in as that person any more; the calendar and its bookings stay. Publishes StaffChanged."""
    for person in Staff.objects.filter(user_id=user_id):
        change_row(row=person, values={"user_id": None}, event=StaffChanged, actor=actor)


def taken() -> Conflict:
    return Conflict("Somebody else signs in with this calendar.", code="staff_taken")
