"""What Twilio tells: how a message went, and what people wrote. Heard only with its signature.

No session and no token of a form is asked for: whoever knows the auth token of the account has signed the whole request
for an address of the business, one of its proven host names and not what a Host header says.
"""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from twilio.request_validator import RequestValidator

from bookme.communications.actions import Progress, hear, record_progress
from bookme.communications.channels.twilio_codes import BOUNCES, STATUSES, STOPPED, UNAPPROVED, WHATSAPP
from bookme.communications.models import Channel, NotificationStatus, Provider, StopReason
from bookme.communications.selectors.channel_accounts import account_of
from bookme.core.http.views import write
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import every_url

NO_ANSWER = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'
_NUMBER = re.compile(r"\+[0-9]{5,15}", re.ASCII)
_ID = re.compile(r"[A-Z]{2}[0-9a-f]{32}", re.ASCII)


@csrf_exempt
@require_POST
def told_by_twilio(request: HttpRequest, notification_id: UUID, edition: int, channel: str) -> HttpResponse:
    """How it went with a message of ours. 403 without the right signature; what is not known changes nothing."""
    by = _channel(channel)
    if not _is_signed(request, by):
        return HttpResponse(status=403)
    progress = _progress(request, by, edition)
    if progress is not None:
        with write():
            record_progress(notification_id=notification_id, progress=progress, now=now())
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def written_to_twilio(request: HttpRequest) -> HttpResponse:
    """What somebody wrote to the business's number. Nothing is answered; 403 without the right signature."""
    sender = request.POST.get("From", "")
    by = Channel.WHATSAPP if sender.startswith(WHATSAPP) else Channel.SMS
    if not _is_signed(request, by):
        return HttpResponse(status=403)
    number = sender.removeprefix(WHATSAPP)
    if _NUMBER.fullmatch(number):
        with write():
            hear(channel=by, number=number, text=request.POST.get("Body", ""), now=now())
    return HttpResponse(NO_ANSWER, content_type="text/xml; charset=utf-8")


def _channel(name: str) -> Channel:
    """Raises Http404."""
    if name not in {Channel.SMS, Channel.WHATSAPP}:
        raise Http404
    return Channel(name)


def _is_signed(request: HttpRequest, channel: Channel) -> bool:
    """By the account that carries the channel here."""
    account = account_of(channel)
    if account is None or account.provider != Provider.TWILIO:
        return False
    token = account.members.get("auth_token", "")
    if not token:
        return False
    signature, validator = request.headers.get("X-Twilio-Signature", ""), RequestValidator(token)
    urls = every_url(require_tenant(), request.path)
    return any(validator.validate(each, request.POST, signature) for each in urls)


def _progress(request: HttpRequest, channel: Channel, edition: int) -> Progress | None:
    given = request.POST
    status = STATUSES.get(given.get("MessageStatus", ""))
    if status is None or not _ID.fullmatch(given.get("MessageSid", "")):
        return None
    digits = given.get("ErrorCode", "")
    code = int(digits) if re.fullmatch(r"[0-9]{1,6}", digits, re.ASCII) else 0
    if status != NotificationStatus.FAILED:
        return Progress(channel=channel, edition=edition, status=status, provider_id=given["MessageSid"])
    stops = {**dict.fromkeys(BOUNCES, StopReason.BOUNCED), STOPPED: StopReason.STOP}.get(code)
    return Progress(
        channel=channel,
        edition=edition,
        status=NotificationStatus.BOUNCED if code in BOUNCES else status,
        provider_id=given["MessageSid"],
        error=f"Twilio could not deliver it ({code})",
        stops=stops,
        approval=UNAPPROVED.get(code),
    )
