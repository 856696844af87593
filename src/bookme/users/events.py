"""What is told of who comes in, and of who may do what. In the history of the business where it happened.

What happens on the platform's own host is in the public schema. No fact holds a secret.
"""

from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from bookme.eventlog.events import AuditEvent


@dataclass(frozen=True)
class SignedIn(AuditEvent):
    """`way` is `password`, `link`, `registration`, `reset`, `invitation`, `switch` or the name of a provider.

    `kind` is that of the SignIn.
    """

    name: ClassVar[str] = "account.signed_in"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    sign_in_id: UUID
    way: str
    kind: str
    two_factor: bool = False


@dataclass(frozen=True)
class SignInFailed(AuditEvent):
    """`reason` is `credentials`, `two_factor`, `too_many` or `api_key`; the subject is who has that address, if any.

    Of an API key there is no address; the actor is the key, if its secret was right.
    """

    name: ClassVar[str] = "account.sign_in_failed"
    subject: ClassVar[str] = "user_id"
    user_id: UUID | None
    email: str
    reason: str


@dataclass(frozen=True)
class SignedOut(AuditEvent):
    """`everywhere`: all sign-ins of the person ended, in every business."""

    name: ClassVar[str] = "account.signed_out"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    everywhere: bool = False


@dataclass(frozen=True)
class RefreshReused(AuditEvent):
    """A refresh token came again: somebody may hold a copy, and the whole sign-in was ended."""

    name: ClassVar[str] = "account.refresh_reused"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    sign_in_id: UUID


@dataclass(frozen=True)
class AccountChanged(AuditEvent):
    """`what` is `registered`, `password`, `email`, `two_factor_on`, `two_factor_off`, `recovery_codes` or `social`."""

    name: ClassVar[str] = "account.changed"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    what: str


@dataclass(frozen=True)
class MemberJoined(AuditEvent):
    """Somebody belongs to the business from now on, or again."""

    name: ClassVar[str] = "member.joined"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    role: str


@dataclass(frozen=True)
class MemberChanged(AuditEvent):
    """Their role or powers. `changes` maps a field to `[before, after]`."""

    name: ClassVar[str] = "member.changed"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    changes: dict[str, Any]


@dataclass(frozen=True)
class MemberRemoved(AuditEvent):
    name: ClassVar[str] = "member.removed"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
    role: str


@dataclass(frozen=True)
class ApiKeyChanged(AuditEvent):
    """`change` is `made` or `revoked`; `permissions` are what it may do."""

    name: ClassVar[str] = "api_key.changed"
    subject: ClassVar[str] = "key_id"
    key_id: UUID
    key_name: str
    change: str
    permissions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class ApiKeyUsed(AuditEvent):
    """Told of the first use, and then at most once an hour for each address."""

    name: ClassVar[str] = "api_key.used"
    subject: ClassVar[str] = "key_id"
    key_id: UUID
    key_name: str


@dataclass(frozen=True)
class OperatorEntered(AuditEvent):
    """Somebody of the platform looked into the business; told at most once an hour."""

    name: ClassVar[str] = "operator.entered"
    subject: ClassVar[str] = "user_id"
    user_id: UUID
