"""What is announced about people's data. No fact holds any of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.eventlog.events import AuditEvent, AuditTopic


class Cause(StrEnum):
    """Why: they asked for it, or the time was over for which the business keeps what it knows of people."""

    ASKED = "asked"
    RETENTION = "retention"


@dataclass(frozen=True)
class CustomerErased(AuditEvent):
    """All that the business knew of somebody is erased; the books keep their bookings, without a person.

    `customers` are the rows that were theirs, `customer_id` the first of them, if there was one. `account`: what they
    signed in with is gone, too; else they have none, or belong to another business. `cause` is one of Cause.
    """

    name: ClassVar[str] = "customer.erased"
    subject: ClassVar[str] = "customer_id"
    topic = AuditTopic.ACCOUNT

    customer_id: UUID | None
    customers: list[str]
    account: bool
    cause: str

    def sentence(self, who: str) -> str:
        if self.cause == Cause.RETENTION:
            return _("A customer was erased: the time is over for which their data is kept")
        return _("A customer had their data erased")
