"""What is said to people, in every language: the texts in code and templates, and the .po files that translate them.

    python -m bookme.dev.translations

adds what nobody has translated yet, without a translation, takes out what nobody says any more, compiles what is there,
and lists what is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from bookme.dev.place import ROOT

PACKAGE = ROOT / "src" / "bookme"
FOLDER = PACKAGE / "web" / "locale"
MARKERS: Any = {"_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2)}
# What is refused here is put into words where it is answered, by the API as well.
REFUSING = ("users", "team", "privacy", "core/actor.py", "core/http/problems.py", "core/http/permissions.py")
REFUSALS: Any = {
    **dict.fromkeys(("Invalid", "NotAllowed", "NotSignedIn", "NotFound", "Conflict"), None),
    "field": (2,),
    "FieldError": (3,),
}

# Its plural forms; most have one.
Text = tuple[str, ...]


def main() -> int:
    missing = update(FOLDER, said_by_us(PACKAGE))
    for language, found in missing.items():
        for text in found:
            print(f"{language}: {text[0]}")
    print(f"{sum(map(len, missing.values()))} translations are missing.", file=sys.stderr)
    return 0


def said_by_us(package: Path) -> dict[Text, str]:
    """Every text marked for translation, with the file that says it. The platform's own pages are in English."""
    sources = {path: path.read_text() for path in package.rglob("*.py")}
    for path in [*package.rglob("templates/**/*.html"), *package.rglob("templates/**/*.txt")]:
        if path.parent.name != "platform":
            sources[path] = templatize(path.read_text(), origin=str(path))
    found = {forms(said): str(path) for path, source in sources.items() for said in _found(source, MARKERS)}
    refusing = {path: each for path, each in sources.items() if str(path.relative_to(package)).startswith(REFUSING)}
    refusals = ((path, said) for path, source in refusing.items() for said in _found(source, REFUSALS))
    return found | {forms(said): str(path) for path, said in refusals if said[-1] == "."}  # not a code alone


def forms(value: str | Sequence[str]) -> Text:
    return (value,) if isinstance(value, str) else tuple(value)


def update(folder: Path, said: Collection[Text]) -> dict[str, list[Text]]:
    """Have every catalogue below `folder` hold what is said and nothing else, compiled; answers what is missing."""
    return {path.parts[-3]: _updated(path, said) for path in sorted(folder.glob("*/LC_MESSAGES/django.po"))}


def _updated(path: Path, said: Collection[Text]) -> list[Text]:
    with path.open("rb") as file:
        catalog = read_po(file, locale=path.parts[-3])
    known = {forms(each.id): each.id for each in catalog if each.id}
    for text in known.keys() - said:
        catalog.delete(known[text])
    for text in said - known.keys():
        flags = ["python-format"] if "%(" in text[0] else []
        catalog.add(text if len(text) > 1 else text[0], flags=flags)
    return _written(catalog, path)


def _written(catalog: Catalog, path: Path) -> list[Text]:
    """What is not translated is in the source alone: compiled, it would be said as nothing."""
    source, compiled = BytesIO(), BytesIO()
    write_po(source, catalog, width=0, sort_output=True)
    missing = [each.id for each in catalog if each.id and not all(forms(each.string or ""))]
    for text in missing:
        catalog.delete(text)
    write_mo(compiled, catalog)
    path.write_bytes(source.getvalue().rstrip(b"\n") + b"\n")
    path.with_suffix(".mo").write_bytes(compiled.getvalue())
    return sorted(map(forms, missing))


def _found(source: str, keywords: Any) -> list[Any]:
    return [each[1] for each in extract("python", BytesIO(source.encode()), keywords=keywords)]


if __name__ == "__main__":
    sys.exit(main())
