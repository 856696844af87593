"""A list of customers, taken over: first what would come of each line, then, once it is wanted, for real."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from rest_framework.exceptions import APIException

from bookme.core.actor import Actor
from bookme.core.errors import FieldError, Invalid
from bookme.core.http.uploads import content_of
from bookme.core.http.views import write
from bookme.core.imports import REFUSED, FileLines, ImportReport, LineReport, column_of, line_of
from bookme.core.permissions import Permission
from bookme.customers.actions import ImportedCustomer, Outcome, import_customers
from bookme.customers.serializers import COLUMNS, customers_in
from bookme.web.team.cards import Look
from bookme.web.team.doors import team_page
from bookme.web.team.inputs import context_of
from bookme.web.team.shell import show, tell

SHOWN_LINES = 200
OUTCOMES: Mapping[str, Look] = {
    REFUSED: Look(gettext_lazy("Wrong"), "circle-alert", "bad"),
    Outcome.CREATED: Look(gettext_lazy("New"), "user-plus", "ok"),
    Outcome.UPDATED: Look(gettext_lazy("Filled in"), "pencil", "brand"),
    Outcome.UNCHANGED: Look(gettext_lazy("Known already"), "check"),
    Outcome.ARCHIVED: Look(gettext_lazy("Archived, stays so"), "archive"),
}
_TOLD: Mapping[str, Promise] = {
    "required": gettext_lazy("This is missing."),
    "blank": gettext_lazy("This is missing."),
    "invalid": gettext_lazy("This cannot be read."),
    "invalid_phone": gettext_lazy("This is not a possible phone number."),
    "max_length": gettext_lazy("This is too long."),
    "control_characters": gettext_lazy("There are characters in it that cannot be."),
    "twice": gettext_lazy("An earlier line is about the same person."),
    "not_yes_or_no": gettext_lazy("Say yes or no."),
    "missing_column": gettext_lazy("The first line has no such column."),
    "bad_encoding": gettext_lazy("This is not a text in UTF-8. Save the file as CSV UTF-8."),
    "empty": gettext_lazy("There is nobody in this file."),
    "malformed_csv": gettext_lazy("This is no CSV file: a quotation mark is not closed, or stands within a cell."),
    "too_many_cells": gettext_lazy("This line has more cells than the first one."),
    "too_long": gettext_lazy("A cell is too long."),
    "too_many_lines": gettext_lazy("The file has too many lines: split it."),
}


@dataclass(frozen=True)
class ShownFault:
    """`line` is 0 where the whole file is at fault."""

    line: int
    column: str
    text: str


@dataclass(frozen=True)
class ShownLine:
    line: int
    name: str
    look: Look
    faults: Sequence[ShownFault]
    kept: str


@dataclass(frozen=True)
class Looked:
    """What was found in a file: why it cannot be read, or what would come of each line. `digest` names the file."""

    digest: str
    faults: Sequence[ShownFault] = ()
    lines: Sequence[ShownLine] = ()
    counts: Sequence[tuple[Look, int]] = ()
    ignored: Sequence[str] = ()
    more: int = 0
    takes: int = 0


@team_page(Permission.CUSTOMERS_MANAGE)
def import_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET asks for the file; POST says what would come of it, and with the digest of that same file takes it over.

    The file is kept nowhere between the two: the browser sends it again.
    """
    if request.method != "POST":
        return _page(request, actor, None)
    file = request.FILES.get("file")
    if file is None:
        return _page(request, actor, Looked("", faults=[ShownFault(0, "", _("Choose a file first."))]))
    try:
        data = content_of(file)
        digest = hashlib.sha256(data).hexdigest()
        found = customers_in(data, context=context_of(actor))
    except Invalid as error:
        return _page(request, actor, Looked("", faults=[_shown(each) for each in error.errors]))
    except APIException:
        return _page(request, actor, Looked("", faults=[ShownFault(0, "", _("The file is larger than 2 MB."))]))
    if request.POST.get("digest") == digest and (report := _taken_over(found, actor)):
        return _done(request, report)
    dry = import_customers(file=found, dry_run=True, actor=actor)
    return _page(request, actor, _looked(digest, found, dry))


def _taken_over(found: FileLines[ImportedCustomer], actor: Actor) -> ImportReport | None:
    """None if there is something wrong with a line: then nothing was written."""
    try:
        with write():
            return import_customers(file=found, dry_run=False, actor=actor)
    except Invalid:
        return None


def _done(request: HttpRequest, report: ImportReport) -> HttpResponse:
    new, filled = (report.counts.get(each, 0) for each in (Outcome.CREATED, Outcome.UPDATED))
    made = ngettext("%(count)d customer is new", "%(count)d customers are new", new) % {"count": new}
    more = ngettext("%(count)d was filled in", "%(count)d were filled in", filled) % {"count": filled}
    tell(request, f"{made}, {more}.")
    url = reverse("team-lists")
    return HttpResponse(headers={"HX-Redirect": url}) if "HX-Request" in request.headers else redirect(url)


def _page(request: HttpRequest, actor: Actor, looked: Looked | None) -> HttpResponse:
    context = {"here": "team-lists", "looked": looked, "columns": COLUMNS}
    if request.headers.get("HX-Target") == "report":
        return render(request, "team/_import_report.html", context)
    return show(request, actor, "team/import.html", context, status=422 if looked and looked.faults else 200)


def _looked(digest: str, found: FileLines[ImportedCustomer], report: ImportReport) -> Looked:
    """Wrong lines come first; of many lines the first are shown."""
    names = {each.line: each.name for each in found.lines}
    lines = sorted(report.lines, key=lambda each: (each.outcome != REFUSED, each.line))
    counts = report.counts
    return Looked(
        digest=digest,
        lines=[_line(each, names.get(each.line, "")) for each in lines[:SHOWN_LINES]],
        counts=[(look, counts[outcome]) for outcome, look in OUTCOMES.items() if outcome in counts],
        ignored=report.ignored,
        more=max(0, len(lines) - SHOWN_LINES),
        takes=0 if report.faults else counts.get(Outcome.CREATED, 0) + counts.get(Outcome.UPDATED, 0),
    )


def _line(line: LineReport, name: str) -> ShownLine:
    faults = [_shown(each) for each in line.faults]
    return ShownLine(line.line, name, OUTCOMES[line.outcome], faults, ", ".join(line.kept))


def _shown(fault: FieldError) -> ShownFault:
    text = str(_TOLD.get(fault.code, fault.detail))
    if fault.pointer.count("/") < 2:
        return ShownFault(0, "", text)
    return ShownFault(line_of(fault), column_of(fault), text)
