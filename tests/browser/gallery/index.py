"""The page that shows the pictures."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.browser.gallery.camera import PHONE, Chapter, Picture

_IN_A_ROW = 4
_INTRO = (
    "# Gallery",
    "",
    "The pages as they are, with the demo data of `make run`. `make gallery` makes these pictures and this page anew,",
    "from the real product in a real browser.",
    "",
)


def write_index(chapters: Sequence[Chapter], folder: Path) -> None:
    """Writes README.md: for each chapter the phones in tables, then the wide ones."""
    lines = [*_INTRO]
    lines += [f"- [{each.title}](#{_anchor(each.title)})" for each in chapters]
    for each in chapters:
        lines += ["", f"## {each.title}", "", each.text, ""]
        lines += _pictures(each.pictures)
    (folder / "README.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _pictures(pictures: Sequence[Picture]) -> Iterator[str]:
    phones = [each for each in pictures if each.width == PHONE]
    wide = [each for each in pictures if each.width != PHONE]
    for group, most in ((phones, _IN_A_ROW), (wide, 2)):
        for row in (group[each : each + most] for each in range(0, len(group), most)):
            yield "| " + " | ".join(each.caption for each in row) + " |"
            yield "|" + "---|" * len(row)
            yield "| " + " | ".join(f"![{each.caption}]({each.name}.png)" for each in row) + " |"
            yield ""


def _anchor(title: str) -> str:
    kept = "".join(each for each in title.lower() if each.isalnum() or each in " -")
    return kept.replace(" ", "-")
