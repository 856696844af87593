"""What a visitor has chosen so far: a signed token in the address, not a session.

It works in a frame without cookies, survives the back button, and is worthless in another business: it is signed with
the key of this one. Its id is the idempotency key of the booking that comes of it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing

from bookme.core.ids import uuid7
from bookme.tenants.context import require_tenant

SALT = "bookme.web.draft"


class BadDraft(Exception):
    """The token was not made here, was changed, or is too old: start again."""


@dataclass(frozen=True)
class Draft:
    """`staff_id` None is anyone. `chosen_for_them`: `staff_id` is whom the business's rule picked for anyone.

    `postcode` is where it is wanted, in a business with areas.
    """

    id: UUID = field(default_factory=uuid7)
    service_id: UUID | None = None
    session_id: UUID | None = None
    extra_ids: tuple[UUID, ...] = ()
    staff_id: UUID | None = None
    chosen_for_them: bool = False
    location_id: UUID | None = None
    postcode: str = ""
    party_size: int = 1
    start: dt.datetime | None = None

    def token(self) -> str:
        """The draft as text for an address, good in this business only."""
        return signing.dumps(self._to_data(), key=require_tenant().link_key, salt=SALT)

    @classmethod
    def from_token(cls, token: str) -> "Draft":
        """Raises BadDraft."""
        age = dt.timedelta(hours=settings.IDEMPOTENCY_HOURS)
        try:
            data = signing.loads(token, key=require_tenant().link_key, salt=SALT, max_age=age)
        except signing.BadSignature as error:
            raise BadDraft from error
        return cls._from_data(data)

    def _to_data(self) -> dict[str, Any]:
        data = {
            "i": self.id.hex,
            "s": _hex(self.service_id),
            "c": _hex(self.session_id),
            "x": [each.hex for each in self.extra_ids],
            "w": _hex(self.staff_id),
            "a": int(self.chosen_for_them),
            "l": _hex(self.location_id),
            "z": self.postcode,
            "p": self.party_size,
            "t": self.start.isoformat() if self.start else None,
        }
        return {key: value for key, value in data.items() if value}

    @classmethod
    def _from_data(cls, data: Mapping[str, Any]) -> "Draft":
        return cls(
            id=UUID(data["i"]),
            service_id=_uuid(data.get("s")),
            session_id=_uuid(data.get("c")),
            extra_ids=tuple(UUID(each) for each in data.get("x", [])),
            staff_id=_uuid(data.get("w")),
            chosen_for_them=bool(data.get("a")),
            location_id=_uuid(data.get("l")),
            postcode=data.get("z", ""),
            party_size=data["p"],
            start=dt.datetime.fromisoformat(data["t"]) if data.get("t") else None,
        )


def _hex(value: UUID | None) -> str | None:
    return value.hex if value else None


def _uuid(value: str | None) -> UUID | None:
    return UUID(value) if value else None
