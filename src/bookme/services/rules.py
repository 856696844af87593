"""What the catalogue's rows must be. Pure: columns in, faults out, each with the name of its column.

The actions refuse what breaks a rule, whoever calls them; the check of a config file asks for all faults at once.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bookme.core.errors import FieldError
from bookme.core.money import decimals_text, fits
from bookme.core.time import DAY_NAMES, clock_minutes
from bookme.locations.rules import set_faults
from bookme.services.models import Course, QuestionKind, ServiceKind

MAX_CAPACITY = 1000
MAX_STAFF_NEEDED = 10
MAX_REQUIREMENTS = 10
MAX_BOOKABLE = 50  # rows of hours, and of dates, at which a service is given

Faults = Iterator[FieldError]


def seats_faults(values: Mapping[str, Any]) -> Faults:
    """`kind`, `capacity`, `min_to_run`, `staff_needed` and `course` of a service, which go together."""
    kind, capacity = values["kind"], values["capacity"]
    if kind == ServiceKind.INDIVIDUAL and capacity != 1:
        yield FieldError("/capacity", "capacity_of_kind", "This must be 1 for an individual service.")
    if kind == ServiceKind.GROUP and capacity < 2:
        yield FieldError("/capacity", "capacity_of_kind", "This must be at least 2 for a group service.")
    if (values.get("min_to_run") or 0) > capacity:
        yield FieldError("/min_to_run", "too_large", "This must be at most the capacity.")
    if kind == ServiceKind.CLASS and values["staff_needed"] != 1:
        yield FieldError("/staff_needed", "staff_of_kind", "This must be 1 for a class.")
    if kind != ServiceKind.CLASS and values["course"] != Course.NONE:
        yield FieldError("/course", "course_of_kind", "This must be none but for a class.")


def requires_faults(kinds: Sequence[str]) -> Faults:
    """Kinds of resources that a service needs: each once."""
    if len(set(kinds)) < len(kinds):
        yield FieldError("/requires", "twice", "A kind of resource is there twice.")


def bookable_faults(values: Mapping[str, Any]) -> Faults:
    """`bookable_hours` and `bookable_dates` of a service, in the form of its columns."""
    for name in ("bookable_hours", "bookable_dates"):
        if len(values[name]) > MAX_BOOKABLE:
            yield FieldError(f"/{name}", "max_length", f"This must have at most {MAX_BOOKABLE} entries.")
    hours = [
        {
            "weekday": DAY_NAMES.index(each["day"]),
            "start": clock_minutes(each["start"]),
            "end": clock_minutes(each["end"]),
        }
        for each in values["bookable_hours"]
    ]
    for fault in set_faults(hours, overlap="This overlaps other hours."):
        yield replace(fault, pointer=f"/bookable_hours{fault.pointer}")
    day = dt.date.fromisoformat
    for index, each in enumerate(values["bookable_dates"]):
        for fault in season_faults(day(each["from"]), day(each["to"])):
            yield replace(fault, pointer=f"/bookable_dates/{index}{fault.pointer}")


def season_faults(first: dt.date, last: dt.date) -> Faults:
    """The first and the last date of a season."""
    if last < first:
        yield FieldError("/to", "end_before_start", "This must not be before the first date.")


def price_faults(price: Decimal | None, currency: str, *, pointer: str = "/price") -> Faults:
    """None is no price of one's own."""
    if price is not None and price < 0:
        yield FieldError(pointer, "min_value", "This must not be negative.")
    elif price is not None and not fits(price, currency):
        yield FieldError(pointer, "too_many_decimals", f"This must have {decimals_text(currency)}.")


def question_faults(values: Mapping[str, Any]) -> Faults:
    """`kind` with its `choices`, their `translations`, and the bounds `minimum` and `maximum`."""
    choices = values.get("choices") or []
    if (values["kind"] == QuestionKind.CHOICE) != bool(choices):
        yield FieldError("/choices", "choices_of_kind", "A choice has choices, and nothing else has.")
    elif repeated(choices):
        yield FieldError("/choices", "twice", "A choice is there twice.")
    for language, texts in (values.get("translations") or {}).items():
        if len(texts.get("choices", choices)) != len(choices):
            yield FieldError("/translations", "choices_of_kind", f"As many choices in {language} as there are.")
    yield from bounds_faults(values)


def repeated(choices: Sequence[str]) -> list[int]:
    """The indexes of the choices that stand there already."""
    return [index for index, each in enumerate(choices) if each in choices[:index]]


def bounds_faults(values: Mapping[str, Any]) -> Faults:
    """`minimum` and `maximum` of a question: only of whole numbers, and in order."""
    least, most = values.get("minimum"), values.get("maximum")
    if values["kind"] != QuestionKind.INTEGER and (least is not None or most is not None):
        yield FieldError("/minimum", "bounds_of_kind", "Only a whole number has bounds.")
    elif least is not None and most is not None and least > most:
        yield FieldError("/maximum", "too_small", "This must be at least the minimum.")
