"""Who answers the catalogue when it asks which bookings stand: see `core.standing`."""

from bookme.bookings.selectors.standing import bookings_standing
from bookme.core.standing import answer_with

answer_with(bookings_standing)
