"""The declared matrix: what every operation answers to every kind of caller. The table is `matrix.txt`, beside this.

A line is an operation with the row that its path names, what it needs, and a cell for each caller:

- `guest`: nobody. `link`: a guest with the link of what is near. `customer`, `staff`: near is theirs (`world.py`).
- `place`, `calendar`: a manager bound to the place, or the calendar, that is near. `manager`, `owner`: not bound.
- `operator`: of the platform, in the business. `key`: an API key with all that a key can have.

A cell is the status of the answer: `200/404` where what is near and what is far are answered differently, `200:near`
for a list that holds what is near and not what is far (`:both`, `:none`). Who is not bound is asked for what is far.

`needs` is what the view declares and, after `+`, what else a member must have: with these permissions and no other it
is done, and without any one of them it is not. A new endpoint needs a line, and a body in `bodies.py`.
"""

import re
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("matrix.txt")
_ARGUMENT = re.compile(r"\{\w+\}")


@dataclass(frozen=True)
class Row:
    """`operation` is `GET bookings/{booking}/`, `cells` are by caller."""

    operation: str
    needs: tuple[str, ...]
    cells: dict[str, str]

    @property
    def path(self) -> str:
        """As the URL table has it: `GET /api/v1/bookings/{}/`."""
        method, path = self.operation.split()
        return f"{method} /api/v1/{_ARGUMENT.sub('{}', path)}"


def read_table() -> tuple[list[str], list[Row]]:
    """The callers, and the rows."""
    head, *lines = TABLE.read_text().splitlines()
    callers = head.split()[3:]
    return callers, [_row(line, callers) for line in lines if line and not line.startswith("#")]


def _row(line: str, callers: list[str]) -> Row:
    method, path, needs, *cells = line.split()
    return Row(f"{method} {path}", tuple(needs.split("+")), dict(zip(callers, cells, strict=True)))


CALLERS, ROWS = read_table()
