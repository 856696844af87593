"""What the customer of bookings that go together may still do with them, and at what price."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from bookme.bookings.models import Booking
from bookme.bookings.policies import CancelTerms, MoveTerms, cancel_terms, move_terms
from bookme.bookings.states import UPCOMING
from bookme.tenants.config import Policy


def cancel_terms_of(bookings: Sequence[Booking], *, now: dt.datetime) -> CancelTerms:
    """Of those that are still to come, together: what it costs adds up."""
    return CancelTerms.of_all(list(cancel_terms_each(still_ahead(bookings), now=now).values()))


def cancel_terms_each(bookings: Sequence[Booking], *, now: dt.datetime) -> dict[UUID, CancelTerms]:
    """Of each, cancelled together with the others: it is as late as the first of these that is of the same visit."""
    return {
        each.pk: cancel_terms(
            policy=Policy.from_data(each.policy),
            status=each.state,
            starts_at=_start_with(each, bookings),
            price=each.price,
            currency=each.currency,
            now=now,
        )
        for each in bookings
    }


def move_terms_of(bookings: Sequence[Booking], *, now: dt.datetime) -> MoveTerms:
    """Of those that are still to come, which move together or not at all."""
    ahead = still_ahead(bookings)
    return MoveTerms.of_all(
        [
            move_terms(
                policy=Policy.from_data(each.policy),
                status=each.state,
                starts_at=_start_with(each, ahead),
                times_moved=each.times_moved,
                now=now,
            )
            for each in ahead
        ]
    )


def still_ahead(bookings: Sequence[Booking]) -> list[Booking]:
    """Those that can still be cancelled or moved; all, where none can."""
    return [each for each in bookings if each.state in UPCOMING] or list(bookings)


def _start_with(booking: Booking, others: Sequence[Booking]) -> dt.datetime:
    return min(each.appointment.starts_at for each in others if each.visit_id == booking.visit_id)
