"""What is planned besides reminders, quiet hours around all of it, and what a business switches off."""

import datetime as dt
from dataclasses import replace
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from bookme.bookings.actions.offering import offer_place
from bookme.bookings.events import (
    BookingCompleted,
    BookingConfirmed,
    BookingExpired,
    BookingHeld,
    BookingImported,
    BookingNoShow,
    BookingRequested,
    BookingUndone,
)
from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Booking, WaitlistEntry
from bookme.bookings.states import TAKES_PLACE, Status
from bookme.communications.actions import plan_messages
from bookme.communications.keys import follow_up_plan, waiting_key
from bookme.communications.kinds import MESSAGES, SWITCHABLE, Category
from bookme.communications.models import Notification
from bookme.communications.selectors.facts import quiet_zone
from bookme.communications.selectors.routes import is_sent
from bookme.core.time import now
from bookme.customers.models import Customer
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import Due, enqueue_all_again
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import Moody, configure, happen
from tests.factories.bookings import MONDAY_AT_TEN, BookingFactory, HoldFactory, SessionFactory, WaitlistEntryFactory
from tests.factories.customers import ConsentFactory
from tests.factories.users import Person
from tests.letters import Letters, body

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
AMELIA = "amelia@mail.example"
NO_SHOW = {"fee": "0", "currency": "GBP"}
OVER = MONDAY_AT_TEN + HOUR


def _waiting() -> dict[str, dt.datetime]:
    """When what is planned is due, by the kind that its key begins with."""
    found = OutboxMessage.objects.filter(task__startswith="communications.", done_at=None)
    return {each.key.split(":")[0]: each.due_at for each in found}


def _booking(*, agreed: bool = True, **values: Any) -> Booking:
    made = BookingFactory(visit__contact_email=AMELIA, visit__contact_name="Amelia", **values)
    ConsentFactory(customer=made.visit.customer, kind="marketing", granted=agreed)
    return made


def _become(booking: Booking, status: Status, fact: Any, **more: Any) -> None:
    Booking.objects.filter(pk=booking.pk).update(status=status, version=booking.version + 1)
    booking.refresh_from_db()
    happen(fact, booking, **more)


def _text(letter: EmailMessage) -> str:
    return body(letter).replace("\r\n", "\n")


def _at(instant: dt.datetime) -> Any:
    return time_machine.travel(instant, tick=False)


@pytest.fixture
def thankful(salon: Tenant) -> Tenant:
    configure(salon, messages={"follow_up_hours": 3}, reminders=[])
    return salon


