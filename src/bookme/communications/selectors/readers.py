"""Who of the staff is to be told of what happens in their calendars, and where."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from bookme.bookings.events import BookingRescheduled
from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import quiet_zone
from bookme.communications.selectors.queue import told_how_it_is
from bookme.communications.selectors.routes import is_sent
from bookme.communications.told import Former, Recipient
from bookme.core.actor import ActorKind
from bookme.core.text import name_text
from bookme.core.time import zone_if_known
from bookme.eventlog.models import Event as EventRow
from bookme.staff.models import Staff
from bookme.tenants.context import require_tenant
from bookme.users.models import User


def staff_to_tell(staff_ids: Iterable[UUID], *, kind: Kind, record: EventRow) -> Sequence[UUID]:
    """Those of them who work here still, in their order: but for who did it, and who reads it as the business anyway.

    The business of one person has one address, and is told once.
    """
    if not is_sent(kind, Audience.STAFF):
        return []
    found = Staff.objects.filter(pk__in=staff_ids, is_active=True)
    if record.actor_kind == ActorKind.USER and record.actor_id is not None:
        found = found.exclude(user_id=record.actor_id)
    business = require_tenant().config.contact.email.lower()
    if business and is_sent(kind, Audience.BUSINESS):
        same = list(User.objects.filter(email=business).values_list("pk", flat=True))
        found = found.exclude(email__iexact=business).exclude(email="", user_id__in=same)
    return list(found.values_list("pk", flat=True))


def staff_recipient(staff_id: UUID) -> Recipient:
    """One of the staff: at their own address, else at that of who signs in as them, and in their language if known."""
    staff = Staff.objects.get(pk=staff_id)
    user = User.objects.filter(pk=staff.user_id).first() if staff.user_id else None
    return Recipient(
        name=staff.name,
        email=staff.email or (user.email if user else ""),
        phone=staff.phone,
        language=user.language if user else "",
        person_id=staff.pk,
    )


def recipient_of_booking(booking: Booking) -> Recipient:
    """Whoever booked, at the contact given with the visit."""
    visit, customer = booking.visit, booking.visit.customer
    return Recipient(
        name=name_text(visit.contact_name),
        email=visit.contact_email,
        phone=visit.contact_phone,
        language=visit.language,
        zone=quiet_zone(booking),
        wants=customer.channels,
        person_id=customer.pk,
    )


def recipient_of_entry(entry: WaitlistEntry) -> Recipient:
    """Whoever waits, at the contact given for it."""
    customer = entry.customer
    return Recipient(
        name=name_text(entry.contact_name),
        email=entry.contact_email,
        phone=entry.contact_phone,
        language=entry.language,
        zone=zone_if_known(customer.timezone),
        wants=customer.channels,
        person_id=customer.pk,
    )


def calendars_of(bookings: Iterable[Booking]) -> Mapping[UUID, set[UUID]]:
    """By booking, in whose calendars it is: who leads and who helps."""
    found = {each.appointment_id: {each.appointment.staff_id} for each in bookings}
    for helping in Appointment.objects.filter(lead__in=found).exclude(lead=None):
        found[helping.lead_id or helping.pk].add(helping.staff_id)
    return {each.pk: found[each.appointment_id] for each in bookings}


def former_of(event_id: UUID | None) -> Mapping[UUID, Former]:
    """Where each of the bookings was that the fact moved: the facts of the others follow the first one's."""
    record = EventRow.objects.filter(pk=event_id, name=BookingRescheduled.name).first() if event_id else None
    if record is None:
        return {}
    event = BookingRescheduled.from_payload(record.payload)
    found = {event.booking_id: _before(event)}
    if event.also:
        others = EventRow.objects.filter(name=event.name, subject_id__in=event.also, pk__gt=record.pk)
        for other in others.filter(payload__told_with=str(event.booking_id)).order_by("pk"):
            moved = BookingRescheduled.from_payload(other.payload)
            found.setdefault(moved.booking_id, _before(moved))
    return found


def former_as_told(notification: Notification) -> Mapping[UUID, Former]:
    """The same as its reader knows it: of several moves of which the last is told, where it was before the first."""
    found = dict(former_of(notification.event_id))
    if not found:
        return found
    moves = EventRow.objects.filter(
        name=BookingRescheduled.name, subject_id__in=list(found), pk__lt=notification.event_id
    )
    told = told_how_it_is(notification).order_by("sent_at").last()
    if told is not None and told.sent_at is not None:
        moves = moves.filter(occurred_at__gt=told.sent_at)
    for record in moves.order_by("-pk"):
        event = BookingRescheduled.from_payload(record.payload)
        found[event.booking_id] = _before(event)
    return found


def _before(event: BookingRescheduled) -> Former:
    return Former(
        start=dt.datetime.fromisoformat(event.old_start),
        staff_id=event.old_staff_id,
        location_id=event.old_location_id,
        helper_ids=frozenset(map(UUID, event.old_helper_ids)),
    )
