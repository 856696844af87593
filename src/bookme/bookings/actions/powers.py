"""What an actor may do to bookings: for the business or for themselves, and within which calendars and places."""

from dataclasses import replace
from uuid import UUID

from bookme.bookings.availability import OUTSIDE_HOURS, OVERBOOKING, Cause
from bookme.bookings.models import Appointment
from bookme.bookings.wishes import Wish
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed
from bookme.core.permissions import Permission, Role
from bookme.staff.models import Staff
from bookme.staff.selectors import calendars_of

CUSTOMER, BUSINESS = "customer", "business"  # by whom, as events and rows say


def acts_for_business(actor: Actor) -> bool:
    """The team, a key, an operator or the platform itself: bound by permission, not by policy.

    Raises NotAllowed where they lack `bookings.manage`. False for guests and customers.
    """
    if actor.is_team or actor.kind in {ActorKind.KEY, ActorKind.SYSTEM}:
        actor.demand(Permission.BOOKINGS_MANAGE)
        return True
    return False


def own_user(actor: Actor) -> UUID | None:
    """Who is signed in for themselves; the team acts for others."""
    return actor.id if actor.kind is ActorKind.USER and actor.role is Role.CUSTOMER else None


def team_member(actor: Actor) -> UUID | None:
    """Who of the team puts something down for somebody."""
    return actor.id if actor.is_team else None


def waivable_by(actor: Actor, *, outside_hours: bool, overbook: bool) -> frozenset[Cause]:
    """What may be waived by these flags. Raises NotAllowed for who is not of the team, or may not overbook."""
    if not outside_hours and not overbook:
        return frozenset()
    if not acts_for_business(actor):
        raise NotAllowed("Only the team books what is not offered.", code="team_only")
    if overbook:
        actor.demand(Permission.BOOKINGS_OVERBOOK)
    return (OUTSIDE_HOURS if outside_hours else frozenset()) | (OVERBOOKING if overbook else frozenset())


def forcing(wish: Wish, may_waive: frozenset[Cause], actor: Actor) -> Wish:
    """The wish with what may be waived for it: on a calendar that the actor sees in full, and on no other.

    Of others they know when there is room, not why there is none. Raises NotAllowed `out_of_scope` where such a one is
    named; of anybody, it is whom they see.
    """
    if not may_waive or actor.may(Permission.BOOKINGS_READ_ALL):
        return replace(wish, may_waive=may_waive)
    own = frozenset(Staff.objects.filter(user_id=actor.id).values_list("pk", flat=True))
    if wish.staff_id is not None and wish.staff_id not in own:
        raise NotAllowed("You see only when this calendar is busy: book a time that is free.", code="out_of_scope")
    within = own if wish.staff_within is None else own & wish.staff_within
    return replace(wish, may_waive=may_waive, staff_within=within)


def require_in_scope(actor: Actor, appointment: Appointment) -> None:
    """Raises NotAllowed for a calendar or a place that the actor's scopes leave out."""
    require_within(actor, staff_id=appointment.staff_id, location_id=appointment.location_id)


def require_within(actor: Actor, *, staff_id: UUID | None, location_id: UUID | None) -> None:
    """As `require_in_scope`, before there is an appointment; None for who, or where, is not chosen yet."""
    outside = (actor.staff_ids is not None and staff_id is not None and staff_id not in actor.staff_ids) or (
        actor.location_ids is not None and location_id is not None and location_id not in actor.location_ids
    )
    if outside:
        raise NotAllowed("Your role here does not reach this calendar or place.", code="out_of_scope")


def require_seen(actor: Actor, staff_id: UUID) -> None:
    """Raises NotAllowed `out_of_scope` for a calendar of which the actor sees no more than when it is busy."""
    if not calendars_of(actor).filter(pk=staff_id).exists():
        raise NotAllowed("Your role here does not reach this calendar or place.", code="out_of_scope")


def require_calendar(actor: Actor, staff: Staff, location_id: UUID) -> None:
    """As `require_within`, and for who sees their own calendar alone, only that."""
    require_within(actor, staff_id=staff.pk, location_id=location_id)
    if not actor.may(Permission.BOOKINGS_READ_ALL) and staff.user_id != actor.id:
        raise NotAllowed("Your role here does not reach this calendar or place.", code="out_of_scope")
