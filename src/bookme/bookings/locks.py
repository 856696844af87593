"""The one lock. Everything that makes, moves or restores an appointment, or changes its seats, takes it first."""

import hashlib
import weakref
from collections.abc import Iterable
from uuid import UUID

from django.db import connection, transaction

from bookme.tenants.context import require_tenant

TIMEOUT = "3s"

# The wait is bounded before the first key is taken, in the order of the array. READ COMMITTED lets every later
# statement see what the one before us committed.
_LOCK = f"""SELECT pg_advisory_xact_lock(k) FROM unnest(
    CASE WHEN set_config('lock_timeout', '{TIMEOUT}', true) IS NOT NULL THEN %s::bigint[] END
) AS k"""


def lock(owners: Iterable[UUID], *, contacts: Iterable[str] = ()) -> None:
    """Wait until nobody else books these calendars, or as one of these guests; held until the transaction ends.

    Among the `owners` are a service or a customer whose bookings are counted, so that two at once cannot both have the
    last. All keys are taken in one sorted statement. Waits at most 3 s, then the database raises an OperationalError
    that becomes 503. Raises RuntimeError outside of a transaction, and for a second lock in the same one: locks taken
    one after another deadlock. What was read before must be read again.
    """
    outermost = outermost_block()
    if outermost is None:
        raise RuntimeError("the lock is held by a transaction, and there is none")
    held_in = getattr(connection, "bookme_locked_in", None)
    if held_in is not None and held_in() is outermost:
        raise RuntimeError("one transaction takes one lock")
    keys = sorted({lock_key(each) for each in owners} | {contact_key(each) for each in contacts})
    connection.bookme_locked_in = weakref.ref(outermost)  # type: ignore[attr-defined]
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [keys])


def lock_key(row_id: UUID) -> int:
    """The last 8 bytes as a signed number: random in a UUIDv7, so that no two rows of any business share one."""
    return int.from_bytes(row_id.bytes[8:], "big", signed=True)


def contact_key(contact: str) -> int:
    """Of an e-mail or a phone, as one business knows it."""
    digest = hashlib.sha256(f"{require_tenant().pk} {contact}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def outermost_block() -> transaction.Atomic | None:
    """The block that is the transaction."""
    return next(iter(connection.atomic_blocks), None)
