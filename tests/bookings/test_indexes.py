"""Each index serves the query that it is there for, in a business with two years of bookings."""

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.actions.limits import require_contact_limit, require_network_limit
from bookme.bookings.selectors.customers import customers_visible_to
from bookme.bookings.selectors.sessions import sessions_between
from bookme.bookings.selectors.snapshots import load_snapshot
from bookme.bookings.selectors.team import bookings_between, requests_for
from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.ids import uuid7
from bookme.core.permissions import PERMISSIONS_OF, Role
from bookme.customers.actions import Contact
from bookme.customers.models import Customer
from bookme.eventlog.models import Event
from bookme.services.models import Service
from bookme.tenants.config import AnyStaff, Policy
from bookme.tenants.models import Tenant
from tests.bookings.desk import NOW
from tests.factories.bookings import AppointmentFactory, BookingFactory
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory

PEOPLE, EACH, CUSTOMERS = 10, 1500, 10_000
DAY = dt.timedelta(days=1)
GUEST = Actor(kind=ActorKind.GUEST, name="")

# Person by person and one after another: every eleventh is a session, every hundredth a request of some coming day.
_APPOINTMENTS = """
INSERT INTO bookings_appointment (id, created_at, updated_at, service_id, staff_id, location_id, starts_at, ends_at,
    blocked_start, blocked_end, capacity, seats_taken, published, overbooked,
    version)
SELECT gen_random_uuid(), at - interval '10 days', at, %(service)s, person, %(place)s, at, at + interval '1 hour',
    at, at + interval '1 hour', 8, 1, n %% 11 = 0, false, 1
FROM unnest(%(people)s::uuid[]) AS person, generate_series(1, %(each)s) AS n,
    LATERAL (SELECT %(now)s::timestamptz + (n - %(each)s + 100) * interval '12 hours' AS at) AS begun
"""
_CUSTOMERS = """
INSERT INTO customers_customer (id, created_at, updated_at, name, email, phone, language, timezone, channels,
    notes, tags, is_active, metadata)
SELECT gen_random_uuid(), %(now)s, %(now)s, 'Ada ' || n, 'ada' || n || '@mail.example', '', '', '', '{}',
    '', '[]', true, '{}'
FROM generate_series(1, %(customers)s) AS n
"""
_VISITS = """
INSERT INTO bookings_visit (id, created_at, updated_at, reference, customer_id, contact_name, contact_email,
    contact_phone, language, timezone, notes, answers, consents, source, guest_address, link_version)
SELECT made.id, created_at, created_at, 'R' || row_number() OVER (), known.id, 'Ada', 'ada' || n || '@mail.example',
    '+44' || n, 'en', '', '', '{}', '{}', 'api', '10.0.0.0'::inet + n, 1
FROM (SELECT id, created_at, row_number() OVER () / 5 AS n FROM bookings_appointment) AS made
    JOIN (SELECT id, row_number() OVER () - 1 AS n FROM customers_customer) AS known USING (n)
"""
_BOOKINGS = """
INSERT INTO bookings_booking (id, created_at, updated_at, visit_id, appointment_id, position, status, party_size,
    extras, price, currency, payment_due, fee, policy, times_moved, cancelled_by, cancel_reason, internal_notes,
    version)
SELECT gen_random_uuid(), created_at, created_at, id, id, 0,
    CASE WHEN starts_at > %(now)s AND row_number() OVER () %% 9 = 0 THEN 'pending' ELSE 'confirmed' END,
    1, '[]', 40, 'GBP', 0, 0, '{}', 0, '', '', '', 1
FROM bookings_appointment
"""
_EVENTS = """
INSERT INTO eventlog_event (id, name, payload, actor_kind, actor_name, request_id, occurred_at, is_audit)
SELECT gen_random_uuid(), 'booking.confirmed', '{}', 'guest', '', '', created_at, false FROM bookings_appointment
"""
_TABLES = ("customers_customer", "bookings_appointment", "bookings_visit", "bookings_booking", "eventlog_event")


@pytest.fixture
def years(salon: Tenant) -> Service:
    """Two years behind and seven weeks ahead; what they are of."""
    service = ServiceFactory()
    people = [StaffFactory(hours=EVERY_DAY, does=[service]).pk for _ in range(PEOPLE)]
    values = {
        "service": service.pk,
        "place": LocationFactory().pk,
        "people": people,
        "each": EACH,
        "customers": CUSTOMERS,
        "now": NOW,
    }
    with connection.cursor() as cursor:
        for statement in (_CUSTOMERS, _APPOINTMENTS, _VISITS, _BOOKINGS, _EVENTS):
            cursor.execute(statement, values)
            cursor.execute(f"ANALYZE {', '.join(_TABLES)}")  # else a join of thousands is planned as of none
    return service


