"""What went out, as the team reads it."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django.db import transaction

from bookme import communications
from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.actions.telling import send_later
from bookme.communications.filters import ON_RECORD
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import AttemptOutcome, Channel, Notification, NotificationStatus
from bookme.communications.selectors import routes
from bookme.communications.wording import AUDIENCES, CHANNELS, KINDS, OUTCOMES, REASONS, STATUSES, reason_text
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.tenants.models import OutboxMessage
from bookme.web.messages.looks import CHANNEL_ICONS, KIND_ICONS, OUTCOME_LOOKS, STATUS_LOOKS
from bookme.web.messages.sent import PAGE_SIZE
from tests.factories.bookings import BookingFactory
from tests.factories.communications import AttemptFactory, NotificationFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop
from tests.web.team.conftest import book, done, sent, shown

PATH = "/team/messages/"
HOUR = dt.timedelta(hours=1)


def _page(notification: Notification) -> str:
    return f"{PATH}{notification.pk}/"


def _again(notification: Notification) -> str:
    return f"{_page(notification)}send-again/"


def _about(booking: Booking, **values: object) -> Notification:
    return NotificationFactory(
        booking_ids=[booking.pk], visit_id=booking.visit_id, to=booking.visit.contact_email, **values
    )


def test_an_empty_list_says_what_will_be_here(salon_team: Shop, owner: Person) -> None:
    assert "Nothing went out yet" in shown(owner, PATH)


def test_it_says_what_went_out_to_whom_by_what_and_how_it_went(salon_team: Shop, owner: Person) -> None:
    made = _about(
        book(salon_team, "Ada", contact_name="Ada Byron"), channel="sms", status="failed", reason="over_cap", attempts=3
    )
    NotificationFactory(audience="staff", recipient_id=salon_team.ben.pk, to="ben@salon.example")
    NotificationFactory(audience="business", to="hello@salon.example")
    page = shown(owner, PATH)
    for told in (
        "Booking confirmed",
        "Ada Byron",
        "Failed",
        "more than you allow",
        "3 tries",
        "Ben Ruiz",
        "The business",
        _page(made),
    ):
        assert told in page
    assert "Nothing went out yet" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=failed", {"reminder"}),
        ("status=sent", {"confirmed", "cancelled"}),
        ("channel=sms", {"reminder"}),
        ("kind=booking.cancelled", {"cancelled"}),
        ("audience=business", {"cancelled"}),
        ("search=confirmed@", {"confirmed"}),
        ("from=2030-01-02&to=2030-01-02", {"reminder", "confirmed", "cancelled"}),
        ("to=2030-01-01", set()),
        ("status=failed&channel=email", set()),
    ],
)
def test_it_is_narrowed(salon_team: Shop, owner: Person, query: str, found: set[str]) -> None:
    NotificationFactory(kind="booking.reminder", channel="sms", status="failed", to="reminder@x.example")
    NotificationFactory(kind="booking.confirmed", to="confirmed@x.example")
    NotificationFactory(kind="booking.cancelled", audience="business", to="cancelled@x.example")
    page = shown(owner, f"{PATH}?{query}")
    assert {name for name in ("reminder", "confirmed", "cancelled") if f"{name}@x.example" in page} == found
    assert ("No message is like this" in page) is (not found)


def test_what_cannot_be_read_is_said_at_its_field(salon_team: Shop, owner: Person) -> None:
    NotificationFactory()
    page = shown(owner, f"{PATH}?from=soon&kind=letter", status=422)
    assert "Enter a valid date." in page
    assert "someone@mail.example" not in page


def test_chips_and_pages_keep_what_was_chosen(salon_team: Shop, owner: Person) -> None:
    NotificationFactory.create_batch(PAGE_SIZE + 1, status="failed")
    page = shown(owner, f"{PATH}?status=failed&channel=email")
    assert 'href="/team/messages/?status=sent&amp;channel=email"' in page
    assert 'href="/team/messages/?status=failed&amp;channel=email&amp;page=2"' in page
    assert page.count("sent-a") == PAGE_SIZE
    assert shown(owner, f"{PATH}?status=failed&page=2").count("sent-a") == 1


def test_one_message_is_shown_as_it_looked_with_its_tries_and_bookings(salon_team: Shop, owner: Person) -> None:
    booking = book(salon_team, "Ada", contact_name="Ada Byron")
    made = _about(
        booking,
        text="Hello <b>Ada</b>\n\nSee [link]",
        status="failed",
        reason="gave_up",
        tried=["whatsapp"],
        channel="sms",
        segments=2,
    )
    AttemptFactory(notification=made, number=1, channel="whatsapp", outcome="refused", error="no such number (63003)")
    AttemptFactory(notification=made, number=2, channel="sms", outcome="unclear", error="TimeoutError: another try")
    page = shown(owner, _page(made))
    for told in (
        "Hello &lt;b&gt;Ada&lt;/b&gt;",
        "never kept",
        "It was tried often enough.",
        "Refused for good",
        "no such number (63003)",
        "No clear answer",
        "After WhatsApp",
        "2 parts",
        f"/team/bookings/{booking.pk}/",
        "Send again",
    ):
        assert told in page, told


def test_it_is_sent_again(salon_team: Shop, owner: Person) -> None:
    made = _about(book(salon_team, "Ada"))
    page = done(owner, _again(made))
    assert "It goes out once more" in page
    assert "Waiting" in page
    assert "Send again" not in page, "it is on its way"
    made.refresh_from_db()
    assert (made.status, made.edition) == ("queued", 2)
    assert "on its way already" in done(owner, _again(made))
    made.refresh_from_db()
    assert made.edition == 2


def test_what_is_no_longer_true_is_not(salon_team: Shop, owner: Person) -> None:
    made = _about(book(salon_team, "Ada", status=Status.CANCELLED))
    assert "would no longer be true" in done(owner, _again(made))
    made.refresh_from_db()
    assert (made.status, made.edition) == ("sent", 1)
    assert not OutboxMessage.objects.filter(task="communications.send_message").exists()


def test_who_may_not_read_or_send_is_refused(
    salon_team: Shop, owner: Person, stylist: Person, customer: Person, rival_owner: Person
) -> None:
    made = _about(book(salon_team, "Ada"))
    for path in (PATH, _page(made)):
        shown(stylist, path, status=403)
        assert customer.page.get(path).status_code == 403
    assert rival_owner.page.get(_page(made)).status_code == 404
    assert sent(stylist, _again(made)).status_code == 403
    made.refresh_from_db()
    assert made.status == "sent"
    assert PATH not in shown(stylist, "/team/")
    assert PATH in shown(owner, "/team/")


def test_who_may_read_and_not_send_is_not_offered_it(salon_team: Shop) -> None:
    made = _about(book(salon_team, "Ada"))
    reader = make_person(salon_team.tenant, Role.MANAGER, email="reads@salon.example", denied=["notifications.send"])
    assert "Send again" not in shown(reader, _page(made))
    assert sent(reader, _again(made)).status_code == 403


def test_a_bound_manager_sees_the_messages_of_their_bookings_alone(salon_team: Shop) -> None:
    mine = _about(book(salon_team, "Ada"), subject="Mine")
    other = _about(book(salon_team, "Bea", person=salon_team.ben, at=dt.datetime(2030, 1, 3, 10, tzinfo=dt.UTC)))
    both = NotificationFactory(booking_ids=[mine.booking_ids[0], other.booking_ids[0]])
    bound = make_person(
        salon_team.tenant, Role.MANAGER, email="bound@salon.example", staff_ids=[str(salon_team.ana.pk)]
    )
    page = shown(bound, PATH)
    assert _page(mine) in page
    for hidden in (other, both):
        assert _page(hidden) not in page
        shown(bound, _page(hidden), status=404)
        assert sent(bound, _again(hidden)).status_code == 404


def test_the_page_of_a_booking_leads_to_its_messages(salon_team: Shop, owner: Person, stylist: Person) -> None:
    booking = book(salon_team, "Ada")
    made = _about(booking, status="bounced", reason="bounced")
    page = shown(owner, f"/team/bookings/{booking.pk}/")
    assert _page(made) in page
    assert "Bounced" in page
    assert _page(made) not in shown(stylist, f"/team/bookings/{booking.pk}/")


def test_a_message_of_a_booking_that_is_gone_is_still_read(salon_team: Shop, owner: Person) -> None:
    made = _about(BookingFactory())
    Booking.objects.all().delete()
    assert "Booking confirmed" in shown(owner, _page(made))


def test_whatever_is_on_record_has_words_and_a_look() -> None:
    assert set(KINDS) == set(Kind)
    assert set(STATUS_LOOKS) == set(STATUSES) == set(NotificationStatus)
    assert set(OUTCOME_LOOKS) == set(OUTCOMES) == set(AttemptOutcome)
    assert set(AUDIENCES) == set(Audience)
    assert set(CHANNELS) == set(CHANNEL_ICONS) == set(Channel)
    assert set(KIND_ICONS) >= set(ON_RECORD)


def test_every_reason_that_the_code_gives_has_words() -> None:
    given = set()
    for file in (Path(communications.__file__).parent / "actions" / "sending.py", Path(routes.__file__)):
        given |= set(re.findall(r'(?:reason=|return )"(\w+)"', file.read_text()))
    assert len(given) > 5
    assert given <= set(REASONS)
    folder = Path(communications.__file__).parent
    written = "".join(each.read_text() for part in ("actions", "selectors") for each in (folder / part).glob("*.py"))
    assert [each for each in REASONS if f'"{each}"' not in written] == [], "words for what nothing gives"
    assert reason_text("some_other") == "some_other"


def test_what_may_have_arrived_is_not_said_to_wait(salon_team: Shop, owner: Person) -> None:
    """In words, and with the time of the next try."""
    made = _about(
        book(salon_team, "Ada"), status="queued", channel="sms", attempts=1, sent_at=None, due_at=now() - HOUR
    )
    AttemptFactory(notification=made, number=1, channel="sms", outcome="unclear", error="UnclearError")
    AttemptFactory(notification=made, number=2, channel="sms", outcome="unclear", error="StillUnclearError")
    with transaction.atomic():
        send_later(notification=made, due_at=now() + 5 * HOUR, now=now())
    page = shown(owner, _page(made))
    assert "It may have arrived: whoever carries it has not said." in page
    assert "It has not gone out yet" not in page
    assert "UnclearError" not in page
    assert "They did not say whether they took it." in page
    assert f"{now() + 5 * HOUR:%H:%M}" in page.split("Next try")[1][:200]


@pytest.mark.parametrize(("waits", "said"), [(-1, "Now"), (3, "")])
def test_what_failed_says_when_it_is_tried_next(salon_team: Shop, owner: Person, waits: int, said: str) -> None:
    made = _about(book(salon_team, "Ada"), status="queued", attempts=1, sent_at=None)
    AttemptFactory(notification=made, number=1, outcome="failed", error="NotTakenError")
    with transaction.atomic():
        send_later(notification=made, due_at=now() + waits * HOUR, now=now())
    page = shown(owner, _page(made))
    assert "It has not got through yet, and is tried again." in page
    assert "It surely was not taken." in page
    assert (said or f"{now() + waits * HOUR:%H:%M}") in page.split("Next try")[1][:200]
