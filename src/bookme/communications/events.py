"""What can become true of a message."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bookme.eventlog.changes import RowChanged
from bookme.eventlog.events import Event


@dataclass(frozen=True, kw_only=True)
class NotificationSentAgain(Event):
    """Somebody asked for a message to go out once more."""

    name: ClassVar[str] = "notification.sent_again"
    subject: ClassVar[str] = "notification_id"

    notification_id: UUID
    kind: str
    channel: str


@dataclass(frozen=True)
class MessagesChanged(RowChanged):
    """A text, an account with a provider, or an address to which nothing goes, as `kind` says."""

    name: ClassVar[str] = "messages.changed"
