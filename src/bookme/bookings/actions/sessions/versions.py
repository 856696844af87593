"""A session as it is now, under the lock: of two changes at once, one is told that it came late."""

import datetime as dt

from bookme.bookings.models import Appointment
from bookme.core.errors import Conflict


def require_to_come(session: Appointment, *, now: dt.datetime) -> None:
    """Raises Conflict `too_late` once it has begun."""
    if session.starts_at <= now:
        raise Conflict("It has begun already.", code="too_late")


def fresh(session: Appointment) -> Appointment:
    """The row read again under the lock, with its seats; raises Conflict `stale_version` if it changed meanwhile."""
    found = Appointment.objects.select_related("service", "staff", "location").get(pk=session.pk)
    if found.version != session.version:
        raise stale_session()
    return found


def stale_session() -> Conflict:
    return Conflict("Somebody has just changed this session. Look at it again.", code="stale_version")
