"""What can go wrong, in words of the domain. `core/http/problems.py` alone knows their HTTP status."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks a text for the catalogue. Django's own reads the settings, which are still being read when this is."""
    return text


@dataclass(frozen=True)
class FieldError:
    """One fault of an input. `pointer` is an RFC 6901 JSON pointer into it, such as `/customer/email`."""

    pointer: str
    code: str
    detail: str


def pointer_part(key: str) -> str:
    """A key as a part of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1")


class DomainError(Exception):
    """A refusal that the caller can act on.

    `code` is stable and part of the API; `detail` is a sentence for people, in English, which is put into the language
    of who reads it where that is known (`core.languages.said`); `extra` is added to the answer as it is.
    """

    default_code = "error"
    default_detail = gettext_noop("This cannot be done.")

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.detail = detail or self.default_detail
        self.code = code or self.default_code
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        super().__init__(self.detail)


class Invalid(DomainError):
    """The input cannot be read or breaks a rule of form."""

    default_code = "invalid"
    default_detail = gettext_noop("The input is not valid.")

    @classmethod
    def field(cls, pointer: str, detail: str, *, code: str = "invalid") -> "Invalid":
        """One fault of one field; `pointer` as in FieldError."""
        return cls(detail, code=code, errors=[FieldError(pointer, code, detail)])

    @classmethod
    def of(cls, faults: Sequence[FieldError]) -> "Invalid":
        """Of one fault its own words, of several that there are some."""
        if len(faults) == 1:
            return cls(faults[0].detail, code=faults[0].code, errors=faults)
        return cls(gettext_noop("Some fields are not valid."), errors=faults)

    def under(self, pointer: str) -> "Invalid":
        """The same of a part of the input, which is at that pointer in the whole."""
        faults = [FieldError(pointer + each.pointer, each.code, each.detail) for each in self.errors]
        return Invalid(self.detail, code=self.code, errors=faults, extra=self.extra)

    @classmethod
    def unless_good(cls, faults: Iterable[FieldError]) -> None:
        """Raises Invalid of all of them, if there are any."""
        if found := tuple(faults):
            raise cls.of(found)


class NotAllowed(DomainError):
    """The caller is known and may not do this."""

    default_code = "not_allowed"
    default_detail = gettext_noop("You may not do this.")


class NotSignedIn(DomainError):
    """Nobody is signed in, or the proof of it is not valid (any more)."""

    default_code = "not_signed_in"
    default_detail = gettext_noop("Sign in first.")


class NotFound(DomainError):
    """It does not exist, or this caller may not know that it does."""

    default_code = "not_found"
    default_detail = gettext_noop("There is no such thing here.")


class Conflict(DomainError):
    """Well formed, but the state of things does not allow it."""

    default_code = "conflict"
    default_detail = gettext_noop("This clashes with what is already there.")


class Mismatch(DomainError):
    """An idempotency key was used again with another body."""

    default_code = "idempotency_mismatch"
    default_detail = gettext_noop("This Idempotency-Key was used with another request.")


class TooMany(DomainError):
    """A limit is reached; the code says which kind of one.

    `retry_after` is in seconds; `is_first` of the try that was the first one too many.
    """

    default_code = "too_many_requests"
    default_detail = gettext_noop("Too many for now. Try again later.")

    def __init__(self, detail: str = "", *, code: str = "", retry_after: int = 60, is_first: bool = False) -> None:
        super().__init__(detail, code=code)
        self.retry_after = retry_after
        self.is_first = is_first


class Busy(DomainError):
    """A lock or a server did not answer in time; trying again is safe. `retry_after` is in seconds."""

    default_code = "busy"
    default_detail = gettext_noop("We are busy right now. Try again in a moment.")
    retry_after = 1


class Closed(Busy):
    """The business is not to be used for now; trying again in seconds is in vain."""

    default_code = "suspended"
    default_detail = gettext_noop("This business is not taking bookings at the moment.")
    retry_after = 3600
