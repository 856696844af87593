"""`GET events/?after=`: every fact once, in the order of positions that are given after the commit."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingArrived
from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.errors import NotAllowed
from bookme.core.ids import uuid7
from bookme.core.permissions import PERMISSIONS_OF, Permission, Role
from bookme.customers.events import CustomersImported
from bookme.eventlog import actions
from bookme.eventlog.actions import publish, publish_all
from bookme.eventlog.models import Event
from bookme.eventlog.selectors import feed_for
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.events import MemberJoined, SignInFailed
from tests.factories.bookings import BookingFactory
from tests.factories.eventlog import AuditRecordFactory, EventFactory
from tests.factories.users import Person

OWNER = Actor(ActorKind.USER, permissions=PERMISSIONS_OF[Role.OWNER])


def _happen(name: str = "x") -> Event:
    """A fact that nothing follows."""
    event = CustomersImported(id=uuid7(), created=1, updated=0, customers=[name])
    with transaction.atomic():
        return publish(event, actor=SYSTEM)


def test_facts_are_told_in_order_page_by_page(salon: Tenant, manager: Person) -> None:
    booking = BookingFactory()
    with transaction.atomic():
        publish(fact_of(BookingArrived, booking), actor=SYSTEM)
    others = [_happen() for _ in range(2)]
    deliver_outbox()

    first = manager.api.get("events/?limit=2").json()
    assert [each["position"] for each in first["results"]] == [1, 2]
    assert (first["cursor"], first["has_more"]) == (2, True)
    fact = first["results"][0]
    assert fact.pop("occurred_at").endswith("+00:00")
    assert fact.pop("id") == str(Event.objects.get(position=1).pk)
    assert fact.pop("payload")["reference"] == booking.visit.reference
    assert fact == {
        "position": 1,
        "name": "booking.arrived",
        "subject": str(booking.pk),
        "actor": {"kind": "system", "id": None, "name": "BookMe"},
    }

    rest = manager.api.get(f"events/?after={first['cursor']}&limit=2").json()
    assert [each["id"] for each in rest["results"]] == [str(others[1].pk)]
    assert (rest["cursor"], rest["has_more"]) == (3, False)
    assert manager.api.get("events/?after=3").json() == {"results": [], "cursor": 3, "has_more": False}


def test_many_at_once_are_all_told_though_the_clock_was_put_back(
    salon: Tenant, manager: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = 86_400 * 10**9
    ticks = count(time.time_ns() + 100 * day, -day)
    with monkeypatch.context() as put_back:
        put_back.setattr("bookme.core.ids.time.time_ns", lambda: next(ticks))
        publish_all([CustomersImported(id=uuid7(), created=1, updated=0, customers=[]) for _ in range(3)], actor=SYSTEM)
    deliver_outbox()
    assert [each["position"] for each in manager.api.get("events/").json()["results"]] == [1, 2, 3]


def test_what_is_not_carried_out_yet_is_not_told(salon: Tenant, manager: Person) -> None:
    _happen()
    assert manager.api.get("events/").json()["results"] == []


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("after=-1", "/after"),
        ("after=x", "/after"),
        ("after=1.5", "/after"),
        (f"after={2**63}", "/after"),
        ("after=", "/after"),
        ("limit=0", "/limit"),
        ("limit=101", "/limit"),
    ],
)
def test_what_cannot_be_read_is_refused(salon: Tenant, owner: Person, query: str, pointer: str) -> None:
    answer = owner.api.get(f"events/?{query}")
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["errors"]] == [pointer]
    assert owner.api.get(f"events/?after={2**63 - 1}").status_code == 200


def test_facts_for_the_audit_are_for_who_may_read_it(salon: Tenant, owner: Person, manager: Person) -> None:
    EventFactory(position=1)
    audited = AuditRecordFactory(position=2)
    EventFactory(position=3)
    assert [each["position"] for each in manager.api.get("events/").json()["results"]] == [1, 3]
    told = owner.api.get("events/").json()["results"]
    assert [each["position"] for each in told] == [1, 2, 3]
    assert told[1]["payload"] == {"user_id": audited.payload["user_id"], "role": "staff"}


def test_addresses_of_people_and_networks_are_not_told(salon: Tenant, owner: Person) -> None:
    actor = Actor(ActorKind.GUEST)
    with transaction.atomic():
        publish(SignInFailed(user_id=owner.user.pk, email="ada@mail.example", reason="credentials"), actor=actor)
        publish(MemberJoined(user_id=owner.user.pk, role="staff"), actor=actor)
    Event.objects.filter(name="member.joined").update(payload={"user_id": "x", "address": "192.0.2.1", "agent": "Fox"})
    deliver_outbox()
    failed, _joined = (each for each in owner.api.get("events/").json()["results"] if each["actor"]["kind"] == "guest")
    assert (failed["subject"], failed["payload"]["user_id"]) == (None, None)
    assert failed["payload"]["email"] == "a…@mail.example"
    told = owner.api.get("events/").content.decode()
    assert "ada@mail.example" not in told
    assert "192.0.2.1" not in told
    assert "Fox" not in told


def test_names_of_who_acted_are_for_who_may_read_customers(salon: Tenant) -> None:
    EventFactory(position=1, actor_kind="guest", actor_name="Ada Lovelace")
    without = Actor(ActorKind.KEY, permissions=frozenset({Permission.EVENTS_READ}))
    assert [each.actor_name for each in feed_for(OWNER, after=0, limit=9).facts] == ["Ada Lovelace"]
    assert [each.actor_name for each in feed_for(without, after=0, limit=9).facts] == [""]


def test_whoever_reaches_a_part_of_the_business_is_refused(salon: Tenant, manager: Person) -> None:
    bound = Actor(ActorKind.USER, permissions=PERMISSIONS_OF[Role.MANAGER], location_ids=frozenset())
    with pytest.raises(NotAllowed) as refused:
        feed_for(bound, after=0, limit=9)
    assert refused.value.code == "out_of_scope"


def test_another_business_has_its_own(salon: Tenant, rival: Tenant, owner: Person) -> None:
    with tenant_scope(rival):
        _happen()
    _happen()
    deliver_outbox()
    assert len(owner.api.get("events/").json()["results"]) == 1


# Nothing is missed ------------------------------------------------------------------------------


@contextmanager
def _slow_writer() -> Iterator[Any]:
    """A writer whose fact is written before anybody else's, and committed when the block is left."""
    written, may_commit = threading.Event(), threading.Event()
    tenant = Tenant.objects.select_related("tenantconfig").get(slug="salon")

    def write() -> Event:
        with closing(connection), tenant_scope(tenant), transaction.atomic():
            fact = _happen("slow")
            written.set()
            assert may_commit.wait(10)
            return fact

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(write)
        assert written.wait(10)
        try:
            yield done
        finally:
            may_commit.set()
            done.result()


