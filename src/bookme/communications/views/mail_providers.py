"""What providers of e-mail tell of mails that they took. Heard only as the account of the business says.

No session and no token of a form is asked for. SendGrid signs its events or knows a secret, Mailgun signs, and Amazon
knows a secret: of an account that was told none of it, nothing is heard.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

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

from bookme.communications.actions import Progress, record_progress
from bookme.communications.channels.anymail import REFERENCE, ses_client, ses_session
from bookme.communications.models import Channel, ChannelAccount, Notification, NotificationStatus, Provider, StopReason
from bookme.core.http.views import write
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
    for notification_id, progress in told:
        with write():
            record_progress(notification_id=notification_id, progress=progress, now=now())
    return HttpResponse(status=204)


def _sendgrid(given: Mapping[str, str]) -> Any:
    if not (given.get("webhook_key") or given.get("webhook_secret")):
        return None
    return SendGridTrackingWebhookView(
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


def _told(events: list[Any]) -> Iterator[tuple[UUID, Progress]]:
    for event in events:
        meant = _meant(event)
        found = _about(event) if meant else None
        if meant and found:
            status, error, stops = meant
            notification_id, edition = found
            yield (
                notification_id,
                Progress(
                    channel=Channel.EMAIL,
                    edition=edition,
                    status=status,
                    provider_id=str(event.message_id or "")[:200],
                    error=error,
                    stops=stops,
                ),
            )


def _meant(event: Any) -> tuple[NotificationStatus, str, StopReason | None] | None:
    """What became of the mail, why, and what is to be stopped; None of what changes nothing, such as a delay."""
    match event.event_type:
        case EventType.SENT:
            return NotificationStatus.SENT, "", None
        case EventType.DELIVERED:
            return NotificationStatus.DELIVERED, "", None
        case EventType.COMPLAINED:
            return NotificationStatus.DELIVERED, "", StopReason.COMPLAINT
        case EventType.BOUNCED | EventType.REJECTED if _is_for_good(event):
            return NotificationStatus.BOUNCED, "there is no such address", StopReason.BOUNCED
        case EventType.BOUNCED | EventType.REJECTED | EventType.FAILED:
            return NotificationStatus.FAILED, "the provider could not deliver it", None
        case _:
            return None


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
    if not event.message_id:
        return None
    found = Notification.objects.filter(provider_id=str(event.message_id)[:200], channel=Channel.EMAIL).first()
    return (found.pk, found.edition) if found else None
