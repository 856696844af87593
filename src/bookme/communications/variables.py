"""What a template may say: the variables of each family of messages. Pure.

Texts are ready to be read, in the language of the message; flags are true or false and empty texts count as false.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bookme.communications.kinds import MESSAGES, Family, Kind

# With what it means, for who writes templates.
_EVERYWHERE = {
    "business": "the name of the business",
    "action": "what the button says",
    "link": "where the button leads",
}
_OF_FAMILY: Mapping[Family, Mapping[str, str]] = {
    Family.BOOKING: {
        "customer": "the name of who booked",
        "service": "what is booked; of several, the first and how many more",
        "when": "day and time of the first",
        "staff": "with whom",
        "place": "where, with the address",
        "meeting_link": "where an online booking takes place, else empty",
        "price": "what it costs in all",
        "due": "what is to be paid before it is confirmed, else empty",
        "fee": "what cancelling or not coming costs, else empty",
        "reference": "the letters and digits by which the business finds it",
        "reason": "why it was declined or cancelled, if somebody said so",
        "was": "when, with whom and where it was before, of what has moved",
        "held_until": "until when it is held, of what is not booked yet",
        "is_series": "true of a series of dates",
        "is_changed": "true where something else than its start was changed",
        "by_customer": "true where they cancelled it themselves",
        "is_gone": "true for one of the staff in whose calendar it is no longer",
    },
    Family.WAITING: {
        "customer": "the name of who waits",
        "service": "what they wait for",
        "when": "the day, or day and time",
        "staff": "with whom, or anyone",
        "place": "where, if that is said",
        "held_until": "until when a free place is held for them",
    },
    Family.SESSION: {
        "service": "what the class is",
        "when": "day and time",
        "staff": "who gives it",
        "place": "where",
        "was": "when, with whom and where it was before",
        "booked": "how many bookings it concerns",
        "has_bookings": "true where somebody had booked it",
        "too_few": "true where it was called off for want of people",
    },
    Family.ACCOUNT: {
        "name": "whose account it is, if it is known",
        "email": "the new address, of one that was changed",
        "contact": "e-mail and phone of the business, else empty",
        "provider": "by what one signs in, of one that was added",
        "role": "the role in the business, of an invitation",
        "by": "who invites; empty for the platform",
        "until": "how long an invitation holds",
    },
}


# These are true or false, for `{% if … %}`; the others are texts.
FLAGS = frozenset({"is_series", "is_changed", "is_gone", "by_customer", "has_bookings", "too_few"})
# These texts are never empty.
_ALWAYS: Mapping[Family, frozenset[str]] = {
    Family.BOOKING: frozenset({"business", "action", "link", "customer", "service", "when", "reference"}),
    Family.WAITING: frozenset({"business", "action", "link", "customer", "service"}),
    Family.SESSION: frozenset({"business", "action", "link", "service", "when"}),
    Family.ACCOUNT: frozenset({"business"}),
}


@dataclass(frozen=True)
class Vocabulary:
    """What the templates of a kind may say: each variable with what it means; some are `flags`, some `always` there."""

    meanings: Mapping[str, str]
    flags: frozenset[str]
    always: frozenset[str]


def vocabulary_of(kind: Kind) -> Vocabulary:
    family = MESSAGES[kind].family
    meanings = {**_EVERYWHERE, **_OF_FAMILY[family]}
    return Vocabulary(meanings=meanings, flags=FLAGS & meanings.keys(), always=_ALWAYS[family])
