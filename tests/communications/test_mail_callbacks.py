"""What providers of e-mail tell of mails that they took: heard when it is theirs, and once."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from bookme.communications.models import Channel, Notification, Provider, StoppedAddress
from bookme.customers.actions import answer_marketing
from bookme.customers.models import Consent
from bookme.customers.selectors import marketing_answer
from bookme.eventlog.models import Event
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from tests.factories.bookings import BookingFactory
from tests.factories.communications import ChannelAccountFactory, NotificationFactory
from tests.factories.customers import CustomerFactory
from tests.mail_providers import ACCESS_KEY, API_KEY, SECRET_KEY, running_mail_provider

KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = base64.b64encode(KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
SIGNING, SECRET = "mailgun-signing-key", "sns:a-long-word-of-theirs"
CREDENTIALS = {
    Provider.SENDGRID: {"api_key": API_KEY, "webhook_key": PUBLIC},
    Provider.MAILGUN: {"api_key": API_KEY, "webhook_signing_key": SIGNING},
    Provider.SES: {
        "access_key_id": ACCESS_KEY,
        "secret_access_key": SECRET_KEY,
        "region": "eu-west-1",
        "webhook_secret": SECRET,
    },
}
# By provider: an event of each kind about a mail, in its words.
EVENTS: dict[Provider, dict[str, dict[str, Any]]] = {
    Provider.SENDGRID: {
        "delivered": {"event": "delivered", "response": "250 OK"},
        "bounced": {"event": "bounce", "type": "bounce", "reason": "550 no such user", "status": "5.1.1"},
        "soft": {"event": "bounce", "type": "blocked", "reason": "554 not now"},
        "dropped": {"event": "dropped", "reason": "Bounced Address"},
        "complained": {"event": "spamreport"},
        "unsubscribed": {"event": "unsubscribe"},
        "suppressed": {"event": "dropped", "reason": "Unsubscribed Address"},
        "deferred": {"event": "deferred", "response": "400 later"},
    },
    Provider.MAILGUN: {
        "delivered": {"event": "delivered"},
        "bounced": {"event": "failed", "severity": "permanent", "reason": "bounce"},
        "soft": {"event": "failed", "severity": "permanent", "reason": "generic"},
        "dropped": {"event": "failed", "severity": "permanent", "reason": "suppress-bounce"},
        "complained": {"event": "complained"},
        "unsubscribed": {"event": "unsubscribed"},
        "suppressed": {"event": "failed", "severity": "permanent", "reason": "suppress-unsubscribe"},
        "deferred": {"event": "failed", "severity": "temporary", "reason": "generic"},
    },
    Provider.SES: {
        "delivered": {"eventType": "Delivery", "delivery": {"recipients": ["a@mail.example"]}},
        "bounced": {"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General",
                    "bouncedRecipients": [{"emailAddress": "a@mail.example"}]}},
        "soft": {"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull",
                 "bouncedRecipients": [{"emailAddress": "a@mail.example"}]}},
        "dropped": {"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "Suppressed",
                    "bouncedRecipients": [{"emailAddress": "a@mail.example"}]}},
        "complained": {"eventType": "Complaint", "complaint": {"complainedRecipients": [
                       {"emailAddress": "a@mail.example"}]}},
        "deferred": {"eventType": "DeliveryDelay", "deliveryDelay": {}},
    },
}  # fmt: skip


def _sendgrid(event: dict[str, Any], told: Notification, *, key: Any = KEY) -> dict[str, Any]:
    named = {"anymail_id": told.provider_id, "timestamp": 1, "email": told.to}
    body, at = json.dumps([named | event]).encode(), str(int(time.time()))
    signature = base64.b64encode(key.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": at}
    return {"data": body, "headers": headers}


def _mailgun(event: dict[str, Any], told: Notification, *, key: str = SIGNING, age: int = 0) -> dict[str, Any]:
    at, token = str(int(time.time()) - age), "a-word"
    signature = hmac.new(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    about = {
        "message": {"headers": {"message-id": told.provider_id.strip("<>")}},
        "timestamp": 1.0,
        "recipient": told.to,
    }
    signed = {"timestamp": at, "token": token, "signature": signature}
    return {"data": json.dumps({"signature": signed, "event-data": about | event}).encode()}


def _ses(event: dict[str, Any], told: Notification, *, secret: str = SECRET) -> dict[str, Any]:
    message = json.dumps(event | {"mail": {"messageId": told.provider_id, "destination": [told.to]}})
    return _sns({"Type": "Notification", "Message": message}, secret=secret)


def _sns(body: dict[str, Any], *, secret: str = SECRET) -> dict[str, Any]:
    headers = {
        "x-amz-sns-message-type": body["Type"],
        "x-amz-sns-message-id": "1",
        "Authorization": "Basic " + base64.b64encode(secret.encode()).decode(),
    }
    return {"data": json.dumps(body | {"MessageId": "1"}).encode(), "headers": headers}


TELLERS: dict[Provider, Callable[..., dict[str, Any]]] = {
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
    Provider.SES: _ses,
}
EACH = pytest.mark.parametrize("provider", list(TELLERS))


@pytest.fixture
def told(salon: Tenant) -> Notification:
    sent: Notification = NotificationFactory(provider_id="<1@provider.example>", to="A@mail.example")
    return sent


def _account(provider: Provider, **changes: str) -> None:
    given = json.dumps(CREDENTIALS[provider] | changes)
    ChannelAccountFactory(channel=Channel.EMAIL, provider=provider, sender="hello@salon.example", credentials=given)


def _post(client: Client, provider: Provider, sent: dict[str, Any]) -> int:
    path = f"/webhooks/messages/{provider.value}/"
    return client.post(path, content_type="application/json", **sent).status_code


def _tell(client: Client, provider: Provider, what: str, told: Notification, **how: Any) -> int:
    status = _post(client, provider, TELLERS[provider](EVENTS[provider][what], told, **how))
    told.refresh_from_db()
    return status


@EACH
@pytest.mark.parametrize(
    ("what", "status", "stopped"),
    [("delivered", "delivered", None), ("bounced", "bounced", "bounced"), ("dropped", "bounced", "bounced"),
     ("soft", "failed", None), ("complained", "delivered", "complaint"), ("deferred", "sent", None)],
)  # fmt: skip
def test_what_is_told_is_written_down(
    client: Client, told: Notification, provider: Provider, what: str, status: str, stopped: str | None
) -> None:
    _account(provider)
    assert _tell(client, provider, what, told) == 204
    assert told.status == status
    assert [(each.address, each.reason) for each in StoppedAddress.objects.all()] == (
        [("a@mail.example", stopped)] if stopped else []
    )
    assert Event.objects.filter(name="messages.changed").count() == (1 if stopped else 0)


@pytest.mark.parametrize("provider", [Provider.SENDGRID, Provider.MAILGUN])
@pytest.mark.parametrize(("what", "status"), [("unsubscribed", "delivered"), ("suppressed", "failed")])
def test_who_unsubscribed_there_gets_no_marketing_and_what_they_have_to_know(
    client: Client, told: Notification, provider: Provider, what: str, status: str
) -> None:
    _account(provider)
    booking = BookingFactory()
    Notification.objects.update(visit_id=booking.visit_id, audience="customer")
    reader, owner_of_address = booking.visit.customer, CustomerFactory(email="a@mail.example")
    other, never_asked = CustomerFactory(email="b@mail.example"), CustomerFactory(email="c@mail.example")
    for each in (reader, owner_of_address, other):
        answer_marketing(customer=each, granted=True, language="en")
    for _time in range(2):
        assert _tell(client, provider, what, told) == 204
    assert told.status == status
    assert [marketing_answer(each) for each in (reader, owner_of_address, other, never_asked)] == [
        False,
        False,
        True,
        None,
    ]
    assert Consent.objects.count() == 5, "every answer is a row, and the same is said once"
    assert not StoppedAddress.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [
        {"bookme_message": "nobody:1"},
        {"bookme_message": "01a20002-13db-7f86-b4cb-bfbb1b78edf3:first"},
        {"anymail_id": "a\0b"},
        {"event": ["delivered"]},
        {"timestamp": "yesterday"},
        {"event": "dropped", "reason": None},
    ],
)
def test_one_odd_event_does_not_keep_the_others_from_being_heard(
    client: Client, told: Notification, odd: dict[str, Any]
) -> None:
    _account(Provider.SENDGRID)
    named = {"anymail_id": told.provider_id, "timestamp": 1, "email": told.to}
    event = EVENTS[Provider.SENDGRID]["delivered"]
    body, at = json.dumps([named | event | odd, 1, named | event]).encode(), str(int(time.time()))
    signature = base64.b64encode(KEY.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {"X-Twilio-Email-Event-Webhook-Signature": signature, "X-Twilio-Email-Event-Webhook-Timestamp": at}
    assert _post(client, Provider.SENDGRID, {"data": body, "headers": headers}) == 204
    told.refresh_from_db()
    assert told.status == "delivered"


@EACH
def test_what_is_told_again_or_late_changes_nothing(client: Client, told: Notification, provider: Provider) -> None:
    _account(provider)
    for what in ("bounced", "delivered", "deferred", "bounced"):
        assert _tell(client, provider, what, told) == 204
        assert told.status == "bounced"
    assert StoppedAddress.objects.count() == 1
    assert Event.objects.filter(name="messages.changed").count() == 1


@EACH
@pytest.mark.parametrize(
    "forgery", ["wrong key", "no signature", "tampered", "no account", "no secret", "other provider"]
)
def test_what_is_forged_does_nothing(client: Client, told: Notification, provider: Provider, forgery: str) -> None:
    secrets = {"webhook_key": "", "webhook_signing_key": "", "webhook_secret": ""}
    other = Provider.MAILGUN if provider is Provider.SENDGRID else Provider.SENDGRID
    if forgery != "no account":
        _account(other if forgery == "other provider" else provider, **(secrets if forgery == "no secret" else {}))
    wrong = {Provider.SENDGRID: {"key": OTHER_KEY}, Provider.MAILGUN: {"key": "x"}, Provider.SES: {"secret": "sns:x"}}
    sent = TELLERS[provider](EVENTS[provider]["bounced"], told, **(wrong[provider] if forgery == "wrong key" else {}))
    if forgery == "no signature":
        sent = {"data": sent["data"].replace(b'"signature"', b'"none"'), "headers": {}}
    if forgery == "tampered":
        sent = _tampered(sent)
    assert _post(client, provider, sent) in {401, 403}
    told.refresh_from_db()
    assert told.status == "sent"
    assert not StoppedAddress.objects.exists()


def _tampered(sent: dict[str, Any]) -> dict[str, Any]:
    """The time of Mailgun, the body of SendGrid, and what Amazon says twice."""
    data = sent["data"].replace(b'"token": "a-word"', b'"token": "b-word"').replace(b"550 no", b"550 No")
    return sent | {"data": data.replace(b'"MessageId": "1"', b'"MessageId": "2"')}


def test_what_is_told_of_long_ago_is_not_heard(client: Client, told: Notification) -> None:
    _account(Provider.MAILGUN)
    assert _tell(client, Provider.MAILGUN, "bounced", told, age=10 * 60 * 60) == 403
    assert _tell(client, Provider.MAILGUN, "bounced", told, age=8 * 60 * 60) == 204


@EACH
def test_another_business_is_not_spoken_for(
    client: Client, rival: Tenant, told: Notification, provider: Provider
) -> None:
    """Signed by the account of one, at the address of the other: 403. And what is not known changes nothing."""
    _account(provider)
    sent = TELLERS[provider](EVENTS[provider]["bounced"], told) | {"HTTP_HOST": "rival.localhost"}
    assert _post(client, provider, sent) == 403
    with tenant_scope(rival):
        _account(provider)
        assert _post(client, provider, sent) == 204
        assert not StoppedAddress.objects.exists()
    told.refresh_from_db()
    assert told.status == "sent"


@EACH
@pytest.mark.parametrize("body", [b"", b"[", b"[1]", b"{}", b'"x"', b"[" * 100_000, b"\xff"])
def test_what_cannot_be_read_breaks_nothing(client: Client, salon: Tenant, provider: Provider, body: bytes) -> None:
    _account(provider)
    at = "1"
    signature = base64.b64encode(KEY.sign(at.encode() + body, ec.ECDSA(hashes.SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": at,
        "Authorization": "Basic " + base64.b64encode(SECRET.encode()).decode(),
    }
    assert _post(client, provider, {"data": body, "headers": headers}) in {204, 400, 403}


def test_a_mail_is_known_by_how_we_named_it(client: Client, told: Notification) -> None:
    """Also before its provider's name for it is written down; of an earlier sending it is not."""
    _account(Provider.SENDGRID)
    Notification.objects.update(provider_id="", edition=2)
    for edition, status in ((1, "sent"), (2, "delivered")):
        event = EVENTS[Provider.SENDGRID]["delivered"] | {"bookme_message": f"{told.pk}:{edition}"}
        assert _post(client, Provider.SENDGRID, _sendgrid(event, told)) == 204
        told.refresh_from_db()
        assert told.status == status


def test_amazon_asks_first_and_is_asked_back(client: Client, told: Notification, settings: Any) -> None:
    """It comes without its secret first; and what it asks to be confirmed is confirmed, at its own address."""
    _account(Provider.SES)
    topic = {"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:mails", "Token": "t"}
    sent = _sns(topic)
    without = sent | {"headers": {name: each for name, each in sent["headers"].items() if name != "Authorization"}}
    answer = client.post("/webhooks/messages/ses/", content_type="application/json", **without)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Basic realm="BookMe"')
    with running_mail_provider() as provider:
        settings.MESSAGE_PROVIDER_URLS = provider.urls
        assert _post(client, Provider.SES, sent) == 204
        assert provider.confirmed == ["arn:aws:sns:eu-west-1:1:mails"]
        assert _post(client, Provider.SES, _sns(topic | {"TopicArn": "arn:aws:sns:evil.example/:1:x"})) in {400, 503}
    assert _post(client, Provider.SES, sent) == 503, "it is away"
