"""A draft becomes a visit at most once, however often its form is sent."""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError

from bookme.bookings.actions.booking import create_visit
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.models import Visit
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.http.views import write
from bookme.eventlog.models import IdempotencyKey

SCOPE = "page:booking"


def book_once(*, draft_id: UUID, request: BookingRequest, actor: Actor, now: dt.datetime) -> Visit:
    """The visit of that draft: made now, or by the same form a moment ago. Raises as `create_visit` does.

    The draft's row is written first, so that a second sending waits for the first and then finds its visit, instead
    of being told that the time was taken, by itself.
    """
    if known := visit_of_draft(draft_id):
        return known
    try:
        with write():
            claim = IdempotencyKey.objects.create(scope=SCOPE, key=draft_id.hex, body_hash="", status=201)
            visit = create_visit(request=request, actor=actor, now=now)
            IdempotencyKey.objects.filter(pk=claim.pk).update(answer={"visit": str(visit.pk)})
            return visit
    except (IntegrityError, SlotUnavailable):
        if known := visit_of_draft(draft_id):
            return known
        raise


def visit_of_draft(draft_id: UUID) -> Visit | None:
    """The visit that a draft has become."""
    found = IdempotencyKey.objects.filter(scope=SCOPE, key=draft_id.hex).first()
    return Visit.objects.get(pk=found.answer["visit"]) if found and found.answer else None
