"""Phone numbers as E.164. Pure."""

import phonenumbers
from phonenumbers import UNKNOWN_REGION, PhoneNumberType

from bookme.core.text import has_control_characters

# Whoever is written to there is paid for it, or whoever writes pays more than the country's price.
_COSTLY = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
    }
)


def phone_number(text: str, *, country: str = "") -> str | None:
    """The number as E.164, or None if it is not a possible one. `country` is whose a number without a country code is,
    as a two-letter code; empty: then the number must have one."""
    if has_control_characters(text):
        return None
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country_of(number: str) -> str:
    """The two-letter code of the country of an E.164 number; empty if it is in none.

    Of those that share a calling code the one that has it; of a number that nobody has, the one that the code is of.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ""
    found = phonenumbers.region_code_for_number(parsed)
    found = found or phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return found if found.isalpha() and found != UNKNOWN_REGION else ""


def is_costly(number: str) -> bool:
    """Whether an E.164 number is one of those by which money is made of who calls or writes."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(number)) in _COSTLY
    except phonenumbers.NumberParseException:
        return False
