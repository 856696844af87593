"""Which accounts with providers answer. One that keeps silent is left alone for a while, so that it holds up nobody.

It is kept in the cache, for a business and one state of its account: a changed one begins anew. A lost cache costs a
few conversations more, and forgets nothing else.
"""

import time
from dataclasses import dataclass
from typing import Any

import structlog
from django.core.cache import caches

from bookme.communications.models import Channel, ChannelAccount

# So many times in a row.
SILENCES = 3
# A silence that was over sooner, such as a refused connection, holds up nobody: one may ask again.
HELD_SECONDS = 1.0
ALONE_SECONDS, ALONE_MOST_SECONDS = 60.0, 300.0
# Longer than any conversation: whoever died in one is waited for no longer.
TALK_SECONDS = 60
_KEPT_SECONDS = 3600

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Silence:
    """So many in a row since then, and until when it is left alone: seconds since the epoch, or 0."""

    times: int = 0
    since: float = 0
    until: float = 0

    @property
    def is_long(self) -> bool:
        return self.times >= SILENCES


@dataclass(frozen=True)
class Reach:
    """By what an account is known in the cache; whose cache says of which business."""

    cache: str
    key: str

    def silence(self) -> Silence:
        return self._do("get", self.key) or Silence()

    def note_silence(self, *, seconds: float) -> None:
        """One more, which took so long."""
        known, at = self.silence(), time.time()
        times, alone = known.times + 1, 0.0
        if times >= SILENCES and (seconds >= HELD_SECONDS or known.until):
            alone = min(ALONE_SECONDS * 2 ** (times - SILENCES), ALONE_MOST_SECONDS)
            _log.warning("account_left_alone", account=self.key, times=times, seconds=alone)
        self._do("set", self.key, Silence(times, known.since or at, at + alone if alone else 0), timeout=_KEPT_SECONDS)

    def note_answer(self) -> None:
        self._do("delete", self.key)

    def begin(self) -> bool:
        """Keep others from talking to it as long as we do. False if somebody does; True if nobody knows."""
        return self._do("add", f"{self.key}:talk", 1, timeout=TALK_SECONDS) is not False

    def end(self) -> None:
        self._do("delete", f"{self.key}:talk")

    def _do(self, name: str, *args: Any, **more: Any) -> Any:
        try:
            return getattr(caches[self.cache], name)(*args, **more)
        except Exception as error:  # whatever is wrong with the cache: then they are talked to as if all were well
            _log.warning("reach_not_known", reason=type(error).__name__)
            return None


def platform_reach(channel: Channel) -> Reach:
    """Of the platform's account, in the cache of all."""
    return Reach("default", f"reach:{channel.value}")


def reach_of(account: ChannelAccount) -> Reach:
    """Of a business's own, in its own; of the platform's, which has no row, as above."""
    if account._state.adding:
        return platform_reach(Channel(account.channel))
    return Reach("tenant", f"reach:{account.pk}:{account.updated_at.timestamp()}")
