"""Who may refuse what: marketing needs consent, reminders may be refused, and what one has to know always comes."""

import datetime as dt
from dataclasses import replace
from email.message import EmailMessage
from uuid import UUID

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.communications import actions
from bookme.communications.kinds import MESSAGES, Audience, Kind, message_name, refusable
from bookme.communications.models import Channel, Muted, Notification
from bookme.communications.selectors.routes import refusal
from bookme.communications.tellings import told_of
from bookme.communications.told import Layout, Recipient, Sender, Told
from bookme.core.http.views import write
from bookme.core.ids import uuid7
from bookme.customers.actions import answer_marketing
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure, happen
from tests.factories.bookings import MONDAY_AT_TEN, BookingFactory
from tests.factories.communications import MutedFactory
from tests.letters import Letters, body

AMELIA = "amelia@mail.example"
PASSED = dt.datetime(2020, 1, 6, 10, tzinfo=dt.UTC)
OPTIONAL = {"booking.reminder", "booking.hold_ending", "booking.follow_up"}
AWAKE = {"quiet_from": None, "quiet_to": None}
SENDER = Sender("Salon", "#112233", "GB", "", "", "http://salon.localhost", "", "")
EVERY = [(kind, audience) for kind, told in MESSAGES.items() for audience in told.audiences]


def booking_of(status: str = "confirmed", at: dt.datetime = MONDAY_AT_TEN) -> Booking:
    return BookingFactory(
        status=status,
        appointment__starts_at=at,
        visit__contact_email=AMELIA,
        visit__contact_phone="+447700900123",
    )


def tell(kind: Kind, booking: Booking, *, at: dt.datetime, channel: Channel | None = None) -> Notification | None:
    about = actions.About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    actions.tell(key=f"{kind}", kind=kind, audience=Audience.CUSTOMER, about=about, channel=channel, now=at)
    return Notification.objects.filter(key=f"{kind}").first()


def answer(booking: Booking, *, granted: bool) -> None:
    with write():
        answer_marketing(customer=booking.visit.customer, granted=granted, language="en")


def one_click(letter: EmailMessage) -> tuple[str, str]:
    """Both headers; a long one begins on a line of its own."""
    return (letter["List-Unsubscribe"] or "").strip(), letter["List-Unsubscribe-Post"] or ""


def told_to(kind: Kind, audience: Audience, person_id: UUID) -> Told:
    return Told(
        kind=kind,
        audience=audience,
        to=Recipient(name="Amelia", agreed=True, person_id=person_id),
        sender=SENDER,
        variables={},
        layout=Layout(rows=[]),
        button=("", ""),
    )


class TestWhatMayBeRefused:
    def test_a_customer_may_refuse_reminders_and_thanks_and_nothing_else(self) -> None:
        assert set(refusable(Audience.CUSTOMER)) == OPTIONAL
        assert refusable(Audience.BUSINESS) == refusable(Audience.PERSON) == []
        assert all(each.endswith(".staff") for each in refusable(Audience.STAFF))

    @pytest.mark.parametrize(("kind", "audience"), EVERY)
    def test_of_what_one_has_to_know_a_refusal_has_no_effect(
        self, salon: Tenant, kind: Kind, audience: Audience
    ) -> None:
        """Whatever is in the table: nobody refuses what tells of their bookings, or the mails of accounts."""
        person_id = uuid7()
        told = told_to(kind, audience, person_id)
        assert refusal(told) == ""
        name = MutedFactory(person_id=person_id, name=message_name(kind, audience)).name
        assert (refusal(told) == "not_wanted") is (name in OPTIONAL or audience is Audience.STAFF)
        assert refusal(replace(told, to=replace(told.to, person_id=uuid7()))) == "", "somebody else's"

    @pytest.mark.parametrize(("kind", "audience"), EVERY)
    def test_without_consent_only_marketing_does_not_go(self, salon: Tenant, kind: Kind, audience: Audience) -> None:
        told = told_to(kind, audience, uuid7())
        silent = replace(told, to=replace(told.to, agreed=False))
        assert refusal(silent) == ("no_consent" if kind is Kind.FOLLOW_UP else "")


