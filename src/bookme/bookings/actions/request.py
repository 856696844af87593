"""What a door hands to `create_visit` and `create_series`."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from bookme.customers.actions import Address, Contact


@dataclass(frozen=True, kw_only=True)
class Item:
    """A session, or a service with that person (None: anybody); and its extras. Ids are of this business or refused.

    `pointer` is where the body of the request has it: what is wrong with it is told there.
    """

    service_id: UUID | None = None
    session_id: UUID | None = None
    staff_id: UUID | None = None
    extra_ids: tuple[UUID, ...] = ()
    pointer: str = ""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asks for: a session, or at `start` one or several services, one after another at one place."""

    items: tuple[Item, ...]
    start: dt.datetime | None = None
    location_id: UUID | None = None
    party_size: int = 1


@dataclass(frozen=True, kw_only=True)
class BookingRequest(Asked):
    """And for whom.

    `consents` maps ConsentKind values to the answers; what they answer is what the business asks, in `language`, which
    is the visitor's; in their `timezone` they read when it is, of what is online. `source` is the door it came by
    (such as `api` or `page`; the team's own is `team`), `guest_address` the network address, if it is known; of a
    guest's, the visit keeps the network. With `hold_until` it is held until then, to be accepted or paid for, and
    nobody is told yet. The team may have it `outside_hours`, and `overbook`: then what `availability.OUTSIDE_HOURS` and
    `OVERBOOKING` name keeps it from nothing.
    """

    contact: Contact
    notes: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    address: Address | None = None
    consents: Mapping[str, bool] = field(default_factory=dict)
    language: str = ""
    timezone: str = ""
    source: str = "api"
    guest_address: str | None = None
    hold_until: dt.datetime | None = None
    outside_hours: bool = False
    overbook: bool = False
