"""Where a text of Liquid has its markup, whether it is closed, and what is inside of what. Pure; parses nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bookme.communications.templating import TAGS

LONGEST_MARKUP = 200
_INSIDE: Mapping[str, frozenset[str]] = {
    "if": frozenset({"elsif", "else"}),
    "unless": frozenset({"elsif", "else"}),
    "case": frozenset({"when", "else"}),
    "comment": frozenset(),
}
_KNOWN_TAGS = frozenset().union(TAGS, *_INSIDE.values(), (f"end{tag}" for tag in TAGS))
_OPENING = re.compile(r"\{\{|\{%")
_TAG_NAME = re.compile(r"\{%-?\s*(#|\w*)")
# What a condition is parsed with where it stands alone; a word of the same length leaves all of it in its place.
_ALONE: Mapping[str | None, tuple[str, str, str]] = {
    None: ("", "", ""),
    "if": ("", "if", "{% endif %}"),
    "unless": ("", "unless", "{% endunless %}"),
    "elsif": ("", "if   ", "{% endif %}"),
    "case": ("", "case", "{% endcase %}"),
    "when": ("{% case business %}", "when", "{% endcase %}"),
}


@dataclass(frozen=True)
class Fault:
    """`code` is stable, `detail` for who wrote it; `line` and `column` count from 1, and are 0 of the whole text."""

    code: str
    detail: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"Line {self.line}, character {self.column}: {self.detail}" if self.line else self.detail


@dataclass(frozen=True)
class Piece:
    """From `{{` or `{%` to what closes it; `end` is None where nothing does, `tag` of `{{ … }}`."""

    start: int
    end: int | None
    tag: str | None
    in_comment: bool

    @property
    def is_too_long(self) -> bool:
        return self.end is not None and self.end - self.start - 2 > LONGEST_MARKUP


@dataclass(frozen=True)
class Alone:
    """A piece as a text of its own, with as many characters `before` it."""

    text: str
    before: int


def pieces_of(text: str) -> Iterator[Piece]:
    """In their order; after one that is not closed there are no others."""
    at: int | None = 0
    in_comment = False
    while at is not None and (found := _OPENING.search(text, at)):
        end = text.find("}}" if found[0] == "{{" else "%}", found.end())
        at = end + 2 if end >= 0 else None
        name = _TAG_NAME.match(text, found.start())
        tag = name[1] if name else None
        in_comment = in_comment and tag != "endcomment"
        yield Piece(found.start(), at, tag, in_comment)
        in_comment = in_comment or tag == "comment"


def faults_of_markup(text: str) -> Iterator[Fault]:
    """Every `{{` and `{%` is closed, short, and names a known tag: looked at first, for the parser takes its time.

    A tag is told of once.
    """
    told: set[str] = set()
    for piece in pieces_of(text):
        opening = "{{" if piece.tag is None else "{%"
        closing = "}}" if piece.tag is None else "%}"
        if piece.end is None:
            yield fault_at(text, piece.start, "unclosed", f"{opening} is never closed by {closing}.")
        elif piece.is_too_long:
            detail = f"There are more than {LONGEST_MARKUP} characters between {opening} and {closing}."
            yield fault_at(text, piece.start, "too_long", detail)
        elif piece.tag is not None and piece.tag not in _KNOWN_TAGS | told:
            told |= {piece.tag, f"end{piece.tag}"}
            known = ", ".join(sorted(TAGS))
            yield fault_at(text, piece.start, "unknown_tag", f"There is no tag {shown(piece.tag)} here, only {known}.")


def faults_of_nesting(text: str) -> Iterator[Fault]:
    """Each tag is closed by its own end, and has its place inside of the right one. Unknown ones do not count."""
    opened: list[Piece] = []
    for piece in pieces_of(text):
        tag, inside = piece.tag or "", opened[-1].tag or "" if opened else ""
        if piece.in_comment or tag not in _KNOWN_TAGS:
            continue
        if tag in TAGS:
            opened.append(piece)
        elif tag == f"end{inside}":
            opened.pop()
        elif tag not in _INSIDE.get(inside, frozenset()):
            yield fault_at(text, piece.start, "syntax", f"{shown(tag)} belongs to nothing that is open here.")
    for piece in opened:
        yield fault_at(text, piece.start, "syntax", f"{shown(piece.tag or '')} is never closed by end{piece.tag}.")


def alone_of(piece: Piece, text: str) -> Alone | None:
    """What of it can be read by itself: an output, or a condition. None where there is no such thing, or no reader."""
    if piece.end is None or piece.is_too_long or piece.in_comment or piece.tag not in _ALONE:
        return None
    before, name, after = _ALONE[piece.tag]
    markup = text[piece.start : piece.end]
    if piece.tag:
        markup = re.sub(r"\b" + piece.tag + r"\b", name, markup, count=1)
    return Alone(before + markup + after, len(before))


def fault_at(text: str, at: int, code: str, detail: str) -> Fault:
    before = text[:at]
    return Fault(code, detail, line=before.count("\n") + 1, column=at - (before.rfind("\n") + 1) + 1)


def shown(name: str) -> str:
    return f"“{name[:40]}”"
