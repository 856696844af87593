"""The import itself: what is known is left alone, the rest finds its time, and all of it is written, or nothing."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from bookme.bookings.actions.importing.calendar import Calendar, owners_of
from bookme.bookings.actions.importing.catalogue import Catalogue
from bookme.bookings.actions.importing.lines import KNOWN, ImportedBooking, Meant, found
from bookme.bookings.actions.importing.writing import write_bookings
from bookme.bookings.actions.powers import team_member
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking, Visit
from bookme.core.actor import Actor
from bookme.core.errors import FieldError
from bookme.core.imports import FileLines, ImportReport, LineReport, line_of, refused_lines, require_all_good
from bookme.core.permissions import Permission
from bookme.customers.actions import find_or_make_customers


def import_bookings(
    *,
    file: FileLines[ImportedBooking],
    dry_run: bool,
    actor: Actor,
    now: dt.datetime,
) -> ImportReport:
    """Take over bookings, past and to come. Hours do not count; what overlaps is a fault, of two lines as well.

    Lines of one `reference` are one visit. What has a reference that is known, or is without one the very same as a
    booking that is there, is reported as `known` and left alone: the same file can come again. A dry run writes
    nothing and reports the same; else a fault raises Invalid (`import_refused`) with all of them: of each line, also of
    one that could not be read, all that can be known. Joins the caller's transaction. Demands `bookings.import`. Takes
    one lock, of every calendar that the file speaks of. Publishes a BookingImported for each, of which nobody is told.
    """
    actor.demand(Permission.BOOKINGS_IMPORT)
    wrong = list(file.faults)
    lines = sorted((*file.lines, *file.torn), key=lambda each: each.line)
    catalogue = Catalogue(actor, now)
    meant = [each for each in (catalogue.meant(line, wrong) for line in lines) if each]
    wrong += _of_other_people(lines)
    if not dry_run and meant:
        lock(owners_of(meant, catalogue))
    new, known = _without_known(meant)
    calendar = Calendar(new, catalogue)
    placed = [each for each in (found(wrong, calendar.place, row) for row in new) if each]
    wrong.sort(key=line_of)
    if not dry_run:
        require_all_good(wrong)
        customers = find_or_make_customers(contacts=[each.said.contact for each in new], added_by=team_member(actor))
        write_bookings(placed, customers, calendar, actor=actor)
    reports = {each.meant.said.line: LineReport(each.meant.said.line, each.meant.status.value) for each in placed}
    reports |= {line: LineReport(line, KNOWN) for line in known} | refused_lines(wrong)
    return ImportReport(tuple(reports[line] for line in sorted(reports)), file.ignored, dry_run)


def _of_other_people(lines: Sequence[ImportedBooking]) -> list[FieldError]:
    """Lines of one reference are one customer's."""
    first: dict[str, ImportedBooking] = {}
    faults = []
    for said in (each for each in lines if each.is_identified):
        before = first.setdefault(said.reference, said) if said.reference else said
        if before.contact != said.contact:
            detail = f"Line {before.line} has this reference for somebody else."
            faults.append(said.wrong("reference", "twice", detail).fault)
    return faults


def _without_known(meant: Sequence[Meant]) -> tuple[list[Meant], list[int]]:
    """What is new, and the lines of what is there."""
    references = {each.said.reference for each in meant if each.said.reference}
    there = set(Visit.objects.filter(reference__in=references).values_list("reference", flat=True))
    same = _same_as([each for each in meant if not each.said.reference])
    known = {each.said.line for each in meant if each.said.reference in there or each.said.line in same}
    return [each for each in meant if each.said.line not in known], sorted(known)


def _same_as(meant: Sequence[Meant]) -> set[int]:
    """The lines without a reference of which there is one booking each: same time, service, person and customer."""
    rows = Booking.objects.filter(
        appointment__starts_at__in={each.starts_at for each in meant},
        appointment__service__in={each.service for each in meant},
    )
    columns = ("appointment__starts_at", "appointment__service", "appointment__staff")
    contact = ("visit__contact_name", "visit__contact_email", "visit__contact_phone")
    there = Counter(rows.values_list(*columns, *contact)) if meant else Counter()
    same = set()
    for each in meant:
        who = (each.said.contact.name, each.said.contact.email, each.said.contact.phone)
        ways = [(each.starts_at, each.service.pk, staff.pk, *who) for staff in each.people]
        match = next((way for way in ways if there[way]), None)
        if match is not None:
            there[match] -= 1
            same.add(each.said.line)
    return same