class TestFollowUp:
    def test_hours_after_the_visit_who_came_is_thanked_once(self, thankful: Tenant, letters: Letters) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.COMPLETED, BookingCompleted)
        assert _waiting() == {"follow_up": OVER + 3 * HOUR}
        with _at(OVER + 3 * HOUR):
            deliver_outbox()
            (letter,) = letters.to(AMELIA)
            _become(booking, Status.ARRIVED, BookingUndone, old_status="completed")
            _become(booking, Status.COMPLETED, BookingCompleted)
        assert letter["Subject"] == "Thank you for coming to Salon"
        assert len(letters.to(AMELIA)) == 1

    def test_not_without_consent_not_even_if_it_is_taken_back_later(self, thankful: Tenant, letters: Letters) -> None:
        refused, agreed = _booking(agreed=False), _booking(appointment__starts_at=MONDAY_AT_TEN + 2 * HOUR)
        with _at(MONDAY_AT_TEN + 3 * HOUR):
            _become(refused, Status.COMPLETED, BookingCompleted)
            _become(agreed, Status.COMPLETED, BookingCompleted)
        ConsentFactory(customer=agreed.visit.customer, kind="marketing", granted=False)
        with _at(MONDAY_AT_TEN + DAY):
            deliver_outbox()
        assert letters.all() == []

    def test_it_is_withdrawn_if_it_is_undone_and_comes_if_it_is_done_again(
        self, thankful: Tenant, letters: Letters
    ) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.COMPLETED, BookingCompleted)
            _become(booking, Status.ARRIVED, BookingUndone, old_status="completed")
            assert _waiting() == {}
            _become(booking, Status.COMPLETED, BookingCompleted)
        with _at(OVER + 3 * HOUR):
            deliver_outbox()
        assert len(letters.to(AMELIA)) == 1

    def test_in_the_night_it_waits_and_is_withdrawn_there_too(self, thankful: Tenant, letters: Letters) -> None:
        booking = _booking(appointment__starts_at=MONDAY_AT_TEN + 9 * HOUR)
        with _at(MONDAY_AT_TEN + 10 * HOUR):
            _become(booking, Status.COMPLETED, BookingCompleted)
        with _at(MONDAY_AT_TEN + 13 * HOUR):
            deliver_outbox()
            assert _waiting() == {"message": MONDAY_AT_TEN + 22 * HOUR}
            _become(booking, Status.ARRIVED, BookingUndone, old_status="completed")
        assert _waiting() == {}
        assert Notification.objects.get().status == "withdrawn"
        with _at(MONDAY_AT_TEN + 13 * HOUR):
            _become(booking, Status.COMPLETED, BookingCompleted)
        with _at(MONDAY_AT_TEN + 22 * HOUR):
            deliver_outbox()
        assert len(letters.to(AMELIA)) == 1

    def test_the_whole_visit_is_over_first(self, thankful: Tenant, letters: Letters) -> None:
        cut = _booking()
        colour = BookingFactory(visit=cut.visit, position=1, appointment__starts_at=OVER)
        with _at(OVER + HOUR):
            _become(cut, Status.COMPLETED, BookingCompleted)
            assert _waiting() == {}
            _become(colour, Status.COMPLETED, BookingCompleted)
        assert _waiting() == {"follow_up": OVER + 4 * HOUR}
        with _at(OVER + 4 * HOUR):
            deliver_outbox()
        assert Notification.objects.get().booking_ids == [cut.pk, colour.pk]

    def test_nobody_is_thanked_weeks_later_nor_for_what_was_imported(self, thankful: Tenant) -> None:
        with _at(OVER + 8 * DAY):
            _become(_booking(), Status.COMPLETED, BookingCompleted)
        assert _waiting() == {}
        with _at(OVER):
            _become(_booking(appointment__starts_at=MONDAY_AT_TEN - DAY), Status.COMPLETED, BookingImported)
        assert _waiting() == {}

    @pytest.mark.parametrize(
        ("hours", "due", "thanked"),
        [(30, {"follow_up": OVER + 30 * HOUR}, 0), (1, {}, 1), (None, {}, 0)],
        ids=["later", "at once, for that was an hour ago", "not at all"],
    )
    def test_other_hours_are_followed_by_what_waits(
        self,
        thankful: Tenant,
        owner: Person,
        letters: Letters,
        hours: int | None,
        due: dict[str, dt.datetime],
        thanked: int,
    ) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.COMPLETED, BookingCompleted)
        with _at(OVER + 2 * HOUR):
            answer = owner.api.patch("config/", {"messages": {"follow_up_hours": hours}})
            assert answer.status_code == 200, answer.content
            deliver_outbox()
        assert _waiting() == due
        assert len(letters.to(AMELIA)) == thanked

    def test_who_came_before_anybody_was_thanked_is_not(self, salon: Tenant, owner: Person, letters: Letters) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.COMPLETED, BookingCompleted)
        with _at(OVER + 2 * HOUR):
            assert owner.api.patch("config/", {"messages": {"follow_up_hours": 1}}).status_code == 200
            deliver_outbox()
        assert _waiting() == {}
        assert letters.to(AMELIA) == []

    def test_more_thanks_than_one_step_plans(self, thankful: Tenant, owner: Person) -> None:
        """With visits to come among them: each has its place in the order of their ids."""
        over, coming = [], []
        with _at(OVER):
            for number in range(70):
                visit = _booking(appointment__starts_at=MONDAY_AT_TEN - number * HOUR, status=Status.COMPLETED).visit
                plan = Due("communications.send_follow_up", {"visit_id": str(visit.pk)}, follow_up_plan(visit.pk), OVER)
                over.append(replace(plan, due_at=OVER + 3 * HOUR))
                coming.append(_booking(appointment__starts_at=MONDAY_AT_TEN + (number + 2) * DAY))
            with transaction.atomic():
                enqueue_all_again(messages=over, now=now())
            answer = owner.api.patch("config/", {"messages": {"follow_up_hours": 120}})
            assert answer.status_code == 200, answer.content
            deliver_outbox()
        rows = OutboxMessage.objects.filter(task="communications.send_follow_up", done_at=None)
        assert sorted(rows.values_list("due_at", flat=True)) == sorted(
            OVER - number * HOUR + 120 * HOUR for number in range(70)
        )

    def test_a_business_that_thanks_nobody_any_more(self, thankful: Tenant, letters: Letters) -> None:
        with _at(OVER):
            _become(_booking(), Status.COMPLETED, BookingCompleted)
        configure(thankful, messages={})
        with _at(OVER + 3 * HOUR):
            deliver_outbox()
        assert letters.all() == []


