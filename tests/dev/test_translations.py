"""How what is said comes into the files of translations."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from bookme.dev import translations
from bookme.dev.translations import FOLDER, PACKAGE, said_by_us, update

PO = """\
# Ours.
msgid ""
msgstr ""
"Language: pl\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Good day"
msgstr "Dzień dobry"

msgid "Nobody says it"
msgstr "Nikt tego nie mówi"
"""
CODE = """\
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SAID = [_("Good day"), _("For %(name)s"), ngettext("%(left)s place", "%(left)s places", 2), "Not marked"]
"""
PAGE = "{% load i18n %}<p>{% translate 'On a page' %} {{ not_said }}</p>"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "bookme"
    files = {
        "salon/wording.py": CODE,
        "salon/templates/salon/page.html": PAGE,
        "salon/templates/platform/page.html": "{% load i18n %}{% translate 'Only in English' %}",
        "users/actions.py": 'raise Conflict("You have one already.", code="known")\n',
        "staff/actions.py": 'raise Conflict("Not put into words here.", code="known")\n',
        "web/locale/pl/LC_MESSAGES/django.po": PO,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_what_is_said_comes_in_and_what_nobody_says_goes(package: Path) -> None:
    folder = package / "web" / "locale"
    said = said_by_us(package)
    new = [("%(left)s place", "%(left)s places"), ("For %(name)s",), ("On a page",), ("You have one already.",)]
    assert sorted(said) == sorted([("Good day",), *new])
    assert update(folder, said) == {"pl": new}
    path = folder / "pl" / "LC_MESSAGES" / "django.po"
    with path.open("rb") as file:
        catalog = read_po(file)
    assert catalog["Good day"].string == "Dzień dobry"
    assert catalog["For %(name)s"].python_format
    assert len(catalog["%(left)s place"].string) == 3
    assert "Nobody says it" not in path.read_text()
    with path.with_suffix(".mo").open("rb") as file:
        assert [each.id for each in read_mo(file) if each.id] == ["Good day"], (
            "and what is not translated stays English"
        )

    before = path.read_bytes()
    update(folder, said)
    assert path.read_bytes() == before


def test_ours_stay_as_they_are(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in FOLDER.rglob("django.*"):
        copy = tmp_path / path.relative_to(FOLDER)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(translations, "FOLDER", tmp_path)
    assert translations.main() == 0
    assert capsys.readouterr() == ("", "0 translations are missing.\n")
    assert PACKAGE in FOLDER.parents
    for path in FOLDER.rglob("django.*"):
        assert (tmp_path / path.relative_to(FOLDER)).read_bytes() == path.read_bytes(), path
