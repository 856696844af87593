"""Texts from outside: bounded, of one line or several, without control characters."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")
_CONTROL_LINE = re.compile(r"[\t\n]")


def has_control_characters(text: str, *, multiline: bool = False) -> bool:
    """True for C0, C1, lone surrogates and bidirectional overrides; a multiline text may have tabs and line feeds."""
    if _CONTROL.search(text):
        return True
    return not multiline and bool(_CONTROL_LINE.search(text))


def masked_address(email: str) -> str:
    """`a…@mail.example`: enough to know one's own by."""
    name, _sign, host = email.partition("@")
    return f"{name[:1]}…@{host}"
