"""A session as it is now, under the lock."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from bookme.bookings.actions.seats import release_expired_holds, staff_of_expired_holds
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment
from bookme.core.errors import Conflict


def lock_and_sweep(owners: Iterable[UUID], *, now: dt.datetime) -> None:
    """The lock, of these calendars and units; holds that ran out are released under it: they are in nobody's way."""
    overdue = staff_of_expired_holds(now=now)
    lock({*owners, *overdue})
    if overdue:
        release_expired_holds(staff_ids=overdue, now=now)


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
