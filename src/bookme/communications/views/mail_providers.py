"""What providers of e-mail tell of mails that they took. Heard only as the account of the business says.

No session and no token of a form is asked for. SendGrid signs its events or knows a secret, Mailgun signs, and Amazon
knows a secret: of an account that was told none of it, nothing is heard.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from anymail.exceptions import AnymailError
from anymail.signals import EventType, RejectReason
from anymail.webhooks.amazon_ses import AmazonSESTrackingWebhookView
from anymail.webhooks.mailgun import MailgunTrackingWebhookView
from anymail.webhooks.sendgrid import SendGridTrackingWebhookView
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bookme.communications.actions import Progress, end_marketing, record_progress
from bookme.communications.channels.anymail import REFERENCE, ses_client, ses_session
from bookme.communications.models import Channel, ChannelAccount, Notification, NotificationStatus, Provider, StopReason
from bookme.core.http.views import write
from bookme.core.text import has_control_characters
from bookme.core.time import now

# Mailgun signs no more than a time and a word: it may tell again for eight hours.
MAILGUN_SECONDS = 9 * 60 * 60
_UNREADABLE = (
    AnymailError,
    SuspiciousOperation,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    ArithmeticError,
    RecursionError,
)
_log = structlog.get_logger(__name__)


@csrf_exempt
@require_POST
def told_by_mail_provider(request: HttpRequest, provider: Provider) -> HttpResponse:
    """403 where it is not from the provider that the account is with; what is not about a mail of ours changes nothing.

    Amazon asks without its secret first, and wants a 401.
    """
    account = ChannelAccount.objects.filter(channel=Channel.EMAIL, provider=provider).first()
    listener = _LISTENERS[provider](account.members) if account else None
    if listener is None:
        return HttpResponse(status=403)
    if provider is Provider.SES and "Authorization" not in request.headers:
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="BookMe"'})
    try:
        listener.run_validators(request)
    except _UNREADABLE:
        return HttpResponse(status=403)
    try:
        told = list(_told(listener.parse_events(request)))
    except (BotoCoreError, ClientError):
        return HttpResponse(status=503)  # it asked to be confirmed, and asks again
    except _UNREADABLE:
        return HttpResponse(status=400)
    for each in told:
        with write():
            record_progress(notification_id=each.notification_id, progress=each.progress, now=now())
        if each.ends_marketing:
            with write():
                end_marketing(notification_id=each.notification_id)
    return HttpResponse(status=204)


def _sendgrid(given: Mapping[str, str]) -> Any:
    if not (given.get("webhook_key") or given.get("webhook_secret")):
        return None
    listener: Any = _SendGrid
    return listener(
        tracking_webhook_verification_key=given.get("webhook_key") or None,
        webhook_secret=given.get("webhook_secret") or [],
    )


def _mailgun(given: Mapping[str, str]) -> Any:
    key = given.get("webhook_signing_key")
    listener: Any = _Mailgun
    return listener(webhook_signing_key=key, webhook_secret=[], api_key=None) if key else None


def _ses(given: Mapping[str, str]) -> Any:
    secret = given.get("webhook_secret")
    if not secret:
        return None
    return AmazonSESTrackingWebhookView(
        webhook_secret=secret, session_params=ses_session(given), client_params=ses_client()
    )


class _SendGrid(SendGridTrackingWebhookView):
    def parse_events(self, request: HttpRequest) -> list[Any]:
        """Each by itself: it tells many at once."""
        read: Callable[[Any], Any] = self.esp_to_anymail_event
        found = []
        for each in json.loads(request.body.decode()):
            with suppress(*_UNREADABLE):
                found.append(read(each))
        return found


class _Mailgun(MailgunTrackingWebhookView):
    def validate_request(self, request: HttpRequest) -> None:
        """Not of long ago; the package looks at the signature."""
        told = json.loads(request.body)["signature"]
        if not abs(time.time() - float(told["timestamp"])) < MAILGUN_SECONDS:
            raise SuspiciousOperation("told too late")


_LISTENERS: Mapping[Provider, Callable[[Mapping[str, str]], Any]] = {
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
    Provider.SES: _ses,
}


@dataclass(frozen=True)
class _Meaning:
    """What became of the mail, why, what is to be stopped, and whether its reader wants no more offers and news."""

    status: NotificationStatus
    error: str = ""
    stops: StopReason | None = None
    ends_marketing: bool = False


@dataclass(frozen=True)
class _Told:
    notification_id: UUID
    progress: Progress
    ends_marketing: bool


def _told(events: Iterable[Any]) -> Iterator[_Told]:
    """What can be read of them, each by itself: one that cannot does not keep the others from being heard."""
    for event in events:
        try:
            found = _one(event)
        except _UNREADABLE as error:
            _log.info("mail_event_unreadable", reason=type(error).__name__)
        else:
            if found:
                yield found


def _one(event: Any) -> _Told | None:
    meant = _meant(event)
    found = _about(event) if meant else None
    if meant is None or found is None:
        return None
    notification_id, edition = found
    progress = Progress(
        channel=Channel.EMAIL,
        edition=edition,
        status=meant.status,
        provider_id=_provider_id(event),
        error=meant.error,
        stops=meant.stops,
    )
    return _Told(notification_id, progress, meant.ends_marketing)


def _meant(event: Any) -> _Meaning | None:
    """None of what changes nothing, such as a delay."""
    match event.event_type:
        case EventType.SENT:
            return _Meaning(NotificationStatus.SENT)
        case EventType.DELIVERED:
            return _Meaning(NotificationStatus.DELIVERED)
        case EventType.UNSUBSCRIBED:
            return _Meaning(NotificationStatus.DELIVERED, ends_marketing=True)
        case EventType.COMPLAINED:
            return _Meaning(NotificationStatus.DELIVERED, stops=StopReason.COMPLAINT)
        case EventType.BOUNCED | EventType.REJECTED if _is_unsubscribed(event):
            return _Meaning(NotificationStatus.FAILED, "they have unsubscribed at the provider", ends_marketing=True)
        case EventType.BOUNCED | EventType.REJECTED if _is_for_good(event):
            return _Meaning(NotificationStatus.BOUNCED, "there is no such address", StopReason.BOUNCED)
        case EventType.BOUNCED | EventType.REJECTED | EventType.FAILED:
            return _Meaning(NotificationStatus.FAILED, "the provider could not deliver it")
        case _:
            return None


def _is_unsubscribed(event: Any) -> bool:
    """Whether the provider did not even try, since they had told it that they want nothing more."""
    told = event.esp_event.get("event-data", {})  # Mailgun's, which the package does not tell apart
    return bool(event.reject_reason == RejectReason.UNSUBSCRIBED or told.get("reason") == "suppress-unsubscribe")


def _is_for_good(event: Any) -> bool:
    """Whether there is no such address: not that a mailbox is full, or a server in a bad mood."""
    told: Mapping[str, Any] = event.esp_event
    if "bounce" in told:  # Amazon's
        return bool(told["bounce"].get("bounceType") == "Permanent")
    if told.get("event") == "bounce":  # SendGrid's
        return bool(told.get("type", "bounce") == "bounce")
    return bool(event.reject_reason in {RejectReason.BOUNCED, RejectReason.INVALID})


def _about(event: Any) -> tuple[UUID, int] | None:
    """Which message, and its how many-th sending: as we named it, else by the provider's name for it."""
    named = event.metadata.get(REFERENCE, "") if isinstance(event.metadata, dict) else ""
    if isinstance(named, str) and named:
        id_part, _colon, edition = named.partition(":")
        return UUID(id_part), int(edition)
    provider_id = _provider_id(event)
    if not provider_id:
        return None
    found = Notification.objects.filter(provider_id=provider_id, channel=Channel.EMAIL).first()
    return (found.pk, found.edition) if found else None


def _provider_id(event: Any) -> str:
    """Raises ValueError for what none of them would say, and no row can hold."""
    provider_id = str(event.message_id or "")[:200]
    if has_control_characters(provider_id):
        raise ValueError("not the name of a message")
    return provider_id
