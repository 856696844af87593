"""The interface of what carries a message out of here."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol

from bookme.communications.models import ApprovalState, Channel


class UndeliverableError(Exception):
    """Refused for good by this channel: trying again would not help.

    `is_bounce`: there is no such address. `is_stop`: whoever has it said that nothing more is to come. `approval`: what
    became of the text that was taken for approved, where that is why.
    """

    def __init__(
        self, reason: str, *, is_bounce: bool = False, is_stop: bool = False, approval: ApprovalState | None = None
    ) -> None:
        super().__init__(reason)
        self.is_bounce = is_bounce
        self.is_stop = is_stop
        self.approval = approval


class UnclearError(Exception):
    """The provider may have taken it: it did not answer (`is_silent`), or answered that it failed.

    Ask `Carrier.taken` first.
    """

    def __init__(self, reason: str, *, is_silent: bool = False) -> None:
        super().__init__(reason)
        self.is_silent = is_silent


class ChannelOffError(Exception):
    """Nothing is set up that could carry this kind of message."""


class NotTakenError(Exception):
    """Surely not taken, and another try may succeed: the provider is away, has enough for now, or knows us no more.

    `code` is for whoever looks after the account: `unreachable`, `busy`, `credentials` or `refused`.
    `is_silent`: there was no answer at all.
    """

    def __init__(self, reason: str, *, code: str, is_silent: bool = False) -> None:
        super().__init__(reason)
        self.code = code
        self.is_silent = is_silent


def not_taken(status: int) -> NotTakenError:
    """By the status of a provider's answer, which says that it surely has not."""
    if status == 429:
        return NotTakenError("the provider asks to wait", code="busy")
    if status in {401, 403}:
        return NotTakenError(f"the provider does not know the account ({status})", code="credentials")
    if status >= 500:
        return NotTakenError(f"the provider is out of order ({status})", code="unreachable")
    return NotTakenError(f"the provider refused ({status})", code="refused")


@dataclass(frozen=True)
class Outgoing:
    """A message that is ready to go. `message_id` is the same whenever this message is tried again.

    `callback_url` is where the provider says how it went. `template` and `parts` are of what it has approved for
    WhatsApp: its id, and the texts by number, where `text` may not be sent. `first_tried_at` is before this message was
    handed over for the first time; `other_ids` are the provider's, of what was sent before it and may look the same.
    `reference` is how we name this sending of it, which providers of e-mail say again when they tell how it went.
    `said` is what is on record of one that is only asked for: pieces of its text, between which there may be more.
    `last_look` is asked when all is ready to hand it over, and raises where it is not to go out after all: a carrier
    may take seconds to be connected, encrypted and let in. `can_wait`: it leaves room to what cannot, where that is
    short.
    """

    channel: Channel
    tenant: str
    to: str
    to_name: str
    from_name: str
    reply_name: str
    reply_to: str
    subject: str
    text: str
    message_id: str
    html: str = ""
    calendar: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    callback_url: str = ""
    reference: str = ""
    template: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)
    first_tried_at: dt.datetime | None = None
    other_ids: frozenset[str] = frozenset()
    said: tuple[str, ...] = ()
    can_wait: bool = False
    last_look: Callable[[], None] = lambda: None


@dataclass(frozen=True)
class Receipt:
    """What a provider calls what it took, and how many segments an SMS has, if it says so."""

    provider_id: str = ""
    segments: int = 0


class Carrier(Protocol):
    """`price` is of one message, of an SMS of one segment, in the business's currency; `cap` what it may spend in a
    month where that goes by whose account it is, and None where only its own cap counts.

    `has_window`: to who has not written in the last day it takes only what was approved before. `can_be_asked`: it
    knows what it has taken, and says so.
    """

    price: Decimal
    cap: Decimal | None
    has_window: bool
    can_be_asked: bool

    def send(self, message: Outgoing) -> Receipt:
        """Hand it over. Raises UndeliverableError, UnclearError, anything else where it was surely not taken."""

    def taken(self, message: Outgoing) -> Receipt | None:
        """Whether an earlier try of it was taken after all, where that can be asked."""


class AccountCarrier(Carrier, Protocol):
    """By an account with a provider."""

    def check(self) -> None:
        """Whether the provider lets us in, now; nothing is sent. Raises NotTakenError."""


class Approver(Protocol):
    """Where texts are approved before they may be sent."""

    def approvals(self) -> Mapping[str, ApprovalState]:
        """What became of all texts of the business, by the provider's ids. Raises NotTakenError."""
