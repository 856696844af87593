"""What follows from facts: messages, now and planned, and that what became untrue is not sent.

Of several bookings that one step changed, the first fact is followed for all of them, and the others by nothing.
"""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID

from django.db import transaction

from bookme.bookings.events import (
    TOO_FEW,
    BookingCancelled,
    BookingEvent,
    BookingExpired,
    BookingImported,
    BookingNoShow,
    BookingRescheduled,
    BookingUndone,
    SessionCancelled,
    SessionChanged,
    WaitlistClosed,
    WaitlistEvent,
)
from bookme.bookings.models import Appointment, Booking, Waiting, WaitlistEntry
from bookme.bookings.states import Status
from bookme.communications.actions import (
    REMINDERS_PATH,
    About,
    plan_all_messages,
    plan_customer,
    plan_messages,
    plan_no_show,
    tell,
    tell_apart,
    withdraw_untrue,
)
from bookme.communications.kinds import Audience, Kind
from bookme.communications.selectors.facts import bookings_to_tell
from bookme.communications.selectors.readers import calendars_of, former_of, staff_to_tell
from bookme.core.time import now
from bookme.customers.events import CustomerChanged
from bookme.eventlog.changes import Change, RowChanged
from bookme.eventlog.models import Event as EventRow
from bookme.locations.events import LocationsChanged

# Settings that change what waits for visits to come: of each what is below it, too.
_PLANNED_BY = (REMINDERS_PATH, "settings.messages", "settings.timezone")


def tell_customer(*, event: BookingEvent, record: EventRow) -> None:
    """Whoever booked learns of it, at the contact given with the visit."""
    _tell(event, record, Audience.CUSTOMER)


def tell_no_show(*, event: BookingNoShow | BookingUndone, **_: object) -> None:
    """Whoever did not come is told soon, of all of a visit at once, unless that is undone before."""
    if isinstance(event, BookingNoShow) or event.old_status == Status.NO_SHOW:
        with transaction.atomic():
            plan_no_show(visit_id=event.visit_id, now=now())


def tell_business(*, event: BookingEvent, record: EventRow) -> None:
    """So does the business, at its own address; of a whole session it is told once, and not of each booking."""
    if not _is_of_session(event):
        _tell(event, record, Audience.BUSINESS)


def tell_staff(*, event: BookingEvent, record: EventRow) -> None:
    """And everybody in whose calendar it is, or was until it moved; as the business is, of a session once."""
    kind = _kind_of(event)
    if kind is None or event.told_with or _is_of_session(event):
        return
    about, calendars = _about(event, record), set[UUID]()
    for each in calendars_of(bookings_to_tell(about.booking_ids)).values():
        calendars |= each
    for former in former_of(record.pk).values():
        calendars |= former.calendars
    _tell_each(calendars, record, kind, about)


def tell_of_session(*, event: SessionChanged | SessionCancelled, record: EventRow) -> None:
    """The business is told of a session that changed for who booked it, or was called off for want of them."""
    if event.bookings or (isinstance(event, SessionCancelled) and event.cause == TOO_FEW):
        _tell_of(record, Audience.BUSINESS, Kind(event.name), About(event_id=record.pk))


def tell_staff_of_session(*, event: SessionChanged | SessionCancelled, record: EventRow) -> None:
    """Whoever gives it, or gave it until now, is told of one that is at another time or place, or is off."""
    calendars = {event.staff_id, *Appointment.objects.filter(lead=event.session_id).values_list("staff", flat=True)}
    if isinstance(event, SessionChanged):
        if not event.is_elsewhere:
            return
        calendars.add(event.old_staff_id)
    _tell_each(calendars, record, Kind(event.name), About(event_id=record.pk))


def tell_waiters_of_session(*, event: SessionChanged, record: EventRow) -> None:
    """Whoever waits for it learns that it is at another time or place, or with somebody else.

    To whom a place is offered it is offered anew: there.
    """
    if not event.is_elsewhere:
        return
    waiting = WaitlistEntry.objects.filter(session=event.session_id, status__in=[Waiting.WAITING, Waiting.OFFERED])
    for entry in waiting.select_related("visit").order_by("rank", "id"):
        tell_apart(
            key=f"event:{record.pk}:waits:{entry.pk}",
            kind=Kind.WAIT_MOVED if entry.state is Waiting.WAITING else Kind.WAIT_OFFERED,
            audience=Audience.CUSTOMER,
            about=replace(_about_entry(entry), event_id=record.pk),
            now=now(),
        )