class TestNoShow:
    SOON = dt.timedelta(minutes=10)

    def test_who_did_not_come_is_told_soon_and_once(self, salon: Tenant, letters: Letters) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.NO_SHOW, BookingNoShow, **NO_SHOW)
            assert _waiting() == {"no_show": OVER + self.SOON}
        with _at(OVER + self.SOON):
            deliver_outbox()
            assert letters.to(AMELIA)[0]["Subject"].startswith("We missed you")
            _become(booking, Status.CONFIRMED, BookingUndone, old_status="no_show")
            _become(booking, Status.NO_SHOW, BookingNoShow, **NO_SHOW)
        with _at(OVER + 2 * self.SOON):
            deliver_outbox()
        assert len(letters.to(AMELIA)) == 1

    def test_of_a_visit_all_at_once(self, salon: Tenant, letters: Letters) -> None:
        cut = _booking(appointment__service__name="Cut")
        colour = BookingFactory(visit=cut.visit, position=1, appointment__starts_at=OVER)
        for minute, booking in enumerate((cut, colour)):
            with _at(OVER + HOUR + dt.timedelta(minutes=minute)):
                _become(booking, Status.NO_SHOW, BookingNoShow, **NO_SHOW)
        with _at(OVER + 2 * HOUR):
            deliver_outbox()
        (letter,) = letters.to(AMELIA)
        assert "Cut and 1 more" in letter["Subject"]

    def test_a_wrong_click_is_told_to_nobody(self, salon: Tenant) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.NO_SHOW, BookingNoShow, **NO_SHOW)
            _become(booking, Status.CONFIRMED, BookingUndone, old_status="no_show")
        assert _waiting() == {}

    def test_not_before_morning_and_not_if_it_was_undone(self, salon: Tenant, letters: Letters) -> None:
        booking = _booking()
        night = MONDAY_AT_TEN + 12 * HOUR
        with _at(night):
            _become(booking, Status.NO_SHOW, BookingNoShow, **NO_SHOW)
        with _at(night + self.SOON):
            deliver_outbox()
            assert _waiting() == {"message": MONDAY_AT_TEN + 22 * HOUR}
            _become(booking, Status.CONFIRMED, BookingUndone, old_status="no_show")
        assert "message" not in _waiting()
        withdrawn = Notification.objects.get()
        assert (withdrawn.status, withdrawn.reason) == ("withdrawn", "no_longer_true")
        assert withdrawn.ended_at == night + self.SOON
        with _at(MONDAY_AT_TEN + 22 * HOUR):
            deliver_outbox()
        assert letters.all() == []


