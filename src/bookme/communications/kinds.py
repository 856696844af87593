"""Every kind of message: whom it may go to, and who may switch it off. Pure.

A kind is named after the fact that it tells, where it tells one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    REQUESTED = "booking.requested"
    CONFIRMED = "booking.confirmed"
    DECLINED = "booking.declined"
    RESCHEDULED = "booking.rescheduled"
    CANCELLED = "booking.cancelled"
    EXPIRED = "booking.expired"
    REMINDER = "booking.reminder"
    HOLD_ENDING = "booking.hold_ending"
    NO_SHOW = "booking.no_show"
    FOLLOW_UP = "booking.follow_up"
    WAIT_JOINED = "waitlist.joined"
    WAIT_OFFERED = "waitlist.offered"
    WAIT_MOVED = "waitlist.moved"
    WAIT_CLOSED = "waitlist.closed"
    SESSION_CHANGED = "session.changed"
    SESSION_CANCELLED = "session.cancelled"
    REGISTRATION = "account.registration"
    KNOWN_REGISTRATION = "account.known_registration"
    SIGN_IN_LINK = "account.sign_in_link"
    NEW_PASSWORD = "account.new_password"  # noqa: S105 - a name
    NEW_ADDRESS = "account.new_address"
    ADDRESS_CHANGED = "account.address_changed"
    ADDRESS_UNDONE = "account.address_undone"
    PASSWORD_CHANGED = "account.password_changed"  # noqa: S105 - a name
    TWO_FACTOR_ON = "account.two_factor_on"
    TWO_FACTOR_OFF = "account.two_factor_off"
    TWO_FACTOR_FORGOTTEN = "account.two_factor_forgotten"
    RECOVERY_CODE_USED = "account.recovery_code_used"
    SOCIAL_ADDED = "account.social_added"
    INVITATION = "team.invitation"


class Audience(StrEnum):
    """Who reads it: who booked or waits, whose calendar it is in, the business at its own address, or any person."""

    CUSTOMER = "customer"
    STAFF = "staff"
    BUSINESS = "business"
    PERSON = "person"


class Family(StrEnum):
    """What a message is about, and with it what is read to tell it."""

    BOOKING = "booking"
    WAITING = "waiting"
    SESSION = "session"
    ACCOUNT = "account"


class Category(StrEnum):
    """Whose consent a message needs.

    SERVICE: what somebody has to know of what they booked; the business may leave it to the pages, a customer may not
    refuse it. REMINDER: whoever gets it may refuse it. MARKETING: only to whom has agreed to it. ACCOUNT: never
    switched off, and by e-mail alone.
    """

    SERVICE = "service"
    REMINDER = "reminder"
    MARKETING = "marketing"
    ACCOUNT = "account"


@dataclass(frozen=True)
class MessageType:
    family: Family
    category: Category
    audiences: tuple[Audience, ...]


_ALL = (Audience.CUSTOMER, Audience.STAFF, Audience.BUSINESS)
_CUSTOMER = (Audience.CUSTOMER,)
_TEAM = (Audience.STAFF, Audience.BUSINESS)

MESSAGES: Mapping[Kind, MessageType] = {
    Kind.REQUESTED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.CONFIRMED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.DECLINED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.RESCHEDULED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.CANCELLED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.EXPIRED: MessageType(Family.BOOKING, Category.SERVICE, _ALL),
    Kind.REMINDER: MessageType(Family.BOOKING, Category.REMINDER, _CUSTOMER),
    Kind.HOLD_ENDING: MessageType(Family.BOOKING, Category.REMINDER, _CUSTOMER),
    Kind.NO_SHOW: MessageType(Family.BOOKING, Category.SERVICE, _CUSTOMER),
    Kind.FOLLOW_UP: MessageType(Family.BOOKING, Category.MARKETING, _CUSTOMER),
    Kind.WAIT_JOINED: MessageType(Family.WAITING, Category.SERVICE, _CUSTOMER),
    Kind.WAIT_OFFERED: MessageType(Family.WAITING, Category.SERVICE, _CUSTOMER),
    Kind.WAIT_MOVED: MessageType(Family.WAITING, Category.SERVICE, _CUSTOMER),
    Kind.WAIT_CLOSED: MessageType(Family.WAITING, Category.SERVICE, _CUSTOMER),
    Kind.SESSION_CHANGED: MessageType(Family.SESSION, Category.SERVICE, _TEAM),
    Kind.SESSION_CANCELLED: MessageType(Family.SESSION, Category.SERVICE, _TEAM),
    **{
        kind: MessageType(Family.ACCOUNT, Category.ACCOUNT, (Audience.PERSON,))
        for kind in Kind
        if kind.startswith(("account.", "team."))
    },
}


def message_name(kind: Kind, audience: Audience) -> str:
    """How settings and templates name it: `booking.confirmed.business`; of what a customer or a person gets, `kind`."""
    return kind.value if audience in {Audience.CUSTOMER, Audience.PERSON} else f"{kind}.{audience}"


# Nobody is woken by it: it is told after the quiet hours.
MAY_WAIT = frozenset(
    kind
    for kind, told in MESSAGES.items()
    if told.category in {Category.REMINDER, Category.MARKETING} or kind is Kind.NO_SHOW
)

# By name, each that may be switched off in the settings of a business.
SWITCHABLE = tuple(
    message_name(kind, audience)
    for kind, told in MESSAGES.items()
    if told.category is not Category.ACCOUNT
    for audience in told.audiences
)


def may_refuse(kind: Kind, audience: Audience) -> bool:
    """Whether whoever gets it may do without: one of the staff, all that is theirs; a customer, what is no service."""
    category = MESSAGES[kind].category
    if audience is Audience.CUSTOMER:
        return category in {Category.REMINDER, Category.MARKETING}
    return audience is Audience.STAFF


def refusable(audience: Audience) -> list[str]:
    """By name, those of which that is so."""
    kinds = (kind for kind, told in MESSAGES.items() if audience in told.audiences)
    return [message_name(kind, audience) for kind in kinds if may_refuse(kind, audience)]


# Of those to customers: what may go by WhatsApp.
WHATSAPP_NAMES = tuple(kind.value for kind, told in MESSAGES.items() if Audience.CUSTOMER in told.audiences)
VARIABLES_AT_MOST = 20
