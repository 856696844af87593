"""SMS and WhatsApp, by Twilio. Its client is large: this module is imported when the first such message goes out."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings
from requests import RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from bookme.communications.channels.base import NotTakenError, Outgoing, Receipt, UnclearError, not_taken
from bookme.communications.channels.twilio_codes import APPROVALS, OVER, WHATSAPP, refused
from bookme.communications.models import ApprovalState, Channel, ChannelAccount
from bookme.tenants.context import require_tenant

# Of connecting, and of waiting for an answer.
SECONDS = 10.0
# Clocks differ; what is asked for is the newest of one number.
_CLOCKS = dt.timedelta(minutes=1)
_NEWEST = 50
# Too many at once, and an account that is not known: neither is about the message.
_NOT_TAKEN = frozenset({401, 429})
_TIMED_OUT = 408
_TEXTS, _TEXTS_AT_ONCE = 1000, 500


def _cap_by(account: ChannelAccount) -> Decimal | None:
    """By the platform's account, which has no row, a business spends no more than the platform lets it."""
    return settings.TWILIO_MONTHLY_CAPS[require_tenant().config.currency] if account._state.adding else None


class TwilioChannel:
    """One account with Twilio, for one channel."""

    can_be_asked = True

    def __init__(self, account: ChannelAccount) -> None:
        members = account.members
        self.price, self.cap = account.price, _cap_by(account)
        self.has_window = account.channel == Channel.WHATSAPP
        self._prefix = WHATSAPP if account.channel == Channel.WHATSAPP else ""
        self._sender = account.sender
        self._service = members.get("messaging_service_sid", "")
        self._client = Client(members.get("account_sid"), members.get("auth_token"), http_client=_Http())

    def send(self, message: Outgoing) -> Receipt:
        """What Twilio says quotes numbers: only its codes leave here."""
        message.last_look()
        try:
            made = self._client.messages.create(**self._named(message))
        except (TwilioRestException, TwilioServiceException) as error:
            raise _meaning_of(error) from None
        except (RequestException, ValueError):
            raise UnclearError("Twilio did not answer", is_silent=True) from None
        return self._receipt(made)

    def taken(self, message: Outgoing) -> Receipt | None:
        """Raises UndeliverableError where it was taken, and could not be delivered."""
        since = (message.first_tried_at or dt.datetime.min.replace(tzinfo=dt.UTC)) - _CLOCKS
        with _plainly():
            found = self._client.messages.list(to=self._prefix + message.to, limit=_NEWEST, page_size=_NEWEST)
        for each in found:
            is_new = each.date_created is not None and each.date_created >= since
            if not is_new or each.sid in message.other_ids or not _is_it(each, message):
                continue
            if str(each.status) in OVER:
                raise refused(int(each.error_code or 0))
            return self._receipt(each)
        return None

    def check(self) -> None:
        """By asking for the account itself."""
        with _plainly():
            self._client.api.accounts(str(self._client.account_sid)).fetch()

    def approvals(self) -> Mapping[str, ApprovalState]:
        """A thousand at the most, the newest first."""
        with _plainly():
            found = self._client.content.v1.content_and_approvals.list(limit=_TEXTS, page_size=_TEXTS_AT_ONCE)
        states = {str(each.sid): str((each.approval_requests or {}).get("status", "")) for each in found}
        return {sid: APPROVALS.get(state, ApprovalState.PENDING) for sid, state in states.items()}

    def _receipt(self, found: Any) -> Receipt:
        """What it makes of a long SMS; WhatsApp has no segments."""
        return Receipt(provider_id=str(found.sid), segments=0 if self._prefix else int(found.num_segments or 0))

    def _named(self, message: Outgoing) -> dict[str, Any]:
        """The message in Twilio's words."""
        names: dict[str, Any] = {"to": self._prefix + message.to}
        if self._service:
            names["messaging_service_sid"] = self._service
        if self._sender:
            names["from_"] = self._prefix + self._sender
        if message.callback_url:
            names["status_callback"] = message.callback_url
        if message.template:
            return names | {"content_sid": message.template, "content_variables": json.dumps(dict(message.parts))}
        return names | {"body": message.text}


@contextmanager
def _plainly() -> Iterator[None]:
    """What goes wrong without the words of Twilio, as NotTakenError."""
    try:
        yield
    except TwilioException as error:
        raise not_taken(_status_of(error)) from None
    except (RequestException, ValueError):
        raise NotTakenError("Twilio cannot be reached", code="unreachable", is_silent=True) from None


def _status_of(error: TwilioException) -> int:
    """Of a list that was refused, it is told by the answer alone."""
    answer = error.args[1] if len(error.args) > 1 else None
    return int(getattr(error, "status", 0) or getattr(answer, "status_code", 0))


def _is_it(found: Any, message: Outgoing) -> bool:
    """Twilio keeps no name of ours with a message: it is known by what it says."""
    if found.direction == "inbound":
        return False
    said = message.said or ([message.text] if not message.template else list(message.parts.values()))
    body = _in_one_line(found.body or "")
    return all(_in_one_line(each) in body for each in said)


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _meaning_of(error: TwilioRestException | TwilioServiceException) -> Exception:
    if error.status in _NOT_TAKEN:
        return not_taken(error.status)
    if error.status >= 500 or error.status == _TIMED_OUT:
        return UnclearError(f"Twilio answered {error.status}")
    return refused(int(error.code or error.status))


class _Http(TwilioHttpClient):
    """One connection for a request, at the address of the settings if there is one; a request is never repeated.

    It logs nothing: Twilio's own would write down whole requests, with the numbers of people.
    """

    def __init__(self) -> None:
        super().__init__(timeout=SECONDS, max_retries=0)

    def request(self, *args: Any, **more: Any) -> Response:
        method, url, *rest = args
        try:
            return super().request(method, _at_settings(url), *rest, **more)
        finally:
            if self.session is not None:
                self.session.close()

    def log_request(self, kwargs: Any) -> None: ...

    def log_response(self, *args: Any) -> None: ...


def _at_settings(url: str) -> str:
    if not settings.TWILIO_API_URL:
        return url
    there, asked = urlsplit(settings.TWILIO_API_URL), urlsplit(url)
    return urlunsplit(asked._replace(scheme=there.scheme, netloc=there.netloc))