class TestHoldEnding:
    def _held(self, minutes: int, *, at: dt.datetime = MONDAY_AT_TEN) -> Booking:
        with _at(at):
            held = HoldFactory(
                visit__contact_email=AMELIA,
                hold_expires_at=at + dt.timedelta(minutes=minutes),
                appointment__starts_at=MONDAY_AT_TEN + DAY,
            )
            happen(BookingHeld, held)
        return held

    def test_minutes_before_it_ends(self, salon: Tenant, letters: Letters) -> None:
        self._held(30)
        due = MONDAY_AT_TEN + dt.timedelta(minutes=25)
        assert _waiting() == {"hold_ending": due}
        with _at(due):
            deliver_outbox()
            deliver_outbox()
        (letter,) = letters.to(AMELIA)
        assert letter["Subject"].startswith("Held for you until Monday 7 January, 10:30")
        assert "Finish your booking:\nhttp://salon.localhost:8000/m/" in _text(letter)

    def test_not_of_a_hold_that_is_hardly_longer_than_that(self, salon: Tenant) -> None:
        self._held(9)
        assert _waiting() == {}
        self._held(10)
        assert list(_waiting()) == ["hold_ending"]

    def test_not_in_the_night(self, salon: Tenant) -> None:
        self._held(120, at=MONDAY_AT_TEN + 10 * HOUR)
        assert _waiting() == {}

    @pytest.mark.parametrize("becomes", ["confirmed", "expired"])
    def test_it_is_withdrawn(self, salon: Tenant, letters: Letters, becomes: str) -> None:
        held = self._held(30)
        configure(salon, reminders=[])
        with _at(MONDAY_AT_TEN):
            fact = BookingConfirmed if becomes == "confirmed" else BookingExpired
            _become(held, Status(becomes), fact)
        assert _waiting() == {}

    def test_an_offer_leads_to_where_it_is_taken(self, salon: Tenant, letters: Letters) -> None:
        configure(salon, features={"waitlist": True}, messages={"quiet_from": None})
        start = now() + 30 * DAY
        entry = WaitlistEntryFactory(session=SessionFactory(starts_at=start), contact_email=AMELIA)
        with transaction.atomic():
            assert offer_place(entry_id=entry.pk, now=now())
        deliver_outbox()
        with _at(_waiting()["hold_ending"]):
            deliver_outbox()
        letter = letters.to(AMELIA)[-1]
        link = waitlist_url(WaitlistEntry.objects.get(pk=entry.pk))
        assert f"Take it or turn it down:\n{link}" in _text(letter)
        assert link not in Notification.objects.get(kind="booking.hold_ending").text


