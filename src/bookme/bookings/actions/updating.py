"""What the team changes about a booking beside its time and status."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.placing import free_units_for, hold_units, the_wall
from bookme.bookings.actions.versions import stale, swap
from bookme.bookings.answers import merged_answers
from bookme.bookings.events import BookingUpdated
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking, Visit
from bookme.bookings.selectors.offer import require_location
from bookme.bookings.wishes import Wish
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, NotAllowed
from bookme.core.permissions import Permission
from bookme.eventlog.actions import publish
from bookme.locations.models import Location, Resource
from bookme.services.selectors import questions_of


def update_booking(
    *,
    booking: Booking,
    version: int,
    actor: Actor,
    internal_notes: str | None = None,
    answers: Mapping[str, Any] | None = None,
    location_id: UUID | None = None,
) -> Booking:
    """Change what is not None, if `version` is still the booking's.

    `answers` join those of the visit, as `merged_answers` says. Another place needs units of its own there, hence the
    lock, and an appointment that nobody shares. Publishes BookingUpdated. Raises NotAllowed, Invalid
    `unknown_location` or as `checked_answers` does, Conflict `stale_version`, `shared_appointment`, and
    SlotUnavailable.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    if version != booking.version:
        raise stale()
    columns: dict[str, Any] = {}
    if internal_notes is not None and internal_notes != booking.internal_notes:
        columns["internal_notes"] = internal_notes
    moves = location_id is not None and location_id != booking.appointment.location_id
    answered = answers is not None and _change_answers(booking, answers)
    if not columns and not moves and not answered:
        return booking
    if location_id is not None and moves:
        _change_place(booking, location_id, columns, actor)
    else:
        swap(booking, **columns)
    fields = [*columns, *(["answers"] if answered else []), *(["location"] if moves else [])]
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


def _change_place(booking: Booking, location_id: UUID, columns: dict[str, Any], actor: Actor) -> None:
    appointment = booking.appointment
    if actor.location_ids is not None and location_id not in actor.location_ids:
        raise NotAllowed
    require_location(appointment.service, location_id)
    units = Resource.objects.filter(
        location=location_id, kind__in=appointment.service.requirements.values("kind"), is_active=True
    )
    lock([appointment.staff_id, *units.values_list("pk", flat=True)])
    swap(booking, **columns)
    if appointment.published or Booking.objects.filter(appointment=appointment).exclude(pk=booking.pk).exists():
        raise Conflict("Others share this appointment. Move the booking instead.", code="shared_appointment")
    appointment.location = Location.objects.get(pk=location_id)
    wish = Wish(service=appointment.service, start=appointment.starts_at, location_id=location_id)
    with the_wall(wish):
        appointment.save(update_fields=["location", "updated_at"])
        appointment.others.update(location=location_id)
        if booking.keeps_seats:
            appointment.allocations.all().delete()
            hold_units(appointment, free_units_for(appointment, wish))