def _followed() -> tuple[set[str], set[str]]:
    """What somebody has read who asks while one writer is slower than the next, and what there is."""
    with _slow_writer():
        _happen("quick")
        deliver_outbox()
        feed = feed_for(OWNER, after=0, limit=9)
        read = {str(each.record.pk) for each in feed.facts}
    deliver_outbox()
    read |= {str(each.record.pk) for each in feed_for(OWNER, after=feed.cursor, limit=9).facts}
    return read, {str(pk) for pk in Event.objects.values_list("pk", flat=True)}


def test_a_fact_that_is_committed_late_is_told_later_and_not_missed(committed: Tenant) -> None:
    read, there_is = _followed()
    assert len(there_is) == 2
    assert read == there_is


def test_control_a_position_given_with_the_fact_would_be_missed(
    committed: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    positions, written = iter(range(1, 9)), actions._row

    def counted(*args: Any) -> Event:
        row = written(*args)
        row.position = next(positions)
        return row

    monkeypatch.setattr(actions, "_row", counted)
    read, there_is = _followed()
    assert len(there_is) == 2
    assert len(read) == 1


def test_who_follows_reads_each_once_while_many_write_and_deliver(committed: Tenant) -> None:
    def write(number: int) -> None:
        with closing(connection), tenant_scope(committed):
            for each in range(10):
                _happen(f"{number}.{each}")
                deliver_outbox()

    read: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, number) for number in range(4)]
        while len(read) < 40 and not (all(each.done() for each in writing) and not deliver_outbox()):
            feed = feed_for(OWNER, after=read[-1] if read else 0, limit=3)
            read += [each.record.position or 0 for each in feed.facts]
        for each in writing:
            each.result()
    deliver_outbox()
    while (feed := feed_for(OWNER, after=read[-1] if read else 0, limit=9)).facts:
        read += [each.record.position or 0 for each in feed.facts]
    assert read == list(range(1, 41))