class TestMarketing:
    def test_it_goes_to_whom_has_agreed_with_a_way_out(self, salon: Tenant, letters: Letters) -> None:
        configure(salon, messages=AWAKE)
        booking = booking_of("completed", PASSED)
        answer(booking, granted=True)
        row = tell(Kind.FOLLOW_UP, booking, at=MONDAY_AT_TEN)
        (letter,) = letters.to(AMELIA)
        where, how = one_click(letter)
        assert where.startswith("<http://salon.localhost:8000/unsubscribe/")
        assert how == "List-Unsubscribe=One-Click"
        link = where.strip("<>")
        assert link in body(letter)
        assert f'href="{link}"' in body(letter, "html")
        assert row is not None
        assert row.status == "sent"
        assert "/unsubscribe/" not in row.text, "the record does not open it"

    @pytest.mark.parametrize("answers", [[], [False], [True, False]])
    def test_it_goes_to_nobody_else(self, salon: Tenant, letters: Letters, answers: list[bool]) -> None:
        configure(salon, messages=AWAKE)
        booking = booking_of("completed", PASSED)
        for granted in answers:
            answer(booking, granted=granted)
        assert tell(Kind.FOLLOW_UP, booking, at=MONDAY_AT_TEN) is None
        assert letters.all() == []

    @pytest.mark.parametrize("withdrawn", [True, False])
    def test_consent_that_is_withdrawn_while_it_waits_counts(
        self, salon: Tenant, letters: Letters, withdrawn: bool
    ) -> None:
        """With its control: where it is not withdrawn, it goes."""
        configure(salon, messages={"quiet_from": "21:00", "quiet_to": "08:00"})
        booking = booking_of("completed", PASSED)
        answer(booking, granted=True)
        row = tell(Kind.FOLLOW_UP, booking, at=MONDAY_AT_TEN.replace(hour=23))
        assert row is not None
        assert (row.status, letters.all()) == ("queued", [])
        answer(booking, granted=not withdrawn)
        actions.send(notification=row, now=MONDAY_AT_TEN + dt.timedelta(days=1))
        assert (row.status, row.reason) == (("skipped", "no_consent") if withdrawn else ("sent", ""))
        assert len(letters.all()) == (0 if withdrawn else 1)

    def test_sent_again_it_asks_again(self, salon: Tenant, letters: Letters) -> None:
        configure(salon, messages=AWAKE)
        booking = booking_of("completed", PASSED)
        answer(booking, granted=True)
        row = tell(Kind.FOLLOW_UP, booking, at=MONDAY_AT_TEN)
        assert row is not None
        answer(booking, granted=False)
        Notification.objects.filter(pk=row.pk).update(status="queued", edition=2, tried=[])
        actions.send(notification=row, now=MONDAY_AT_TEN)
        assert (row.status, row.reason, len(letters.all())) == ("skipped", "no_consent", 1)

    @pytest.mark.parametrize("channel", [Channel.SMS, Channel.WHATSAPP])
    def test_by_phone_it_says_how_it_ends_and_a_confirmation_does_not(
        self, salon: Tenant, letters: Letters, channel: Channel
    ) -> None:
        configure(salon, messages=AWAKE, features={"sms": True, "whatsapp": True})
        done, coming = booking_of("completed", PASSED), booking_of()
        answer(done, granted=True)
        tell(Kind.FOLLOW_UP, done, at=MONDAY_AT_TEN, channel=channel)
        tell(Kind.CONFIRMED, coming, at=MONDAY_AT_TEN, channel=channel)
        thanks, confirmed = letters.all()
        assert body(thanks).strip().endswith("Reply STOP to unsubscribe.")
        assert "STOP" not in body(confirmed)
        assert one_click(thanks) == one_click(confirmed) == ("", ""), "headers are of e-mails"


class TestReminders:
    def test_whoever_refused_them_gets_none_and_all_else(self, salon: Tenant, letters: Letters) -> None:
        configure(salon, messages=AWAKE)
        booking = booking_of(at=MONDAY_AT_TEN + dt.timedelta(days=1))
        MutedFactory(person_id=booking.visit.customer_id, name="booking.reminder")
        row = tell(Kind.REMINDER, booking, at=MONDAY_AT_TEN)
        assert row is not None
        assert (row.status, row.reason, letters.all()) == ("skipped", "not_wanted", [])
        happen(BookingConfirmed, booking)
        assert len(letters.to(AMELIA)) == 1

    def test_they_have_a_way_out_and_a_confirmation_has_none(self, salon: Tenant, letters: Letters) -> None:
        configure(salon, messages=AWAKE)
        booking = booking_of(at=MONDAY_AT_TEN + dt.timedelta(days=1))
        tell(Kind.REMINDER, booking, at=MONDAY_AT_TEN)
        tell(Kind.CONFIRMED, booking, at=MONDAY_AT_TEN)
        reminder, confirmation = letters.to(AMELIA)
        assert one_click(reminder)[1] == "List-Unsubscribe=One-Click"
        assert one_click(confirmation) == ("", "")
        assert "Unsubscribe" in body(reminder)
        assert "nsubscribe" not in body(confirmation) + body(confirmation, "html")


def test_whoever_waits_is_told_whatever_they_refused(salon: Tenant) -> None:
    booking = booking_of()
    for name in refusable(Audience.CUSTOMER):
        MutedFactory(person_id=booking.visit.customer_id, name=name)
    row = Notification(
        key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, booking_ids=[booking.pk], language="en"
    )
    told = told_of(row, now=MONDAY_AT_TEN)
    assert told is not None
    assert told.to.person_id == booking.visit.customer_id
    assert (refusal(told), Muted.objects.count()) == ("", len(OPTIONAL))
