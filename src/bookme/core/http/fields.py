"""Serializer fields that refuse what cannot be read, each with a stable code.

Those that depend on the business take its `zone`, `currency` and `country` from the serializer's context, where
ApiView puts them. A view that answers in a location's zone overrides `zone` there.
"""

import datetime as dt
import json
import re
from decimal import Decimal
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy, gettext_noop
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.core.money import amount_text, digits, fits
from bookme.core.phones import phone_number
from bookme.core.text import has_control_characters
from bookme.core.time import is_calendar_day, zone_names

MAX_INTEGER = 2**31 - 1

_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d\d:?\d\d)?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class PlainText(serializers.CharField):
    """One line: stripped, without control characters, at most `max_length` (200) characters."""

    default_error_messages = {"control_characters": gettext_noop("Control characters are not allowed.")}
    multiline = False

    def __init__(self, *, max_length: int = 200, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if has_control_characters(text, multiline=self.multiline):
            self.fail("control_characters")
        return text


class OneOf(serializers.ChoiceField):
    """One of a few texts; whoever gives another is told which there are."""

    default_error_messages = {"invalid_choice": gettext_lazy("This is none of: {choices}.")}

    def fail(self, key: str, **told: Any) -> NoReturn:
        super().fail(key, choices=", ".join(map(str, self.choices)), **told)


class MultilineText(PlainText):
    """As PlainText, with line feeds and tabs; other line ends become line feeds. At most 4000 characters by default."""

    multiline = True

    def __init__(self, *, max_length: int = 4000, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        given = data.replace("\r\n", "\n").replace("\r", "\n") if isinstance(data, str) else data
        return super().to_internal_value(given)


class EmailField(serializers.EmailField):
    """An e-mail address, in lower case."""

    def __init__(self, *, max_length: int = 254, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        return text.lower()


class PhoneField(PlainText):
    """A possible phone number, as E.164; one without a country code belongs to the business's country."""

    default_error_messages = {"invalid_phone": gettext_noop("This is not a possible phone number.")}

    def __init__(self, *, max_length: int = 40, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        number = phone_number(text, country=self.context.get("country", ""))
        if number is None:
            self.fail("invalid_phone")
        return number


class LanguageField(serializers.RegexField):
    """`fr`, `pt-BR`, or empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^([a-z]{2,3}(-[A-Z]{2})?)?\Z", max_length=8, allow_blank=True, **options)


class ZoneField(PlainText):
    """The name of a time zone, such as Europe/London."""

    default_error_messages = {"unknown_timezone": gettext_noop("There is no such time zone.")}

    def __init__(self, *, max_length: int = 64, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if text and text not in zone_names():
            self.fail("unknown_timezone")
        return text


@extend_schema_field(OpenApiTypes.DATETIME)
class InstantField(serializers.Field[dt.datetime, str, str, dt.datetime]):
    """An instant: ISO 8601 with an offset, read into UTC, answered in the business's zone."""

    default_error_messages = {
        "invalid": "Give an ISO 8601 date and time with an offset, such as 2027-03-01T09:30:00+00:00.",
        "naive_datetime": "The offset is missing: give one, such as +01:00, or Z for UTC.",
        "out_of_range": "This date is too far away.",
    }

    def to_internal_value(self, data: Any) -> dt.datetime:
        found = _INSTANT.fullmatch(data) if isinstance(data, str) else None
        if found is None:
            self.fail("invalid")
        if found["offset"] is None:
            self.fail("naive_datetime")
        try:
            instant = dt.datetime.fromisoformat(found[0].upper())
        except ValueError:
            self.fail("invalid")
        if not is_calendar_day(instant.date()):
            self.fail("out_of_range")
        return instant.astimezone(dt.UTC)

    def to_representation(self, value: dt.datetime) -> str:
        return value.astimezone(self.context.get("zone", dt.UTC)).isoformat()


class DateField(serializers.DateField):
    """A day: `YYYY-MM-DD`."""

    default_error_messages = {"out_of_range": "This date is too far away."}

    def to_internal_value(self, value: Any) -> dt.date:
        if not isinstance(value, str) or not _DATE.fullmatch(value):
            self.fail("invalid", format="YYYY-MM-DD")
        day: dt.date = super().to_internal_value(value)
        if not is_calendar_day(day):
            self.fail("out_of_range")
        return day


class MoneyField(serializers.DecimalField):
    """An amount that is not negative, in the digits of the business's currency: `"58.00"`, `"9000"`."""

    default_error_messages = {"too_many_decimals": "This currency has {digits} decimal places."}

    def __init__(self, **options: Any) -> None:
        options.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=12, decimal_places=3, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        amount: Decimal = super().to_internal_value(data)
        currency = self.context["currency"]
        if not fits(amount, currency):
            self.fail("too_many_decimals", digits=digits(currency))
        return amount

    def to_representation(self, value: Any) -> str:
        return amount_text(Decimal(value), self.context["currency"])


class WholeNumber(serializers.IntegerField):
    """An integer that fits a column: from 0, unless told otherwise, to 2147483647."""

    def __init__(self, *, min_value: int = 0, max_value: int = MAX_INTEGER, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)


class BoundedList(serializers.ListField):
    """At most `max_length` of the child. Of a longer list none is read: to tell each fault of many takes seconds."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(max_length=max_length, **options)
        self.most = max_length

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list) and len(data) > self.most:
            self.fail("max_length", max_length=self.most)
        found: list[Any] = super().to_internal_value(data)
        return found


class JsonObject(serializers.DictField):
    """Free data of the caller's own: an object of at most `max_bytes` (8192) as JSON."""

    default_error_messages = {"too_large": "This must be at most {max_bytes} bytes."}

    def __init__(self, *, max_bytes: int = 8192, **options: Any) -> None:
        super().__init__(**options)
        self.max_bytes = max_bytes

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        if len(json.dumps(value)) > self.max_bytes:
            self.fail("too_large", max_bytes=self.max_bytes)
        return value
