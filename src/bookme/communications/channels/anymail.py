"""E-mail by the API of a provider: SendGrid, Amazon SES or Mailgun, each with the account of a business.

What a provider's library raises holds the message and, in places, the account: none of it leaves this module.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import requests
from anymail.backends import amazon_ses, mailgun, sendgrid
from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailAPIError, AnymailInvalidAddress, AnymailRecipientsRefused
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, EndpointConnectionError
from django.conf import settings
from urllib3.exceptions import NewConnectionError

from bookme.communications.channels.base import (
    NotTakenError,
    Outgoing,
    Receipt,
    UnclearError,
    UndeliverableError,
    not_taken,
)
from bookme.communications.channels.email import email_of
from bookme.communications.models import ChannelAccount, Provider

TIMEOUT_SECONDS = 10
# How a mail that went out is known again in what a provider tells of it.
REFERENCE = "bookme_message"
_URLS = {
    (Provider.SENDGRID, "us"): "https://api.sendgrid.com/v3/",
    (Provider.SENDGRID, "eu"): "https://api.eu.sendgrid.com/v3/",
    (Provider.MAILGUN, "us"): "https://api.mailgun.net/v3/",
    (Provider.MAILGUN, "eu"): "https://api.eu.mailgun.net/v3/",
}
# In a refusal of a request, what says that it is the reader's address that is wrong.
_WRONG_ADDRESS = ("personalizations.0.to", "'to' parameter is not a valid", "to parameter is not a valid")
_BUSY = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling", "LimitExceededException"})
_REFUSED = frozenset({"MessageRejected", "BadRequestException", "InvalidParameterValue", "ValidationException"})


class AnymailChannel:
    """Hands a mail to a provider, which says later how it went (`views/mail_providers`)."""

    price = Decimal(0)
    cap: Decimal | None = None
    has_window = False
    can_be_asked = False

    def __init__(self, account: ChannelAccount) -> None:
        self._provider, self._sender, self._credentials = Provider(account.provider), account.sender, account.members

    def send(self, message: Outgoing) -> Receipt:
        email: Any = email_of(message, sender=self._sender)
        if message.reference:
            email.metadata = {REFERENCE: message.reference}
        message.last_look()
        try:
            self._backend().send_messages([email])
        except (AnymailRecipientsRefused, AnymailInvalidAddress):
            raise UndeliverableError("the provider refused the address", is_bounce=True) from None
        except AnymailAPIError as error:
            raise _fault(error) from None
        return Receipt(provider_id=str(email.anymail_status.message_id or "")[:200])

    def taken(self, message: Outgoing) -> Receipt | None:
        """None of them can be asked by our own id. A mail program knows a repeat by its Message-ID."""
        return None

    def check(self) -> None:
        """Whether the provider knows the account; nothing is sent. Raises NotTakenError."""
        if self._provider is Provider.SES:
            return self._check_ses()
        domain = self._sender.rpartition("@")[2]
        auth = None if self._provider is Provider.SENDGRID else ("api", self._credentials["api_key"])
        headers = {"Authorization": f"Bearer {self._credentials['api_key']}"} if auth is None else {}
        path = "scopes" if auth is None else f"domains/{domain}"
        try:
            url = _url(self._provider, self._credentials)
            answer = requests.get(
                url + path, auth=auth, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            raise NotTakenError("the provider cannot be reached", code="unreachable", is_silent=True) from None
        if not answer.ok:
            raise not_taken(answer.status_code)
        return None

    def _check_ses(self) -> None:
        backend = self._backend()
        backend.open()
        try:
            backend.client.get_account()
        except ClientError as error:
            code, status = _code_of(error)
            raise not_taken(429 if code in _BUSY else status) from None
        except BotoCoreError:
            raise NotTakenError("the provider cannot be reached", code="unreachable", is_silent=True) from None
        finally:
            backend.close()

    def _backend(self) -> Any:
        return _BACKENDS[self._provider](self._credentials)


def _sendgrid(given: Mapping[str, str]) -> AnymailBaseBackend:
    url = _url(Provider.SENDGRID, given)
    return sendgrid.EmailBackend(api_key=given["api_key"], api_url=url, timeout=TIMEOUT_SECONDS)


def _mailgun(given: Mapping[str, str]) -> AnymailBaseBackend:
    url = _url(Provider.MAILGUN, given)
    return mailgun.EmailBackend(api_key=given["api_key"], api_url=url, timeout=TIMEOUT_SECONDS)


def _ses(given: Mapping[str, str]) -> AnymailBaseBackend:
    return amazon_ses.EmailBackend(
        session_params=ses_session(given),
        client_params=ses_client(),
        configuration_set_name=given.get("configuration_set") or None,
    )


def ses_session(given: Mapping[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": given["access_key_id"],
        "aws_secret_access_key": given["secret_access_key"],
        "region_name": given["region"],
    }


def ses_client() -> dict[str, Any]:
    """One try: whether there is another is for us to say."""
    config = {
        "connect_timeout": TIMEOUT_SECONDS,
        "read_timeout": TIMEOUT_SECONDS,
        "retries": {"total_max_attempts": 1, "mode": "standard"},
    }
    url = settings.MESSAGE_PROVIDER_URLS.get(Provider.SES.value)
    return {"config": config} | ({"endpoint_url": url} if url else {})


_BACKENDS: Mapping[Provider, Callable[[Mapping[str, str]], AnymailBaseBackend]] = {
    Provider.SENDGRID: _sendgrid,
    Provider.MAILGUN: _mailgun,
    Provider.SES: _ses,
}


def _url(provider: Provider, given: Mapping[str, str]) -> str:
    url: str = settings.MESSAGE_PROVIDER_URLS.get(provider.value) or _URLS[provider, given.get("region") or "us"]
    return url


def _fault(error: Any) -> Exception:
    """What became of a mail that a provider did not plainly take."""
    cause = error.__cause__
    if isinstance(cause, ClientError):
        return _fault_of_ses(cause)
    if cause is not None:
        return _fault_of_silence(cause)
    status, text = error.status_code or 0, getattr(error.response, "text", "")
    if 200 <= status < 300 or status >= 500 or not status:
        return UnclearError(f"the provider answered {status}, and not that it took the message")
    if status in {400, 413, 422}:
        is_bounce = any(each in text for each in _WRONG_ADDRESS)
        return UndeliverableError(f"the provider refused the message ({status})", is_bounce=is_bounce)
    return not_taken(status)


def _fault_of_ses(error: ClientError) -> Exception:
    code, status = _code_of(error)
    if status >= 500:
        return UnclearError(f"the provider answered {status}")
    if code in _REFUSED:
        return UndeliverableError(f"the provider refused the message ({code})")
    return not_taken(429 if code in _BUSY else status)


def _fault_of_silence(cause: BaseException) -> Exception:
    """There was no answer: was there a connection?"""
    reason = getattr(cause.args[0], "reason", None) if cause.args else None
    never = isinstance(cause, requests.ConnectTimeout | ConnectTimeoutError | EndpointConnectionError)
    if never or isinstance(reason, NewConnectionError):
        return NotTakenError("the provider cannot be reached", code="unreachable", is_silent=True)
    return UnclearError("the provider did not answer", is_silent=True)


def _code_of(error: ClientError) -> tuple[str, int]:
    told: Any = error.response
    return str(told.get("Error", {}).get("Code", "")), int(told.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
