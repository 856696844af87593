"""Texts that WhatsApp approves: kept by who looks after messages, asked for at the provider, used once approved."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications.models import LastInbound, Notification, WhatsAppTemplate
from bookme.communications.tasks import plan_approvals
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.communications.test_twilio import PHONE, booked, later
from tests.factories.communications import LastInboundFactory, WhatsAppTemplateFactory
from tests.factories.users import Person
from tests.letters import Letters, body
from tests.twilio import TOKEN, Mood, Twilio

PATH = "communications/whatsapp-templates/"
SID = "HX" + "0" * 31 + "1"
GIVEN = {"name": "booking.confirmed", "language": "en", "content_id": SID, "variables": ["customer", "when", "link"]}


def facts() -> list[Any]:
    found = Event.objects.filter(name="messages.changed").order_by("pk")
    return [(each.payload["kind"], each.payload["change"], sorted(each.payload["changes"])) for each in found]


def test_it_is_made_approved_used_changed_and_removed(manager: Person, salon: Tenant, twilio: Twilio) -> None:
    configure(salon, features={"whatsapp": True}, contact={"email": ""})
    made = manager.api.post(PATH, GIVEN)
    assert made.status_code == 201
    row = made.json()
    assert {**GIVEN, "state": "pending"}.items() <= row.items()
    assert manager.api.get(PATH).json()["results"] == [row]

    twilio.approvals[SID], twilio.contents[SID] = "approved", "{{1}}: {{2}} {{3}}"
    refreshed = manager.api.post(f"{PATH}refresh/")
    assert (refreshed.status_code, refreshed.json()["results"][0]["state"]) == (200, "approved")
    happen(BookingConfirmed, booked())
    assert [(each.to, each.content) for each in twilio.messages] == [(f"whatsapp:{PHONE}", SID)]

    one = f"{PATH}{row['id']}/"
    assert manager.api.patch(one, {"variables": ["customer"]}).json()["state"] == "approved"
    changed = manager.api.patch(one, {"content_id": SID[:-1] + "2"})
    assert (changed.status_code, changed.json()["state"]) == (200, "pending")
    assert manager.api.delete(one).status_code == 204
    assert not WhatsAppTemplate.objects.exists()
    assert facts() == [
        ("whatsapp_template", "made", ["content_id", "language", "name", "variables"]),
        ("whatsapp_template", "changed", ["state"]),
        ("whatsapp_template", "changed", ["variables"]),
        ("whatsapp_template", "changed", ["content_id", "state"]),
        ("whatsapp_template", "removed", ["content_id", "language", "name"]),
    ]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": "booking.confirmed.business"}, "/name"),
        ({"name": "account.registration"}, "/name"),
        ({"language": "English"}, "/language"),
        ({"content_id": "HX1"}, "/content_id"),
        ({"content_id": SID + "0"}, "/content_id"),
        ({"variables": ["customer", "password"]}, "/variables/1"),
        ({"variables": ["is_series"]}, "/variables/0"),
        ({"name": "waitlist.joined", "variables": ["price"]}, "/variables/0"),
        ({"variables": ["customer"] * 21}, "/variables"),
        ({"state": "approved", "colour": "red"}, "/colour"),
    ],
)
def test_what_cannot_be_sent_is_not_kept(owner: Person, wrong: dict[str, Any], pointer: str) -> None:
    answer = owner.api.post(PATH, GIVEN | wrong)
    assert (answer.status_code, [each["pointer"] for each in answer.json()["errors"]]) == (400, [pointer])
    assert not WhatsAppTemplate.objects.exists()
    assert facts() == []


def test_nobody_says_themselves_that_it_is_approved(owner: Person) -> None:
    row = owner.api.post(PATH, GIVEN | {"state": "approved"}).json()
    assert row["state"] == "pending"
    assert owner.api.patch(f"{PATH}{row['id']}/", {"state": "approved"}).json()["state"] == "pending"


def test_of_a_message_there_is_one_in_each_language(owner: Person) -> None:
    assert owner.api.post(PATH, GIVEN).status_code == 201
    again = owner.api.post(PATH, GIVEN)
    assert (again.status_code, again.json()["code"]) == (400, "unique")
    assert owner.api.post(PATH, GIVEN | {"language": "fr"}).status_code == 201


@pytest.mark.parametrize(
    ("said", "state"),
    [("approved", "approved"), ("rejected", "rejected"), ("paused", "paused"), ("disabled", "paused"),
     ("received", "pending"), ("unsubmitted", "pending"), (None, "pending")],
)  # fmt: skip
def test_each_is_as_the_provider_says(owner: Person, twilio: Twilio, said: str | None, state: str) -> None:
    row = WhatsAppTemplateFactory(state="rejected" if state == "approved" else "approved")
    if said:
        twilio.approvals[row.content_id] = said
    assert owner.api.post(f"{PATH}refresh/").json()["results"][0]["state"] == state


def test_what_the_provider_does_not_say_stays_as_it_was(owner: Person, twilio: Twilio, settings: Any) -> None:
    WhatsAppTemplateFactory()

    def refused() -> str:
        answer = owner.api.post(f"{PATH}refresh/")
        assert answer.status_code == 409
        return str(answer.json()["code"])

    twilio.moods.append(Mood.BUSY)
    assert refused() == "provider_busy"
    settings.TWILIO_AUTH_TOKEN = "wrong"
    assert refused() == "provider_credentials"
    settings.TWILIO_SENDERS, settings.MESSAGE_BACKENDS = {"sms": "+15005550006"}, {"whatsapp": None}
    assert refused() == "channel_off"
    assert WhatsAppTemplate.objects.get().state == "approved"
    assert facts() == []


class TestMailbox:
    """What stands in for WhatsApp on a local machine keeps to its rule."""

    @pytest.fixture(autouse=True)
    def _on(self, salon: Tenant) -> None:
        configure(salon, features={"whatsapp": True}, contact={"email": ""}, reminders=[])

    def test_to_who_has_not_written_only_what_was_approved_goes(self, owner: Person, letters: Letters) -> None:
        happen(BookingConfirmed, booked())
        told = Notification.objects.get()
        assert (told.channel, told.tried) == ("email", ["whatsapp", "sms"])
        assert owner.api.post(PATH, GIVEN).json()["state"] == "pending"
        assert owner.api.post(f"{PATH}refresh/").json()["results"][0]["state"] == "approved"
        happen(BookingConfirmed, booked(visit__reference="NEXT2345"))
        (letter,) = [each for each in letters.all() if each["X-BookMe-Channel"] == "whatsapp"]
        said = body(letter).strip().splitlines()
        assert (said[0], said[3]) == ("{{1}} Amelia Hart", SID)
        assert said[2].startswith("{{3}} http")

    def test_who_has_written_is_answered_in_words_of_its_own(self, letters: Letters) -> None:
        LastInboundFactory(address=PHONE)
        happen(BookingConfirmed, booked())
        (letter,) = letters.all()
        assert letter["X-BookMe-Channel"] == "whatsapp"
        assert "You're booked" in body(letter)


def approved(twilio: Twilio, **values: Any) -> WhatsAppTemplate:
    row: WhatsAppTemplate = WhatsAppTemplateFactory(variables=["customer"], **values)
    twilio.approvals[row.content_id], twilio.contents[row.content_id] = "approved", "Hello {{1}}"
    return row


class TestRefusal:
    """What Twilio refuses since its text is not approved is not tried by that text again."""

    @pytest.fixture(autouse=True)
    def _on(self, salon: Tenant) -> None:
        configure(salon, features={"whatsapp": True, "sms": True}, contact={"email": ""})

    @pytest.mark.parametrize(
        ("code", "state"),
        [(63016, "pending"), (63027, "pending"), (21655, "pending"), (63040, "rejected"), (63041, "paused"),
         (63042, "paused"), (63024, "approved"), (63018, "approved")],
    )  # fmt: skip
    @pytest.mark.parametrize("is_late", [False, True])
    def test_the_next_goes_by_the_next_channel(
        self, salon: Tenant, twilio: Twilio, code: int, state: str, is_late: bool
    ) -> None:
        row = approved(twilio)
        other = WhatsAppTemplateFactory(language="fr")
        if not is_late:
            twilio.refusing[f"whatsapp:{PHONE}"] = code
        happen(BookingConfirmed, booked())
        if is_late:
            twilio.tell(twilio.messages[0], "undelivered", error=code)
            deliver_outbox()
        twilio.refusing.clear()
        row.refresh_from_db()
        other.refresh_from_db()
        assert (row.state, other.state) == (state, "approved")
        assert twilio.messages[-1].to == PHONE, "it went by the next itself"
        of_texts = [each for each in facts() if each[0] == "whatsapp_template"]
        assert of_texts == ([("whatsapp_template", "changed", ["state"])] if state != "approved" else [])
        if state != "approved":
            asked = len(twilio.asked)
            happen(BookingConfirmed, booked(visit__reference="NEXT2345"))
            assert (twilio.messages[-1].to, len(twilio.asked)) == (PHONE, asked + 1)

    def test_a_text_that_was_changed_since_is_another(self, twilio: Twilio, clock: Any) -> None:
        row = approved(twilio)
        happen(BookingConfirmed, booked())
        clock.shift(dt.timedelta(minutes=1))
        row.variables = ["customer", "when"]
        row.save()
        twilio.tell(twilio.messages[0], "undelivered", error=63040)
        row.refresh_from_db()
        assert row.state == "approved"

    def test_of_words_of_ones_own_it_says_that_the_day_is_over(self, twilio: Twilio) -> None:
        row = approved(twilio)
        LastInboundFactory(address=PHONE, at=now() - dt.timedelta(hours=23))
        happen(BookingConfirmed, booked())
        (message,) = twilio.messages
        assert message.content == ""
        twilio.tell(message, "undelivered", error=63016)
        row.refresh_from_db()
        assert (row.state, LastInbound.objects.exists()) == ("approved", False)


class TestDaily:
    def test_every_business_that_writes_by_whatsapp_asks(self, salon: Tenant, rival: Tenant, twilio: Twilio) -> None:
        """One without it asks nothing, one in trouble does not stop the others."""
        for tenant in (salon, rival):
            with tenant_scope(tenant):
                configure(tenant, features={"whatsapp": True})
                approved(twilio, state="pending")
        twilio.moods.append(Mood.BUSY)
        with public_scope():
            assert plan_approvals() == 2
        deliver_outbox()
        states = []
        for tenant in (salon, rival):
            with tenant_scope(tenant):
                states.append(WhatsAppTemplate.objects.get().state)
        assert sorted(states) == ["approved", "pending"]
        later()
        for tenant in (salon, rival):
            with tenant_scope(tenant):
                assert WhatsAppTemplate.objects.get().state == "approved"
        with tenant_scope(rival):
            configure(rival, features={"whatsapp": False})
        with public_scope():
            assert plan_approvals() == 1

    def test_what_no_other_try_mends_is_left_until_tomorrow(
        self, salon: Tenant, twilio: Twilio, settings: Any, clock: Any
    ) -> None:
        configure(salon, features={"whatsapp": True})
        row = approved(twilio, state="pending")
        settings.TWILIO_AUTH_TOKEN = "wrong"
        for token, state in (("wrong", "pending"), (TOKEN, "approved")):
            settings.TWILIO_AUTH_TOKEN = token
            with public_scope():
                plan_approvals()
            deliver_outbox()
            assert not OutboxMessage.objects.filter(done_at=None).exists()
            row.refresh_from_db()
            assert row.state == state
            clock.shift(dt.timedelta(days=1))

    def test_without_a_text_or_an_account_nobody_is_asked(self, salon: Tenant, twilio: Twilio, settings: Any) -> None:
        configure(salon, features={"whatsapp": True})
        with public_scope():
            assert plan_approvals() == 0
        settings.TWILIO_SENDERS = {"sms": "+15005550006"}
        WhatsAppTemplateFactory(state="pending")
        with public_scope():
            assert plan_approvals() == 1
        deliver_outbox()
        assert twilio.asked == []


def test_who_is_not_to_keep_messages_keeps_none(stylist: Person, customer: Person, twilio: Twilio) -> None:
    row = WhatsAppTemplateFactory()
    for who in (stylist, customer):
        assert who.api.get(PATH).status_code == 403
        assert who.api.post(PATH, GIVEN).status_code == 403
        assert who.api.patch(f"{PATH}{row.pk}/", {"variables": []}).status_code == 403
        assert who.api.delete(f"{PATH}{row.pk}/").status_code == 403
        assert who.api.post(f"{PATH}refresh/").status_code == 403
    assert list(WhatsAppTemplate.objects.values_list("variables", flat=True)) == [row.variables]
    assert twilio.asked == []
