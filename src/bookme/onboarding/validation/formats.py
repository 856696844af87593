"""The formats that the JSON Schema names and that no pattern can tell. Each has the sentence that a fault shows."""

import datetime as dt
import re
from functools import lru_cache

from babel import localedata
from babel.core import get_global
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from jsonschema import FormatChecker

from bookme.core.money import currency_codes
from bookme.core.phones import phone_number
from bookme.core.text import has_control_characters
from bookme.core.time import is_calendar_day, zone_names

FORMATS = FormatChecker(formats=())

MESSAGES = {
    "host-name": "must be a host name in lower case, such as bookings.example.com",
    "timezone": "is no known time zone, such as Europe/London",
    "currency": "is no known currency, such as GBP",
    "country": "is no known country, such as GB",
    "language": "is no known language, such as en",
    "email-address": "must be an e-mail address",
    "phone": "must be a possible phone number with its country, such as +442079460101",
    "url": "must be an address that starts with https:// or http://",
    "origin": "must be an origin, such as https://www.example.com",
    "day-date": "must be a date, such as 2026-12-24",
    "date-or-time": "must be a date or a date with a time, such as 2026-12-24 or 2026-12-24T14:00",
}

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_URL = re.compile(rf"https?://{_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?([/?#][^\s<>\"'`\\^{{|}}]*)?", re.IGNORECASE)
_ORIGIN = re.compile(rf"https?://{_LABEL}(\.{_LABEL})*(:[0-9]{{1,5}})?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """Two letters each."""
    return frozenset(code for code in get_global("territory_languages") if len(code) == 2 and code.isalpha())


@FORMATS.checks("host-name")
def is_host_name(value: object) -> bool:
    return not isinstance(value, str) or (len(value) <= 253 and bool(_HOST.fullmatch(value)) and not _is_number(value))


def _is_number(host: str) -> bool:
    """An address such as 127.0.0.1 is no name."""
    return host.replace(".", "").isdigit()


@FORMATS.checks("timezone")
def is_timezone(value: object) -> bool:
    return not isinstance(value, str) or value in zone_names()


@FORMATS.checks("currency")
def is_currency(value: object) -> bool:
    return not isinstance(value, str) or value in currency_codes()


@FORMATS.checks("country")
def is_country(value: object) -> bool:
    return not isinstance(value, str) or value in country_codes()


@FORMATS.checks("language")
def is_language(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_LANGUAGE.fullmatch(value)) and localedata.exists(value.replace("-", "_"))


@FORMATS.checks("email-address")
def is_email(value: object) -> bool:
    if not isinstance(value, str):
        return True
    try:
        validate_email(value)
    except ValidationError:
        return False
    return value.isascii()


@FORMATS.checks("phone")
def is_phone(value: object) -> bool:
    return not isinstance(value, str) or phone_number(value) is not None


@FORMATS.checks("url")
def is_url(value: object) -> bool:
    return not isinstance(value, str) or (bool(_URL.fullmatch(value)) and not has_control_characters(value))


@FORMATS.checks("origin")
def is_origin(value: object) -> bool:
    return not isinstance(value, str) or bool(_ORIGIN.fullmatch(value))


@FORMATS.checks("day-date")
def is_date(value: object) -> bool:
    return not isinstance(value, str) or (bool(_DATE.fullmatch(value)) and _exists(value))


@FORMATS.checks("date-or-time")
def is_date_or_time(value: object) -> bool:
    return is_date(value) or (isinstance(value, str) and bool(_LOCAL_TIME.fullmatch(value)) and _exists(value))


def _exists(text: str) -> bool:
    try:
        return is_calendar_day(dt.datetime.fromisoformat(text).date())
    except ValueError:
        return False
