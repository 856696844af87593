"""People at work. `StaffFactory(hours=WEEK)` works Monday to Friday from 9 to 17, anywhere."""

import datetime as dt
from typing import Any

import factory
from factory.django import DjangoModelFactory

from bookme.staff.models import ExternalBusy, ServiceArea, Staff, StaffService, TimeOff, WorkingHours
from tests.factories.services import ServiceFactory

WEEK = [(weekday, 540, 1020) for weekday in range(5)]
EVERY_DAY = [(weekday, 540, 1020) for weekday in range(7)]


class StaffFactory(DjangoModelFactory[Staff]):
    """`hours=[(weekday, start, end), …]` and `does=[service, …]` give them something to do."""

    class Meta:
        model = Staff
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    slug = factory.Sequence(lambda n: f"person-{n}")

    @factory.post_generation
    def hours(self: Any, create: bool, given: Any) -> None:
        for weekday, start, end in given or ():
            WorkingHours.objects.create(staff=self, weekday=weekday, start=start, end=end)

    @factory.post_generation
    def does(self: Any, create: bool, given: Any) -> None:
        for service in given or ():
            StaffService.objects.create(staff=self, service=service)


class StaffServiceFactory(DjangoModelFactory[StaffService]):
    class Meta:
        model = StaffService

    staff = factory.SubFactory(StaffFactory)
    service = factory.SubFactory(ServiceFactory)


class WorkingHoursFactory(DjangoModelFactory[WorkingHours]):
    """Monday, 9 to 17, unless another `weekday` or an `on_date` is given."""

    class Meta:
        model = WorkingHours

    staff = factory.SubFactory(StaffFactory)
    weekday = factory.Maybe("on_date", None, 0)
    on_date = None
    start = 540
    end = 1020


class TimeOffFactory(DjangoModelFactory[TimeOff]):
    class Meta:
        model = TimeOff

    staff = factory.SubFactory(StaffFactory)
    starts_at = dt.datetime(2030, 1, 7, 12, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + dt.timedelta(hours=2))


class ExternalBusyFactory(DjangoModelFactory[ExternalBusy]):
    class Meta:
        model = ExternalBusy

    staff = factory.SubFactory(StaffFactory)
    starts_at = dt.datetime(2030, 1, 7, 15, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + dt.timedelta(hours=1))


class ServiceAreaFactory(DjangoModelFactory[ServiceArea]):
    class Meta:
        model = ServiceArea

    staff = factory.SubFactory(StaffFactory)
    postcode = "N1 1AA"
    latitude = 51.5386
    longitude = -0.1028
    radius_km = 10.0
