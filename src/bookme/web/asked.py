"""What an address or a form says, read as a value; None for what cannot be read."""

import datetime as dt
from uuid import UUID

from django.http import HttpRequest

from bookme.core.time import is_calendar_day


def asked_day(request: HttpRequest, name: str = "date") -> dt.date | None:
    """The day that the address names."""
    try:
        day = dt.date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return None
    return day if is_calendar_day(day) else None


def read_id(text: str) -> UUID | None:
    """An id."""
    try:
        return UUID(text)
    except ValueError:
        return None


def read_instant(text: str) -> dt.datetime | None:
    """An aware instant on a whole minute of a day near enough for a calendar, in UTC."""
    try:
        found = dt.datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    if found.tzinfo is None or found.second or found.microsecond or not is_calendar_day(found.date()):
        return None
    return found.astimezone(dt.UTC)
