"""Compare and swap: of two changes at once to a booking, one is told that it came late."""

from typing import Any

from django.db.models import F

from bookme.bookings.models import Booking
from bookme.core.errors import Conflict
from bookme.core.time import now as read_clock


def swap(booking: Booking, **columns: Any) -> None:
    """As `swapped`; raises Conflict `stale_version` instead of answering False."""
    if not swapped(booking, **columns):
        raise stale()


def swapped(booking: Booking, **columns: Any) -> bool:
    """Set columns if the booking is still as it was read; False, and nothing changed, if it is not.

    The version goes up by one, here and in the row.
    """
    unchanged = Booking.objects.filter(pk=booking.pk, version=booking.version, status=booking.status)
    if not unchanged.update(version=F("version") + 1, updated_at=read_clock(), **columns):
        return False
    booking.version += 1
    for name, value in columns.items():
        setattr(booking, name, value)
    return True


def stale() -> Conflict:
    return Conflict("Somebody has just changed this booking. Look at it again.", code="stale_version")
