"""Phone numbers as E.164. Pure."""

import phonenumbers

from bookme.core.text import has_control_characters


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
