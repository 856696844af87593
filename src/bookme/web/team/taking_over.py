"""A list, taken over from a file: first what would come of each line, then, once it is wanted, for real."""

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import APIException

from bookme.core.actor import Actor
from bookme.core.errors import Conflict, FieldError, Invalid
from bookme.core.http.uploads import content_of
from bookme.core.http.views import write
from bookme.core.imports import REFUSED, FileLines, ImportReport, LineReport, column_of, line_of
from bookme.core.permissions import Permission
from bookme.core.spreadsheets import csv_lines
from bookme.web.team.cards import Look
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import context_of
from bookme.web.team.shell import show

SHOWN_LINES = 200
WRONG = Look(gettext_lazy("Wrong"), "circle-alert", "bad")
TOLD: Mapping[str, Promise] = {
    "required": gettext_lazy("This is missing."),
    "blank": gettext_lazy("This is missing."),
    "invalid": gettext_lazy("This cannot be read."),
    "invalid_phone": gettext_lazy("This is not a possible phone number."),
    "max_length": gettext_lazy("This is too long."),
    "max_string_length": gettext_lazy("This is too long."),
    "control_characters": gettext_lazy("There are characters in it that cannot be."),
    "missing_column": gettext_lazy("The first line has no such column."),
    "bad_encoding": gettext_lazy("This is not a text in UTF-8. Save the file as CSV UTF-8."),
    "malformed_csv": gettext_lazy("This is no CSV file: a quotation mark is not closed, or stands within a cell."),
    "too_many_cells": gettext_lazy("This line has more cells than the first one."),
    "too_long": gettext_lazy("A cell is too long."),
    "too_many_lines": gettext_lazy("The file has too many lines: split it."),
}
_TOLD_OF_NAMES: Mapping[str, Promise] = {"twice": gettext_lazy("There are two columns of this name.")}

L = TypeVar("L")


@dataclass(frozen=True)
class About:
    """What tells a line of the file from the others; `at` is in the wall time that it says."""

    name: str
    text: str
    at: dt.datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[L]):
    """One kind of list: who may bring it, how it is read and taken over, and what people read of it.

    `read` takes a file's bytes and the `context` of a serializer; `take` the `file`, `dry_run` and the `actor`, within
    a transaction. `writes` are those of its `outcomes` that leave something behind. `told` has what TOLD has not, by
    the code of a fault, or by `column/code` where it is said of that column alone. `tell` says on the next page what
    was done. `example` are lines of a file of this business, by their columns. `words` are what the column `status`
    may say, each with what people read instead.
    """

    slug: str
    permission: Permission
    icon: str
    columns: Sequence[str]
    outcomes: Mapping[str, Look]
    writes: Collection[str]
    heading: Promise
    hint: Promise
    told: Mapping[str, Promise]
    read: Callable[..., FileLines[L]]
    take: Callable[..., ImportReport]
    about: Callable[[L], About]
    button: Callable[[int], str]
    tell: Callable[[HttpRequest, FileLines[L], ImportReport], None]
    example: Callable[[Actor], Sequence[Mapping[str, str]]]
    words: Sequence[tuple[str, Promise]] = ()


@dataclass(frozen=True)
class ShownFault:
    """`line` is 0 where the whole file is at fault."""

    line: int
    column: str
    text: str


@dataclass(frozen=True)
class ShownLine:
    line: int
    about: About | None
    look: Look
    faults: Sequence[ShownFault]
    kept: str


@dataclass(frozen=True)
class Looked:
    """What was found in a file: why it cannot be read, or what would come of each line. `digest` names the file.

    `button` takes it over; it is empty where a line is wrong, or there is nothing to do.
    """

    digest: str = ""
    faults: Sequence[ShownFault] = ()
    lines: Sequence[ShownLine] = ()
    counts: Sequence[tuple[Look, int]] = ()
    ignored: Sequence[str] = ()
    more: int = 0
    is_wrong: bool = False
    button: str = ""


