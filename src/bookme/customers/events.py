"""What is announced about customers."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from bookme.eventlog.changes import RowChanged
from bookme.eventlog.events import Event

TOLD_IDS = 200


@dataclass(frozen=True)
class CustomerChanged(RowChanged):
    """A customer's row was made, changed or archived, by the team or by themselves.

    Fields are told by name, never their values.
    """

    name: ClassVar[str] = "customer.changed"


@dataclass(frozen=True)
class CustomersImported(Event):
    """A list of customers was taken over: so many were made, so many had something filled in.

    One fact for the whole list; `customers` are the first 200 of them, and the list of customers has all.
    """

    name: ClassVar[str] = "customers.imported"
    subject: ClassVar[str] = "id"

    id: UUID
    created: int
    updated: int
    customers: list[str]
