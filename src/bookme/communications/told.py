"""What messages are about: which kind, for whom, from whom, and a booking as they tell it. Plain values."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.states import Status
from bookme.tenants.config import Cancellation


class Kind(StrEnum):
    REQUESTED = "booking.requested"
    CONFIRMED = "booking.confirmed"
    DECLINED = "booking.declined"
    RESCHEDULED = "booking.rescheduled"
    CANCELLED = "booking.cancelled"
    EXPIRED = "booking.expired"
    REMINDER = "booking.reminder"


class WaitingKind(StrEnum):
    """Each is the name of the fact that it tells."""

    JOINED = "waitlist.joined"
    OFFERED = "waitlist.offered"
    CLOSED = "waitlist.closed"


# A message is told only while it is still true.
TRUE_OF: dict[Kind, frozenset[Status]] = {
    Kind.REQUESTED: frozenset({Status.PENDING}),
    Kind.CONFIRMED: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW}),
    Kind.DECLINED: frozenset({Status.DECLINED}),
    Kind.RESCHEDULED: frozenset({Status.PENDING, Status.CONFIRMED}),
    Kind.CANCELLED: frozenset({Status.CANCELLED}),
    Kind.EXPIRED: frozenset({Status.EXPIRED}),
    Kind.REMINDER: frozenset({Status.CONFIRMED}),
}

BUSINESS_SUFFIX = ".business"
LINK_ON_RECORD = "[link]"
OVER = frozenset({Kind.CANCELLED, Kind.DECLINED, Kind.EXPIRED})


class Audience(StrEnum):
    CUSTOMER = "customer"
    BUSINESS = "business"


@dataclass(frozen=True)
class Sender:
    """The business. `color` is `#rrggbb`; the URLs are absolute and on its own domain."""

    name: str
    color: str
    country: str
    email: str
    phone: str
    url: str
    team_url: str
    terms_url: str


@dataclass(frozen=True)
class Former:
    """When, with whom and where a booking was before it moved."""

    start: dt.datetime
    staff_id: UUID
    location_id: UUID


@dataclass(frozen=True)
class BookingFacts:
    """A booking as messages tell it; instants in UTC, `zone` is the place's.

    `old_start`, `old_staff` and `old_place` are set where they were others.

    `cancellation` is the rule under which it was booked.
    """

    id: UUID
    reference: str
    state: Status
    version: int
    service: str
    staff: str
    place: str
    address: str
    meeting_url: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: ZoneInfo
    party_size: int
    extras: tuple[str, ...]
    price: Decimal
    payment_due: Decimal
    fee: Decimal
    currency: str
    cancellation: Cancellation
    reason: str
    cancelled_by: str
    customer_name: str
    customer_email: str
    customer_phone: str
    notes: str
    manage_url: str
    old_start: dt.datetime | None = None
    old_staff: str = ""
    old_place: str = ""


@dataclass(frozen=True)
class SessionFacts:
    """A session as the business is told of it, with `bookings` of it that were moved or cancelled; as in BookingFacts.

    `is_cancelled` for want of people if `too_few`; else it has moved.
    """

    service: str
    staff: str
    place: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: ZoneInfo
    currency: str
    bookings: int
    is_cancelled: bool
    too_few: bool = False
    old_start: dt.datetime | None = None
    old_staff: str = ""
    old_place: str = ""
