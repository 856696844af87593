"""Seats of a published session: its time is taken already, so only the seats have to be left."""

from bookme.bookings.actions.seats import take_seats
from bookme.bookings.availability import Cause
from bookme.bookings.models import Appointment
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish


def take_session_seats(session: Appointment, wish: Wish) -> None:
    """Raises SlotUnavailable where fewer are left, or where the session is not any more what was asked for."""
    same = {"starts_at": session.starts_at, "staff": session.staff_id, "location": session.location_id}
    if not Appointment.objects.filter(pk=session.pk, published=True, **same).exists():
        raise SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
    if not take_seats(appointment_id=session.pk, seats=wish.party_size):
        raise SlotUnavailable(wish=wish, causes=[Cause.CAPACITY])
