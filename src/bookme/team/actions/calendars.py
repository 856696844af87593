"""Whose calendar is whose."""

from uuid import UUID

from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.eventlog.changes import change_row
from bookme.staff.events import StaffChanged
from bookme.staff.models import Staff


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


def free_calendar_of(*, user_id: UUID, actor: Actor) -> None:
    """Nobody signs in as that person any more; the calendar and its bookings stay. Publishes StaffChanged."""
    for person in Staff.objects.filter(user_id=user_id):
        change_row(row=person, values={"user_id": None}, event=StaffChanged, actor=actor)


def taken() -> Conflict:
    return Conflict("Somebody else signs in with this calendar.", code="staff_taken")
