"""The base of all facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, ClassVar, Self
from uuid import UUID

from bookme.core.text import masked_address


@dataclass(frozen=True)
class Event:
    """A past-tense fact. `name` is stable and part of the API; fields are ids and plain values.

    Declare fields as UUID (or None), str, int, bool, or a dict or list of plain values; `subject` names the field that
    the history is asked by.
    """

    name: ClassVar[str]
    subject: ClassVar[str]

    @property
    def subject_id(self) -> UUID | None:
        found: UUID | None = getattr(self, self.subject)
        return found

    def to_payload(self) -> dict[str, Any]:
        return {key: str(value) if isinstance(value, UUID) else value for key, value in vars(self).items()}

    @classmethod
    def told_in_feed(cls, payload: Mapping[str, Any]) -> dict[str, Any]:
        """A payload as whoever follows the facts of the business reads it."""
        return dict(payload)

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        ids = {each.name for each in fields(cls) if each.type in (UUID, "UUID", UUID | None)}
        return cls(**{key: UUID(value) if key in ids and value else value for key, value in payload.items()})


class AuditTopic(StrEnum):
    """What the audit can be narrowed to."""

    SIGN_IN = "sign_in"
    FAILURE = "failure"
    ACCOUNT = "account"
    TEAM = "team"
    KEY = "key"
    OPERATOR = "operator"


@dataclass(frozen=True)
class FieldChange:
    """One thing that is other than it was: plain values, and in words, in the language that was active."""

    field: str
    before: Any
    after: Any
    text: str


@dataclass(frozen=True)
class AuditEvent(Event):
    """A fact about who came in, or who may do what. `publish` adds where its actor comes from."""

    topic: ClassVar[AuditTopic]

    address: str = field(default="", kw_only=True)
    agent: str = field(default="", kw_only=True)

    @classmethod
    def told_in_feed(cls, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Without networks and browsers; of an address as much as its owner knows it by."""
        told = {key: value for key, value in payload.items() if key not in {"address", "agent"}}
        return told | {"email": masked_address(told["email"])} if told.get("email") else told

    def sentence(self, who: str) -> str:
        """The fact in words, in the active language, without a full stop.

        `who` is the name of its subject, else of its actor, and may be empty.
        """
        raise NotImplementedError

    def told_changes(self) -> list[FieldChange]:
        """What exactly was changed, where the sentence cannot say it; in the active language."""
        return []
