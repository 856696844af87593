"""What it costs to claim what is due, beside rows that are due later: of one business, of a hundred, of a thousand."""

from collections.abc import Callable
from typing import TypeVar

from django.db import connection, transaction

from benchmarks.meter import Table, costs_of
from bookme.core.time import now
from bookme.tenants.actions import BATCH, LEASE, claim_due
from bookme.tenants.context import public_scope

LATER = 1_000_000
CROWDS, CROWDED = (10_000, 100_000), 200
T = TypeVar("T")
_FLOOR = """
UPDATE bench_outbox SET leased_until = %(until)s WHERE id IN (
    SELECT id FROM bench_outbox WHERE done_at IS NULL AND NOT dead AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(batch)s FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_ROWS = """
INSERT INTO {table} (id, due_at, tenant_id, task, args, key, attempts, last_error, dead, created_at)
SELECT gen_random_uuid(), now() + make_interval(secs => {first} + number * {step}), businesses.ids[1 + number % {of}],
    'communications.send_reminder', '{{}}', 'bench:{first}:' || number, 0, '', false, now()
FROM generate_series(1, {count}) number, (SELECT array_agg(id ORDER BY slug) AS ids FROM tenants_tenant) businesses
"""


def measure(rounds: int) -> None:
    """The floor is one bare statement that leases as many, in a table that holds nothing else."""
    table = Table(
        f"Claims of the outbox, {LATER:,} rows due later: CPU in ms, of this process and of the database's",
        "businesses", "due", "of so many", "claimed", "bare SQL", "claim", "of it database", "× bare SQL", "in a row",
    )  # fmt: skip
    with public_scope():
        _run(
            "INSERT INTO tenants_tenant (id, schema_name, slug, name, kind, status, link_key, schema_version,"
            " created_at, updated_at) SELECT gen_random_uuid(), 't_bench' || n, 'bench-' || n, 'Bench', 'salon',"
            " 'active', '', '', now(), now() FROM generate_series(1, 999) n"
        )
        _run("CREATE TABLE bench_outbox (LIKE tenants_outboxmessage INCLUDING ALL)")
        for businesses in (1, 100, 1000):
            _run("TRUNCATE tenants_outboxmessage")
            _put(LATER, of=businesses, first=3600, step=2)
            for due in (0, BATCH, *CROWDS):
                _row(table, businesses, due, min(businesses, CROWDED), rounds)
        _run("TRUNCATE tenants_outboxmessage")
        _run("DROP TABLE bench_outbox")
        _run("DELETE FROM tenants_tenant WHERE slug LIKE 'bench-%'")


def _row(table: Table, businesses: int, due: int, over: int, rounds: int) -> None:
    _run("DELETE FROM tenants_outboxmessage WHERE due_at <= now()")
    _run("TRUNCATE bench_outbox")
    _put(due, of=over, first=-3600, step=0)
    _put(min(due, BATCH), of=over, first=-3600, step=0, table="bench_outbox")
    _run("VACUUM ANALYZE tenants_outboxmessage")
    _run("VACUUM ANALYZE bench_outbox")
    claimed = len(_undone(lambda: claim_due(now=now()))())
    by_turns, in_a_row = costs_of(_undone(_floor), _undone(lambda: claim_due(now=now())), rounds=rounds)
    (floor, claim), (floor_row, claim_row) = by_turns, in_a_row
    table.row(
        businesses, due, over if due else 0, claimed, floor.total, claim.total, claim.database,
        claim.total / floor.total, claim_row.total / floor_row.total,
    )  # fmt: skip


def _undone(action: Callable[[], T]) -> Callable[[], T]:
    """The same, taken back: the next round finds what this one found."""

    def done() -> T:
        with transaction.atomic():
            found = action()
            transaction.set_rollback(True)
        return found

    return done


def _floor() -> None:
    at = now()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FLOOR, {"now": at, "until": at + LEASE, "batch": BATCH})
        cursor.fetchall()


def _put(count: int, *, of: int, first: int, step: int, table: str = "tenants_outboxmessage") -> None:
    _run(_ROWS.format(table=table, count=count, of=of, first=first, step=step))


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
