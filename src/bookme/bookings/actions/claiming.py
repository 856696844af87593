"""Visits that somebody booked before they had an account become theirs for good."""

from collections.abc import Collection
from uuid import UUID

from bookme.bookings.models import Visit


def claim_visits(*, user_id: UUID, emails: Collection[str]) -> int:
    """Those under these addresses, all verified to be the person's, that are nobody's yet; returns how many.

    Joins the transaction.
    """
    unclaimed = Visit.objects.filter(user_id=None, contact_email__in=[each for each in emails if each])
    return unclaimed.update(user_id=user_id)
