"""Counting in windows, in the global cache's Redis, one atomic step each. Without Redis nothing is limited."""

import hashlib
import ipaddress
from dataclasses import dataclass
from typing import Any, cast

import structlog
from django.core.cache import caches
from redis import Redis
from redis.exceptions import RedisError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Limit:
    """At most `most` in `seconds`, counted from the first one, for each key of that `name`."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True)
class Count:
    """How many there are in the window, and in how many seconds it ends."""

    number: int
    seconds_left: int

    def is_over(self, limit: Limit) -> bool:
        return self.number > limit.most


NOTHING = Count(0, 0)


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
        _log.warning("limit_not_counted", limit=limit.name, reason=type(error).__name__)
        return NOTHING
    return Count(int(number), max(int(seconds_left), 1))


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


def forget(limit: Limit, *parts: str) -> None:
    """Begin anew under that key."""
    key = _key(limit, parts)
    try:
        _redis(key).delete(key)
    except RedisError as error:
        _log.warning("limit_not_forgotten", limit=limit.name, reason=type(error).__name__)


def network_of(address: str) -> str:
    """What a limit on an address counts by: for IPv6 the address of its /64, which one household or server has."""
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)


def _key(limit: Limit, parts: tuple[str, ...]) -> str:
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"limit:{limit.name}:{digest}"


def _redis(key: str) -> Redis:
    cache: Any = caches["default"]
    return cast(Redis, cache._cache.get_client(key, write=True))
