"""What each provider needs to be told of an account, and what is wrong with it. Pure.

All members are short texts of printable ASCII: they go into headers, and nothing can be added to one.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from bookme.communications.models import Channel, Provider
from bookme.core.errors import FieldError, pointer_part
from bookme.core.phones import phone_number

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"
# Of mail that is handed in; at others a business would find out what else listens there.
MAIL_PORTS = frozenset({"25", "465", "587", "2525"})
LONGEST = 500
SHORTEST_SECRET = 16

PROVIDERS_OF: Mapping[Channel, frozenset[Provider]] = {
    Channel.EMAIL: frozenset({Provider.SMTP, Provider.SENDGRID, Provider.SES, Provider.MAILGUN}),
    Channel.SMS: frozenset({Provider.TWILIO}),
    Channel.WHATSAPP: frozenset({Provider.TWILIO}),
}

Check = Callable[[str], bool]


def _is_any(_: str) -> bool:
    return True


def _matching(pattern: str) -> Check:
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None


def _is_webhook_secret(text: str) -> bool:
    """As it stands in a URL before the `@`: a name, and a password that nobody guesses."""
    name, _colon, password = text.partition(":")
    return bool(name) and len(password) >= SHORTEST_SECRET


def _is_public_key(text: str) -> bool:
    try:
        load_der_public_key(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return False
    return True


@dataclass(frozen=True)
class Member:
    check: Check = _is_any
    is_needed: bool = False
    wanted: str = ""


_KEY = Member(is_needed=True)
_SIDE = Member(_matching("us|eu"), wanted="This is `us` or `eu`.")
_SECRET = Member(_is_webhook_secret, wanted=f"This is `name:password`, the password of {SHORTEST_SECRET} or more.")
_HOST = r"(?=.{1,253}\Z)([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)*[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"

MEMBERS: Mapping[Provider, Mapping[str, Member]] = {
    Provider.SMTP: {
        "host": Member(_matching(_HOST), is_needed=True, wanted="This is the name of a mail server."),
        "port": Member(_matching(r"[1-9][0-9]{0,4}"), is_needed=True, wanted="This is the number of a port."),
        "security": Member(
            _matching(f"{STARTTLS}|{TLS}|{PLAIN}"), is_needed=True, wanted=f"This is `{STARTTLS}` or `{TLS}`."
        ),
        "username": Member(),
        "password": Member(),
    },
    Provider.SENDGRID: {
        "api_key": _KEY,
        "region": _SIDE,
        "webhook_key": Member(_is_public_key, wanted="This is the verification key of signed events."),
        "webhook_secret": _SECRET,
    },
    Provider.SES: {
        "access_key_id": _KEY,
        "secret_access_key": _KEY,
        "region": Member(_matching(r"[a-z]{2}(-[a-z]+)+-[0-9]"), is_needed=True, wanted="Such as `eu-west-1`."),
        "configuration_set": Member(_matching(r"[A-Za-z0-9_-]{1,64}"), wanted="Letters, digits, `_` and `-`."),
        "webhook_secret": _SECRET,
    },
    Provider.MAILGUN: {"api_key": _KEY, "region": _SIDE, "webhook_signing_key": Member()},
    Provider.TWILIO: {
        "account_sid": Member(_matching("AC[0-9a-f]{32}"), is_needed=True, wanted="`AC` and 32 digits of base 16."),
        "auth_token": _KEY,
        "messaging_service_sid": Member(_matching("MG[0-9a-f]{32}"), wanted="`MG` and 32 digits of base 16."),
    },
}


def faults_of(
    *, channel: Channel, provider: Provider, sender: str, credentials: Mapping[str, str], price: Decimal, is_local: bool
) -> Iterator[FieldError]:
    """What is wrong with an account; `is_local`: on one machine, any mail server may be named, without TLS too."""
    if provider not in PROVIDERS_OF[channel]:
        detail = f"{provider.label} does not carry {channel.label}."
        yield FieldError("/provider", "not_of_channel", detail)
        return
    if not _is_sender(channel, sender, credentials):
        yield FieldError("/sender", "invalid", _SENDERS[channel])
    if channel is Channel.EMAIL and price:
        yield FieldError("/price", "free", "E-mail is not counted as a cost.")
    if channel is not Channel.EMAIL and price <= 0:
        detail = f"Say what one {channel.label} message costs: without it no cap of the month would hold."
        yield FieldError("/price", "required", detail)
    yield from _faults_of_members(provider, credentials)
    if provider is Provider.SMTP and not is_local:
        yield from _faults_of_mail_server(credentials)


def _is_sender(channel: Channel, sender: str, credentials: Mapping[str, str]) -> bool:
    if channel is Channel.EMAIL:
        try:
            validate_email(sender)
        except ValidationError:
            return False
        return sender.isascii()
    if not sender:
        return bool(credentials.get("messaging_service_sid"))
    is_word = channel is Channel.SMS and re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", sender) is not None
    return is_word or phone_number(sender) == sender


_SENDERS = {
    Channel.EMAIL: "This is an e-mail address.",
    Channel.SMS: "This is a number such as +447700900123, or a name of at most 11 letters and digits.",
    Channel.WHATSAPP: "This is a number such as +447700900123.",
}


def _faults_of_members(provider: Provider, credentials: Mapping[str, str]) -> Iterator[FieldError]:
    known = MEMBERS[provider]
    for name in credentials.keys() - known.keys():
        yield FieldError(f"/credentials/{pointer_part(name)}", "unknown", "There is no such field.")
    for name, member in known.items():
        pointer, text = f"/credentials/{name}", credentials.get(name, "")
        if not text and member.is_needed:
            yield FieldError(pointer, "required", "This field is required.")
        elif text and not (len(text) <= LONGEST and text.isascii() and text.isprintable() and member.check(text)):
            yield FieldError(pointer, "invalid", member.wanted or "This is not valid.")


def _faults_of_mail_server(credentials: Mapping[str, str]) -> Iterator[FieldError]:
    if credentials.get("port", "") not in MAIL_PORTS:
        ports = ", ".join(sorted(MAIL_PORTS, key=int))
        yield FieldError("/credentials/port", "not_allowed", f"Mail is handed in at one of {ports}.")
    if credentials.get("security") == PLAIN:
        yield FieldError("/credentials/security", "not_allowed", "The password would be sent for anybody to read.")
