"""What is announced about people's data. No fact holds any of it."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bookme.eventlog.events import Event


@dataclass(frozen=True)
class CustomerErased(Event):
    """Somebody had all that the business knew of them erased; the books keep their bookings, without a person.

    `customers` are the rows that were theirs, `customer_id` the first of them, if there was one. `account`: what they
    signed in with is gone, too; else they belong to another business.
    """

    name: ClassVar[str] = "customer.erased"
    subject: ClassVar[str] = "customer_id"

    customer_id: UUID | None
    customers: list[str]
    account: bool
