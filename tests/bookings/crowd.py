"""Many clients at once, and what a business's rows must always say."""

from collections.abc import Callable

from django.db import connection
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from bookme.bookings.models import Appointment
from bookme.bookings.states import KEEPS_SEATS
from bookme.dev.processes import wait_until
from tests.at_once import all_at_once
from tests.factories.users import Api


def crowd(host: str, size: int, work: Callable[[Api, int], None]) -> None:
    """`all_at_once`, each with a client of its own: `work(api, number)`."""
    all_at_once(size, lambda number: work(Api(host=host), number))


def overlaps() -> int:
    """Pairs of active appointments of one person whose blocked ranges meet."""
    active = "(a.published OR a.seats_taken > 0) AND NOT a.overbooked"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_appointment a JOIN bookings_appointment b"
            " ON a.staff_id = b.staff_id AND a.id < b.id"
            " AND a.blocked_start < b.blocked_end AND b.blocked_start < a.blocked_end"
            f" WHERE {active} AND {active.replace('a.', 'b.')}"
        )
        found: int = cursor.fetchone()[0]
    return found


def wrong_seats() -> int:
    """Appointments whose seats are not those of their bookings."""
    kept = Q(bookings__status__in=KEEPS_SEATS)
    sums = Appointment.objects.filter(lead=None).annotate(kept=Coalesce(Sum("bookings__party_size", filter=kept), 0))
    return sums.exclude(kept=F("seats_taken")).count()


def others_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        found: int = cursor.fetchone()[0]
    return found


def deadlocks_seen() -> int:
    """How often the database itself had to break a deadlock. Others tell of theirs when their connections are gone."""
    wait_until(lambda: others_connected() == 0, seconds=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        found: int = cursor.fetchone()[0]
    return found
