"""A reminder goes out at its time, for a booking as it is, by a channel that is on; or not at all."""

import datetime as dt
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from bookme.bookings.actions.facts import publish_together
from bookme.bookings.events import (
    BookingArrived,
    BookingCancelled,
    BookingConfirmed,
    BookingEvent,
    BookingRescheduled,
    BookingUndone,
)
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.states import Status
from bookme.communications.actions import PLAN_MESSAGES_TASK, REMINDERS_PATH, SEND_REMINDER_TASK, plan_messages
from bookme.communications.models import Notification
from bookme.core.actor import SYSTEM
from bookme.customers.models import Customer
from bookme.eventlog.actions import publish
from bookme.onboarding.events import BusinessConfigured
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.conftest import tenant_named
from tests.factories.bookings import MONDAY_AT_TEN, BookingFactory
from tests.factories.communications import WhatsAppTemplateFactory
from tests.factories.staff import StaffFactory
from tests.factories.users import Person
from tests.letters import Letters, body

LONDON = ZoneInfo("Europe/London")
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
NEVER_QUIET = {"quiet_from": None, "quiet_to": None}
A_DAY_BEFORE = MONDAY_AT_TEN - DAY
CANCELLED = {"by": "customer", "reason": "", "fee": "0", "currency": "GBP"}


def _waiting() -> list[tuple[str, dt.datetime]]:
    found = OutboxMessage.objects.filter(task=SEND_REMINDER_TASK, done_at=None).order_by("due_at")
    return [(each.args["channel"], each.due_at) for each in found]


def _confirmed(*, at: dt.datetime = MONDAY_AT_TEN, **values: Any) -> Booking:
    booking = BookingFactory(
        appointment__starts_at=at,
        visit__contact_email="amelia@mail.example",
        visit__contact_phone="+447700900123",
        **values,
    )
    happen(BookingConfirmed, booking)
    return booking


def _move(booking: Booking, to: dt.datetime) -> None:
    old, length = booking.appointment.starts_at, HOUR
    Appointment.objects.filter(pk=booking.appointment_id).update(
        starts_at=to, ends_at=to + length, blocked_start=to, blocked_end=to + length
    )
    booking.appointment.refresh_from_db()
    happen(BookingRescheduled, booking, old_start=old.isoformat(), old_end=old.isoformat(),
           old_staff_id=booking.appointment.staff_id, old_location_id=booking.appointment.location_id,
           by="customer")  # fmt: skip


def _reminders(letters: Letters) -> list[str]:
    return [each["Subject"] for each in letters.to("amelia@mail.example") if each["Subject"].startswith("See you soon")]


def test_it_goes_out_at_its_time_and_once(salon: Tenant, letters: Letters) -> None:
    _confirmed()
    assert _waiting() == [("email", A_DAY_BEFORE)]
    with time_machine.travel(A_DAY_BEFORE - dt.timedelta(seconds=1), tick=False):
        deliver_outbox()
        assert _reminders(letters) == []
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        deliver_outbox()
        deliver_outbox()
    assert len(_reminders(letters)) == 1
    assert Notification.objects.filter(kind="booking.reminder", status="sent").count() == 1


def test_one_whose_time_has_passed_is_not_planned(salon: Tenant) -> None:
    with time_machine.travel(MONDAY_AT_TEN - HOUR, tick=False):
        _confirmed()
    assert _waiting() == []


