"""People at work: when, where, and what they do."""

from django.db import models
from django.db.models import F, Q

from bookme.core.models import Keyed, Row, Translated
from bookme.locations.models import DayHours, Location
from bookme.services.models import MAX_DURATION, Service


class Staff(Row, Keyed, Translated):
    """A person with a calendar. `user_id` is who signs in as them, in the public schema, if anybody does."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=64, unique=True)
    title = models.CharField(max_length=120, blank=True)
    bio = models.TextField(max_length=4000, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    color = models.CharField(max_length=7, blank=True)
    user_id = models.UUIDField(null=True, blank=True, unique=True)
    services = models.ManyToManyField(Service, through="StaffService", related_name="staff")
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "staff"

    def __str__(self) -> str:
        return self.name


class StaffService(Row):
    """That this person does this service, at a price and a length of their own if given."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="staff_services")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="staff_services")
    price = models.DecimalField(max_digits=12, decimal_places=3, null=True, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["staff_id", "service_id"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "service"], name="staff_service_once"),
            models.CheckConstraint(condition=Q(price__isnull=True) | Q(price__gte=0), name="staff_service_price"),
            models.CheckConstraint(
                condition=Q(duration_minutes__isnull=True)
                | Q(duration_minutes__gte=1, duration_minutes__lte=MAX_DURATION),
                name="staff_service_duration",
            ),
        ]


class WorkingHours(DayHours):
    """A shift; it belongs to the day on which it starts. Without a location it holds wherever the person works.

    `breaks` is a list of `[start, end]`, minutes since that day's midnight.
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="working_hours")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    breaks = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["staff_id", "on_date", "weekday", "start", "id"]
        verbose_name_plural = "working hours"
        constraints = DayHours.constraints_named("working_hours")


class TimeOff(Row):
    """Absence: a range of instants."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="time_off")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name_plural = "time off"
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="time_off_range")]
        indexes = [models.Index(fields=["staff", "ends_at"], name="time_off_ends")]


class ExternalBusy(Row):
    """Busy time of somebody's calendar outside, as it was last read: a range of instants that keeps bookings away."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="external_busy")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name_plural = "external busy time"
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="external_busy_range")]
        indexes = [models.Index(fields=["staff", "ends_at"], name="external_busy_ends")]


class ServiceArea(Row):
    """Where a mobile person goes: a circle, on some weekdays (Monday is 0), or with none on all."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="areas")
    postcode = models.CharField(max_length=16)
    latitude = models.FloatField()
    longitude = models.FloatField()
    radius_km = models.FloatField()
    days = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["staff_id", "postcode", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(radius_km__gt=0, radius_km__lte=500), name="service_area_radius"),
            models.CheckConstraint(
                condition=Q(latitude__gte=-90, latitude__lte=90, longitude__gte=-180, longitude__lte=180),
                name="service_area_point",
            ),
        ]
