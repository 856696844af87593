"""Letters to who waits: that they do, what is held for them, that there is nothing to come."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions.facts import waiting_fact
from bookme.bookings.actions.offering import decline_offer, leave_waitlist, offer_place
from bookme.bookings.actions.sessions.cancelling import cancel_session
from bookme.bookings.actions.sessions.changing import SessionChanges, change_session
from bookme.bookings.events import WaitlistClosed, WaitlistJoined
from bookme.bookings.links import waitlist_url
from bookme.bookings.models import Appointment, WaitlistEntry
from bookme.communications.models import Notification
from bookme.core.actor import SYSTEM
from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.desk import refused
from tests.communications.conftest import configure
from tests.factories.bookings import SessionFactory, WaitlistEntryFactory
from tests.factories.locations import LocationFactory
from tests.factories.users import Person
from tests.letters import Letters, body


@pytest.fixture
def entry(salon: Tenant) -> WaitlistEntry:
    """Amelia waits for a session in thirty days, in which there is room by now."""
    configure(salon, features={"waitlist": True})
    start = (now() + dt.timedelta(days=30)).replace(hour=18, minute=0, second=0, microsecond=0)
    session = SessionFactory(starts_at=start, service__name="Yoga", staff__name="Noor", location__name="Harbour")
    made = WaitlistEntryFactory(
        session=session, contact_name="Amelia", contact_email="amelia@mail.example", contact_phone="", party_size=2
    )
    return WaitlistEntry.objects.get(pk=made.pk)


def happen(kind: Any, entry: WaitlistEntry, **more: Any) -> None:
    with transaction.atomic():
        publish(waiting_fact(kind, entry, **more), actor=SYSTEM)
    deliver_outbox()


def offered(entry: WaitlistEntry) -> WaitlistEntry:
    with transaction.atomic():
        assert offer_place(entry_id=entry.pk, now=now())
    return WaitlistEntry.objects.get(pk=entry.pk)


def test_who_joins_has_the_link(entry: WaitlistEntry, letters: Letters) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(party_size=9)
    happen(WaitlistJoined, entry)
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("On the waitlist: Yoga")
    text = body(letter)
    assert waitlist_url(entry) in text
    assert "Nothing is booked yet." in text
    for line in ("What: Yoga", "With: Noor", "Where: Harbour", "For: 9 people"):
        assert line in text
    assert waitlist_url(entry) in body(letter, "html")
    record = Notification.objects.get()
    assert (record.kind, record.entry_id, record.booking_ids, record.status) == (
        "waitlist.joined",
        entry.pk,
        [],
        "sent",
    )
    assert waitlist_url(entry) not in record.text
    assert "[link]" in record.text


def test_an_offer_says_until_when(entry: WaitlistEntry, letters: Letters) -> None:
    held = offered(entry)
    deliver_outbox()
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("A place is free: Yoga")
    text = body(letter)
    assert "Take it or turn it down; after that it goes to the next in line." in text
    assert "Held until:" in text
    assert "Price: £80" in text
    assert "Cancelling is free until" in text
    assert waitlist_url(held) in text
    assert [each.kind for each in Notification.objects.all()] == ["waitlist.offered"], "a hold itself tells nobody"
    assert len(Notification.objects.get().booking_ids) == 1


def test_no_letter_of_an_offer_that_is_over(entry: WaitlistEntry, letters: Letters) -> None:
    held = offered(entry)
    with transaction.atomic():
        decline_offer(entry=held, actor=SYSTEM, now=now())
    deliver_outbox()
    assert letters.all() == []


def test_nor_of_joining_to_who_has_left(entry: WaitlistEntry, letters: Letters) -> None:
    with transaction.atomic():
        leave_waitlist(entry=entry, actor=SYSTEM)
    happen(WaitlistJoined, entry)
    assert letters.all() == []


class TestItMoves:
    @pytest.fixture
    def waiting(self, entry: WaitlistEntry) -> WaitlistEntry:
        """With too many to be offered a place."""
        WaitlistEntry.objects.filter(pk=entry.pk).update(party_size=9)
        return entry

    def _change(self, entry: WaitlistEntry, **changes: Any) -> None:
        session = Appointment.objects.get(pk=entry.session_id)
        with transaction.atomic():
            change_session(session=session, changes=SessionChanges(**changes), actor=SYSTEM, now=now())

    def _moved(self, entry: WaitlistEntry, *, hours: int) -> None:
        self._change(entry, start=Appointment.objects.get(pk=entry.session_id).starts_at + dt.timedelta(hours=hours))

    def test_they_learn_of_it_and_what_it_was(self, waiting: WaitlistEntry, letters: Letters) -> None:
        self._moved(waiting, hours=2)
        deliver_outbox()
        (letter,) = letters.to("amelia@mail.example")
        assert re.fullmatch(r"Changed: Yoga, \w+ \d+ \w+, 20:00", str(letter["Subject"]).strip())
        text = body(letter)
        assert re.search(r"Was: \w+ \d+ \w+, 18:00\s", text)
        assert "You wait for it still" in text
        assert waitlist_url(waiting) in text
        assert (record := Notification.objects.get()).kind == "waitlist.moved"
        assert (record.entry_id, record.status, waitlist_url(waiting) in record.text) == (waiting.pk, "sent", False)

    def test_so_does_who_is_offered_a_place(self, entry: WaitlistEntry, letters: Letters) -> None:
        offered(entry)
        deliver_outbox()
        self._moved(entry, hours=2)
        deliver_outbox()
        first, again = letters.to("amelia@mail.example")
        assert "A place is free: Yoga" in first["Subject"]
        assert "18:00" in first["Subject"]
        assert "A place is free: Yoga" in again["Subject"]
        assert "20:00" in again["Subject"]
        for told in ("Was: ", "Held until: ", "Take it or turn it down"):
            assert told in body(again)

    def test_of_two_moves_in_a_row_they_learn_the_last(self, waiting: WaitlistEntry, letters: Letters) -> None:
        self._moved(waiting, hours=1)
        self._moved(waiting, hours=1)
        deliver_outbox()
        (letter,) = letters.to("amelia@mail.example")
        assert "20:00" in letter["Subject"]
        assert re.search(r"Was: .* 18:00\s", body(letter)), "as they knew it"
        self._moved(waiting, hours=1)
        deliver_outbox()
        letter = letters.to("amelia@mail.example")[-1]
        assert "21:00" in letter["Subject"]
        assert re.search(r"Was: .* 20:00\s", body(letter)), "as they were told"

    def test_there_and_back_is_no_move(self, waiting: WaitlistEntry, letters: Letters) -> None:
        self._moved(waiting, hours=1)
        self._moved(waiting, hours=-1)
        deliver_outbox()
        assert letters.all() == []

    def test_its_time_and_then_its_place_are_told_together(self, waiting: WaitlistEntry, letters: Letters) -> None:
        self._moved(waiting, hours=2)
        self._change(waiting, location_id=LocationFactory(name="Pier").pk)
        deliver_outbox()
        (letter,) = letters.to("amelia@mail.example")
        assert re.search(r"Was: .* 18:00, at Harbour\s", body(letter))

    def test_of_one_online_they_read_their_own_time(self, waiting: WaitlistEntry, letters: Letters) -> None:
        Location.objects.update(online=True)
        WaitlistEntry.objects.update(timezone="Europe/Helsinki")
        self._moved(waiting, hours=2)
        deliver_outbox()
        (letter,) = letters.to("amelia@mail.example")
        assert "20:00 in London · 22:00 for you (Helsinki)" in letter["Subject"]
        assert re.search(r"When: \w+ \d+ \w+, 20:00, London time", body(letter))
        assert re.search(r"Your time: \w+ \d+ \w+, 22:00, Helsinki time", body(letter))
        assert "Where no zone is named, it is London time" in body(letter), "of how it was"

    def test_while_another_message_was_on_its_way(self, waiting: WaitlistEntry, letters: Letters) -> None:
        """It had been read before the move, and arrived after it."""
        happen(WaitlistJoined, waiting)
        self._moved(waiting, hours=2)
        Notification.objects.update(sent_at=now())
        deliver_outbox()
        assert "20:00" in letters.to("amelia@mail.example")[-1]["Subject"]

    def test_of_more_places_and_after_leaving_nobody_is_told(self, waiting: WaitlistEntry, letters: Letters) -> None:
        self._change(waiting, capacity=30)
        deliver_outbox()
        with transaction.atomic():
            leave_waitlist(entry=WaitlistEntry.objects.get(pk=waiting.pk), actor=SYSTEM)
        self._moved(waiting, hours=2)
        deliver_outbox()
        assert not [each for each in letters.all() if "Changed" in each["Subject"]]

    def test_who_cannot_be_told_is_on_record(self, waiting: WaitlistEntry, letters: Letters) -> None:
        WaitlistEntry.objects.filter(pk=waiting.pk).update(contact_email="", contact_phone="+442079460958")
        self._moved(waiting, hours=2)
        deliver_outbox()
        assert letters.all() == []
        assert (record := Notification.objects.get()).kind == "waitlist.moved"
        assert record.status == "skipped"


def test_a_session_that_is_cancelled_is_told(entry: WaitlistEntry, letters: Letters) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(party_size=9)
    assert entry.session is not None
    with transaction.atomic():
        cancel_session(session=entry.session, actor=SYSTEM, now=now())
    deliver_outbox()
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("Does not take place: Yoga")
    assert "You are not waiting for it any more." in body(letter)
    assert waitlist_url(entry) not in body(letter)


def test_a_course_that_is_booked_as_a_whole_by_now_is_told(entry: WaitlistEntry, letters: Letters) -> None:
    Service.objects.update(course="whole")
    Appointment.objects.update(course_id=uuid7())
    with transaction.atomic():
        assert not offer_place(entry_id=entry.pk, now=now())
    deliver_outbox()
    (letter,) = letters.to("amelia@mail.example")
    assert letter["Subject"].startswith("Booked as a whole course now: Yoga")
    assert "called off" not in body(letter)
    assert "not booked one by one any more at" in body(letter)


def test_what_has_begun_is_told_to_nobody(entry: WaitlistEntry, letters: Letters) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(status="closed")
    happen(WaitlistClosed, entry, reason="passed")
    assert letters.all() == []


def test_who_gave_a_phone_alone_has_no_letter(entry: WaitlistEntry, letters: Letters) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(contact_email="", contact_phone="+442079460958")
    happen(WaitlistJoined, entry)
    assert letters.all() == []


def test_in_their_own_language(entry: WaitlistEntry, letters: Letters) -> None:
    WaitlistEntry.objects.filter(pk=entry.pk).update(language="fr", party_size=9)
    happen(WaitlistJoined, entry)
    assert str(letters.all()[0]["Subject"]).strip().startswith("Sur liste d’attente")


def test_the_team_sends_it_again_while_it_is_true(entry: WaitlistEntry, letters: Letters, owner: Person) -> None:
    held = offered(entry)
    deliver_outbox()
    path = f"communications/notifications/{Notification.objects.get().pk}/send-again/"
    answer = owner.api.post(path)
    assert answer.status_code == 202, answer.content
    deliver_outbox()
    assert len(letters.to("amelia@mail.example")) == 2
    with transaction.atomic():
        decline_offer(entry=held, actor=SYSTEM, now=now())
    refused(owner.api.post(path), 409, "no_longer_true")
