"""Counting in windows, in the global cache's Redis, one atomic step each; and telling the caller what is left.

While Redis is away each process counts for itself (docs/decisions/0026): a limit is then one of each process.
"""

import hashlib
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, cast

import structlog
from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError

from bookme.core.errors import TooMany

SITE_FACTOR = 10
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """At most `most` in `seconds`, counted from the first one, for each key of that `name`.

    What is left is told to the caller. Not of one that `counts_others`, where it would tell what somebody else has done
    from elsewhere: of that it is told only that nothing is left.
    """

    name: str
    most: int
    seconds: int
    counts_others: bool = False


@dataclass(frozen=True)
class Count:
    """How many there are in the window, and in how many seconds it ends."""

    number: int
    seconds_left: int

    def is_over(self, limit: Limit) -> bool:
        return self.number > limit.most


@dataclass(frozen=True)
class Left:
    """What is left of a limit to whoever sent this request; the seconds are unknown where it is no window.

    `if_done`: it is what is left once what was asked for is done; a refusal leaves it as it was.
    """

    name: str
    most: int
    remaining: int
    window_seconds: int | None = None
    seconds_left: int | None = None
    if_done: bool = False


@dataclass
class Told:
    """What a request has counted so far, by the limit's name."""

    left: dict[str, Left] = field(default_factory=dict)

    def nearest_first(self, *, refused: bool) -> list[Left]:
        """Those to tell of; `refused` is what was asked for."""
        known = (each for each in self.left.values() if not (refused and each.if_done))
        return sorted(known, key=lambda each: (each.remaining, each.name))


_told: ContextVar[Told | None] = ContextVar("bookme_limits_told", default=None)


@contextmanager
def remembering() -> Iterator[Told]:
    """What is counted in here, for the headers of an answer."""
    told = Told()
    token = _told.set(told)
    try:
        yield told
    finally:
        _told.reset(token)


def tell(left: Left) -> None:
    """Remember what is left of a limit that is counted elsewhere, such as in the database."""
    if (told := _told.get()) is not None:
        told.left[left.name] = left


def count(limit: Limit, *parts: str) -> Count:
    """Count one more under the key made of `parts`, which are hashed: the cache learns no address and no e-mail."""
    key = _key(limit, parts)
    try:
        with _redis(key).pipeline(transaction=True) as steps:
            steps.incr(key)
            steps.expire(key, limit.seconds, nx=True)
            steps.ttl(key)
            number, _expires, seconds_left = steps.execute()
    except RedisError as error:
        _log.warning("limit_counted_by_process", limit=limit.name, reason=type(error).__name__)
        number, seconds_left = _counted_here(key, limit), limit.seconds
    found = Count(int(number), max(int(seconds_left), 1))
    if not limit.counts_others:
        _tell_of(limit, found)
    return found


def counted(limit: Limit, *parts: str) -> Count:
    """How it stands under that key, and nothing is counted; nothing is known as long as Redis is away."""
    key = _key(limit, parts)
    try:
        with _redis(key).pipeline(transaction=True) as steps:
            steps.get(key)
            steps.ttl(key)
            number, seconds_left = steps.execute()
    except RedisError as error:
        _log.warning("limit_not_looked_up", limit=limit.name, reason=type(error).__name__)
        number, seconds_left = 0, limit.seconds
    return Count(max(int(number or 0), 0), max(int(seconds_left), 1))


def refuse_over(limit: Limit, counted: Count, detail: str = "", *, code: str = "") -> None:
    """Raises TooMany, until the window ends, if there were more than there may be."""
    if counted.is_over(limit):
        _tell_of(limit, counted)
        is_first = counted.number == limit.most + 1
        raise TooMany(detail, code=code, retry_after=counted.seconds_left, is_first=is_first)


def take_back(limit: Limit, *parts: str) -> None:
    """Uncount one; the window stays."""
    key = _key(limit, parts)
    try:
        with _redis(key).pipeline(transaction=True) as steps:
            steps.decr(key)
            steps.expire(key, limit.seconds, nx=True)
            steps.execute()
    except RedisError as error:
        _log.warning("limit_not_taken_back", limit=limit.name, reason=type(error).__name__)
    if known := _known(limit):
        tell(replace(known, remaining=min(known.remaining + 1, limit.most)))


def forget(limit: Limit, *parts: str) -> None:
    """Begin anew under that key."""
    key = _key(limit, parts)
    try:
        _redis(key).delete(key)
    except RedisError as error:
        caches["process"].delete(key)
        _log.warning("limit_not_forgotten", limit=limit.name, reason=type(error).__name__)
    if known := _known(limit):
        tell(replace(known, remaining=limit.most, seconds_left=limit.seconds))


def remember(name: str, *parts: str, seconds: int) -> None:
    """Keep in mind that there was this, for so long, counted from the last time."""
    key = _hashed("known", name, parts)
    try:
        _redis(key).set(key, 1, ex=seconds)
    except RedisError as error:
        _log.warning("not_remembered", name=name, reason=type(error).__name__)


def is_remembered(name: str, *parts: str) -> bool:
    """Whether there was this; not as long as Redis is away."""
    key = _hashed("known", name, parts)
    try:
        return bool(_redis(key).exists(key))
    except RedisError as error:
        _log.warning("not_recalled", name=name, reason=type(error).__name__)
        return False


def network_of(address: str) -> str:
    """What a limit on an address counts by: for IPv6 the address of its /64, which one household or server has."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def site_of(address: str) -> ipaddress.IPv6Network | None:
    """The /48 around an IPv6 address: one customer of a provider may have all its 65,536 networks. None for IPv4."""
    return ipaddress.IPv6Network(f"{address}/48", strict=False) if ":" in address else None


def wide_name(name: str) -> str:
    return f"{name}-wide"


def with_site(limit: Limit, address: str) -> list[tuple[Limit, str]]:
    """What there is to count where a network is limited: it, and of IPv6 the /48 around it. The narrow one first."""
    found, site = [(limit, network_of(address))], site_of(address)
    return [*found, (_wide(limit), str(site))] if site else found


def _wide(limit: Limit) -> Limit:
    """The same for a /48: ten times as much, since it may be many people's; what is left is not told."""
    return replace(limit, name=wide_name(limit.name), most=limit.most * SITE_FACTOR, counts_others=True)


def _tell_of(limit: Limit, counted: Count) -> None:
    left = max(limit.most - counted.number, 0)
    tell(Left(limit.name, limit.most, left, limit.seconds, counted.seconds_left))


def _known(limit: Limit) -> Left | None:
    told = _told.get()
    return told.left.get(limit.name) if told else None


def _counted_here(key: str, limit: Limit) -> int:
    kept = caches["process"]
    kept.add(key, 0, timeout=limit.seconds)
    try:
        return int(kept.incr(key))
    except ValueError:  # it ended between the two
        return 1


def _key(limit: Limit, parts: tuple[str, ...]) -> str:
    return _hashed("limit", limit.name, parts)


def _hashed(kind: str, name: str, parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{kind}:{name}:{digest}"


def _redis(key: str) -> Redis:
    cache: Any = caches["default"]
    return cast(Redis, cache._cache.get_client(key, write=True))
