"""What can be booked: services with their categories, extras and questions."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from bookme.core.models import Keyed, Row, Translated
from bookme.locations.models import Location

MAX_DURATION = 1440
MAX_PADDING = 480


class ServiceKind(models.TextChoices):
    INDIVIDUAL = "individual", "Individual"
    GROUP = "group", "Group"
    CLASS = "class", "Class"


class Course(models.TextChoices):
    """How the dates of a run of a class are booked: each by itself; all of them; or either, and the rest of it late."""

    NONE = "none", "Each date by itself"
    WHOLE = "whole", "As a whole"
    DROP_IN = "drop_in", "As a whole, or single dates"


class QuestionKind(models.TextChoices):
    TEXT = "text", "Text"
    INTEGER = "integer", "Whole number"
    CHOICE = "choice", "Choice"
    BOOLEAN = "boolean", "Yes or no"
    DATE = "date", "Date"


class Category(Row, Keyed, Translated):
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=64, unique=True)
    description = models.TextField(max_length=2000, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position", "id"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class Service(Row, Keyed, Translated):
    """Something with a length and a price. `policy` overrides the business's, in the form of `Policy.to_data`.

    No `locations` means all of them. `staff_needed` people are booked together, the first of them leading. All of it
    lies in `bookable_hours`, `{"day": "mon", "start": "09:00", "end": "12:00"}` with an end up to 48:00, and begins
    on `bookable_dates`, `{"from": "2026-06-01", "to": "2026-08-31"}`; none of either means at any time.
    """

    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="services")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=64, unique=True)
    description = models.TextField(max_length=4000, blank=True)
    kind = models.CharField(max_length=16, choices=ServiceKind.choices, default=ServiceKind.INDIVIDUAL)
    duration_minutes = models.PositiveSmallIntegerField()
    padding_before_minutes = models.PositiveSmallIntegerField(default=0)
    padding_after_minutes = models.PositiveSmallIntegerField(default=0)
    capacity = models.PositiveSmallIntegerField(default=1)
    min_to_run = models.PositiveSmallIntegerField(null=True, blank=True)
    course = models.CharField(max_length=16, choices=Course.choices, default=Course.NONE)
    staff_needed = models.PositiveSmallIntegerField(default=1)
    price = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    color = models.CharField(max_length=7, blank=True)
    policy = models.JSONField(default=dict, blank=True)
    bookable_hours = models.JSONField(default=list, blank=True)
    bookable_dates = models.JSONField(default=list, blank=True)
    locations = models.ManyToManyField(Location, blank=True, related_name="services")
    tags = models.JSONField(default=list, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ServiceKind.values), name="service_kind_known"),
            models.CheckConstraint(
                condition=Q(duration_minutes__gte=1, duration_minutes__lte=MAX_DURATION), name="service_duration"
            ),
            models.CheckConstraint(
                condition=Q(padding_before_minutes__lte=MAX_PADDING, padding_after_minutes__lte=MAX_PADDING),
                name="service_padding",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="service_price"),
            models.CheckConstraint(
                condition=Q(kind=ServiceKind.INDIVIDUAL, capacity=1)
                | Q(kind=ServiceKind.GROUP, capacity__gt=1)
                | Q(kind=ServiceKind.CLASS, capacity__gte=1),
                name="service_capacity",
            ),
            models.CheckConstraint(condition=Q(staff_needed__gte=1), name="service_staff_needed"),
            models.CheckConstraint(
                condition=Q(course=Course.NONE) | Q(kind=ServiceKind.CLASS, course__in=Course.values),
                name="service_course",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ServiceRequirement(Row):
    """One unit of that kind of resource is taken for every appointment of the service."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="requirements")
    kind = models.SlugField(max_length=64)

    class Meta:
        ordering = ["service_id", "kind"]
        constraints = [models.UniqueConstraint(fields=["service", "kind"], name="service_requirement_once")]


class Extra(Row, Keyed, Translated):
    """An add-on: its price counts once a booking, its minutes lengthen the service."""

    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    duration_minutes = models.PositiveSmallIntegerField(default=0)
    services = models.ManyToManyField(Service, related_name="extras", blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(price__gte=0), name="extra_price"),
            models.CheckConstraint(condition=Q(duration_minutes__lte=MAX_PADDING), name="extra_duration"),
        ]

    def __str__(self) -> str:
        return self.name


class Question(Row, Keyed, Translated):
    """An intake question of some services, or with none of all (`custom_fields` in the config file)."""

    label = models.CharField(max_length=200)
    help_text = models.CharField(max_length=400, blank=True)
    kind = models.CharField(max_length=16, choices=QuestionKind.choices)
    choices = models.JSONField(default=list, blank=True)
    minimum = models.IntegerField(null=True, blank=True)
    maximum = models.IntegerField(null=True, blank=True)
    required = models.BooleanField(default=False)
    services = models.ManyToManyField(Service, related_name="questions", blank=True)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=QuestionKind.values), name="question_kind_known"),
        ]

    def __str__(self) -> str:
        return self.label

    def choices_in(self, language: str) -> list[str]:
        """The choices in that language, else as they are stored."""
        told = self.translations.get(language, {}).get("choices", [])
        return list(told if len(told) == len(self.choices) else self.choices)
