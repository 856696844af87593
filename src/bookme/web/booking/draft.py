"""What a visitor has chosen so far: a signed token in the address, not a session.

It works in a frame without cookies, survives the back button, and is worthless in another business: it is signed with
the key of this one. Its id is the idempotency key of the booking that comes of it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.core import signing

from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.core.ids import uuid7
from bookme.core.time import instant_of, minute_of
from bookme.tenants.context import require_tenant

SALT = "bookme.web.draft"


class BadDraft(Exception):
    """The token was not made here, was changed, or is too old: start again.

    Of one that is only too old `draft` is a new one of what was chosen, without a time.
    """

    def __init__(self, draft: "Draft | None" = None) -> None:
        super().__init__()
        self.draft = draft


@dataclass(frozen=True)
class Line:
    """One service. `staff_id` None is anyone; `chosen_for_them`: it is whom the business's rule picked for anyone."""

    service_id: UUID
    extra_ids: tuple[UUID, ...] = ()
    staff_id: UUID | None = None
    chosen_for_them: bool = False

    def with_anyone(self) -> "Line":
        return replace(self, staff_id=None, chosen_for_them=False)

    def unsettled(self) -> "Line":
        """Not with somebody who was chosen for them."""
        return self.with_anyone() if self.chosen_for_them else self


class Repeat(NamedTuple):
    """Every so many weeks, so many visits in all."""

    weeks: int
    times: int

    @property
    def rule(self) -> Recurrence:
        return Recurrence(frequency=Frequency.WEEKLY, interval=self.weeks, count=self.times)


class Lost(NamedTuple):
    """How many services and extras were left out, and how many people given up, that are not offered any more.

    `places` is 1 if the place was.
    """

    services: int = 0
    extras: int = 0
    people: int = 0
    places: int = 0

    @property
    def mark(self) -> str:
        """What tells it from another; empty for nothing."""
        return "-".join(map(str, self)) if any(self) else ""

    def and_then(self, other: "Lost") -> "Lost":
        return Lost(*map(sum, zip(self, other, strict=True)))


@dataclass(frozen=True)
class Draft:
    """The services in the order they are to be had, or the session of a class, or all that is left of a course.

    `postcode` is where it is wanted, in a business with areas. Of what is to `repeat` from `start` on, `starts` are the
    dates that were agreed, `start` among them. `zone` is where the visitor is, for what they are to have online. What
    was `lost` on the way is told until the end, and so it is that it `is_another` one of what was booked.
    """

    id: UUID = field(default_factory=uuid7)
    lines: tuple[Line, ...] = ()
    session_id: UUID | None = None
    course_id: UUID | None = None
    location_id: UUID | None = None
    postcode: str = ""
    party_size: int = 1
    start: dt.datetime | None = None
    repeat: Repeat | None = None
    starts: tuple[dt.datetime, ...] = ()
    zone: str = ""
    lost: Lost = field(default_factory=Lost)
    is_another: bool = False

    def token(self) -> str:
        """The draft as text for an address, good in this business only."""
        return signing.dumps(self._to_data(), key=require_tenant().link_key, salt=SALT, compress=True)

    def with_lines(self, lines: Iterable[Line]) -> "Draft":
        return replace(self, lines=tuple(lines))

    def at(self, start: dt.datetime | None) -> "Draft":
        """From that start on; what was agreed of other dates is so no more."""
        return self if start == self.start else replace(self, start=start, starts=())

    def anew(self) -> "Draft":
        """The same as a booking of its own, without a time."""
        return replace(self.unsettled(), id=uuid7(), start=None, starts=(), lost=Lost(), is_another=False)

    @property
    def asks_for_somebody(self) -> bool:
        return any(line.staff_id and not line.chosen_for_them for line in self.lines)

    def unsettled(self) -> "Draft":
        """Not with anybody who was chosen for them."""
        return self.with_lines(line.unsettled() for line in self.lines)

    @classmethod
    def from_token(cls, token: str) -> "Draft":
        """Raises BadDraft."""
        age = dt.timedelta(hours=settings.IDEMPOTENCY_HOURS)
        try:
            return cls._signed(token, age)
        except signing.SignatureExpired as error:
            raise BadDraft(cls._signed(token, None).anew()) from error
        except signing.BadSignature as error:
            raise BadDraft from error

    @classmethod
    def _signed(cls, token: str, age: dt.timedelta | None) -> "Draft":
        """Raises BadSignature, and BadDraft."""
        data = signing.loads(token, key=require_tenant().link_key, salt=SALT, max_age=age)
        try:
            return cls._from_data(data)
        except (KeyError, TypeError, ValueError) as error:  # signed by another version of these pages
            raise BadDraft from error

    def _to_data(self) -> dict[str, Any]:
        data = {
            "i": self.id.hex,
            "s": [_line_data(line) for line in self.lines],
            "c": _hex(self.session_id),
            "k": _hex(self.course_id),
            "l": _hex(self.location_id),
            "z": self.postcode,
            "p": self.party_size,
            "t": self.start.isoformat() if self.start else None,
            "r": self.repeat,
            "n": [minute_of(each) for each in self.starts],
            "o": self.zone,
            "x": self.lost if any(self.lost) else None,
            "a": int(self.is_another),
        }
        return {key: value for key, value in data.items() if value}

    @classmethod
    def _from_data(cls, data: Mapping[str, Any]) -> "Draft":
        return cls(
            id=UUID(data["i"]),
            lines=tuple(_line(each) for each in data.get("s", [])),
            session_id=_uuid(data.get("c")),
            course_id=_uuid(data.get("k")),
            location_id=_uuid(data.get("l")),
            postcode=data.get("z", ""),
            party_size=data["p"],
            start=dt.datetime.fromisoformat(data["t"]) if data.get("t") else None,
            repeat=Repeat(*data["r"]) if data.get("r") else None,
            starts=tuple(instant_of(each) for each in data.get("n", [])),
            zone=data.get("o", ""),
            lost=Lost(*data.get("x", ())),
            is_another=bool(data.get("a")),
        )


def _line_data(line: Line) -> list[Any]:
    return [line.service_id.hex, [each.hex for each in line.extra_ids], _hex(line.staff_id), int(line.chosen_for_them)]


def _line(data: Sequence[Any]) -> Line:
    service, extras, staff, chosen_for_them = data
    return Line(UUID(service), tuple(UUID(each) for each in extras), _uuid(staff), bool(chosen_for_them))


def _hex(value: UUID | None) -> str | None:
    return value.hex if value else None


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None
