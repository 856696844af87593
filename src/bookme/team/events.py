"""What is announced about invitations; that somebody belongs to the business is told by `users`."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bookme.eventlog.events import AuditEvent


@dataclass(frozen=True)
class InvitationChanged(AuditEvent):
    """`change` is `sent`, `sent_again`, `revoked`, `accepted` or `declined`."""

    name: ClassVar[str] = "invitation.changed"
    subject: ClassVar[str] = "invitation_id"
    invitation_id: UUID
    email: str
    role: str
    change: str