class TestQuietReminders:
    def _reminded(self, salon: Tenant, at: dt.datetime, hours: int, *, lives_in: str = "") -> dt.datetime:
        configure(salon, reminders=[{"channel": "email", "minutes_before": hours * 60}])
        booking = BookingFactory(
            visit__contact_email=AMELIA, visit__customer__timezone=lives_in, appointment__starts_at=at
        )
        happen(BookingConfirmed, booking)
        return _waiting()["reminder"]

    def test_sooner_rather_than_at_night_and_it_goes_out_then(self, salon: Tenant, letters: Letters) -> None:
        due = self._reminded(salon, MONDAY_AT_TEN, 12)
        assert due == MONDAY_AT_TEN - 13 * HOUR, "at nine on the evening before, not at ten"
        with _at(due + dt.timedelta(minutes=2)):
            deliver_outbox()
        assert letters.to(AMELIA)[-1]["Subject"].startswith("See you soon")

    @pytest.mark.parametrize(
        ("lives_in", "hours", "due"),
        [
            ("Asia/Tokyo", 12, (2030, 1, 6, 21)),  # seven in the morning there
            ("America/Los_Angeles", 3, (2030, 1, 6, 21)),  # eleven at night
            ("Pacific/Kiritimati", 12, (2030, 1, 7, 12)),  # noon of the day that is theirs already
            ("Pacific/Pago_Pago", 3, (2030, 1, 6, 20)),  # still evening
        ],
    )
    def test_it_is_their_night_that_counts(
        self, salon: Tenant, lives_in: str, hours: int, due: tuple[int, ...]
    ) -> None:
        expected = dt.datetime(*due, tzinfo=ZoneInfo(lives_in))  # type: ignore[misc]
        assert self._reminded(salon, MONDAY_AT_TEN, hours, lives_in=lives_in) == expected

    @pytest.mark.parametrize(("said", "counts"), [("", "America/New_York"), ("Asia/Tokyo", "Asia/Tokyo")])
    def test_or_where_they_were_as_they_booked(self, salon: Tenant, said: str, counts: str) -> None:
        """What they said of themselves comes first."""
        booking = BookingFactory(
            visit__timezone="America/New_York",
            visit__customer__timezone=said,
            appointment__starts_at=MONDAY_AT_TEN,
            appointment__location__online=True,
        )
        assert quiet_zone(booking) == ZoneInfo(counts)
        booking.appointment.location.online = False
        assert quiet_zone(booking) == ZoneInfo(said or "Europe/London"), "they come to the place"

    def test_of_who_does_not_say_it_is_that_of_the_place(self, salon: Tenant) -> None:
        configure(salon, reminders=[{"channel": "email", "minutes_before": 720}])
        booking = BookingFactory(appointment__location__timezone="Asia/Tokyo", appointment__starts_at=MONDAY_AT_TEN)
        happen(BookingConfirmed, booking)
        assert _waiting()["reminder"] == dt.datetime(2030, 1, 6, 21, tzinfo=ZoneInfo("Asia/Tokyo"))

    @pytest.mark.parametrize(
        ("start", "due"),
        [
            ((2030, 3, 31, 7), (2030, 3, 29, 21)),  # a day of 23 hours: 24 real hours before are six in the morning
            ((2030, 10, 27, 7), (2030, 10, 26, 8)),  # one of 25: they are eight
        ],
    )
    def test_when_the_clock_changes_it_is_so_many_real_hours(
        self, salon: Tenant, start: tuple[int, ...], due: tuple[int, ...]
    ) -> None:
        london = ZoneInfo("Europe/London")
        starts_at = dt.datetime(*start, tzinfo=london).astimezone(dt.UTC)  # type: ignore[misc]
        assert self._reminded(salon, starts_at, 24) == dt.datetime(*due, tzinfo=london)  # type: ignore[misc]

    def test_one_that_a_worker_finds_in_the_night_waits_for_the_morning(self, salon: Tenant, letters: Letters) -> None:
        due = self._reminded(salon, MONDAY_AT_TEN, 14)
        with _at(due + 5 * HOUR):
            deliver_outbox()
            row = OutboxMessage.objects.get(key=waiting_key(Notification.objects.get(kind="booking.reminder").pk))
            assert (row.due_at, row.attempts) == (MONDAY_AT_TEN - 2 * HOUR, 0)
            assert len(letters.to(AMELIA)) == 1
        with _at(MONDAY_AT_TEN - 2 * HOUR):
            deliver_outbox()
        assert len(letters.to(AMELIA)) == 2

    def test_unless_that_would_be_too_late(self, salon: Tenant, letters: Letters) -> None:
        due = self._reminded(salon, MONDAY_AT_TEN - 3 * HOUR, 12)
        with _at(due + 5 * HOUR):
            deliver_outbox()
        assert len(letters.to(AMELIA)) == 2

    def test_other_quiet_hours_are_followed_by_what_waits(self, salon: Tenant, owner: Person) -> None:
        self._reminded(salon, MONDAY_AT_TEN, 12)
        answer = owner.api.patch("config/", {"messages": {"quiet_from": "18:30"}})
        assert answer.status_code == 200, answer.content
        deliver_outbox()
        assert _waiting()["reminder"] == MONDAY_AT_TEN - dt.timedelta(hours=15, minutes=30)

    def test_the_zone_of_a_place_is_followed_by_what_waits(self, salon: Tenant, owner: Person) -> None:
        """It is told at the beginning of the night that is there, five hours later than here."""
        self._reminded(salon, MONDAY_AT_TEN, 3)
        place = Booking.objects.get().appointment.location_id
        self._follows(owner, f"locations/{place}/")

    def test_so_is_that_of_a_customer(self, salon: Tenant, customer: Person) -> None:
        self._reminded(salon, MONDAY_AT_TEN, 3)
        Customer.objects.update(user_id=customer.user.pk)
        self._follows(customer, "customers/me/")

    def _follows(self, who: Person, path: str) -> None:
        before = _waiting()["reminder"]
        assert who.api.patch(path, {"name": "Another"}).status_code == 200
        deliver_outbox()
        assert _waiting()["reminder"] == before
        answer = who.api.patch(path, {"timezone": "America/New_York"})
        assert answer.status_code == 200, answer.content
        deliver_outbox()
        assert _waiting()["reminder"] == MONDAY_AT_TEN - dt.timedelta(hours=8)