def tell_waiter(*, event: WaitlistEvent, record: EventRow) -> None:
    """Whoever waits learns that they do, of what is held for them, and that there is nothing to come.

    What has begun is told to nobody: they know what time it is.
    """
    if isinstance(event, WaitlistClosed) and event.reason == "passed":
        return
    entry = WaitlistEntry.objects.select_related("visit").filter(pk=event.entry_id).first()
    if entry is not None:
        _tell_of(record, Audience.CUSTOMER, Kind(event.name), _about_entry(entry))


def keep_planned(*, event: BookingEvent, **_: object) -> None:
    """What waits to be told is of the visits as they are now: what is to come, and what could not go out yet.

    Who was there before the business came here is not thanked for it.
    """
    if event.told_with or (isinstance(event, BookingImported) and event.status == Status.COMPLETED):
        return
    bookings = _bookings_of(event)
    others = Booking.objects.filter(pk__in=event.also).values_list("visit_id", flat=True) if event.also else ()
    at = now()
    with transaction.atomic():
        plan_messages(visit_ids={event.visit_id, *others}, now=at)
        withdraw_untrue(booking_ids=bookings, now=at)


def follow_settings(*, record: EventRow, **_: object) -> None:
    """If the business changed when it reminds, or too much to tell, what is planned for every visit to come follows.

    Features change nothing here: by which channel a reminder goes is asked when it is due.
    """
    told = [each["path"] for each in record.payload["changes"]]
    if not any(each.startswith(_PLANNED_BY) for each in told) and record.payload["changes_total"] <= len(told):
        return
    with transaction.atomic():
        plan_all_messages(cause_id=record.pk, after=UUID(int=0), now=now())


def follow_customer_zone(*, event: CustomerChanged, **_: object) -> None:
    """The quiet hours of a customer are elsewhere: what is planned for them follows."""
    if _has_moved(event):
        with transaction.atomic():
            plan_customer(customer_id=event.id, now=now())


def follow_place_zone(*, event: LocationsChanged, record: EventRow) -> None:
    """So are those of whoever has said no zone of their own; what is planned for every visit to come follows."""
    if _has_moved(event):
        with transaction.atomic():
            plan_all_messages(cause_id=record.pk, after=UUID(int=0), now=now())


def _has_moved(event: RowChanged) -> bool:
    """To another zone: what is new had none before."""
    return event.change == Change.CHANGED and "timezone" in event.changes


def _kind_of(event: BookingEvent) -> Kind | None:
    """What is told of it. A hold that nobody paid is told to nobody, a request that nobody answered is.

    Whoever was told that a booking is cancelled is told that it stands after all.
    """
    if isinstance(event, BookingUndone):
        return Kind.CONFIRMED if event.old_status == Status.CANCELLED else None
    if isinstance(event, BookingExpired):
        is_request = Booking.objects.filter(pk=event.booking_id, hold_expires_at=None).exists()
        return Kind.EXPIRED if is_request else None
    return Kind(event.name)


def _is_of_session(event: BookingEvent) -> bool:
    return isinstance(event, BookingRescheduled | BookingCancelled) and event.of_session


def _bookings_of(event: BookingEvent) -> tuple[UUID, ...]:
    return (event.booking_id, *(UUID(each) for each in event.also))


def _about_entry(entry: WaitlistEntry) -> About:
    """With what is held for them, of what is offered."""
    visit = entry.visit if entry.state is Waiting.OFFERED else None
    if visit is None:
        return About(entry_id=entry.pk)
    bookings = tuple(visit.bookings.values_list("pk", flat=True))
    return About(visit_id=visit.pk, booking_ids=bookings, entry_id=entry.pk)


def _about(event: BookingEvent, record: EventRow) -> About:
    return About(visit_id=event.visit_id, booking_ids=_bookings_of(event), event_id=record.pk)


def _tell(event: BookingEvent, record: EventRow, audience: Audience) -> None:
    kind = None if event.told_with else _kind_of(event)
    if kind is not None:
        _tell_of(record, audience, kind, _about(event, record))


def _tell_of(record: EventRow, audience: Audience, kind: Kind, about: About) -> None:
    tell(key=f"event:{record.pk}:{audience}", kind=kind, audience=audience, about=about, now=now())


def _tell_each(staff_ids: Iterable[UUID], record: EventRow, kind: Kind, about: About) -> None:
    """Those of the staff who have to be told of it: see `staff_to_tell`."""
    for staff_id in staff_to_tell(staff_ids, kind=kind, record=record):
        tell_apart(
            key=f"event:{record.pk}:staff:{staff_id}",
            kind=kind,
            audience=Audience.STAFF,
            about=replace(about, recipient_id=staff_id),
            now=now(),
        )