@team_page()
def take_over(request: HttpRequest, actor: Actor, kind: Kind[Any]) -> HttpResponse:
    """GET asks for the file; POST says what would come of it, and with the digest of that same file takes it over.

    The file is kept nowhere between the two: the browser sends it again.
    """
    actor.demand(kind.permission)
    if request.method != "POST":
        return _page(request, actor, kind, None)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, actor, kind, _unread(_("Choose a file first.")))
    try:
        data = content_of(file)
        digest = hashlib.sha256(data).hexdigest()
        found = kind.read(data, context=context_of(actor))
        if request.POST.get("digest") == digest and (report := _taken_over(kind, found, actor)):
            kind.tell(request, found, report)
            return _done(request)
        looked = _looked(kind, digest, found, kind.take(file=found, dry_run=True, actor=actor))
    except (Invalid, Conflict) as error:
        faults = error.errors or [FieldError("", error.code, error.detail)]
        looked = Looked(faults=[shown_fault(kind, each) for each in faults])
    except APIException:
        looked = _unread(_("The file is larger than 2 MB."))
    return _page(request, actor, kind, looked)


@team_page(methods=("GET", "HEAD"))
def example_file(request: HttpRequest, actor: Actor, kind: Kind[Any]) -> HttpResponse:  # noqa: ARG001 - a page's
    """A file to begin with: the names of the columns, and two lines. Its first character tells spreadsheets UTF-8."""
    actor.demand(kind.permission)
    rows = [[row.get(name, "") for name in kind.columns] for row in kind.example(actor)]
    text = "\ufeff" + "".join(csv_lines([kind.columns, *rows]))
    headers = {"Content-Disposition": f'attachment; filename="{kind.slug}-example.csv"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


def shown_fault(kind: Kind[Any], fault: FieldError) -> ShownFault:
    """A fault in plain words; what nobody put into words is said as the API does."""
    is_of_line = fault.pointer.count("/") > 1
    line, column = (line_of(fault), column_of(fault)) if is_of_line else (0, "")
    told = {**TOLD, **kind.told, **(_TOLD_OF_NAMES if line == 1 else {})}
    text = told.get(f"{column}/{fault.code}") or told.get(fault.code)
    return ShownFault(line, column, str(text or fault.detail))


def _taken_over(kind: Kind[Any], found: FileLines[Any], actor: Actor) -> ImportReport | None:
    """None if there is something wrong with a line: then nothing was written."""
    try:
        with write():
            return kind.take(file=found, dry_run=False, actor=actor)
    except Invalid:
        return None


def _done(request: HttpRequest) -> HttpResponse:
    url = reverse("team-lists")
    return HttpResponse(headers={"HX-Redirect": url}) if "HX-Request" in request.headers else redirect(url)


def _page(request: HttpRequest, actor: Actor, kind: Kind[Any], looked: Looked | None) -> HttpResponse:
    example = reverse(f"team-{kind.slug}-example")
    context = {"here": "team-lists", "kind": kind, "looked": looked, "example": example}
    if request.headers.get("HX-Target") == "report":
        return render(request, "team/_import_report.html", context)
    return show(request, actor, "team/import.html", context, status=422 if looked and looked.faults else 200)


def _unread(text: str) -> Looked:
    return Looked(faults=[ShownFault(0, "", text)])


def _looked(kind: Kind[Any], digest: str, found: FileLines[Any], report: ImportReport) -> Looked:
    """Wrong lines come first; of many lines the first are shown."""
    said = {each.line: each for each in (*found.lines, *found.torn)}
    lines = sorted(report.lines, key=lambda each: (each.outcome != REFUSED, each.line))
    counts = report.counts
    takes = 0 if report.faults else sum(counts.get(each, 0) for each in kind.writes)
    return Looked(
        digest=digest,
        lines=[_line(kind, each, said.get(each.line)) for each in lines[:SHOWN_LINES]],
        counts=[(look, counts[outcome]) for outcome, look in kind.outcomes.items() if outcome in counts],
        ignored=report.ignored,
        more=max(0, len(lines) - SHOWN_LINES),
        is_wrong=bool(report.faults),
        button=kind.button(takes) if takes else "",
    )


def _line(kind: Kind[Any], line: LineReport, said: Any) -> ShownLine:
    faults = [shown_fault(kind, each) for each in line.faults]
    about = None if said is None else kind.about(said)
    return ShownLine(line.line, about, kind.outcomes[line.outcome], faults, ", ".join(line.kept))
