"""A draft becomes a visit at most once, however often its form is sent."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from django.db import IntegrityError

from bookme.bookings.actions.booking import create_visit
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.series import create_series
from bookme.bookings.models import Visit
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.http.views import write
from bookme.eventlog.idempotency import claim_key, claimed_answer, settle_claim

SCOPE = "page:booking"


def book_once(
    *,
    draft_id: UUID,
    form_id: str,
    request: BookingRequest,
    actor: Actor,
    now: dt.datetime,
    rule: Recurrence | None = None,
    starts: Sequence[dt.datetime] = (),
) -> Visit:
    """The visit of that draft, or with a rule the first of its series: made now, or by the same form a moment ago.

    A draft is in an address, which people pass on; `form_id` is known only to the page on which the form was filled
    in. Raises Mismatch where another form has booked the draft, and as `create_visit` and `create_series` do.

    The draft's row is written first, so that a second sending waits for the first and then finds its visit, instead
    of being told that the time was taken, by itself.
    """
    if known := visit_of_draft(draft_id, form_id):
        return known
    try:
        with write():
            claim = claim_key(scope=SCOPE, key=draft_id.hex, secret=form_id)
            if rule is None:
                visit = create_visit(request=request, actor=actor, now=now)
            else:
                visit = create_series(request=request, rule=rule, starts=starts, actor=actor, now=now)[0]
            settle_claim(claim=claim, answer={"visit": str(visit.pk)})
            return visit
    except (IntegrityError, SlotUnavailable):
        if known := visit_of_draft(draft_id, form_id):
            return known
        raise


def visit_of_draft(draft_id: UUID, form_id: str) -> Visit | None:
    """The visit that a draft has become by that form; raises Mismatch where it was another form."""
    answer = claimed_answer(scope=SCOPE, key=draft_id.hex, secret=form_id)
    return Visit.objects.get(pk=answer["visit"]) if answer else None
