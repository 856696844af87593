"""What can become true of a booking, of somebody who waits, or of a session: each is the `subject` of its own."""

from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID

from bookme.eventlog.events import Event

TOO_FEW = "too_few"  # the cause of a session that was called off by itself


@dataclass(frozen=True, kw_only=True)
class BookingEvent(Event):
    """What each of them says: the booking as it was then. `start` and `end` are ISO 8601 in UTC.

    Of several bookings that one step changed, one tells of them all: it has the others in `also`, they have it in
    `told_with`, as texts.
    """

    subject: ClassVar[str] = "booking_id"

    booking_id: UUID
    visit_id: UUID
    customer_id: UUID
    reference: str
    status: str
    service_id: UUID
    staff_id: UUID
    location_id: UUID
    start: str
    end: str
    party_size: int
    also: list[str] = field(default_factory=list)
    told_with: str = ""


@dataclass(frozen=True, kw_only=True)
class PlacedEvent(BookingEvent):
    """It was given a time, although `waived`, values of `availability.Cause`, stood against it: the team said so."""

    waived: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BookingRequested(PlacedEvent):
    """Booked, and the business has yet to say yes."""

    name: ClassVar[str] = "booking.requested"


@dataclass(frozen=True, kw_only=True)
class BookingHeld(PlacedEvent):
    """Its place is kept until the hold runs out: it has to be accepted, or paid for."""

    name: ClassVar[str] = "booking.held"


@dataclass(frozen=True, kw_only=True)
class BookingConfirmed(PlacedEvent):
    name: ClassVar[str] = "booking.confirmed"


@dataclass(frozen=True, kw_only=True)
class BookingImported(BookingEvent):
    """It came from a file of the business's own, with whatever `status` it had there. Nobody is told."""

    name: ClassVar[str] = "booking.imported"


@dataclass(frozen=True, kw_only=True)
class BookingDeclined(BookingEvent):
    name: ClassVar[str] = "booking.declined"

    reason: str


@dataclass(frozen=True, kw_only=True)
class BookingRescheduled(PlacedEvent):
    """Moved to `start`, with `staff_id`, at `location_id`; or it takes longer, or less. `by` is as in BookingCancelled.

    What differs from the `old_…` has changed; of who helped, whoever does not any more. `of_session`: its whole session
    was moved.
    """

    name: ClassVar[str] = "booking.rescheduled"

    old_start: str
    old_end: str
    old_staff_id: UUID
    old_location_id: UUID
    by: str
    of_session: bool = False
    old_helper_ids: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class BookingCancelled(BookingEvent):
    """`by` is `customer` or `business`; `fee` a decimal text in `currency`. `of_session`: its whole session was."""

    name: ClassVar[str] = "booking.cancelled"

    by: str
    reason: str
    fee: str
    currency: str
    of_session: bool = False


@dataclass(frozen=True, kw_only=True)
class BookingArrived(BookingEvent):
    name: ClassVar[str] = "booking.arrived"


@dataclass(frozen=True, kw_only=True)
class BookingCompleted(BookingEvent):
    name: ClassVar[str] = "booking.completed"


@dataclass(frozen=True, kw_only=True)
class BookingNoShow(BookingEvent):
    name: ClassVar[str] = "booking.no_show"

    fee: str
    currency: str


@dataclass(frozen=True, kw_only=True)
class BookingUndone(PlacedEvent):
    """The last step was taken back: from `old_status` to `status`."""

    name: ClassVar[str] = "booking.undone"

    old_status: str


@dataclass(frozen=True, kw_only=True)
class BookingExpired(BookingEvent):
    """A hold that ran out, or a request that nobody answered before it would have begun."""

    name: ClassVar[str] = "booking.expired"


@dataclass(frozen=True, kw_only=True)
class BookingUpdated(BookingEvent):
    """The team changed these `fields`."""

    name: ClassVar[str] = "booking.updated"

    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class WaitlistEvent(Event):
    """What each says of somebody who waits. Either `session_id` or `date`, ISO 8601, is not empty."""

    subject: ClassVar[str] = "entry_id"

    entry_id: UUID
    customer_id: UUID
    service_id: UUID
    session_id: str
    date: str
    party_size: int


@dataclass(frozen=True, kw_only=True)
class WaitlistJoined(WaitlistEvent):
    name: ClassVar[str] = "waitlist.joined"


@dataclass(frozen=True, kw_only=True)
class WaitlistOffered(WaitlistEvent):
    """A place is held for them in this booking until `expires_at`, ISO 8601 in UTC."""

    name: ClassVar[str] = "waitlist.offered"

    booking_id: UUID
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class WaitlistAccepted(WaitlistEvent):
    name: ClassVar[str] = "waitlist.accepted"

    booking_id: UUID


@dataclass(frozen=True, kw_only=True)
class WaitlistDeclined(WaitlistEvent):
    name: ClassVar[str] = "waitlist.declined"

    booking_id: UUID


@dataclass(frozen=True, kw_only=True)
class WaitlistLapsed(WaitlistEvent):
    """The offer ran out, or what was held is no more."""

    name: ClassVar[str] = "waitlist.lapsed"

    booking_id: UUID


@dataclass(frozen=True, kw_only=True)
class WaitlistLeft(WaitlistEvent):
    """They wait no more. `by` is as in BookingCancelled."""

    name: ClassVar[str] = "waitlist.left"

    by: str


@dataclass(frozen=True, kw_only=True)
class WaitlistRanked(WaitlistEvent):
    """The team gave them another place in the line."""

    name: ClassVar[str] = "waitlist.ranked"

    position: int


@dataclass(frozen=True, kw_only=True)
class WaitlistClosed(WaitlistEvent):
    """`reason` is `cancelled`, of a session, or `passed`: it has begun, or the day is over.

    Or `course_only`: the session is a date of what is booked as a whole course by now.
    """

    name: ClassVar[str] = "waitlist.closed"

    reason: str


@dataclass(frozen=True, kw_only=True)
class SessionEvent(Event):
    """What each of them says: the session of a class as it was then. `start` and `end` are ISO 8601 in UTC."""

    subject: ClassVar[str] = "session_id"

    session_id: UUID
    service_id: UUID
    staff_id: UUID
    location_id: UUID
    start: str
    end: str
    capacity: int


@dataclass(frozen=True, kw_only=True)
class SessionPublished(SessionEvent):
    name: ClassVar[str] = "session.published"


@dataclass(frozen=True, kw_only=True)
class SessionChanged(SessionEvent):
    """These `fields` are different; `bookings` have moved with it, each with a fact of its own."""

    name: ClassVar[str] = "session.changed"

    fields: list[str]
    bookings: int
    old_start: str
    old_end: str
    old_staff_id: UUID
    old_location_id: UUID
    old_capacity: int

    @property
    def is_elsewhere(self) -> bool:
        """At another time or place, or with another person."""
        was = (self.old_start, self.old_end, self.old_staff_id, self.old_location_id)
        return was != (self.start, self.end, self.staff_id, self.location_id)


@dataclass(frozen=True, kw_only=True)
class SessionConfirmed(SessionEvent):
    """Enough have booked: it takes place."""

    name: ClassVar[str] = "session.confirmed"


@dataclass(frozen=True, kw_only=True)
class SessionCancelled(SessionEvent):
    """With its `bookings`, each with a fact of its own. `cause`: TOO_FEW, decided by itself, or empty."""

    name: ClassVar[str] = "session.cancelled"

    cause: str
    bookings: int
