"""Statements that a connection keeps prepared: what they read and write is what the ORM would."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from bookme.bookings.models import Booking, Visit
from bookme.customers.models import Consent, Customer
from bookme.services.models import Service
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.statements import columns_of, insert, insert_unless_there, prepared_instances
from tests.factories.bookings import AppointmentFactory
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory

BY_NAME = f"SELECT {columns_of(Service)}, 7 AS lucky FROM services_service WHERE name = %(name)s"


def values_of(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_rows_of_several_kinds_are_written_by_one_statement_as_the_orm_would(salon: Tenant) -> None:
    appointment = AppointmentFactory()
    customer = Customer(name="Zoë “Ö” O'Hara", email="zoe@mail.example", tags=["a", {"b": None}], metadata={"%s": 1})
    visit = Visit(
        reference="ABCDEFGH", customer=customer, contact_name="Zoë", answers={}, consents={"terms": True},
        guest_address="2001:db8::1", address=None,
    )  # fmt: skip
    booking = Booking(
        visit=visit, appointment=appointment, status="confirmed", price=Decimal("12.5"), currency="GBP", policy={},
        hold_expires_at=dt.datetime(2030, 3, 31, 1, 30, tzinfo=dt.UTC),
    )  # fmt: skip
    with CaptureQueriesContext(connection) as captured:
        insert(customer, visit, booking)
    assert len(captured) == 1
    for row in (customer, visit, booking):
        assert not row._state.adding
        found = type(row)._default_manager.get(pk=row.pk)
        assert values_of(found) == {**values_of(row), **({"price": Decimal("12.50")} if row is booking else {})}


def test_several_of_a_kind_and_none_at_all(salon: Tenant) -> None:
    customer = CustomerFactory()
    consents = [Consent(customer=customer, kind=kind, granted=True, wording="Yes") for kind in ("terms", "privacy")]
    insert(*consents)
    assert {each.pk for each in Consent.objects.filter(customer=customer)} == {each.pk for each in consents}
    with CaptureQueriesContext(connection) as captured:
        insert()
    assert len(captured) == 0


def test_what_a_constraint_refuses_is_refused_whole(salon: Tenant) -> None:
    taken = CustomerFactory(email="ada@mail.example")
    fresh = Customer(name="New", email="new@mail.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(fresh, Customer(name="Again", email=taken.email))
    assert fresh._state.adding
    assert not Customer.objects.filter(email="new@mail.example").exists()


def test_one_that_is_there_is_left_alone_and_the_transaction_goes_on(salon: Tenant) -> None:
    ada = CustomerFactory(email="ada@mail.example", name="Ada")
    again = Customer(name="Again", email=ada.email)
    assert (insert_unless_there(again), again._state.adding) == (False, True)
    fresh = Customer(name="New", email="new@mail.example")
    assert (insert_unless_there(fresh), fresh._state.adding) == (True, False)
    assert {*Customer.objects.values_list("name", flat=True)} == {"Ada", "New"}


def test_rows_are_read_as_the_orm_reads_them_with_more_besides(salon: Tenant) -> None:
    service = ServiceFactory(name="Cut", policy={"deposit": {"kind": "percent", "value": "20"}})
    [found] = prepared_instances(Service, BY_NAME, {"name": "Cut"})
    assert values_of(found) == values_of(Service.objects.get(pk=service.pk))
    assert (found.lucky, found._state.adding) == (7, False)  # type: ignore[attr-defined]
    found.name = "Trim"
    found.save()
    assert Service.objects.get(pk=service.pk).name == "Trim"


def test_one_statement_reads_and_writes_for_two_businesses_in_turn(salon: Tenant, rival: Tenant) -> None:
    for turn in range(7):  # more often than the driver waits before it prepares
        for tenant in (salon, rival):
            with tenant_scope(tenant):
                email = f"{tenant.slug}{turn}@mail.example"
                insert(Customer(name=tenant.slug, email=email))
                assert Customer.objects.filter(email=email).count() == 1
                ServiceFactory(name=f"{tenant.slug}{turn}")
                assert len(prepared_instances(Service, BY_NAME, {"name": f"{tenant.slug}{turn}"})) == 1
                assert prepared_instances(Service, BY_NAME, {"name": f"nobody{turn}"}) == []
    with tenant_scope(salon):
        assert set(Customer.objects.filter(email__endswith="@mail.example").values_list("name", flat=True)) == {"salon"}


def test_a_kept_statement_outlives_a_migration(salon: Tenant) -> None:
    """Connections stay open meanwhile, and a plan must not change what it yields."""
    ServiceFactory(name="Cut")
    assert len(prepared_instances(Service, BY_NAME, {"name": "Cut"})) == 1
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE services_service ADD COLUMN brand_new integer DEFAULT 1")
    assert len(prepared_instances(Service, BY_NAME, {"name": "Cut"})) == 1