def test_a_worker_that_was_away_sends_it_late_but_not_after_the_start(salon: Tenant, letters: Letters) -> None:
    _confirmed()
    _confirmed(at=MONDAY_AT_TEN + 2 * HOUR)
    with time_machine.travel(MONDAY_AT_TEN + HOUR, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 1
    assert "12:00" in _reminders(letters)[0]


def test_it_moves_with_the_booking(salon: Tenant, letters: Letters) -> None:
    booking = _confirmed()
    _move(booking, MONDAY_AT_TEN + 2 * DAY)
    assert _waiting() == [("email", A_DAY_BEFORE + 2 * DAY)]
    with time_machine.travel(A_DAY_BEFORE + 2 * DAY, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 1
    assert "Wednesday 9 January" in _reminders(letters)[0]


def test_after_it_went_out_a_move_brings_another(salon: Tenant, letters: Letters) -> None:
    booking = _confirmed()
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        deliver_outbox()
        _move(booking, MONDAY_AT_TEN + 2 * DAY)
    with time_machine.travel(A_DAY_BEFORE + 2 * DAY, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 2


def test_a_cancelled_booking_has_none(salon: Tenant, letters: Letters) -> None:
    booking = _confirmed()
    Booking.objects.filter(pk=booking.pk).update(status=Status.CANCELLED)
    booking.refresh_from_db()
    happen(BookingCancelled, booking, **CANCELLED)
    assert _waiting() == []
    Booking.objects.filter(pk=booking.pk).update(status=Status.CONFIRMED)
    booking.refresh_from_db()
    happen(BookingUndone, booking, old_status="cancelled")
    assert _waiting() == [("email", A_DAY_BEFORE)]


@pytest.mark.parametrize("change", ["cancelled", "moved", "arrived", "gone"])
def test_a_row_that_was_left_behind_misleads_nobody(salon: Tenant, letters: Letters, change: str) -> None:
    """The outbox says that a reminder is due; the booking has the last word."""
    booking = _confirmed()
    if change == "moved":
        later = MONDAY_AT_TEN + DAY
        Appointment.objects.update(starts_at=later, ends_at=later + HOUR, blocked_end=later + HOUR)
    elif change == "gone":
        booking.delete()
    else:
        Booking.objects.update(status=change)
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        deliver_outbox()
    assert _reminders(letters) == []
    assert not OutboxMessage.objects.filter(done_at=None).exists()


def test_arriving_early_withdraws_it(salon: Tenant) -> None:
    booking = _confirmed()
    Booking.objects.update(status=Status.ARRIVED)
    booking.refresh_from_db()
    happen(BookingArrived, booking)
    assert _waiting() == []


def test_other_channels_carry_only_if_their_feature_is_on(salon: Tenant, letters: Letters) -> None:
    reminders = [{"channel": channel, "minutes_before": 120} for channel in ("email", "sms", "whatsapp")]
    configure(salon, reminders=reminders, features={"sms": True})
    _confirmed()
    assert [channel for channel, _due in _waiting()] == ["email", "sms", "whatsapp"]
    with time_machine.travel(MONDAY_AT_TEN - 2 * HOUR, tick=False):
        deliver_outbox()

    _confirmed_by, sms = [each for each in letters.all() if each["X-BookMe-Channel"] == "sms"]
    assert sms["X-BookMe-To"] == "+447700900123"
    assert sms["X-BookMe-Tenant"] == "salon"
    assert "Monday 7 January, 10:00" in body(sms)
    assert "/m/" in body(sms)
    assert not [each for each in letters.all() if each["X-BookMe-Channel"] == "whatsapp"]
    assert set(
        Notification.objects.filter(kind="booking.reminder").values_list("channel", "to", "status", "reason")
    ) == {
        ("email", "amelia@mail.example", "sent", ""),
        ("sms", "+447700900123", "sent", ""),
        ("whatsapp", "+447700900123", "skipped", "channel_off"),
    }


def test_one_whose_channel_is_off_goes_by_the_next(salon: Tenant, letters: Letters) -> None:
    configure(salon, reminders=[{"channel": "sms", "minutes_before": 120}], features={"sms": False})
    _confirmed()
    with time_machine.travel(MONDAY_AT_TEN - 2 * HOUR, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 1
    told = Notification.objects.get(kind="booking.reminder")
    assert (told.status, told.channel, told.to, told.tried) == ("sent", "email", "amelia@mail.example", ["sms"])


def test_of_two_that_are_off_at_one_time_only_one_goes_by_the_next(salon: Tenant, letters: Letters) -> None:
    reminders = [{"channel": channel, "minutes_before": 120} for channel in ("whatsapp", "sms")]
    configure(salon, reminders=reminders, features={"sms": False, "whatsapp": False})
    _confirmed()
    with time_machine.travel(MONDAY_AT_TEN - 2 * HOUR, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 1
    told = Notification.objects.filter(kind="booking.reminder").values_list("status", "tried")
    assert sorted(told) == [("sent", ["sms"]), ("skipped", ["whatsapp"])]


def test_a_customer_is_reminded_only_by_what_they_want(salon: Tenant, letters: Letters) -> None:
    reminders = [{"channel": channel, "minutes_before": 120} for channel in ("email", "sms", "whatsapp")]
    configure(salon, reminders=reminders, features={"sms": True, "whatsapp": True})
    WhatsAppTemplateFactory(name="booking.confirmed")
    WhatsAppTemplateFactory(name="booking.reminder")
    _confirmed()
    Customer.objects.update(channels={"email": False, "sms": False})
    with time_machine.travel(MONDAY_AT_TEN - 2 * HOUR, tick=False):
        deliver_outbox()
    told = Notification.objects.filter(audience="customer").values_list("kind", "channel")
    assert set(told.filter(status="sent")) == {("booking.confirmed", "whatsapp"), ("booking.reminder", "whatsapp")}
    refused = told.filter(status="skipped", reason="not_wanted")
    assert set(refused) == {("booking.reminder", "email"), ("booking.reminder", "sms")}


def test_what_nothing_carries_by_its_channel_goes_by_the_next(salon: Tenant, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": None}
    configure(salon, reminders=[{"channel": "sms", "minutes_before": 120}], features={"sms": True})
    _confirmed()
    with time_machine.travel(MONDAY_AT_TEN - 2 * HOUR, tick=False):
        deliver_outbox()
    told = Notification.objects.get(kind="booking.reminder")
    assert (told.status, told.channel, told.tried) == ("sent", "email", ["sms"])


def test_what_no_channel_carries_is_recorded_with_the_reason(salon: Tenant, settings: Any) -> None:
    settings.MESSAGE_BACKENDS = {"sms": None}
    messages = {"channels": ["sms"]}
    configure(salon, features={"sms": True}, messages=messages, contact={"email": ""}, reminders=[])
    _confirmed()
    told = Notification.objects.get()
    assert (told.status, told.reason, told.error) == ("skipped", "not_set_up", "nothing here carries SMS yet")


def _changed(business: Tenant, *changes: dict[str, Any], total: int = 0) -> None:
    """The business's settings were changed, and what follows is done."""
    fact = BusinessConfigured(business.pk, "api", "", total or len(changes), list(changes))
    with transaction.atomic():
        publish(fact, actor=SYSTEM)
    deliver_outbox()


TO_AN_HOUR = {
    "path": REMINDERS_PATH,
    "before": [{"channel": "email", "minutes_before": 1440}],
    "after": [{"channel": "email", "minutes_before": 60}],
}


def test_a_business_that_changes_its_reminders_changes_those_that_wait(owner: Person, salon: Tenant) -> None:
    _confirmed()
    answer = owner.api.patch("config/", {"reminders": [{"channel": "email", "minutes_before": 60}]})
    assert answer.status_code == 200, answer.content
    deliver_outbox()
    assert _waiting() == [("email", MONDAY_AT_TEN - HOUR)]


def test_one_that_nobody_wants_any_more_is_not_sent(salon: Tenant, letters: Letters) -> None:
    _confirmed()
    configure(salon, reminders=[{"channel": "email", "minutes_before": 60}])
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        deliver_outbox()
    assert _reminders(letters) == []


@pytest.mark.parametrize(
    ("told", "planned"),
    [({"total": 1}, 0), ({"total": 201}, 1)],
    ids=["all that changed is told", "more changed than is told"],
)
def test_other_settings_leave_them_alone_unless_not_all_is_told(
    salon: Tenant, told: dict[str, int], planned: int
) -> None:
    BookingFactory()
    _changed(salon, {"path": "settings.branding.primary_color", "before": "#000000", "after": "#111111"}, **told)
    assert len(_waiting()) == planned


def test_hundreds_of_bookings_follow_some_at_a_time(salon: Tenant) -> None:
    """A task takes some statements, not some for each booking, and no booking is left out."""
    person = StaffFactory()
    for number in range(250):
        BookingFactory(appointment__starts_at=MONDAY_AT_TEN + number * DAY, appointment__staff=person)
    _changed(salon, TO_AN_HOUR | {"after": TO_AN_HOUR["before"]})
    assert len(_waiting()) == 250
    configure(salon, reminders=[{"channel": "email", "minutes_before": 60}])
    with CaptureQueriesContext(connection) as asked:
        _changed(salon, TO_AN_HOUR)
    expected = [("email", MONDAY_AT_TEN + number * DAY - HOUR) for number in range(250)]
    assert _waiting() == expected
    own = OutboxMessage.objects.filter(task=PLAN_MESSAGES_TASK, done_at__isnull=False)
    assert own.count() == 4, "two at each change, after the hundred of the reaction itself"
    about_bookings = [each for each in asked.captured_queries if "bookings_booking" in each["sql"]]
    assert len(about_bookings) == 3 * 3, "which, locked, as they are: for each of the three parts"
    assert len(asked) < 95


@pytest.mark.parametrize(
    ("start", "before"),
    [
        (dt.datetime(2030, 3, 31, 12, tzinfo=LONDON), 1440),  # the clock goes forward in the night between
        (dt.datetime(2030, 10, 27, 12, tzinfo=LONDON), 1440),  # and back
        (dt.datetime(2030, 10, 27, 1, 30, tzinfo=LONDON), 60),  # in the hour that comes twice
    ],
)
def test_so_many_real_minutes_before_whatever_the_clock_does(salon: Tenant, start: dt.datetime, before: int) -> None:
    configure(salon, reminders=[{"channel": "email", "minutes_before": before}], messages=NEVER_QUIET)
    starts_at = start.astimezone(dt.UTC)
    _confirmed(at=starts_at)
    assert _waiting() == [("email", starts_at - dt.timedelta(minutes=before))]


def test_the_message_tells_the_wall_clock_of_the_place_after_the_change(salon: Tenant, letters: Letters) -> None:
    starts_at = dt.datetime(2030, 3, 31, 12, tzinfo=LONDON).astimezone(dt.UTC)
    _confirmed(at=starts_at)
    with time_machine.travel(starts_at - DAY, tick=False):
        deliver_outbox()
    assert "Sunday 31 March, 12:00" in _reminders(letters)[0]


def test_planning_reads_the_booking_under_a_lock(committed: Tenant) -> None:
    """Of two plans at once, the one that reads later writes later: the old time never comes back."""
    booking = BookingFactory()
    now = dt.datetime(2029, 1, 1, tzinfo=dt.UTC)

    def plan() -> None:
        with tenant_scope(tenant_named("salon")), transaction.atomic():
            plan_messages(visit_ids=[booking.visit_id], now=now)
        connection.close()

    with transaction.atomic():
        Booking.objects.select_for_update().get(pk=booking.pk)
        Appointment.objects.update(
            starts_at=MONDAY_AT_TEN + DAY, ends_at=MONDAY_AT_TEN + DAY + HOUR, blocked_end=MONDAY_AT_TEN + DAY + HOUR
        )
        other = Thread(target=plan)
        other.start()
        other.join(0.3)
        assert other.is_alive(), "it waits for whoever changes the booking"
    other.join(10)
    assert _waiting() == [("email", MONDAY_AT_TEN)]


def _visit(*names: str) -> list[Booking]:
    """Confirmed services of one visit, one after another, from Monday at ten."""
    first = BookingFactory(visit__contact_email="amelia@mail.example", appointment__service__name=names[0])
    later = [
        BookingFactory(
            visit=first.visit,
            position=position,
            appointment__service__name=name,
            appointment__starts_at=MONDAY_AT_TEN + position * HOUR,
        )
        for position, name in enumerate(names[1:], start=1)
    ]
    with transaction.atomic():
        publish_together(BookingConfirmed, [first, *later], actor=SYSTEM)
    deliver_outbox()
    return [first, *later]


def _become(status: Status, booking: Booking, fact: type[BookingEvent], **more: Any) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=status)
    booking.refresh_from_db()
    happen(fact, booking, **more)


def test_a_visit_has_one_that_tells_all_of_it(salon: Tenant, letters: Letters) -> None:
    bookings = _visit("Cut", "Colour", "Brows")
    assert _waiting() == [("email", A_DAY_BEFORE)]
    with time_machine.travel(A_DAY_BEFORE, tick=False):
        deliver_outbox()
    assert _reminders(letters) == ["See you soon: Cut and 2 more, Monday 7 January, 10:00"]
    assert Notification.objects.get(kind="booking.reminder").booking_ids == [each.pk for each in bookings]


def test_it_is_of_what_is_confirmed_still(salon: Tenant, letters: Letters) -> None:
    cut, colour, brows = _visit("Cut", "Colour", "Brows")
    _become(Status.CANCELLED, cut, BookingCancelled, **CANCELLED)
    assert _waiting() == [("email", A_DAY_BEFORE + HOUR)]
    _become(Status.CANCELLED, brows, BookingCancelled, **CANCELLED)
    with time_machine.travel(A_DAY_BEFORE + HOUR, tick=False):
        deliver_outbox()
    assert _reminders(letters) == ["See you soon: Colour, Monday 7 January, 11:00"]
    _become(Status.CANCELLED, colour, BookingCancelled, **CANCELLED)
    assert _waiting() == []


def test_who_is_there_is_not_reminded_of_what_comes_next(salon: Tenant, letters: Letters) -> None:
    configure(salon, reminders=[{"channel": "email", "minutes_before": 30}])
    cut, _colour = _visit("Cut", "Colour")
    with time_machine.travel(MONDAY_AT_TEN - HOUR / 2, tick=False):
        deliver_outbox()
        _become(Status.ARRIVED, cut, BookingArrived)
    assert _waiting() == []
    with time_machine.travel(MONDAY_AT_TEN + HOUR / 2, tick=False):
        deliver_outbox()
    assert len(_reminders(letters)) == 1


def test_but_is_of_what_was_moved_to_another_day(salon: Tenant, letters: Letters) -> None:
    cut, colour = _visit("Cut", "Colour")
    _move(colour, MONDAY_AT_TEN + 4 * DAY)
    assert _waiting() == [("email", A_DAY_BEFORE)]
    with time_machine.travel(MONDAY_AT_TEN, tick=False):
        _become(Status.ARRIVED, cut, BookingArrived)
    assert _waiting() == [("email", A_DAY_BEFORE + 4 * DAY)]
    with time_machine.travel(A_DAY_BEFORE + 4 * DAY, tick=False):
        deliver_outbox()
    assert _reminders(letters)[-1] == "See you soon: Colour, Friday 11 January, 10:00"


def test_the_visits_of_a_series_have_each_their_own_in_as_many_statements_as_one(salon: Tenant) -> None:
    first = BookingFactory()
    visits = [first, *(BookingFactory(visit__customer=first.visit.customer,
                                      appointment__starts_at=MONDAY_AT_TEN + 7 * week * DAY)
                       for week in range(1, 5))]  # fmt: skip
    with transaction.atomic():
        publish_together(BookingConfirmed, visits, actor=SYSTEM)
    deliver_outbox()
    assert _waiting() == [("email", A_DAY_BEFORE + 7 * week * DAY) for week in range(5)]
    for some in (visits[:1], visits):
        with transaction.atomic(), CaptureQueriesContext(connection) as asked:
            plan_messages(visit_ids=[each.visit_id for each in some], now=dt.datetime(2029, 1, 1, tzinfo=dt.UTC))
        assert len(asked) == 4, "lock, delete what waits, read, write"
