"""The interface of what carries a message out of here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from bookme.communications.models import Channel


class UndeliverableError(Exception):
    """Refused for good by this channel: trying again would not help. `is_bounce`: there is no such address."""

    def __init__(self, reason: str, *, is_bounce: bool = False) -> None:
        super().__init__(reason)
        self.is_bounce = is_bounce


class UnclearError(Exception):
    """The provider may have taken it: it did not answer, or answered that it failed. Ask `Carrier.taken` first."""


class ChannelOffError(Exception):
    """Nothing is set up that could carry this kind of message."""


@dataclass(frozen=True)
class Outgoing:
    """A message that is ready to go. `message_id` is the same whenever this message is tried again.

    `callback_url` is where the provider says how it went. `template` and `parts` are of what it has approved for
    WhatsApp: its id, and the texts by number, where `text` may not be sent.
    """

    channel: Channel
    tenant: str
    to: str
    to_name: str
    from_name: str
    reply_to: str
    subject: str
    text: str
    message_id: str
    html: str = ""
    calendar: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    callback_url: str = ""
    template: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    first_tried_at: dt.datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What a provider calls what it took, if it says so."""

    provider_id: str = ""


class Carrier(Protocol):
    """`price` is of one message, of an SMS of one segment, in the business's currency."""

    price: Decimal

    def send(self, message: Outgoing) -> Receipt:
        """Hand it over. Raises UndeliverableError, UnclearError, anything else where it was surely not taken."""

    def taken(self, message: Outgoing) -> Receipt | None:
        """Whether an earlier try of it was taken after all, where that can be asked."""
