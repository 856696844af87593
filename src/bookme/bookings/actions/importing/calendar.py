"""Who has the time for the lines of a file, and what they may still join, over all the time that it speaks of."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from bookme.bookings.actions.busy import Busy, Range
from bookme.bookings.actions.importing.catalogue import Catalogue
from bookme.bookings.actions.importing.lines import LineError, Meant, Placed
from bookme.bookings.availability import Cause
from bookme.bookings.models import ACTIVE, Appointment, ResourceAllocation
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.bookings.wording import cause_text, taken_by_line_text
from bookme.core.errors import FieldError
from bookme.core.spreadsheets import line_pointer
from bookme.services.models import ServiceKind
from bookme.staff.models import Staff

_LONGEST = dt.timedelta(days=14)
Slot = tuple[UUID, UUID, UUID, dt.datetime, dt.datetime]


class Calendar:
    """What is there, and the lines that were placed before: `_busy` has their numbers, 0 for what was there."""

    def __init__(self, meant: Sequence[Meant], catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self._busy = Busy[int]()
        self._open: dict[Slot, Appointment] = {}
        self.taken: dict[UUID, int] = defaultdict(int)
        if meant:
            self._read(meant)

    def _read(self, meant: Sequence[Meant]) -> None:
        first = min(each.starts_at for each in meant) - _LONGEST
        last = max(max(each.ends_at.values()) for each in meant) + _LONGEST
        within = Q(blocked_start__lt=last, blocked_end__gt=first)
        owners = owners_of(meant, self.catalogue)
        for row in Appointment.objects.filter(ACTIVE, within, staff__in=owners):
            self._busy.mark(row.staff_id, (row.blocked_start, row.blocked_end), 0)
            if row.lead_id is None:
                self._open[_slot_of(row)] = row
        held = ResourceAllocation.objects.filter(within, resource__in=owners)
        for unit, start, end in held.values_list("resource_id", "blocked_start", "blocked_end"):
            self._busy.mark(unit, (start, end), 0)

    def place(self, meant: Meant) -> Placed:
        """With the first of its people who has the time, and helpers and units as it needs them. Raises LineError."""
        if meant.service.kind == ServiceKind.CLASS:
            return self._join_session(meant)
        if not meant.keeps_seats:
            return Placed(meant, _appointment(meant, meant.people[0]), is_new=True)
        refusals: list[LineError] = []
        for staff in meant.people:
            try:
                return self._join(meant, staff) or self._open_new(meant, staff)
            except LineError as error:
                refusals.append(error)
        raise refusals[0]

    def _join_session(self, meant: Meant) -> Placed:
        found = [
            each
            for each in self._open.values()
            if each.published and (each.service_id, each.starts_at) == (meant.service.pk, meant.starts_at)
        ]
        found = [each for each in found if each.staff_id in meant.ends_at]
        found = [each for each in found if not meant.said.location or each.location_id == meant.place.pk]
        if not found:
            raise _refused(meant, SESSIONS_ONLY)
        return self._take_seats(meant, found[0])

    def _join(self, meant: Meant, staff: Staff) -> Placed | None:
        """A group appointment of the same time, there or in the file."""
        found = self._open.get((meant.service.pk, staff.pk, meant.place.pk, meant.starts_at, meant.ends_at[staff.pk]))
        if found is None or found.published or meant.service.kind != ServiceKind.GROUP:
            return None
        return self._take_seats(meant, found)

    def _take_seats(self, meant: Meant, found: Appointment) -> Placed:
        if meant.keeps_seats:
            party = meant.said.party_size
            if found.seats_taken + self.taken[found.pk] + party > found.capacity:
                raise _refused(meant, Cause.CAPACITY)
            self.taken[found.pk] += party
        return Placed(meant, found, is_new=False)

    def _open_new(self, meant: Meant, staff: Staff) -> Placed:
        blocked = meant.blocked(staff)
        line = self._busy.met(staff.pk, blocked)
        if line is not None:
            raise _refused(meant, Cause.BOOKING, line=line)
        helpers = self._helpers(meant, staff, blocked)
        units = [] if meant.is_over else [self._unit(meant, kind, blocked) for kind in self._kinds(meant)]
        appointment = _appointment(meant, staff)
        for owner in (staff.pk, *helpers, *units):
            self._busy.mark(owner, blocked, meant.said.line)
        self._open[_slot_of(appointment)] = appointment
        self.taken[appointment.pk] = meant.said.party_size
        return Placed(meant, appointment, is_new=True, helpers=helpers, units=units)

    def _kinds(self, meant: Meant) -> list[str]:
        return self.catalogue.kinds.get(meant.service.pk, [])

    def _helpers(self, meant: Meant, lead: Staff, blocked: Range) -> list[UUID]:
        needed = meant.service.staff_needed - 1
        others = (each.pk for each in self.catalogue.people_of.get(meant.service.pk, ()) if each.pk != lead.pk)
        free = [each for each in others if self._busy.met(each, blocked) is None] if needed else []
        if len(free) < needed:
            raise _refused(meant, Cause.STAFF)
        return free[:needed]

    def _unit(self, meant: Meant, kind: str, blocked: Range) -> UUID:
        units = self.catalogue.units[meant.place.pk, kind]
        free = next((each for each in units if self._busy.met(each, blocked) is None), None)
        if free is None:
            raise _refused(meant, Cause.RESOURCE)
        return free


def _slot_of(appointment: Appointment) -> Slot:
    return (
        appointment.service_id,
        appointment.staff_id,
        appointment.location_id,
        appointment.starts_at,
        appointment.ends_at,
    )


def _appointment(meant: Meant, staff: Staff) -> Appointment:
    """Of the file's own, unsaved; `seats_taken` is set as it is written."""
    blocked = meant.blocked(staff)
    return Appointment(
        service=meant.service,
        staff=staff,
        location=meant.place,
        starts_at=meant.starts_at,
        ends_at=meant.ends_at[staff.pk],
        blocked_start=blocked[0],
        blocked_end=blocked[1],
        capacity=meant.service.capacity,
    )


def _refused(meant: Meant, cause: str, *, line: int = 0) -> LineError:
    detail = taken_by_line_text(line) if line else cause_text(cause)
    return LineError(FieldError(line_pointer(meant.said.line, "start"), str(cause), detail))


def owners_of(meant: Iterable[Meant], catalogue: Catalogue) -> set[UUID]:
    """Every calendar that may be written: of people and units, and of who may help."""
    owners: set[UUID] = set()
    for each in meant:
        owners.update(staff.pk for staff in each.people)
        if each.service.staff_needed > 1:
            owners.update(staff.pk for staff in catalogue.people_of.get(each.service.pk, ()))
        for kind in catalogue.kinds.get(each.service.pk, ()):
            owners.update(catalogue.units[each.place.pk, kind])
    return owners
