"""Places: a location in the business's zone, with nothing that limits when it is open."""

import datetime as dt

import factory
from factory.django import DjangoModelFactory

from bookme.locations.models import Closure, Location, OpeningHours, Resource


class LocationFactory(DjangoModelFactory[Location]):
    class Meta:
        model = Location

    name = factory.Sequence(lambda n: f"Place {n}")
    slug = factory.Sequence(lambda n: f"place-{n}")
    address_line1 = "1 High Street"
    city = "London"
    postcode = "N1 1AA"
    country = "GB"


class OpeningHoursFactory(DjangoModelFactory[OpeningHours]):
    """Monday, 9 to 17, unless another `weekday` or an `on_date` is given."""

    class Meta:
        model = OpeningHours

    location = factory.SubFactory(LocationFactory)
    weekday = factory.Maybe("on_date", None, 0)
    on_date = None
    start = 540
    end = 1020


class ResourceFactory(DjangoModelFactory[Resource]):
    class Meta:
        model = Resource

    location = factory.SubFactory(LocationFactory)
    name = factory.Sequence(lambda n: f"Room {n}")
    kind = "room"


class ClosureFactory(DjangoModelFactory[Closure]):
    """The whole business is shut for a day, unless a location or other instants are given."""

    class Meta:
        model = Closure

    name = "Holiday"
    location = None
    starts_at = dt.datetime(2030, 1, 7, tzinfo=dt.UTC)
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + dt.timedelta(days=1))
