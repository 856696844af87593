"""What messages are about: from whom, to whom, a booking or a session as they tell it. Plain values."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.states import Status
from bookme.communications.kinds import Audience, Kind
from bookme.tenants.config import Cancellation

# A message is told only while it is still true.
TRUE_OF: dict[Kind, frozenset[Status]] = {
    Kind.REQUESTED: frozenset({Status.PENDING}),
    Kind.CONFIRMED: frozenset({Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW}),
    Kind.DECLINED: frozenset({Status.DECLINED}),
    Kind.RESCHEDULED: frozenset({Status.PENDING, Status.CONFIRMED}),
    Kind.CANCELLED: frozenset({Status.CANCELLED}),
    Kind.EXPIRED: frozenset({Status.EXPIRED}),
    Kind.REMINDER: frozenset({Status.CONFIRMED}),
    Kind.HOLD_ENDING: frozenset({Status.HELD}),
    Kind.NO_SHOW: frozenset({Status.NO_SHOW}),
    Kind.FOLLOW_UP: frozenset({Status.COMPLETED}),
}

LINK_ON_RECORD = "[link]"
OVER = frozenset({Kind.CANCELLED, Kind.DECLINED, Kind.EXPIRED})


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
class Recipient:
    """Whom a message is for. `wants` is what they said of channels: of what they said nothing, they do.

    `agreed` is whether they have agreed to marketing, of a message that is; `zone` is where their quiet hours are.
    `person_id` is of the customer, or of one of the staff.
    """

    name: str
    email: str = ""
    phone: str = ""
    language: str = ""
    zone: ZoneInfo | None = None
    wants: Mapping[str, bool] = field(default_factory=dict)
    agreed: bool = False
    person_id: UUID | None = None


Row = tuple[str, str]


@dataclass(frozen=True)
class Line:
    """One thing to come to: its time or its date, and what else there is to say of it."""

    label: str
    title: str
    details: list[str]


@dataclass(frozen=True)
class Group:
    """What is on one date, or in one month."""

    heading: str
    lines: list[Line]


@dataclass(frozen=True)
class Layout:
    """What is told `before` the groups, and in the `rows` after them; of one booking there are only rows."""

    rows: list[Row]
    groups: list[Group] = field(default_factory=list)
    before: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Told:
    """What one message says, whatever carries it; texts are in its language.

    `variables` are what templates of its family may say, of its kind those of `variables.py`. `links` open something to
    whoever has them: they are not kept on record. `join_url` is where one comes to it online, `calendar` an .ics file,
    or empty. `versions` are those of the bookings told.
    `unsubscribe_url` ends messages like it, of which whoever gets them may refuse.
    """

    kind: Kind
    audience: Audience
    to: Recipient
    sender: Sender
    variables: Mapping[str, str | bool]
    layout: Layout
    button: tuple[str, str]
    join_url: str = ""
    policies: Sequence[str] = ()
    reply_name: str = ""
    reply_to: str = ""
    calendar: bytes = b""
    links: frozenset[str] = frozenset()
    versions: Mapping[UUID, int] = field(default_factory=dict)
    unsubscribe_url: str = ""


@dataclass(frozen=True)
class Former:
    """When, with whom and where a booking was before it moved; `helper_ids` did it together with `staff_id`."""

    start: dt.datetime
    staff_id: UUID
    location_id: UUID
    helper_ids: frozenset[UUID] = frozenset()

    @property
    def calendars(self) -> frozenset[UUID]:
        """Whose calendars it was in."""
        return self.helper_ids | {self.staff_id}


@dataclass(frozen=True)
class BookingFacts:
    """A booking as messages tell it; instants in UTC, `zone` is the place's.

    `old_start`, `old_staff` and `old_place` are set where they were others.

    `reader_zone` is where who booked is, of what is online. `cancellation` is the rule under which it was booked.
    `is_known` unless it was only ever held: of a hold the team is told nothing.
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
    hold_expires_at: dt.datetime | None = None
    old_start: dt.datetime | None = None
    old_staff: str = ""
    old_place: str = ""
    is_known: bool = True
    reader_zone: ZoneInfo | None = None


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
