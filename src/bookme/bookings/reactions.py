"""Where a place has become free, or may have, it is offered to who waits for it, the first in line first.

And who has an account from now on has what they booked before.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

import structlog
from django.db import transaction

from bookme.bookings.actions.claiming import claim_visits
from bookme.bookings.actions.offering import lapse_offer, offer_place
from bookme.bookings.actions.waiting import close_entry
from bookme.bookings.events import BookingEvent, BookingRescheduled, SessionCancelled, SessionChanged, WaitlistJoined
from bookme.bookings.selectors.waiting import all_waiting, waiting_around, waiting_for_session
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.errors import DomainError
from bookme.core.time import now
from bookme.users.events import AccountChanged, MemberJoined
from bookme.users.selectors import in_each_business_of, verified_emails

TRIES = 3

_log = structlog.get_logger(__name__)


def claim_joined(*, event: MemberJoined, **_: object) -> None:
    """What somebody booked before they had an account is theirs for good."""
    with transaction.atomic():
        claim_visits(user_id=event.user_id, emails=verified_emails(event.user_id))


def claim_changed(*, event: AccountChanged, **_: object) -> None:
    """So is what they booked under the address that they had until now, in every business that they belong to."""
    if event.what != "email":
        return
    emails = verified_emails(event.user_id)
    for _tenant in in_each_business_of(event.user_id):
        with transaction.atomic():
            claim_visits(user_id=event.user_id, emails=emails)


def offer_freed(*, event: BookingEvent, **_: object) -> None:
    """The time of a booking, or of where it was moved from, may be free for somebody who waits.

    Whose hold it was, if it was one, is out of the line before that.
    """
    with transaction.atomic(durable=True):
        lapse_offer(visit_id=event.visit_id)
    start, end = (event.old_start, event.old_end) if isinstance(event, BookingRescheduled) else (event.start, event.end)
    instants = dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end)
    _offer_each(waiting_around(*instants, now=now()))


def follow_session(*, event: SessionChanged | SessionCancelled, **_: object) -> None:
    """A session has more places, or its time is free: of where it was, and of where it is now.

    Nobody waits for one that is cancelled.
    """
    if isinstance(event, SessionCancelled):
        for entry_id in waiting_for_session(event.session_id):
            with transaction.atomic(durable=True):
                close_entry(entry_id=entry_id, reason="cancelled")
        spans = [(event.start, event.end)]
    else:
        spans = [(event.old_start, event.old_end), (event.start, event.end)]
    for start, end in dict.fromkeys(spans):
        _offer_each(waiting_around(dt.datetime.fromisoformat(start), dt.datetime.fromisoformat(end), now=now()))


def offer_opened(**_: object) -> None:
    """Hours, absences, closures, capacities or rules have changed: anything that is waited for may have room."""
    _offer_each(all_waiting(now=now()))


def offer_to_joined(*, event: WaitlistJoined, **_: object) -> None:
    """A place that became free just as they joined, when nobody else waited for it yet."""
    _offer_each([event.entry_id])


def _offer_each(entry_ids: Iterable[UUID]) -> None:
    """In order; who cannot take what is free leaves it to the next. Each in a transaction of its own."""
    for entry_id in entry_ids:
        try:
            _offer(entry_id)
        except DomainError as refused:
            _log.info("not_offered", entry_id=str(entry_id), code=refused.code)


def _offer(entry_id: UUID) -> None:
    """What somebody took between the look and the lock is looked for anew."""
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic(durable=True):
                offer_place(entry_id=entry_id, now=now())
            return
        except SlotUnavailable:
            if not left:
                raise
