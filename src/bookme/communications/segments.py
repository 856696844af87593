"""How many SMS a text is, as networks count it. Pure.

3GPP TS 23.038 has the alphabets: 6.2.1 the default one of 7 bits, 6.2.1.1 its extension, each character of which takes
two septets; anything else makes the whole text UCS2, 16 bits for each unit of UTF-16. TS 23.040, 9.2.3.24.1, takes six
octets of the 140 of every part of a longer text to put them together again: 160 septets or 70 units fit into one
message, 153 or 67 into each part of several. Neither an extended character nor a surrogate pair is split.
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")

# What typographers write, as telephones do.
_PLAIN = str.maketrans({
    **dict.fromkeys("’‘‚‛′", "'"), **dict.fromkeys("“”„«»″", '"'), **dict.fromkeys("–—‑‒−·", "-"),
    **dict.fromkeys("\u00a0\u202f\u2009\u2007", " "), "…": "...", "œ": "oe", "Œ": "OE",
})  # fmt: skip

# A stroke through a letter is no mark that could be taken off.
_UNSTRUCK = {"ł": "l", "Ł": "L"}


class Encoding(StrEnum):
    GSM = "gsm_7"
    UCS2 = "ucs_2"


_ROOM = {Encoding.GSM: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True)
class Segments:
    """`length` in septets or units of the encoding; `count` messages, of which each has room for `room` of them.

    `unusual` are the characters, each once, for which it is UCS2.
    """

    encoding: Encoding
    length: int
    count: int
    room: int
    unusual: str


def segments_of(text: str) -> Segments:
    unusual = "".join(dict.fromkeys(each for each in text if each not in _BASIC and each not in _EXTENDED))
    encoding = Encoding.UCS2 if unusual else Encoding.GSM
    sizes = [_size(each, encoding) for each in text]
    one, several = _ROOM[encoding]
    length = sum(sizes)
    if length <= one:
        return Segments(encoding, length, min(length, 1), one, unusual)
    return Segments(encoding, length, _parts(sizes, several), several, unusual)


def in_fewest(text: str) -> str:
    """The same words in as few SMS as they can be: with plain signs, and, where that is not enough, without the accents
    that the alphabet of 7 bits has not got. Nothing is changed where it would save nothing.
    """
    plain = text.translate(_PLAIN)
    return min((text, plain, "".join(map(_without_accent, plain))), key=lambda each: segments_of(each).count)


def _without_accent(character: str) -> str:
    if character in _BASIC or character in _EXTENDED:
        return character
    bare = _UNSTRUCK.get(character) or unicodedata.normalize("NFD", character)[:1]
    return bare if bare in _BASIC else character


def _size(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return 2 if ord(character) > 0xFFFF else 1
    return 2 if character in _EXTENDED else 1


def _parts(sizes: list[int], room: int) -> int:
    parts, used = 1, 0
    for size in sizes:
        if used + size > room:
            parts, used = parts + 1, 0
        used += size
    return parts
