"""Whose turn it is in a round of the outbox: businesses in turn, and nobody for longer than a share of it.

Which of them are slow is kept in the cache, for all workers: its loss costs one slow message more.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

import structlog
from django.core.cache import cache

from bookme.tenants.models import OutboxMessage

# Of one business in a round, before all that others have.
SHARE_SECONDS = 5.0
# One message that takes longer makes its business slow.
SLOW_SECONDS = 3.0
SLOW_FOR_SECONDS = 15 * 60

_log = structlog.get_logger(__name__)


class Turns:
    """Of one round. What the platform itself has waiting is of no business, and never left out."""

    def __init__(self) -> None:
        self._spent: defaultdict[UUID, float] = defaultdict(float)
        self._left_out: set[UUID] = set()

    def over(self) -> list[UUID]:
        """Whoever has had a share, or is left to the next round."""
        return [*self._left_out, *(each for each, seconds in self._spent.items() if seconds >= SHARE_SECONDS)]

    def begin_anew(self) -> bool:
        """Give everybody another share, since nobody else has anything; False if nobody has had all of theirs."""
        is_of_use = bool(set(self.over()) - self._left_out)
        self._spent.clear()
        return is_of_use

    def leave_out(self, message: OutboxMessage) -> None:
        """Nothing more of that business in this round."""
        if message.tenant_id is not None:
            self._left_out.add(message.tenant_id)

    def has_turn(self, message: OutboxMessage) -> bool:
        return message.tenant_id is None or message.tenant_id not in self.over()

    def took(self, message: OutboxMessage, *, began: float) -> bool:
        """Count the time that a message took since then, on the monotonic clock; True if that was long."""
        seconds = time.monotonic() - began
        if message.tenant_id is None:
            return seconds > SLOW_SECONDS
        self._spent[message.tenant_id] += seconds
        if seconds > SLOW_SECONDS:
            _remember_slow(message.tenant_id)
        return seconds > SLOW_SECONDS


def in_turn(messages: Iterable[OutboxMessage]) -> list[OutboxMessage]:
    """The first of each business, then the second, in the order that they come; those of slow ones after all others."""
    waiting = list(messages)
    slow, places = _slow_among(waiting), Counter[UUID | None]()
    found = []
    for message in waiting:
        found.append((message.tenant_id in slow, places[message.tenant_id], message))
        places[message.tenant_id] += 1
    return [message for _, _, message in sorted(found, key=lambda each: each[:2])]


def _slow_among(messages: list[OutboxMessage]) -> set[UUID | None]:
    keys = {_key(each.tenant_id): each.tenant_id for each in messages if each.tenant_id is not None}
    if len({each.tenant_id for each in messages}) < 2:
        return set()
    try:
        return {keys[key] for key in cache.get_many(keys)}
    except Exception as error:
        _log.warning("slow_not_recalled", reason=type(error).__name__)
        return set()


def _remember_slow(tenant_id: UUID) -> None:
    try:
        cache.set(_key(tenant_id), 1, timeout=SLOW_FOR_SECONDS)
    except Exception as error:
        _log.warning("slow_not_remembered", reason=type(error).__name__)


def _key(tenant_id: UUID) -> str:
    return f"outbox-slow:{tenant_id}"
