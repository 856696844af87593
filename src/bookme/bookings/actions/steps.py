"""One step of a booking's life: compare, swap, tell. Two at once cannot both act."""

from typing import Any

from django.db.models import F

from bookme.bookings.models import Appointment, Booking
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict, NotAllowed
from bookme.core.permissions import Permission
from bookme.core.time import now


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


def swap(booking: Booking, **columns: Any) -> None:
    """Set columns if the booking is still as it was read; raises Conflict `stale_version` if it is not.

    The version goes up by one, here and in the row.
    """
    unchanged = Booking.objects.filter(pk=booking.pk, version=booking.version, status=booking.status)
    if not unchanged.update(version=F("version") + 1, updated_at=now(), **columns):
        raise stale()
    booking.version += 1
    for name, value in columns.items():
        setattr(booking, name, value)


def stale() -> Conflict:
    return Conflict("Somebody has just changed this booking. Look at it again.", code="stale_version")
