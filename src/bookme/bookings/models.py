"""Appointments and who has seats in them. The exclusion constraints here are the wall: no two can overlap."""

from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.core.models import Row
from bookme.customers.models import Customer
from bookme.locations.models import Location, Resource
from bookme.services.models import Service
from bookme.staff.models import Staff


class BlockedRange(Func):
    """`tstzrange(blocked_start, blocked_end)`: half open, so that back to back is no overlap."""

    function = "tstzrange"
    output_field: ClassVar[DateTimeRangeField] = DateTimeRangeField()

    def __init__(self) -> None:
        super().__init__(F("blocked_start"), F("blocked_end"))


TEAM_SOURCE = "team"  # of a visit that the business itself wrote down
IMPORT_SOURCE = "import"  # of one that it brought in a file
ACTIVE = Q(published=True) | Q(seats_taken__gt=0)  # of an appointment that is in the way


class SessionRun(Row):
    """A class published week by week: once from its first date, and again only when `weeks` is raised."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="+")
    weekday = models.PositiveSmallIntegerField()
    start = models.PositiveSmallIntegerField()
    first_date = models.DateField()
    weeks = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["weekday", "start", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "staff", "location", "weekday", "start"], name="session_run_once"
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6, start__lt=1440), name="session_run_time"),
        ]


class Appointment(Row):
    """A block of one person's time. *Active* while `published` or with seats taken: only then it is in anybody's way.

    `blocked_start` and `blocked_end` add the padding. Where several people are needed, each has an appointment, and
    the others' `lead` is the first. `overbooked` takes it out of the wall on purpose; it still counts as busy.

    A session with `min_to_run` is decided at `decide_at`; with none, or none any more, it is sure. Those that were
    published as one run have a `course_id` in common, whether their class is a course or not. `version` counts the
    changes of a session, not its seats.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="appointments")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="appointments")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, related_name="appointments")
    lead = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="others")
    run = models.ForeignKey(SessionRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    course_id = models.UUIDField(null=True, blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    blocked_start = models.DateTimeField()
    blocked_end = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    seats_taken = models.PositiveSmallIntegerField(default=0)
    published = models.BooleanField(default=False)
    overbooked = models.BooleanField(default=False)
    min_to_run = models.PositiveSmallIntegerField(null=True, blank=True)
    decide_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")), name="appointment_seats"
            ),
            models.CheckConstraint(
                condition=Q(
                    blocked_start__lte=F("starts_at"), ends_at__gt=F("starts_at"), blocked_end__gte=F("ends_at")
                ),
                name="appointment_range",
            ),
            ExclusionConstraint(
                name="appointment_no_overlap",
                expressions=[("staff", RangeOperators.EQUAL), (BlockedRange(), RangeOperators.OVERLAPS)],
                condition=ACTIVE & Q(overbooked=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["staff", "blocked_start"],
                include=["blocked_end"],
                condition=ACTIVE,
                name="appointment_busy",
            ),
            models.Index(fields=["starts_at"], name="appointment_starts"),
            models.Index(fields=["starts_at"], condition=Q(published=True), name="appointment_sessions"),
            models.Index(fields=["course_id"], condition=Q(course_id__isnull=False), name="appointment_course"),
            models.Index(
                fields=["staff", "created_at"],
                condition=Q(published=False, seats_taken__gt=0),
                name="appointment_last_booked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service_id} {self.starts_at:%Y-%m-%d %H:%M}"


class ResourceAllocation(Row):
    """A unit held for an appointment's blocked range; deleted when the appointment stops being active."""

    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="allocations")
    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="allocations")
    blocked_start = models.DateTimeField()
    blocked_end = models.DateTimeField()
    overbooked = models.BooleanField(default=False)

    class Meta:
        ordering = ["blocked_start", "id"]
        constraints = [
            ExclusionConstraint(
                name="allocation_no_overlap",
                expressions=[("resource", RangeOperators.EQUAL), (BlockedRange(), RangeOperators.OVERLAPS)],
                condition=Q(overbooked=False),
            ),
        ]
        indexes = [
            models.Index(fields=["resource", "blocked_start"], include=["blocked_end"], name="allocation_busy"),
        ]


class Series(Row):
    """Visits that repeat by `rule`, in the form of `Recurrence.to_data`; which dates became visits is theirs to say.

    Those of a course are on its dates: it has no rule.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="series")
    rule = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        verbose_name_plural = "series"


class Asked(Row):
    """Who asked for something, by which door, and what they said. `link_version` revokes the links to it.

    `timezone` is where they were, if that was said: in it they read when it is, of what is online.

    `user_id` is who was signed in as they asked: theirs to see, even while their e-mail is not verified and the
    customer's row, found by that e-mail, may not be linked to them. `added_by` is who of the team put it down, if
    somebody did: it shows them what they wrote, and not what the business knows of the customer.
    """

    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField(blank=True)
    contact_phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=8, blank=True)
    timezone = models.CharField(max_length=64, blank=True)
    notes = models.TextField(max_length=2000, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    address = models.JSONField(null=True, blank=True)
    consents = models.JSONField(default=dict, blank=True)
    user_id = models.UUIDField(null=True, blank=True)
    added_by = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=16, default="api")
    guest_address = models.GenericIPAddressField(null=True, blank=True)
    link_version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True


class Visit(Asked):
    """What one customer booked in one go. One message and one payment."""

    reference = models.CharField(max_length=12, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="visits")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.PROTECT, related_name="visits")

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user_id"], condition=Q(user_id__isnull=False), name="visit_of_user"),
            models.Index(fields=["contact_email"], condition=~Q(contact_email=""), name="visit_of_email"),
            models.Index(fields=["contact_phone"], condition=~Q(contact_phone=""), name="visit_of_phone"),
            models.Index(
                fields=["guest_address"], condition=Q(guest_address__isnull=False), name="visit_of_guest_network"
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Booking(Row):
    """A customer's seats in an appointment. `extras`, `price` and `policy` are copies made when it was booked.

    `duration_minutes` is its length if the team gave it one of its own, extras and all.
    """

    visit = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="bookings")
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="bookings")
    position = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(max_length=16, choices=[(each.value, each.value) for each in Status])
    party_size = models.PositiveSmallIntegerField(default=1)
    extras = models.JSONField(default=list, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=3)
    currency = models.CharField(max_length=3)
    payment_due = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    fee = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    policy = models.JSONField(default=dict)
    hold_expires_at = models.DateTimeField(null=True, blank=True)
    times_moved = models.PositiveSmallIntegerField(default=0)
    cancelled_by = models.CharField(max_length=16, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    internal_notes = models.TextField(max_length=4000, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    helper_ids: list[UUID]  # who does it together with the appointment's person; selectors fill it in

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in Status]), name="booking_status_known"
            ),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="booking_party"),
            models.CheckConstraint(
                condition=Q(duration_minutes__isnull=True) | Q(duration_minutes__gte=1), name="booking_duration"
            ),
            models.CheckConstraint(condition=Q(price__gte=0, payment_due__gte=0, fee__gte=0), name="booking_amounts"),
            models.CheckConstraint(
                condition=~Q(status=Status.HELD.value) | Q(hold_expires_at__isnull=False), name="booking_hold_ends"
            ),
        ]
        indexes = [
            models.Index(fields=["appointment", "status"], name="booking_of_appointment"),
            models.Index(fields=["hold_expires_at"], condition=Q(status=Status.HELD.value), name="booking_holds"),
            models.Index(fields=["appointment"], condition=Q(status=Status.PENDING.value), name="booking_requests"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id} {self.status}"

    @property
    def state(self) -> Status:
        return Status(self.status)

    @property
    def extra_minutes(self) -> int:
        """How much its extras lengthen it."""
        return sum(int(extra["duration_minutes"]) for extra in self.extras)

    @property
    def keeps_seats(self) -> bool:
        return self.state in KEEPS_SEATS

    @property
    def still_due(self) -> Decimal:
        """What is due of `payment_due`: nothing once the seats are given back. An undo brings it back."""
        return self.payment_due if self.keeps_seats else Decimal(0)


class Waiting(StrEnum):
    """How a waitlist entry stands. `offered` while its `visit` is held for it; the last five are the end of it.

    `closed` is what nobody can wait for any more: the session was cancelled, or the time has come.
    """

    WAITING = "waiting"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    LEFT = "left"
    CLOSED = "closed"


STILL_WAITS = frozenset({Waiting.WAITING, Waiting.OFFERED})
_OPEN_OF_MEMBER = Q(status__in=sorted(STILL_WAITS), user_id__isnull=False)


class WaitlistEntry(Asked):
    """Somebody waits for a place: in a full `session`, or on a full `date` of a service, with one person or any.

    Whoever is signed in waits for the same once. What a guest says of who they are proves nothing: their entry stands
    by itself, or anybody could learn from a refusal who waits.

    Served by `rank`, the smallest first, then by who came first. `visit` is what was offered: its booking is held until
    the offer runs out. What they said stands here until it is copied onto that visit; `extras` are ids as texts.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(Appointment, null=True, blank=True, on_delete=models.PROTECT, related_name="waitlist")
    date = models.DateField(null=True, blank=True)
    staff = models.ForeignKey(Staff, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    location = models.ForeignKey(Location, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="waitlist")
    extras = models.JSONField(default=list, blank=True)
    party_size = models.PositiveSmallIntegerField(default=1)
    status = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in Waiting], default=Waiting.WAITING.value
    )
    rank = models.IntegerField(default=0)
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["rank", "created_at", "id"]
        verbose_name_plural = "waitlist entries"
        constraints = [
            models.CheckConstraint(condition=Q(session__isnull=True) ^ Q(date__isnull=True), name="waitlist_for_one"),
            models.CheckConstraint(
                condition=Q(status__in=[each.value for each in Waiting]), name="waitlist_status_known"
            ),
            models.CheckConstraint(condition=Q(party_size__gte=1), name="waitlist_party"),
            models.UniqueConstraint(
                fields=["session", "customer"],
                condition=_OPEN_OF_MEMBER & Q(session__isnull=False),
                name="waitlist_session_once",
            ),
            models.UniqueConstraint(
                fields=["customer", "service", "date", "staff", "location"],
                condition=_OPEN_OF_MEMBER & Q(date__isnull=False),
                nulls_distinct=False,
                name="waitlist_day_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["session", "rank", "created_at"],
                condition=Q(status=Waiting.WAITING.value, session__isnull=False),
                name="waitlist_of_session",
            ),
            models.Index(
                fields=["service", "date", "rank", "created_at"],
                condition=Q(status=Waiting.WAITING.value, date__isnull=False),
                name="waitlist_of_day",
            ),
            models.Index(fields=["contact_email"], condition=~Q(contact_email=""), name="waitlist_of_email"),
            models.Index(fields=["contact_phone"], condition=~Q(contact_phone=""), name="waitlist_of_phone"),
            models.Index(
                fields=["guest_address"], condition=Q(guest_address__isnull=False), name="waitlist_of_guest_network"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact_name} {self.status}"

    @property
    def state(self) -> Waiting:
        return Waiting(self.status)
