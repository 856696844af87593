"""Texts from outside: bounded, of one line or several, without control characters."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|[\ud800-\udfff]")
_CONTROL_LINE = re.compile(r"[\t\n]")


def has_control_characters(text: str, *, multiline: bool = False) -> bool:
    """True for C0, C1, lone surrogates and bidirectional overrides; a multiline text may have tabs and line feeds."""
    if _CONTROL.search(text):
        return True
    return not multiline and bool(_CONTROL_LINE.search(text))


# What mail programs and phones make links of: a scheme, and a dot in what may be the name of a host or its address.
# A name has more than letters in it, such as vowel signs; and what cannot be seen is left out by who opens or sends it.
_SCHEME = re.compile(r"\b(?:[a-z][a-z0-9+.-]*:/+|(?:mailto|tel|sms|javascript|data):)", re.IGNORECASE)
_COLON = re.compile(r":(?=[^\x00-\x7f]*/)")
_DOTS = ".。．｡․﹒︒"
_OTHER = r"[^\x00-\x7f\s\d]"
_DOT = re.compile(rf"(?:(?<=\w)|(?<={_OTHER}))[{_DOTS}](?=(?:[^\W\d_]|{_OTHER}){{2}})")
_ADDRESS = re.compile(rf"\d{{1,3}}(?:{_OTHER}{{0,3}}[{_DOTS}]{_OTHER}{{0,3}}\d{{1,3}}){{3}}")
_NUMBER = re.compile(r"\+?\d(?:[\W_]*\d){5,}")


def unlinked(text: str) -> str:
    """The same to read, but nothing that is made a link of: `https://evil.example/x` is `evil. example/x`."""
    without = _DOT.sub(". ", _COLON.sub(": ", _SCHEME.sub("", text)))
    return _ADDRESS.sub(lambda found: re.sub(f"[{_DOTS}]", ". ", found[0]), without)


def name_text(name: str, *, longest: int = 50) -> str:
    """A name that anybody may have chosen, as we say it to others: without links and telephone numbers, and short.

    It stays what it was where nothing else would be left of it.
    """
    plain = unlinked(name)
    text = " ".join(_NUMBER.sub("", plain).split()) or " ".join(plain.split())
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def masked_address(email: str) -> str:
    """`a…@mail.example`: enough to know one's own by."""
    name, _sign, host = email.partition("@")
    return f"{name[:1]}…@{host}"
