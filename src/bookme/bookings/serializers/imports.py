"""A list of bookings as a CSV file: what its cells may say. The columns are those of the export."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from bookme.bookings.actions.importing import ImportedBooking
from bookme.bookings.export import COLUMNS as EXPORTED
from bookme.bookings.states import Status
from bookme.core.errors import FieldError
from bookme.core.http.fields import EmailField, MultilineText, PhoneField, PlainText, WholeNumber
from bookme.core.http.problems import field_errors
from bookme.core.spreadsheets import line_pointer, read_csv
from bookme.core.time import is_calendar_day
from bookme.customers.actions import Contact

REQUIRED = ("start", "service", "name")
# The export tells these, too; they are BookMe's own to say.
_ONLY_EXPORTED = {"payment_due", "fee", "created_at"}
COLUMNS = tuple(each for each in EXPORTED if each not in _ONLY_EXPORTED)
MOST_SEATS = 32_767
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]+([0-9]{1,2})(:[0-9]{2}.*)", re.ASCII)


@dataclass(frozen=True)
class BookingList:
    """What a file says: bookings by line, the faults of the lines that cannot be read, columns that mean nothing."""

    lines: tuple[ImportedBooking, ...]
    faults: tuple[FieldError, ...]
    ignored: tuple[str, ...]


class MomentCell(serializers.Field[Any, Any, Any, Any]):
    """`2027-03-01 9:30`, of the clock at the place, or `2027-03-01T09:30:00+00:00`, of any."""

    default_error_messages = {
        "invalid": "Give a day and a time, such as 2027-03-01 09:30.",
        "out_of_range": "This date is too far away.",
    }

    def to_internal_value(self, data: Any) -> dt.datetime:
        found = _MOMENT.fullmatch(str(data).strip().upper())
        if found is None:
            self.fail("invalid")
        day, hour, rest = found.groups()
        try:
            moment = dt.datetime.fromisoformat(f"{day}T{hour:0>2}{rest}")
        except ValueError:
            self.fail("invalid")
        if not is_calendar_day(moment.date()):
            self.fail("out_of_range")
        return moment


class BookingLine(serializers.Serializer[Any]):
    """One line of the list, every column of it a text; what is empty is left out."""

    reference = serializers.RegexField(r"^[A-Za-z0-9-]{1,12}\Z", required=False, default="")
    status = serializers.ChoiceField(choices=[each.value for each in Status], required=False, default=None)
    start = MomentCell()
    end = MomentCell(required=False, default=None)
    service = PlainText(max_length=120)
    staff = PlainText(max_length=120, required=False, default="")
    location = PlainText(max_length=120, required=False, default="")
    party_size = WholeNumber(min_value=1, max_value=MOST_SEATS, required=False, default=1)
    price = serializers.DecimalField(max_digits=12, decimal_places=3, min_value=0, required=False, default=None)
    currency = PlainText(max_length=3, required=False, default="")
    name = PlainText(max_length=120)
    email = EmailField(required=False, default="")
    phone = PhoneField(required=False, default="")
    notes = MultilineText(max_length=2000, required=False, default="")
    internal_notes = MultilineText(required=False, default="")


def bookings_in(data: bytes, *, context: Mapping[str, Any]) -> BookingList:
    """Reads a CSV file with the COLUMNS, of which it needs REQUIRED; `context` is that of ApiView.

    Raises Invalid for what is no such file, as `core.spreadsheets.read_csv` does.
    """
    table = read_csv(data, columns=COLUMNS, required=REQUIRED)
    reader = BookingLine(context=dict(context))
    lines: list[ImportedBooking] = []
    faults: list[FieldError] = []
    for line in table.lines:
        try:
            said = reader.run_validation({name: cell for name, cell in line.cells.items() if cell})
            lines.append(_booking(line.number, said))
        except serializers.ValidationError as error:
            faults += field_errors(error.get_full_details(), line_pointer(line.number))
    return BookingList(tuple(lines), tuple(faults), table.ignored)


def _booking(line: int, values: dict[str, Any]) -> ImportedBooking:
    contact = Contact(**{name: values.pop(name) for name in ("name", "email", "phone")})
    status = values.pop("status")
    return ImportedBooking(line=line, contact=contact, status=Status(status) if status else None, **values)
