"""Many clients at once, and what a business's rows must always say."""

import threading
from collections.abc import Callable

from django.db import connection
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from bookme.bookings.models import Appointment
from bookme.bookings.states import KEEPS_SEATS
from bookme.dev.processes import wait_until
from tests.factories.users import Api


def crowd(host: str, size: int, work: Callable[[Api, int], None]) -> None:
    """Run `work(api, number)` in so many threads that begin together; the first failure of any of them is raised."""
    begin, failures = threading.Barrier(size), []

    def one(number: int) -> None:
        try:
            api = Api(host=host)
            begin.wait()
            work(api, number)
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(size)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]


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
