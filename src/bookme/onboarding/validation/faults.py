"""One fault of a config, and all of them as one error."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookme.core.errors import FieldError, Invalid, pointer_part

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Fault:
    """`path` leads to the faulty value; `message` goes on from it: "must be at least 1"."""

    path: Path
    message: str
    code: str = "invalid"

    @property
    def path_text(self) -> str:
        """`services[3].duration_minutes`; the whole file is `(file)`."""
        text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path)
        return _printable(text.removeprefix(".")) or "(file)"

    @property
    def text(self) -> str:
        return f"{self.path_text}: {_printable(self.message)}"

    @property
    def pointer(self) -> str:
        """RFC 6901: `/services/3/duration_minutes`."""
        return "".join(f"/{pointer_part(str(step))}" for step in self.path)


# The rules are those of the apps; what a file calls a fault is its own, and older.
_CODES = {
    "capacity_of_kind": "capacity",
    "staff_of_kind": "capacity",
    "too_large": "capacity",
    "too_many_decimals": "currency_digits",
    "min_value": "minimum",
    "end_before_start": "range",
    "outside_shift": "range",
    "too_long": "range",
    "too_small": "range",
    "twice": "repeated",
}
_NAMES = {"minimum": "min", "maximum": "max", "starts_at": "from", "ends_at": "to"}


def of_rule(error: FieldError, path: Path) -> Fault:
    """A fault of an app's rule as one of the file: `path` leads to the row that the rule looked at."""
    steps = [int(each) if each.isdecimal() else _NAMES.get(each, each) for each in error.pointer.split("/")[1:]]
    return Fault(
        (*path, *steps), error.detail.removeprefix("This ").removesuffix("."), _CODES.get(error.code, error.code)
    )


class BadConfig(Invalid):
    """Every fault of a config at once, in the order of the file."""

    default_code = "bad_config"
    default_detail = "The configuration is not valid."

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=_place))
        super().__init__(errors=[FieldError(each.pointer, each.code, each.text) for each in self.faults])


def _printable(text: str) -> str:
    """On one line of a terminal, whatever keys and names a file holds."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode("ascii") for each in text)


def _place(fault: Fault) -> tuple[list[tuple[int, int, str]], str]:
    """Numbers sort as numbers, and before names."""
    steps = [(0, step, "") if isinstance(step, int) else (1, 0, step) for step in fault.path]
    return steps, fault.message
