"""Places of work, when they are open, what stands in them, and when they or the whole business are shut."""

from django.db import models
from django.db.models import F, Q

from bookme.core.models import Keyed, Row, Translated

DAY_END = 2880


class Location(Row, Keyed, Translated):
    """A place where services are given.

    An empty `timezone` is the business's; no opening hours: open when people work.
    """

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=64, unique=True)
    address_line1 = models.CharField(max_length=200, blank=True)
    address_line2 = models.CharField(max_length=200, blank=True)
    city = models.CharField(max_length=100, blank=True)
    county = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    online = models.BooleanField(default=False)
    meeting_url = models.URLField(max_length=500, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def town(self) -> str:
        """City, county or state if it is given, and postcode: Boston, MA 02110."""
        return f"{', '.join(filter(None, (self.city, self.county)))} {self.postcode}".strip()


class DayHours(Row):
    """Whole minutes since local midnight on one weekday (Monday is 0), or on one date.

    Rows with `on_date` replace the weekday's rows of that date; one without minutes means shut that day.
    """

    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    on_date = models.DateField(null=True, blank=True)
    start = models.PositiveSmallIntegerField(null=True, blank=True)
    end = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        abstract = True

    @staticmethod
    def constraints_named(prefix: str) -> list[models.BaseConstraint]:
        """The rules of these columns, under names of the table's own."""
        one_day = Q(weekday__isnull=True, on_date__isnull=False) | Q(weekday__lte=6, on_date__isnull=True)
        hours = Q(start__lt=1440, end__lte=DAY_END, end__gt=F("start"))
        return [
            models.CheckConstraint(condition=one_day, name=f"{prefix}_weekday_or_date"),
            models.CheckConstraint(
                condition=hours | Q(start__isnull=True, end__isnull=True, on_date__isnull=False),
                name=f"{prefix}_minutes",
            ),
        ]


class OpeningHours(DayHours):
    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="opening_hours")

    class Meta:
        ordering = ["location_id", "on_date", "weekday", "start", "id"]
        constraints = DayHours.constraints_named("opening_hours")


class Resource(Row, Keyed, Translated):
    """One unit that a service may need: a room, a chair, a machine. A service asks for a `kind`, never for a unit."""

    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="resources")
    name = models.CharField(max_length=120)
    kind = models.SlugField(max_length=64)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["location", "kind"], name="resource_kind")]

    def __str__(self) -> str:
        return self.name


class Closure(Row):
    """A range of instants in which a location, or with none the whole business, is shut."""

    name = models.CharField(max_length=120)
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    from_file = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_range"),
        ]
        indexes = [models.Index(fields=["ends_at"], name="closure_ends")]

    def __str__(self) -> str:
        return self.name