def _in_turn(service: Service) -> None:
    load_snapshot(
        service=service, first=NOW.date(), last=NOW.date(), now=NOW, policy=Policy(any_staff=AnyStaff.IN_TURN)
    )


QUERIES: list[tuple[str, Callable[[Service], object]]] = [
    ("appointment_starts", lambda _: list(bookings_between(SYSTEM, NOW, NOW + DAY))),
    ("appointment_sessions", lambda _: list(sessions_between(NOW, NOW + 7 * DAY))),
    ("appointment_last_booked", _in_turn),
    ("booking_requests", lambda _: list(requests_for(SYSTEM, now=NOW))),
    (
        "visit_of_email",
        lambda _: require_contact_limit(contact=Contact(name="Ada", email="ada7@mail.example"), actor=GUEST, now=NOW),
    ),
    (
        "visit_of_phone",
        lambda _: require_contact_limit(contact=Contact(name="Ada", phone="+447"), actor=GUEST, now=NOW),
    ),
    ("visit_of_guest_network", lambda _: require_network_limit(network="10.0.0.7", now=NOW)),
    ("visit_of_guest_network", lambda _: require_network_limit(network="2001:db8:1:7::", now=NOW)),
    ("event_in_order", lambda _: list(Event.objects.order_by("-occurred_at", "-id")[:100])),
]


def test_an_index_serves_its_query_and_no_table_is_read_whole(years: Service) -> None:
    for index, query in QUERIES:
        plans = _plans(partial(query, years))
        used = {node["Index Name"] for node in plans if "Index Name" in node}
        assert index in used, (index, used)
        read_whole = {node["Relation Name"] for node in plans if node["Node Type"] == "Seq Scan"}
        assert not read_whole & set(_TABLES), (index, read_whole)


def test_the_customers_of_one_calendar_are_found_without_reading_everybody(years: Service) -> None:
    """Ten who came to one person, one who came to whom that person helped, and one whom they put down themselves.

    Of two whom others know, whom they have booked by an address, nobody.
    """
    ada = StaffFactory(user_id=uuid7())
    actor = Actor(ActorKind.USER, id=ada.user_id, role=Role.STAFF, permissions=PERMISSIONS_OF[Role.STAFF])
    came = [BookingFactory(appointment__staff=ada, appointment__starts_at=NOW + n * DAY) for n in range(10)]
    with_ben = BookingFactory(appointment__starts_at=NOW + 10 * DAY)
    AppointmentFactory(lead=with_ben.appointment, staff=ada, starts_at=NOW + 10 * DAY, seats_taken=1)
    added = CustomerFactory(added_by=actor.id)
    for n, by in enumerate(("added_by", "user_id"), 11):
        BookingFactory(appointment__staff=ada, appointment__starts_at=NOW + n * DAY, **{f"visit__{by}": actor.id})
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join(_TABLES)}")
    mine = {each.visit.customer for each in (*came, with_ben)} | {added}

    def page() -> list[Customer]:
        return list(customers_visible_to(actor).filter(is_active=True)[:50])

    with CaptureQueriesContext(connection) as asked:
        assert set(page()) == mine
    assert len(asked) == 3
    assert customers_visible_to(actor).count() == len(mine)
    assert customers_visible_to(SYSTEM).count() > CUSTOMERS
    with (
        connection.cursor() as cursor
    ):  # a table of this size may as well be read: what has no index is read all the same
        cursor.execute("SET LOCAL enable_seqscan = off")
    nodes = _plans(page) + _plans(lambda: customers_visible_to(actor).count())
    assert not any(each.get("Parent Relationship") == "SubPlan" for each in nodes), "something is asked per customer"
    read_whole = {each["Relation Name"] for each in nodes if each["Node Type"] == "Seq Scan"}
    assert not any(each.startswith("bookings_") for each in read_whole), read_whole


def _plans(act: Callable[[], object]) -> list[dict[str, Any]]:
    """Every node of the plans of what `act` asks the database."""
    with CaptureQueriesContext(connection) as asked:
        act()
    nodes: list[dict[str, Any]] = []
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (FORMAT JSON) " + query["sql"])
            (answer,) = cursor.fetchone()
        nodes += _flat((json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"])
    return nodes


def _flat(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node.get("Plans", ()) for each in _flat(child))]
