"""The one lock: where it may be taken, and what happens to whoever cannot have it."""

import threading
import uuid
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from bookme.bookings import locks
from bookme.bookings.locks import lock, lock_key
from bookme.core.ids import uuid7
from bookme.tenants.models import Tenant
from tests.bookings.conftest import open_shop
from tests.bookings.desk import body_for, monday, refused, written
from tests.factories.users import Api


def test_keys_are_the_last_eight_bytes_signed() -> None:
    assert lock_key(uuid.UUID("00000000-0000-0000-0000-000000000005")) == 5
    assert lock_key(uuid.UUID("00000000-0000-0000-ffff-ffffffffffff")) == -1


def test_not_outside_of_a_transaction(salon: Tenant) -> None:
    with pytest.raises(RuntimeError, match="there is none"):
        lock([uuid7()])


def test_not_twice_in_one_transaction_and_again_in_the_next(salon: Tenant) -> None:
    with transaction.atomic():
        lock([uuid7()])
        with transaction.atomic(), pytest.raises(RuntimeError, match="one lock"):
            lock([uuid7()])
    with transaction.atomic():
        lock([uuid7(), uuid7()])


def test_the_same_where_nothing_is_around_the_transaction(committed: Tenant) -> None:
    with pytest.raises(RuntimeError, match="there is none"):
        lock([uuid7()])
    with transaction.atomic():
        lock([uuid7()])
        with transaction.atomic(), pytest.raises(RuntimeError, match="one lock"):
            lock([uuid7()])
    with transaction.atomic():
        lock([uuid7()])


class Holder:
    """Another transaction that has the lock until it is let go."""

    def __init__(self, staff_id: uuid.UUID) -> None:
        self.held, self.done = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold, args=(staff_id,))
        self.thread.start()
        assert self.held.wait(10)

    def _hold(self, staff_id: uuid.UUID) -> None:
        with transaction.atomic():
            lock([staff_id])
            self.held.set()
            self.done.wait(10)
        connection.close()

    def let_go(self) -> None:
        self.done.set()
        self.thread.join()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_LOCK", locks._LOCK.replace("3s", "100ms"))


def test_it_is_exclusive_and_waits_only_so_long(committed: Tenant, impatient: None) -> None:
    mine = uuid7()
    holder = Holder(mine)
    with pytest.raises(OperationalError), transaction.atomic():
        lock([uuid7(), mine])
    with transaction.atomic():
        lock([uuid7()])
    holder.let_go()
    with transaction.atomic():
        lock([mine])


def test_who_cannot_have_it_in_time_is_asked_to_come_again(clock: Any, committed: Tenant, impatient: None) -> None:
    shop = open_shop()
    holder = Holder(shop.ada.pk)
    before = written()
    answer = Api(host="salon.localhost").post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    refused(answer, 503, "busy")
    assert answer["Retry-After"] == "1"
    assert written() == before
    holder.let_go()
