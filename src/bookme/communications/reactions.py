"""What follows from facts: messages, and reminders to come.

Of several bookings that one step changed, the first fact is followed for all of them, and the others by nothing.
"""

from uuid import UUID

from django.db import transaction

from bookme.bookings.events import (
    TOO_FEW,
    BookingCancelled,
    BookingEvent,
    BookingExpired,
    BookingRescheduled,
    BookingUndone,
    SessionCancelled,
    SessionChanged,
    WaitlistClosed,
    WaitlistEvent,
)
from bookme.bookings.models import Booking, WaitlistEntry
from bookme.bookings.states import Status
from bookme.communications.actions import REMINDERS_PATH, About, plan_all_reminders, plan_reminders, tell
from bookme.communications.kinds import Audience, Kind
from bookme.core.time import now
from bookme.eventlog.models import Event as EventRow


def tell_customer(*, event: BookingEvent, record: EventRow) -> None:
    """Whoever booked learns of it, at the contact given with the visit."""
    _tell(event, record, Audience.CUSTOMER, Kind(event.name))


def tell_business(*, event: BookingEvent, record: EventRow) -> None:
    """So does the business, at its own address; of a whole session it is told once, and not of each booking."""
    if isinstance(event, BookingRescheduled | BookingCancelled) and event.of_session:
        return
    _tell(event, record, Audience.BUSINESS, Kind(event.name))


def tell_of_session(*, event: SessionChanged | SessionCancelled, record: EventRow) -> None:
    """The business is told of a session that changed for who booked it, or was called off for want of them."""
    if event.bookings or (isinstance(event, SessionCancelled) and event.cause == TOO_FEW):
        _tell_of(record, Audience.BUSINESS, Kind(event.name), About(event_id=record.pk))


def tell_of_restored(*, event: BookingUndone, record: EventRow) -> None:
    """Whoever was told that a booking is cancelled is told that it stands after all."""
    if event.old_status == Status.CANCELLED:
        _tell(event, record, Audience.CUSTOMER, Kind.CONFIRMED)


def tell_of_expired(*, event: BookingExpired, record: EventRow) -> None:
    """A request that nobody answered is told to both; a hold that nobody paid is told to nobody."""
    if event.told_with:
        return
    if Booking.objects.filter(pk=event.booking_id, hold_expires_at=None).exists():
        for audience in (Audience.CUSTOMER, Audience.BUSINESS):
            _tell(event, record, audience, Kind.EXPIRED)


def tell_waiter(*, event: WaitlistEvent, record: EventRow) -> None:
    """Whoever waits learns that they do, of what is held for them, and that there is nothing to come.

    What has begun is told to nobody: they know what time it is.
    """
    if isinstance(event, WaitlistClosed) and event.reason == "passed":
        return
    kind, entry = Kind(event.name), WaitlistEntry.objects.select_related("visit").filter(pk=event.entry_id).first()
    visit = entry.visit if entry and kind is Kind.WAIT_OFFERED else None
    bookings = tuple(visit.bookings.values_list("pk", flat=True)) if visit else ()
    about = About(visit_id=visit.pk if visit else None, booking_ids=bookings, entry_id=event.entry_id)
    _tell_of(record, Audience.CUSTOMER, kind, about)


def keep_reminders(*, event: BookingEvent, **_: object) -> None:
    """The reminders that wait are those of the visits as they are now."""
    if event.told_with:
        return
    others = Booking.objects.filter(pk__in=event.also).values_list("visit_id", flat=True) if event.also else ()
    with transaction.atomic():
        plan_reminders(visit_ids={event.visit_id, *others}, now=now())


def follow_settings(*, record: EventRow, **_: object) -> None:
    """If the business changed its reminders, or too much to tell, those of every visit to come follow.

    Features change nothing here: whether a channel is on is asked when a reminder is due.
    """
    told = [each["path"] for each in record.payload["changes"]]
    if REMINDERS_PATH not in told and record.payload["changes_total"] <= len(told):
        return
    with transaction.atomic():
        plan_all_reminders(cause_id=record.pk, after=UUID(int=0), now=now())


def _tell(event: BookingEvent, record: EventRow, audience: Audience, kind: Kind) -> None:
    if event.told_with:
        return
    bookings = (event.booking_id, *(UUID(each) for each in event.also))
    _tell_of(record, audience, kind, About(visit_id=event.visit_id, booking_ids=bookings, event_id=record.pk))


def _tell_of(record: EventRow, audience: Audience, kind: Kind, about: About) -> None:
    tell(key=f"event:{record.pk}:{audience}", kind=kind, audience=audience, about=about, now=now())
