"""What the team changes about a booking beside its time and status."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.lengthening import lay_otherwise
from bookme.bookings.actions.powers import waivable_by
from bookme.bookings.actions.versions import stale, swap
from bookme.bookings.answers import merged_answers
from bookme.bookings.events import BookingUpdated
from bookme.bookings.models import Booking, Visit
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.services.selectors import questions_of


def update_booking(
    *,
    booking: Booking,
    version: int,
    actor: Actor,
    now: dt.datetime,
    internal_notes: str | None = None,
    answers: Mapping[str, Any] | None = None,
    location_id: UUID | None = None,
    ends_at: dt.datetime | None = None,
    outside_hours: bool = False,
    overbook: bool = False,
) -> Booking:
    """Change what is not None, if `version` is still the booking's. The price stays.

    `answers` join those of the visit, as `merged_answers` says. Another place or end is for `lay_otherwise`. Publishes
    BookingUpdated, of these two BookingRescheduled. Raises NotAllowed, Invalid as `checked_answers` does, Conflict
    `stale_version`, and what `lay_otherwise` raises.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    may_waive = waivable_by(actor, outside_hours=outside_hours, overbook=overbook)
    if version != booking.version:
        raise stale()
    columns: dict[str, Any] = {}
    if internal_notes is not None and internal_notes != booking.internal_notes:
        columns["internal_notes"] = internal_notes
    answered = answers is not None and _change_answers(booking, answers)
    lies_otherwise = lay_otherwise(
        booking=booking,
        location_id=location_id,
        ends_at=ends_at,
        columns=columns,
        may_waive=may_waive,
        actor=actor,
        now=now,
    )
    if not lies_otherwise and (columns or answered):
        swap(booking, **columns)
    if columns or answered:
        fields = [*columns, *(["answers"] if answered else [])]
        publish(fact_of(BookingUpdated, booking, fields=fields), actor=actor)
    return booking


def _change_answers(booking: Booking, changes: Mapping[str, Any]) -> bool:
    """False where nothing changes. The visit's row is locked: its other bookings share the answers."""
    visit = Visit.objects.select_for_update(no_key=True).get(pk=booking.visit_id)
    questions = questions_of(booking.appointment.service)
    answers = merged_answers(questions=questions, answers=visit.answers, changes=changes)
    booking.visit.answers = answers
    if answers == visit.answers:
        return False
    visit.answers = answers
    visit.save(update_fields=["answers", "updated_at"])
    return True
