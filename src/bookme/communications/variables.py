"""What a template may say: the variables of each message. Pure.

Texts are ready to be read, in the language of the message; flags are true or false and empty texts count as false.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.communications.kinds import MESSAGES, Audience, Family, Kind

# With what it means, for who writes templates, in their own language.
_BUSINESS: Mapping[str, Promise] = {"business": _("the name of the business")}
_EVERYWHERE: Mapping[str, Promise] = {
    **_BUSINESS,
    "action": _("what the button says"),
    "link": _("where the button leads"),
}
_OF_FAMILY: Mapping[Family, Mapping[str, Promise]] = {
    Family.BOOKING: {
        "customer": _("the name of who booked"),
        "service": _("what is booked; of several, the first and how many more"),
        "when": _("day and time of the first"),
        "staff": _("with whom"),
        "place": _("where, with the address"),
        "meeting_link": _("where an online booking takes place, else empty"),
        "price": _("what it costs in all"),
        "due": _("what is to be paid before it is confirmed, else empty"),
        "fee": _("what they owe since they cancelled too late or did not come, else empty"),
        "reference": _("the letters and digits by which the business finds it"),
        "reason": _("why it was declined or cancelled, if somebody said so"),
        "was": _("when, with whom and where it was before"),
        "held_until": _("until when it is held"),
        "is_series": _("true of a series of dates"),
        "is_changed": _("true where something else than its start was changed"),
        "by_customer": _("true where they cancelled it themselves"),
        "is_gone": _("true for one of the staff in whose calendar it is no longer"),
    },
    Family.WAITING: {
        "customer": _("the name of who waits"),
        "service": _("what they wait for"),
        "when": _("the day, or day and time"),
        "staff": _("with whom, or anyone"),
        "place": _("where, if that is said"),
        "was": _("when, with whom and where it was before"),
        "held_until": _("until when a free place is held for them"),
        "is_course": _("true where its dates are not booked one by one any more, but as a whole course"),
    },
    Family.SESSION: {
        "service": _("what the class is"),
        "when": _("day and time"),
        "staff": _("who gives it"),
        "place": _("where"),
        "was": _("when, with whom and where it was before"),
        "booked": _("how many bookings it concerns"),
        "has_bookings": _("true where somebody had booked it"),
        "too_few": _("true where it was called off for want of people"),
    },
    Family.ACCOUNT: {
        "name": _("whose account it is, if it is known"),
        "email": _("the new address, of one that was changed"),
        "contact": _("e-mail and phone of the business, else empty"),
        "provider": _("by what one signs in, of one that was added"),
        "role": _("the role in the business, of an invitation"),
        "by": _("who invites; empty for the platform"),
        "until": _("how long an invitation holds"),
    },
}


# These are true or false, for `{% if … %}`; the others are texts.
FLAGS = frozenset({"is_series", "is_changed", "is_gone", "by_customer", "is_course", "has_bookings", "too_few"})
# These texts are never empty.
_ALWAYS: Mapping[Family, frozenset[str]] = {
    Family.BOOKING: frozenset({"business", "action", "link", "customer", "service", "when", "reference"}),
    Family.WAITING: frozenset({"business", "action", "link", "customer", "service"}),
    Family.SESSION: frozenset({"business", "action", "link", "service", "when"}),
    Family.ACCOUNT: frozenset({"business"}),
}
_OF_SERIES = frozenset({Kind.REQUESTED, Kind.CONFIRMED, Kind.DECLINED, Kind.RESCHEDULED, Kind.CANCELLED, Kind.EXPIRED})
# Of what some messages of a family alone can tell: which. In the others it would be empty for good.
_ONLY_IN: Mapping[str, frozenset[Kind]] = {
    "meeting_link": frozenset({Kind.CONFIRMED, Kind.RESCHEDULED, Kind.REMINDER}),
    "due": frozenset({Kind.REQUESTED, Kind.CONFIRMED, Kind.RESCHEDULED, Kind.REMINDER, Kind.HOLD_ENDING}),
    "fee": frozenset({Kind.CANCELLED, Kind.NO_SHOW}),
    "reason": frozenset({Kind.DECLINED, Kind.CANCELLED}),
    "was": frozenset({Kind.RESCHEDULED, Kind.SESSION_CHANGED, Kind.WAIT_MOVED}),
    "held_until": frozenset({Kind.HOLD_ENDING, Kind.WAIT_OFFERED}),
    "is_series": _OF_SERIES,
    "is_changed": frozenset({Kind.RESCHEDULED}),
    "by_customer": frozenset({Kind.CANCELLED}),
    "is_gone": frozenset({Kind.RESCHEDULED}),
    "is_course": frozenset({Kind.WAIT_CLOSED}),
    "too_few": frozenset({Kind.SESSION_CANCELLED}),
    "email": frozenset({Kind.ADDRESS_CHANGED}),
    "provider": frozenset({Kind.SOCIAL_ADDED}),
    "role": frozenset({Kind.INVITATION}),
    "by": frozenset({Kind.INVITATION}),
    "until": frozenset({Kind.INVITATION}),
}
_TO_STAFF = frozenset({"is_gone"})
# Texts that are there now and then: a sample has them if it is asked to.
_NOW_AND_THEN = frozenset({"meeting_link", "due", "fee"})


@dataclass(frozen=True)
class Vocabulary:
    """What the templates of a message may say: each variable with what it means; some are `flags`, some `always` there.

    A sample has its flags, and what is there `now_and_then`, if it is asked to.
    """

    meanings: Mapping[str, Promise]
    flags: frozenset[str]
    always: frozenset[str]
    now_and_then: frozenset[str]


def vocabulary_of(kind: Kind, audience: Audience) -> Vocabulary:
    family = MESSAGES[kind].family
    # The link of an account is on the button alone: in a text it could be made part of an address of the writer's own.
    general = _BUSINESS if family is Family.ACCOUNT else _EVERYWHERE
    own = {name: said for name, said in _OF_FAMILY[family].items() if _is_told(name, kind, audience)}
    meanings = {**general, **own}
    return Vocabulary(
        meanings=meanings,
        flags=FLAGS & meanings.keys(),
        always=_ALWAYS[family],
        now_and_then=_NOW_AND_THEN & meanings.keys(),
    )


def _is_told(name: str, kind: Kind, audience: Audience) -> bool:
    return kind in _ONLY_IN.get(name, MESSAGES) and (name not in _TO_STAFF or audience is Audience.STAFF)
