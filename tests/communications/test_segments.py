"""How many SMS a text is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookme.communications.segments import Encoding, segments_of

GSM, UCS2 = Encoding.GSM, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "length", "count"),
    [
        ("", GSM, 0, 0),
        ("a", GSM, 1, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("a" * 459, GSM, 459, 3),
        ("a" * 460, GSM, 460, 4),
        ("€", GSM, 2, 1),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        ("[{}]~^|\\", GSM, 16, 1),
        ("a" * 158 + "€", GSM, 160, 1),
        ("a" * 159 + "€", GSM, 161, 2),
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),  # the euro does not fit the first, so the last has one left over
        ("a" * 153 + "€" + "a" * 151, GSM, 306, 2),
        ("é à ü ñ Ø Δ Ω ¿ § ¤ £", GSM, 21, 1),
        ("ç", UCS2, 1, 1),  # of French, only the capital is in it
        ("â", UCS2, 1, 1),
        ("á", UCS2, 1, 1),
        ("’", UCS2, 1, 1),
        ("مرحبا", UCS2, 5, 1),
        ("م" * 70, UCS2, 70, 1),
        ("م" * 71, UCS2, 71, 2),
        ("م" * 134, UCS2, 134, 2),
        ("م" * 135, UCS2, 135, 3),
        ("😀", UCS2, 2, 1),
        ("😀" * 35, UCS2, 70, 1),
        ("😀" * 36, UCS2, 72, 2),
        ("a" * 66 + "😀" + "a" * 66, UCS2, 134, 3),  # the pair is not split
        ("a" * 67 + "😀" + "a" * 65, UCS2, 134, 2),
        ("€" * 70 + "م", UCS2, 71, 2),
    ],
)
def test_a_text_is_so_many_messages(text: str, encoding: Encoding, length: int, count: int) -> None:
    found = segments_of(text)
    assert (found.encoding, found.length, found.count) == (encoding, length, count)


def test_it_says_what_makes_it_long() -> None:
    assert segments_of("Ça va, garçon ? Çà et là’").unusual == "ç’"
    assert segments_of("Hello {you}").unusual == ""
    assert (segments_of("a").room, segments_of("a" * 161).room, segments_of("ç").room) == (160, 153, 70)


# The whole alphabet as the standard's table has it, position by position; 0x1B leads to the extension.
TABLE = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)


def test_the_alphabet_is_the_standards() -> None:
    assert len(TABLE) == 128
    assert (TABLE[0x00], TABLE[0x09], TABLE[0x24], TABLE[0x5F], TABLE[0x7F]) == ("@", "Ç", "¤", "§", "à")
    assert len({each for each in map(chr, range(0x2100)) if segments_of(each).encoding is GSM}) == 127 + 10
    assert all(segments_of(each).length == 1 for each in TABLE if each != "\x1b")


@given(st.text(max_size=400))
def test_segments_hold_all_of_it(text: str) -> None:
    found = segments_of(text)
    units = len(text.encode("utf-16-be", "surrogatepass")) // 2
    assert found.length == units if found.encoding is UCS2 else found.length >= len(text)
    # A part may have one unit to spare, where a character of two did not fit.
    assert found.length <= found.count * found.room <= max(found.length + found.count + found.room, found.room)
