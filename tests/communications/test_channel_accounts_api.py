"""The business's own accounts with providers: set, tried and forgotten, and their secrets told to nobody."""

import json
from typing import Any

import pytest
from django.db import connection

from bookme.communications.models import Channel, ChannelAccount, Provider, StoppedAddress
from bookme.communications.selectors.spending import month_of
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.communications.conftest import Moody, configure
from tests.factories.communications import ChannelAccountFactory, SpendingFactory, StoppedAddressFactory
from tests.factories.users import Person
from tests.twilio import ACCOUNT, TOKEN, Twilio

SECRET = "key-that-nobody-reads"
SENDGRID = {"provider": "sendgrid", "sender": "hello@salon.example", "credentials": {"api_key": SECRET}}
TWILIO = {
    "provider": "twilio",
    "sender": "+447700900123",
    "credentials": {"account_sid": "AC" + "0" * 32, "auth_token": SECRET},
    "price": "0.0425",
}


def _set(owner: Person, channel: str, body: dict[str, Any]) -> Any:
    return owner.api.put(f"communications/accounts/{channel}/", body)


def _pointers(answer: Any) -> set[tuple[str, str]]:
    return {(each["pointer"], each["code"]) for each in answer.json()["errors"]}


def test_who_carries_what_without_any_account(owner: Person) -> None:
    found = owner.api.get("communications/accounts/").json()["results"]
    assert [(each["channel"], each["is_on"], each["account"]) for each in found] == [
        ("email", True, None),
        ("sms", False, None),
        ("whatsapp", False, None),
    ]
    assert {each["carried_by"] for each in found} == {"mailbox"}


def test_nobody_carries_what_nothing_is_set_up_for(owner: Person, settings: Any) -> None:
    settings.MESSAGE_BACKENDS, settings.MAILBOX_DIR = {"sms": None, "whatsapp": None}, ""
    found = owner.api.get("communications/accounts/").json()["results"]
    assert [each["carried_by"] for each in found] == ["platform", "nobody", "nobody"]


