"""Taking over bookings from a file: every line of it, or none."""

from bookme.bookings.actions.importing.lines import KNOWN, ImportedBooking
from bookme.bookings.actions.importing.taking_over import import_bookings

__all__ = ["KNOWN", "ImportedBooking", "import_bookings"]
