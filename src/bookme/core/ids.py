"""Ids are UUIDv7, made here and never by the database: PostgreSQL 16 has no uuidv7(), and a tenant must be movable."""

import os
import threading
import time
import uuid

_SECOND = 1000 << 12
_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, section 5.7): 48 bits of milliseconds, 12 of their fraction, 62 random ones.

    In one process each is larger than the one before, also within one tick of the clock, and while the clock was put
    back by less than a second (section 6.2, method 3).
    """
    global _last  # noqa: PLW0603 - one sequence for the process
    milliseconds, rest = divmod(time.time_ns(), 1_000_000)
    with _lock:
        stamp = milliseconds << 12 | rest * 4096 // 1_000_000
        _last = stamp = _last + 1 if 0 <= _last - stamp < _SECOND else stamp
    random_bits = int.from_bytes(os.urandom(8), "big") >> 2
    return uuid.UUID(int=(stamp >> 12) << 80 | 0x7 << 76 | (stamp & 0xFFF) << 64 | 0b10 << 62 | random_bits)