def test_an_account_is_set_and_its_secrets_are_told_to_nobody(owner: Person, caplog: pytest.LogCaptureFixture) -> None:
    answer = _set(owner, "email", SENDGRID)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["carried_by"] == "own"
    assert told["account"]["credentials_given"] == ["api_key"]
    assert told["account"]["webhook_url"] == "http://salon.localhost:8000/webhooks/messages/sendgrid/"
    by_twilio = _set(owner, "sms", TWILIO).json()["account"]
    assert by_twilio["webhook_url"] == "http://salon.localhost:8000/webhooks/messages/twilio/"
    account = ChannelAccount.objects.get(channel="email")
    assert account.members == {"api_key": SECRET}

    _set(owner, "email", SENDGRID | {"credentials": {"api_key": SECRET + "-2"}})
    assert ChannelAccount.objects.get(channel="email").members == {"api_key": SECRET + "-2"}
    event = Event.objects.filter(name="messages.changed").latest("position", "occurred_at")
    assert event.payload["changes"] == {"credentials": None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT credentials FROM communications_channelaccount")
        at_rest = cursor.fetchone()[0]
    answers = [answer, *(owner.api.get(f"communications/accounts/{each}") for each in ("", "email/"))]
    kept = [at_rest, caplog.text, json.dumps(list(Event.objects.values_list("payload", flat=True)))]
    assert not any(SECRET in text for text in kept + [each.content.decode() for each in answers])


def test_credentials_left_out_are_kept_but_not_for_another_provider(owner: Person) -> None:
    _set(owner, "email", SENDGRID)
    rest = {name: value for name, value in SENDGRID.items() if name != "credentials"}
    assert _set(owner, "email", rest | {"is_active": False}).json()["carried_by"] == "mailbox"
    assert ChannelAccount.objects.get().members == {"api_key": SECRET}
    answer = _set(owner, "email", rest | {"provider": "mailgun"})
    assert (answer.status_code, _pointers(answer)) == (400, {("/credentials/api_key", "required")})
    assert ChannelAccount.objects.get().provider == Provider.SENDGRID


@pytest.mark.parametrize(
    ("channel", "body", "wrong"),
    [
        ("sms", SENDGRID, {("/provider", "not_of_channel")}),
        ("email", TWILIO, {("/provider", "not_of_channel")}),
        ("email", SENDGRID | {"sender": "salon"}, {("/sender", "invalid")}),
        ("email", SENDGRID | {"price": "0.01"}, {("/price", "free")}),
        ("email", SENDGRID | {"credentials": {}}, {("/credentials/api_key", "required")}),
        ("email", SENDGRID | {"credentials": {"api_key": "a", "token": "b"}}, {("/credentials/token", "unknown")}),
        ("email", SENDGRID | {"credentials": {"api_key": "clé"}}, {("/credentials/api_key", "invalid")}),
        ("email", SENDGRID | {"credentials": {"api_key": "a\r\nBcc: b"}},
         {("/credentials/api_key", "control_characters")}),
        ("email", SENDGRID | {"credentials": {"api_key": "a", "webhook_key": "AAAA"}},
         {("/credentials/webhook_key", "invalid")}),
        ("email", SENDGRID | {"credentials": {"api_key": "a", "webhook_secret": "me:short"}},
         {("/credentials/webhook_secret", "invalid")}),
        ("email", {"provider": "ses", "sender": "a@b.example", "credentials": {"region": "../x"}},
         {("/credentials/access_key_id", "required"), ("/credentials/secret_access_key", "required"),
          ("/credentials/region", "invalid")}),
        ("sms", TWILIO | {"sender": "07700 900123"}, {("/sender", "invalid")}),
        ("whatsapp", TWILIO | {"sender": "SALON"}, {("/sender", "invalid")}),
        ("sms", TWILIO | {"price": "-1"}, {("/price", "min_value")}),
        ("sms", TWILIO | {"price": "0"}, {("/price", "required")}),
        ("whatsapp", {name: each for name, each in TWILIO.items() if name != "price"}, {("/price", "required")}),
        ("sms", TWILIO | {"credentials": {"account_sid": "AC1", "auth_token": "x"}},
         {("/credentials/account_sid", "invalid")}),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_field(
    owner: Person, channel: str, body: Any, wrong: set[tuple[str, str]]
) -> None:
    answer = _set(owner, channel, body)
    assert (answer.status_code, _pointers(answer)) == (400, wrong)
    assert SECRET not in answer.content.decode()
    assert not ChannelAccount.objects.exists()


def test_a_mail_server_is_one_that_takes_mail(owner: Person, settings: Any) -> None:
    given = {"host": "mail.salon.example", "port": "6379", "security": "none"}
    body = {"provider": "smtp", "sender": "hello@salon.example", "credentials": given}
    settings.LOCAL_MODE = False
    assert _pointers(_set(owner, "email", body)) == {
        ("/credentials/port", "not_allowed"),
        ("/credentials/security", "not_allowed"),
    }
    given |= {"port": "587", "security": "starttls"}
    assert _set(owner, "email", body).status_code == 200


def test_a_word_may_be_the_sender_of_an_sms(owner: Person) -> None:
    answer = _set(owner, "sms", TWILIO | {"sender": "Salon"})
    assert answer.json()["account"]["price"] == "0.0425"


def test_an_account_is_tried(owner: Person, moody: Moody, settings: Any) -> None:
    given = {"host": "127.0.0.1", "port": str(moody.port), "security": "none"}
    _set(owner, "email", {"provider": "smtp", "sender": "hello@salon.example", "credentials": given})
    tried = "communications/accounts/email/test/"
    assert owner.api.post(tried).json() == {"works": True, "reason": ""}
    moody.stop()
    assert owner.api.post(tried).json() == {"works": False, "reason": "unreachable"}
    last = [owner.api.post(tried).status_code for _ in range(19)]
    assert (last[:-1], last[-1]) == ([200] * 18, 429)


def test_an_account_with_twilio_is_tried(owner: Person, twilio: Twilio) -> None:
    given = {"account_sid": ACCOUNT, "auth_token": TOKEN}
    tried = "communications/accounts/sms/test/"
    assert _set(owner, "sms", TWILIO | {"credentials": given}).status_code == 200
    assert owner.api.post(tried).json() == {"works": True, "reason": ""}
    _set(owner, "sms", TWILIO | {"credentials": given | {"auth_token": "wrong"}})
    assert owner.api.post(tried).json() == {"works": False, "reason": "credentials"}
    assert twilio.messages == []


def test_an_account_is_forgotten(owner: Person) -> None:
    _set(owner, "sms", TWILIO)
    assert owner.api.delete("communications/accounts/sms/").status_code == 204
    assert not ChannelAccount.objects.exists()
    assert owner.api.get("communications/accounts/sms/").json()["carried_by"] == "mailbox"
    for method, path in (("delete", "sms/"), ("post", "sms/test/"), ("get", "pigeon/")):
        assert getattr(owner.api, method)(f"communications/accounts/{path}").status_code == 404


def test_a_manager_does_not_see_accounts(manager: Person) -> None:
    ChannelAccountFactory()
    assert manager.api.get("communications/accounts/").status_code == 403
    assert _set(manager, "sms", TWILIO).status_code == 403
    assert ChannelAccount.objects.get().sender == "+15005550006"


def test_what_is_spent_and_may_be(manager: Person, salon: Tenant) -> None:
    configure(salon, messages={"monthly_cap": "25.00"})
    month = month_of(now())
    SpendingFactory(month=month, amount="3.1425")
    SpendingFactory(month=month.replace(year=2019), amount="9")
    assert manager.api.get("communications/spending/").json() == {
        "month": month.isoformat(),
        "spent": "3.1425",
        "cap": "25.0000",
        "currency": "GBP",
    }


def test_without_a_cap_there_is_none(manager: Person) -> None:
    told = manager.api.get("communications/spending/").json()
    assert (told["spent"], told["cap"]) == ("0.0000", None)


def test_a_stopped_address_is_listed_and_lifted(manager: Person) -> None:
    kept = StoppedAddressFactory(channel=Channel.SMS, address="+447700900123")
    gone = StoppedAddressFactory()
    StoppedAddressFactory(address="erased:0123")
    listed = manager.api.get("communications/stopped/").json()["results"]
    assert [each["address"] for each in listed] == [gone.address, kept.address]
    only = manager.api.get("communications/stopped/?channel=sms").json()["results"]
    assert [each["id"] for each in only] == [str(kept.pk)]
    assert manager.api.delete(f"communications/stopped/{gone.pk}/").status_code == 204
    assert not StoppedAddress.objects.filter(pk=gone.pk).exists()
    event = Event.objects.get(name="messages.changed")
    assert (event.payload["change"], gone.address in json.dumps(event.payload)) == ("removed", False)
