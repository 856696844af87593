"""A form becomes an entry at most once, however often it is sent."""

import datetime as dt

from django.db import IntegrityError

from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.waiting import join_waitlist
from bookme.bookings.models import WaitlistEntry
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.http.views import write
from bookme.eventlog.idempotency import claim_key, claimed_answer, settle_claim

SCOPE = "page:waitlist"


def join_once(
    *, key: str, form_id: str, request: BookingRequest, date: dt.date | None, actor: Actor, now: dt.datetime
) -> WaitlistEntry:
    """The entry of that key: made now, or by the same form a moment ago; as `book_once` does with bookings.

    Raises Mismatch where another form has used the key, and as `join_waitlist` does.
    """
    if known := entry_of_form(key, form_id):
        return known
    try:
        with write():
            claim = claim_key(scope=SCOPE, key=key, secret=form_id)
            entry = join_waitlist(request=request, date=date, actor=actor, now=now)
            settle_claim(claim=claim, answer={"entry": str(entry.pk)})
            return entry
    except (IntegrityError, Conflict):
        if known := entry_of_form(key, form_id):
            return known
        raise


def entry_of_form(key: str, form_id: str) -> WaitlistEntry | None:
    """What a form has become; raises Mismatch where it was another one."""
    answer = claimed_answer(scope=SCOPE, key=key, secret=form_id)
    return WaitlistEntry.objects.get(pk=answer["entry"]) if answer else None
