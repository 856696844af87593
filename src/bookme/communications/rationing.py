"""How many mails a business may send by the platform's mail server, which all of them share.

Whoever imports addresses could write to all of them by it, and what is called spam then is the platform's. It is
counted like other limits (`core.limits`), in two windows that begin with their first mail.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from bookme.core.limits import Limit, count, counted, take_back
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import NotYet

_HOUR_SECONDS, _DAY_SECONDS = 60 * 60, 24 * 60 * 60
# What can wait leaves a fifth to what cannot: no reminder of tomorrow holds up today's confirmation.
_PART_OF_WHAT_CAN_WAIT = 0.8


class NoRoomError(NotYet):
    """The platform's mail server takes no more of that business for so many `seconds`."""


@dataclass(frozen=True)
class Room:
    """What the business has sent by it in the hour and the day that run, of how many; `free_at` where that is all."""

    of_hour: int
    most_of_hour: int
    of_day: int
    most_of_day: int
    free_at: dt.datetime | None


def take_room(*, can_wait: bool) -> None:
    """Count one more mail of the business that is entered. Raises NoRoomError, and counts nothing then."""
    taken = []
    for limit in _limits(part=_PART_OF_WHAT_CAN_WAIT if can_wait else 1):
        found = count(limit, _who())
        taken.append(limit)
        if found.is_over(limit):
            for each in taken:
                take_back(each, _who())
            raise NoRoomError("enough went by the platform's mail server", seconds=found.seconds_left)


def give_room_back() -> None:
    """It was surely not taken."""
    for each in _limits():
        take_back(each, _who())


def room_left(*, now: dt.datetime) -> Room:
    """How it stands for the business that is entered. Counts nothing."""
    hour, day = _limits()
    of_hour, of_day = counted(hour, _who()), counted(day, _who())
    full = [known.seconds_left for known, limit in ((of_hour, hour), (of_day, day)) if known.number >= limit.most]
    free_at = now + dt.timedelta(seconds=max(full)) if full else None
    return Room(min(of_hour.number, hour.most), hour.most, min(of_day.number, day.most), day.most, free_at)


def _limits(*, part: float = 1) -> tuple[Limit, Limit]:
    """Of an hour and of a day; what is left is not the caller's to know, who may be anybody."""
    return (
        Limit("platform-mails", int(settings.PLATFORM_MAILS_PER_HOUR * part), _HOUR_SECONDS, counts_others=True),
        Limit("platform-mails-day", int(settings.PLATFORM_MAILS_PER_DAY * part), _DAY_SECONDS, counts_others=True),
    )


def _who() -> str:
    return str(require_tenant().pk)
