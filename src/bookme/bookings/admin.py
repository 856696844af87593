"""Bookings, for operators: they change only by what everybody else changes them by."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from bookme.bookings.actions.cancelling import cancel_booking
from bookme.bookings.actions.deciding import confirm_booking, decline_booking
from bookme.bookings.models import Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.bookings import booking_for, bookings_visible_to
from bookme.bookings.selectors.waiting import waitlist_visible_to
from bookme.bookings.states import Status
from bookme.core.actor import Actor
from bookme.core.http.admin import DayRange, OperatorAdmin, business_site, change_each
from bookme.core.money import amount_text
from bookme.core.time import now
from bookme.users.selectors import operator_actor

_COLOURS = {
    Status.CONFIRMED.value: "success",
    Status.ARRIVED.value: "success",
    Status.COMPLETED.value: "info",
    Status.PENDING.value: "warning",
    Status.HELD.value: "warning",
    Status.NO_SHOW.value: "danger",
    Status.CANCELLED.value: "danger",
    Status.DECLINED.value: "danger",
    Status.EXPIRED.value: "danger",
}

_WAITING_COLOURS = {
    Waiting.WAITING.value: "info",
    Waiting.OFFERED.value: "warning",
    Waiting.ACCEPTED.value: "success",
    Waiting.DECLINED.value: "danger",
    Waiting.LAPSED.value: "danger",
    Waiting.LEFT.value: "danger",
    Waiting.CLOSED.value: "danger",
}


@admin.register(Booking, site=business_site)
class BookingAdmin(OperatorAdmin):
    list_display = ("start", "reference", "who", "service", "person", "place", "party_size", "shown_status", "amount")
    list_filter = (
        ("appointment__starts_at", DayRange),
        "status",
        "appointment__service",
        "appointment__staff",
        "appointment__location",
    )
    search_fields = ("visit__reference", "visit__contact_name", "visit__contact_email", "visit__contact_phone")
    date_hierarchy = "appointment__starts_at"
    ordering = ("-appointment__starts_at", "-id")
    actions = ("confirm", "decline", "cancel", "export_csv")
    export_fields = ("start", "end", "reference", "who", "email", "phone", "service", "person", "place", "party_size",
                     "status", "amount", "currency")  # fmt: skip

    fields = (*export_fields, "still_due", "fee", "cancel_reason", "internal_notes", "answers", "extras",
              "policy", "version", "created_at", "updated_at")  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        return bookings_visible_to(_operator(request)).order_by(*self.ordering)

    @admin.display(description="start", ordering="appointment__starts_at")
    def start(self, booking: Booking) -> Any:
        return timezone.localtime(booking.appointment.starts_at)

    @admin.display(description="end", ordering="appointment__ends_at")
    def end(self, booking: Booking) -> Any:
        return timezone.localtime(booking.appointment.ends_at)

    @admin.display(description="reference", ordering="visit__reference")
    def reference(self, booking: Booking) -> str:
        return str(booking.visit.reference)

    @admin.display(description="customer", ordering="visit__contact_name")
    def who(self, booking: Booking) -> str:
        return str(booking.visit.contact_name)

    @admin.display(description="e-mail")
    def email(self, booking: Booking) -> str:
        return str(booking.visit.contact_email)

    @admin.display(description="phone")
    def phone(self, booking: Booking) -> str:
        return str(booking.visit.contact_phone)

    @admin.display(description="service", ordering="appointment__service__name")
    def service(self, booking: Booking) -> str:
        return str(booking.appointment.service.name)

    @admin.display(description="staff", ordering="appointment__staff__name")
    def person(self, booking: Booking) -> str:
        return str(booking.appointment.staff.name)

    @admin.display(description="location", ordering="appointment__location__name")
    def place(self, booking: Booking) -> str:
        return str(booking.appointment.location.name)

    @admin.display(description="answers")
    def answers(self, booking: Booking) -> str:
        return ", ".join(f"{key}: {value}" for key, value in booking.visit.answers.items())

    @display(description="status", ordering="status", label=_COLOURS)
    def shown_status(self, booking: Booking) -> str:
        return str(booking.status)

    @admin.display(description="price", ordering="price")
    def amount(self, booking: Booking) -> str:
        return amount_text(booking.price, booking.currency)

    @admin.action(description="Confirm")
    def confirm(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        _step(request, rows, confirm_booking, done="confirmed", now=now())

    @admin.action(description="Decline")
    def decline(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        _step(request, rows, decline_booking, done="declined")

    @admin.action(description="Cancel, as the business")
    def cancel(self, request: HttpRequest, rows: QuerySet[Booking]) -> None:
        _step(request, rows, cancel_booking, done="cancelled", now=now())


@admin.register(WaitlistEntry, site=business_site)
class WaitlistAdmin(OperatorAdmin):
    list_display = ("created_at", "contact_name", "service", "day", "party_size", "shown_status", "rank")
    list_filter = ("status", "service", "staff", "location", ("created_at", DayRange))
    search_fields = ("contact_name", "contact_email", "contact_phone")
    ordering = ("-created_at", "-id")
    export_fields = ("created_at", "contact_name", "contact_email", "contact_phone", "service", "day", "staff",
                     "location", "party_size", "status", "rank")  # fmt: skip
    fields = (*export_fields, "notes", "answers", "source", "updated_at")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        return waitlist_visible_to(_operator(request)).order_by(*self.ordering)

    @admin.display(description="for")
    def day(self, entry: WaitlistEntry) -> Any:
        return timezone.localtime(entry.session.starts_at) if entry.session else entry.date

    @display(description="status", ordering="status", label=_WAITING_COLOURS)
    def shown_status(self, entry: WaitlistEntry) -> str:
        return str(entry.status)


def _operator(request: HttpRequest) -> Actor:
    return operator_actor(request.user)  # type: ignore[arg-type]


def _step(
    request: HttpRequest, rows: QuerySet[Booking], step: Callable[..., object], *, done: str, **more: Any
) -> None:
    """Each is fetched anew in its own transaction: an earlier one of the list may have changed it."""
    actor = _operator(request)

    def take(row: Booking) -> None:
        step(booking=booking_for(actor, row.pk), actor=actor, **more)

    change_each(request, rows, take, done=done, name=lambda row: row.visit.reference)
