"""A list of bookings as a CSV file: what its cells may say. The columns are those of the export."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from bookme.bookings.actions.importing import ImportedBooking
from bookme.bookings.export import COLUMNS as EXPORTED
from bookme.bookings.states import Status
from bookme.core.http.fields import EmailField, MultilineText, PhoneField, PlainText, WholeNumber
from bookme.core.http.uploads import lines_of
from bookme.core.imports import FileLines
from bookme.core.time import is_calendar_day
from bookme.customers.actions import Contact

REQUIRED = ("start", "service", "name")
# The export tells these, too; they are BookMe's own to say.
_ONLY_EXPORTED = {"payment_due", "fee", "created_at"}
COLUMNS = tuple(each for each in EXPORTED if each not in _ONLY_EXPORTED)
MOST_SEATS = 32_767
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]+([0-9]{1,2})(:[0-9]{2}.*)", re.ASCII)


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

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation({name: cell for name, cell in data.items() if cell})


def bookings_in(data: bytes, *, context: Mapping[str, Any]) -> FileLines[ImportedBooking]:
    """Reads a CSV file with the COLUMNS, of which it needs REQUIRED; `context` is that of ApiView. As `lines_of`."""
    reader = BookingLine(context=dict(context))
    return lines_of(data, columns=COLUMNS, required=REQUIRED, reader=reader, made=_booking)


def _booking(line: int, values: dict[str, Any], unread: frozenset[str]) -> ImportedBooking:
    status = values.pop("status", None)
    return ImportedBooking(
        line=line,
        contact=Contact(**{name: values.pop(name, "") for name in ("name", "email", "phone")}),
        status=Status(status) if status else None,
        unread=unread,
        **values,
    )
