"""Appointments, visits and bookings as rows: an hour on Monday, 7 January 2030, at ten, taken by one person.

Rows are made without the actions: for what is there before a test begins.
"""

import datetime as dt
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from bookme.bookings.models import Appointment, Booking, ResourceAllocation, Series, SessionRun, Visit, WaitlistEntry
from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.tenants.config import Policy
from tests.factories.customers import CustomerFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import StaffFactory

MONDAY_AT_TEN = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)


class AppointmentFactory(DjangoModelFactory[Appointment]):
    """Active only with `published` or `seats_taken`; the length is the service's."""

    class Meta:
        model = Appointment

    service = factory.SubFactory(ServiceFactory)
    staff = factory.SubFactory(StaffFactory)
    location = factory.SubFactory(LocationFactory)
    starts_at = MONDAY_AT_TEN
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + dt.timedelta(minutes=row.service.duration_minutes))
    blocked_start = factory.LazyAttribute(
        lambda row: row.starts_at - dt.timedelta(minutes=row.service.padding_before_minutes)
    )
    blocked_end = factory.LazyAttribute(
        lambda row: row.ends_at + dt.timedelta(minutes=row.service.padding_after_minutes)
    )
    capacity = factory.SelfAttribute("service.capacity")


class SessionFactory(AppointmentFactory):
    """A published appointment of a class with eight seats."""

    service = factory.SubFactory(ServiceFactory, of_class=True)
    published = True


class SessionRunFactory(DjangoModelFactory[SessionRun]):
    class Meta:
        model = SessionRun

    service = factory.SubFactory(ServiceFactory, of_class=True)
    staff = factory.SubFactory(StaffFactory)
    location = factory.SubFactory(LocationFactory)
    weekday = 0
    start = 600
    first_date = dt.date(2030, 1, 7)
    weeks = 4


class ResourceAllocationFactory(DjangoModelFactory[ResourceAllocation]):
    class Meta:
        model = ResourceAllocation

    appointment = factory.SubFactory(AppointmentFactory, seats_taken=1)
    resource = factory.SubFactory(ResourceFactory)
    blocked_start = factory.SelfAttribute("appointment.blocked_start")
    blocked_end = factory.SelfAttribute("appointment.blocked_end")


class SeriesFactory(DjangoModelFactory[Series]):
    """Every week, four times."""

    class Meta:
        model = Series

    customer = factory.SubFactory(CustomerFactory)
    rule = factory.LazyFunction(lambda: Recurrence(frequency=Frequency.WEEKLY, count=4).to_data())


class VisitFactory(DjangoModelFactory[Visit]):
    class Meta:
        model = Visit

    reference = factory.Sequence(lambda n: f"REF{n:05d}")
    customer = factory.SubFactory(CustomerFactory)
    contact_name = factory.SelfAttribute("customer.name")
    contact_email = factory.SelfAttribute("customer.email")
    contact_phone = factory.SelfAttribute("customer.phone")


class BookingFactory(DjangoModelFactory[Booking]):
    """Confirmed, in an appointment of its own whose seats it has taken where its status keeps them."""

    class Meta:
        model = Booking

    visit = factory.SubFactory(VisitFactory)
    appointment = factory.SubFactory(
        AppointmentFactory,
        seats_taken=factory.LazyAttribute(
            lambda row: row.factory_parent.party_size if Status(row.factory_parent.status) in KEEPS_SEATS else 0
        ),
    )
    status = Status.CONFIRMED
    party_size = 1
    price = Decimal("40.000")
    currency = "GBP"
    policy = factory.LazyFunction(lambda: Policy().to_data())


class HoldFactory(BookingFactory):
    """Unpaid until `hold_expires_at`."""

    status = Status.HELD
    payment_due = Decimal("10.000")
    hold_expires_at = dt.datetime(2030, 1, 1, tzinfo=dt.UTC)


class WaitlistEntryFactory(DjangoModelFactory[WaitlistEntry]):
    """Waits for a place in a session."""

    class Meta:
        model = WaitlistEntry

    session = factory.SubFactory(SessionFactory)
    service = factory.SelfAttribute("session.service")
    customer = factory.SubFactory(CustomerFactory)
    contact_name = factory.SelfAttribute("customer.name")
    contact_email = factory.SelfAttribute("customer.email")
    contact_phone = factory.SelfAttribute("customer.phone")