class TestChannels:
    def test_another_reminder_at_the_same_time_is_no_way_out(self, salon: Tenant, moody: Moody, settings: Any) -> None:
        """Or whoever cannot be reached by the one is told twice by the other."""
        settings.MESSAGE_BACKENDS = {"sms": None}
        both = [{"channel": channel, "minutes_before": 120} for channel in ("sms", "email")]
        configure(salon, reminders=both, features={"sms": True})
        happen(BookingConfirmed, BookingFactory(visit__contact_email=AMELIA, visit__contact_phone="+447700900123"))
        with _at(MONDAY_AT_TEN - 2 * HOUR):
            deliver_outbox()
        told = Notification.objects.filter(kind="booking.reminder").values_list("status", "channel", "reason")
        assert set(told) == {("sent", "email", ""), ("skipped", "sms", "not_set_up")}

    def test_one_at_another_time_is(self, salon: Tenant, moody: Moody, settings: Any) -> None:
        settings.MESSAGE_BACKENDS = {"sms": None}
        two = [{"channel": "sms", "minutes_before": 120}, {"channel": "email", "minutes_before": 60}]
        configure(salon, reminders=two, features={"sms": True})
        happen(BookingConfirmed, BookingFactory(visit__contact_email=AMELIA, visit__contact_phone="+447700900123"))
        with _at(MONDAY_AT_TEN - 2 * HOUR):
            deliver_outbox()
        told = Notification.objects.get(kind="booking.reminder")
        assert (told.status, told.channel, told.tried) == ("sent", "email", ["sms"])


class TestSwitches:
    def test_each_can_be_switched_off_but_those_of_accounts(self, salon: Tenant) -> None:
        configure(salon, messages={"off": list(SWITCHABLE)})
        on = {kind for kind, told in MESSAGES.items() for audience in told.audiences if is_sent(kind, audience)}
        assert on == {kind for kind, told in MESSAGES.items() if told.category is Category.ACCOUNT}

    def test_what_is_off_is_not_planned(self, salon: Tenant) -> None:
        off = ["booking.reminder", "booking.follow_up", "booking.hold_ending"]
        configure(salon, messages={"off": off, "follow_up_hours": 3})
        happen(BookingConfirmed, _booking())
        with _at(OVER):
            _become(_booking(), Status.COMPLETED, BookingCompleted)
            happen(BookingHeld, HoldFactory(hold_expires_at=OVER + HOUR))
        assert _waiting() == {}

    def test_what_was_switched_off_while_it_waited_is_not_sent(self, salon: Tenant, letters: Letters) -> None:
        with _at(MONDAY_AT_TEN + 12 * HOUR):
            _become(_booking(), Status.NO_SHOW, BookingNoShow, **NO_SHOW)
        with _at(MONDAY_AT_TEN + 13 * HOUR):
            deliver_outbox()
        configure(salon, messages={"off": ["booking.no_show"]})
        with _at(MONDAY_AT_TEN + 22 * HOUR):
            deliver_outbox()
        assert letters.all() == []
        told = Notification.objects.get()
        assert (told.status, told.reason) == ("skipped", "switched_off")

    def test_a_business_that_switches_reminders_off_withdraws_them(self, salon: Tenant, owner: Person) -> None:
        happen(BookingConfirmed, _booking())
        assert "reminder" in _waiting()
        assert owner.api.patch("config/", {"messages": {"off": ["booking.reminder"]}}).status_code == 200
        deliver_outbox()
        assert "reminder" not in _waiting()


