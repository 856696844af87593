"""Whoever books names any number: what costs goes where the business writes to, and not without end."""

from typing import Any

import pytest

from bookme.bookings.events import BookingConfirmed
from bookme.communications.models import Notification
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.communications.conftest import configure, happen
from tests.communications.test_twilio import BOTH, PHONE, booked, later, texting
from tests.factories.communications import WhatsAppTemplateFactory
from tests.letters import Letters
from tests.twilio import Mood, Twilio

__all__ = ["texting"]

FRENCH, JERSEY, PREMIUM, PERSONAL = "+33612345678", "+447797700000", "+449098790000", "+447012345678"


def _told(phone: str, **more: Any) -> Notification:
    happen(BookingConfirmed, booked(visit__contact_phone=phone, **more))
    return Notification.objects.latest("created_at")


@pytest.mark.parametrize("phone", [FRENCH, JERSEY, PREMIUM, PERSONAL])
def test_what_the_business_does_not_write_to_is_told_by_mail(
    texting: Tenant, twilio: Twilio, letters: Letters, phone: str
) -> None:
    told = _told(phone)
    assert (twilio.messages, told.channel, told.status, told.attempts) == ([], "email", "sent", 1)
    assert len(letters.to("amelia@mail.example")) == 1


@pytest.mark.parametrize(
    ("phone", "reason"), [(FRENCH, "country_off"), (JERSEY, "country_off"), (PREMIUM, "costly_number")]
)
def test_where_there_is_no_address_the_record_says_why(
    texting: Tenant, twilio: Twilio, phone: str, reason: str
) -> None:
    told = _told(phone, visit__contact_email="")
    assert (twilio.messages, told.status, told.reason) == ([], "skipped", reason)


def test_it_writes_to_the_countries_that_it_names_and_no_others(texting: Tenant, twilio: Twilio) -> None:
    configure(texting, messages={"countries": ["FR", "JE"]})
    for number, phone in enumerate((FRENCH, JERSEY, PHONE, PREMIUM)):
        _told(phone, visit__reference=f"REF{number}2345")
    assert [each.to for each in twilio.messages] == [FRENCH, JERSEY]


def test_without_a_country_it_is_that_of_its_own_number_and_else_none(texting: Tenant, twilio: Twilio) -> None:
    configure(texting, country="", contact={"email": "", "phone": FRENCH})
    assert [_told(FRENCH).channel, _told(PHONE, visit__reference="NEXT2345").channel] == ["sms", "email"]
    configure(texting, contact={"email": ""})
    assert _told(FRENCH, visit__reference="LAST2345").channel == "email"


def test_whatsapp_is_bound_as_well(texting: Tenant, twilio: Twilio) -> None:
    configure(texting, features=BOTH)
    row = WhatsAppTemplateFactory(variables=["customer"])
    twilio.approvals[row.content_id], twilio.contents[row.content_id] = "approved", "Hello {{1}}"
    assert [_told(FRENCH).channel, _told(PHONE, visit__reference="NEXT2345").channel] == ["email", "whatsapp"]


def test_to_one_number_go_so_many_a_day(
    texting: Tenant, rival: Tenant, twilio: Twilio, settings: Any, letters: Letters
) -> None:
    settings.PAID_MESSAGES_PER_NUMBER = 2
    went = [_told(PHONE, visit__reference=f"REF{number}2345") for number in range(3)]
    assert [each.channel for each in went] == ["sms", "sms", "email"]
    alone = _told(PHONE, visit__contact_email="", visit__reference="LAST2345")
    assert (alone.status, alone.reason) == ("skipped", "number_full")
    assert _told("+447700900124", visit__reference="THEM2345").channel == "sms", "others are not held up"
    with tenant_scope(rival):
        configure(rival, features={"sms": True}, contact={"email": ""})
        assert _told(PHONE).channel == "sms", "nor the customers of others"


def test_another_try_of_a_message_counts_once(texting: Tenant, twilio: Twilio, settings: Any) -> None:
    settings.PAID_MESSAGES_PER_NUMBER = 1
    twilio.moods += [Mood.BUSY, Mood.BUSY]
    told = _told(PHONE)
    for _ in range(2):
        later()
    told.refresh_from_db()
    assert (told.channel, told.status, len(twilio.messages)) == ("sms", "sent", 1)
