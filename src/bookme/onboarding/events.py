"""What onboarding announces."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.eventlog.events import AuditEvent, AuditTopic, Event


@dataclass(frozen=True)
class BusinessConfigured(Event):
    """A config file, the demo or a `PATCH config/` changed something.

    `changes` holds the first 200 as `{path, before, after}`, paths by key (`services.cut-finish.price`); contact data
    of people is not repeated there. `file_hash` tells which file was applied.
    """

    name: ClassVar[str] = "business.configured"
    subject: ClassVar[str] = "tenant_id"
    tenant_id: UUID
    source: str
    file_hash: str
    changes_total: int
    changes: list[dict[str, Any]]


@dataclass(frozen=True)
class BusinessSuspended(AuditEvent):
    name: ClassVar[str] = "business.suspended"
    subject: ClassVar[str] = "tenant_id"
    topic = AuditTopic.OPERATOR
    tenant_id: UUID

    def sentence(self, who: str) -> str:
        return _("The business was suspended")


@dataclass(frozen=True)
class BusinessResumed(AuditEvent):
    """Open again, or for the first time out of its trial."""

    name: ClassVar[str] = "business.resumed"
    subject: ClassVar[str] = "tenant_id"
    topic = AuditTopic.OPERATOR
    tenant_id: UUID

    def sentence(self, who: str) -> str:
        return _("The business was opened")


@dataclass(frozen=True)
class BusinessClosed(AuditEvent):
    name: ClassVar[str] = "business.closed"
    subject: ClassVar[str] = "tenant_id"
    topic = AuditTopic.OPERATOR
    tenant_id: UUID

    def sentence(self, who: str) -> str:
        return _("The business was closed for good")


@dataclass(frozen=True)
class BusinessChanged(AuditEvent):
    """An operator changed what a business is called or where it is.

    `changes` maps `name`, `slug` or `domains` to `[before, after]`; of host names the primary one comes first.
    """

    name: ClassVar[str] = "business.changed"
    subject: ClassVar[str] = "tenant_id"
    topic = AuditTopic.OPERATOR
    tenant_id: UUID
    changes: dict[str, Any]

    def sentence(self, who: str) -> str:
        return _("What the business is called, or its addresses, was changed")


@dataclass(frozen=True)
class DomainVerified(Event):
    """The business has proven that a host name is its own, and is served there from now on."""

    name: ClassVar[str] = "business.domain_verified"
    subject: ClassVar[str] = "tenant_id"
    tenant_id: UUID
    domain: str