def test_whoever_comes_online_can_join_from_the_letter_and_from_the_calendar(salon: Tenant, letters: Letters) -> None:
    link = "https://meet.example/j/123"
    online = {"appointment__location__online": True, "appointment__location__meeting_url": link}
    happen(BookingConfirmed, _booking(**online))
    with _at(MONDAY_AT_TEN - DAY):
        deliver_outbox()
    confirmed, reminder = letters.to(AMELIA)
    for letter in (confirmed, reminder):
        assert f"Join online:\n{link}" in _text(letter)
        assert f'href="{link}"' in body(letter, "html")
    (file,) = confirmed.iter_attachments()
    assert link in file.get_content()


@pytest.mark.parametrize(
    ("status", "is_told"), [(Status.PENDING, False), *((each, True) for each in sorted(TAKES_PLACE))]
)
def test_where_they_meet_online_is_told_only_of_what_is_confirmed(
    salon: Tenant, letters: Letters, status: Status, is_told: bool
) -> None:
    """In none of what a letter is made of: the row of the place, the button, the calendar."""
    link = "https://meet.example/j/123"
    online = {"appointment__location__online": True, "appointment__location__meeting_url": link}
    booking = _booking(status=status, **online)
    happen(BookingRequested if status is Status.PENDING else BookingConfirmed, booking)
    (letter,) = letters.to(AMELIA)
    assert [link in body(letter, each) for each in ("plain", "html")] == [is_told, is_told]
    assert booking.appointment.location.name in body(letter)
    files = [each.get_content() for each in letter.iter_attachments()]
    assert any(link in each for each in files) == is_told


class TestATryThatFails:
    """What was planned has its tries, whatever becomes of the plan."""

    def test_thanks_are_tried_again(self, thankful: Tenant, moody: Moody) -> None:
        booking = _booking()
        with _at(OVER):
            _become(booking, Status.COMPLETED, BookingCompleted)
        moody.to_message = "451 Later"
        with _at(OVER + 3 * HOUR):
            deliver_outbox()
        moody.to_message = "250 Kept"
        with _at(OVER + 4 * HOUR):
            deliver_outbox()
        assert [each["Subject"] for each in moody.messages()] == ["Thank you for coming to Salon"]
        assert Notification.objects.get().status == "sent"

    def test_a_reminder_is_tried_again_though_all_is_planned_anew(self, salon: Tenant, moody: Moody) -> None:
        configure(salon, contact={"email": ""}, reminders=[{"channel": "email", "minutes_before": 120}])
        booking = _booking()
        happen(BookingConfirmed, booking)
        moody.to_message = "451 Later"
        with _at(MONDAY_AT_TEN - 2 * HOUR):
            deliver_outbox()
            with transaction.atomic():
                plan_messages(visit_ids=[booking.visit_id], now=now())
        moody.to_message = "250 Kept"
        with _at(MONDAY_AT_TEN - HOUR):
            deliver_outbox()
        assert [each["Subject"].split(":")[0] for each in moody.messages()] == ["You're booked", "See you soon"]
