"""What an actor may do to bookings: for the business or for themselves, and within which calendars and places."""

from bookme.bookings.models import Appointment
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotAllowed
from bookme.core.permissions import Permission

CUSTOMER, BUSINESS = "customer", "business"  # by whom, as events and rows say


def acts_for_business(actor: Actor) -> bool:
    """The team, a key, an operator or the platform itself: bound by permission, not by policy.

    Raises NotAllowed where they lack `bookings.manage`. False for guests and customers.
    """
    if actor.is_team or actor.kind in {ActorKind.KEY, ActorKind.SYSTEM}:
        actor.demand(Permission.BOOKINGS_MANAGE)
        return True
    return False


def require_in_scope(actor: Actor, appointment: Appointment) -> None:
    """Raises NotAllowed for a calendar or a place that the actor's scopes leave out."""
    within = (actor.staff_ids is None or appointment.staff_id in actor.staff_ids) and (
        actor.location_ids is None or appointment.location_id in actor.location_ids
    )
    if not within:
        raise NotAllowed("Your role here does not reach this calendar or place.", code="out_of_scope")
