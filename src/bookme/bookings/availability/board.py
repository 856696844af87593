"""The masks of one snapshot: why each minute of each person at each place can begin a booking, or cannot."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import accumulate
from operator import or_

from bookme.bookings.availability.masks import fitting, ones, union
from bookme.bookings.availability.snapshot import (
    Group,
    Hours,
    Id,
    Person,
    Place,
    Snapshot,
    Span,
    Unit,
)
from bookme.bookings.availability.timeline import (
    Clock,
    Window,
    clock,
    day_number,
    grid_line,
    hours_lines,
    opening_grid,
)
from bookme.core.time import DAY_MINUTES, zone
from bookme.tenants.config import SlotAnchor


@dataclass(frozen=True, slots=True)
class OpenTime:
    """Where a person's minutes at a place are covered by hours (theirs and the place's), and what takes them away."""

    hours: int
    breaks: int
    closures: int
    time_off: int

    @property
    def mask(self) -> int:
        return self.hours & ~(self.breaks | self.closures | self.time_off)


class Board:
    """Masks over the snapshot's window, each made when first asked for and kept. Bit i is the minute `base` + i."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.window = Window.of(snapshot)
        self.base = self.window.base
        self.full = ones(self.window.size)
        self._open: dict[tuple[Id, Id], OpenTime] = {}
        self._opening: dict[Id, tuple[int, int]] = {}
        self._timely: dict[str, tuple[int, int]] = {}
        self._ruled: dict[Id, int] = {}
        self._in_season: dict[str, int] = {}
        self._clear: dict[tuple[Id, int], int] = {}
        self._equipped: dict[tuple[Id, int], int] = {}
        self._opens: dict[tuple[Id, Id, int], int] = {}
        self._staffed: dict[tuple[Id, int], int] = {}
        self._booked: dict[tuple[Id, str], dict[int, int]] = {}

    def covered(self, spans: tuple[Span, ...]) -> int:
        return union(spans, base=self.base, days=self.window.days)

    def clock(self, name: str) -> Clock:
        return clock(name, self.window)

    @cached_property
    def asked(self) -> int:
        """The starts that lie on the asked dates, in the zone whose dates are listed."""
        first, last = day_number(self.snapshot.first), day_number(self.snapshot.last)
        return self.clock(self.snapshot.zone).real(self._line_days(first, last))

    def _line_days(self, first: int, last: int) -> int:
        """The days of a clock's line from one day number to another, both inclusive; none outside of the line."""
        first, last = max(first, self.window.first - 1), min(last, self.window.first + self.window.days)
        if last < first:
            return 0
        return ones((last - first + 1) * DAY_MINUTES) << (first - self.window.first + 1) * DAY_MINUTES

    def duration(self, person: Person) -> int:
        return person.duration + self.snapshot.extra_minutes

    def open_time(self, person: Person, place: Place) -> OpenTime:
        """Rule 1."""
        key = person.id, place.id
        if key not in self._open:
            opening, closures = self._opening_of(place)
            shifts, breaks = hours_lines(person.hours, place.id, self.window)
            local = self.clock(place.zone)
            self._open[key] = OpenTime(
                hours=local.real(shifts) & opening,
                breaks=local.real(breaks) if breaks else 0,
                closures=closures,
                time_off=self.covered(person.time_off) if person.time_off else 0,
            )
        return self._open[key]

    def _opening_of(self, place: Place) -> tuple[int, int]:
        if place.id not in self._opening:
            opening = self.full
            if place.hours:
                shifts, breaks = hours_lines(place.hours, None, self.window)
                opening = self.clock(place.zone).real(shifts & ~breaks)
            self._opening[place.id] = opening, self.covered(place.closures)
        return self._opening[place.id]

    def clear(self, person: Person, duration: int) -> int:
        """Rule 3: the starts whose blocked range meets no other of that person, nor external busy time."""
        key = person.id, duration
        if key not in self._clear:
            self._clear[key] = self._around(self.full & ~self.covered(person.blocked + person.external), duration)
        return self._clear[key]

    def reachable(self, person: Person, place: Place, duration: int) -> int:
        """Rule 9: the starts that leave the person the time to come from another place, and to get to the next."""
        if not person.stays or not self.snapshot.travel_minutes:
            return self.full
        return self._around(self.full & ~self.away(person, place), duration)

    def away(self, person: Person, place: Place) -> int:
        """The minutes at which a person is at another place, or on the way from or to it."""
        travel, stays = self.snapshot.travel_minutes, zip(person.blocked, person.stays, strict=True)
        return self.covered(tuple((start - travel, end + travel) for (start, end), at in stays if at != place.id))

    def equipped(self, place: Place, duration: int) -> int:
        """Rule 4: the starts for whose blocked range each kind that is needed has a unit free."""
        if (place.id, duration) not in self._equipped:
            mask = self.full
            for kind in self.snapshot.kinds:
                some = 0
                for unit in self.snapshot.units:
                    if unit.place == place.id and unit.kind == kind:
                        some |= self.unit_clear(unit, duration)
                mask &= some
            self._equipped[place.id, duration] = mask
        return self._equipped[place.id, duration]

    def unit_clear(self, unit: Unit, duration: int) -> int:
        """The starts for whose blocked range this unit is free."""
        return self._around(self.full & ~self.covered(unit.blocked), duration)

    def _around(self, free: int, duration: int) -> int:
        before = self.snapshot.padding_before
        return fitting(free, before + duration + self.snapshot.padding_after) << before

    def grid(self, place: Place, opened: int) -> int:
        """Rule 5, for a person whose open minutes there are given."""
        if self.snapshot.follows:
            return self.full
        policy = self.snapshot.policy
        local = self.clock(place.zone)
        if policy.slot_anchor is SlotAnchor.OPENING:
            return opening_grid(opened, policy.slot_interval_minutes, local)
        return local.real(grid_line(policy.slot_interval_minutes, self.window))

    def timely(self, place: Place) -> tuple[int, int]:
        """Rule 6: the starts that keep the notice, and those within the horizon of the place's calendar."""
        if place.zone not in self._timely:
            now, policy = self.snapshot.now, self.snapshot.policy
            soonest = int(-(-now.timestamp() // 60)) + policy.min_notice_minutes - self.base
            noticed = self.full & ~ones(min(soonest, self.window.size))
            today = day_number(now.astimezone(zone(place.zone)).date())
            near = self._line_days(self.window.first - 1, today + policy.max_days_ahead)
            self._timely[place.zone] = noticed, self.clock(place.zone).real(near)
        return self._timely[place.zone]

    def joinable(self, person: Person, place: Place) -> dict[int, Group]:
        """Rule 8: by minute of start, the group appointments of this length with room for the party."""
        length, party = self.duration(person), self.snapshot.party_size
        return {
            group.start: group
            for group in person.groups
            if group.place == place.id and group.end - group.start == length and group.seats_left >= party
        }

    def ruled(self, place: Place) -> int:
        """Rule 10: the minutes in which the service is given at all at this place."""
        if not self.snapshot.hours:
            return self.full
        if place.id not in self._ruled:
            shifts, breaks = hours_lines(self.snapshot.hours, place.id, self.window)
            self._ruled[place.id] = self.clock(place.zone).real(shifts & ~breaks)
        return self._ruled[place.id]

    def in_season(self, place: Place) -> int:
        """Rule 10: the starts on dates of the service's seasons."""
        if not self.snapshot.seasons:
            return self.full
        if place.zone not in self._in_season:
            lines = [self._line_days(day_number(first), day_number(last)) for first, last in self.snapshot.seasons]
            self._in_season[place.zone] = self.clock(place.zone).real(reduce(or_, lines))
        return self._in_season[place.zone]

    def not_full(self, place: Place) -> int:
        """Rule 11: the starts on dates on which more of the service may begin there."""
        if not place.full_days:
            return self.full
        lines = [self._line_days(day_number(date), day_number(date)) for date in place.full_days]
        return self.full & ~self.clock(place.zone).real(reduce(or_, lines))

    def within_area(self, person: Person, place: Place) -> int:
        """Rule 12: the starts on the weekdays on which the person goes to where the service is wanted."""
        if person.goes is None:
            return self.full
        rows = tuple(Hours(0, DAY_MINUTES, weekday=day) for day in sorted(person.goes))
        return self.clock(place.zone).real(hours_lines(rows, None, self.window)[0])

    def fitted(self, person: Person, place: Place, duration: int) -> int:
        """The starts of the asked dates at which the time is open and right, whoever is booked then."""
        noticed, near = self.timely(place)
        asked = noticed & near & self.asked & self.in_season(place) & self.within_area(person, place)
        return fitting(self.open_time(person, place).mask & self.ruled(place), duration) & asked if asked else 0

    def joins(self, person: Person, place: Place) -> int:
        """Rule 8: the starts at which a booking with that person joins a group that has begun to fill."""
        return self.covered(tuple((minute, minute + 1) for minute in self.joinable(person, place)))

    def opens(self, person: Person, place: Place, duration: int) -> int:
        """Of `fitted`, the starts at which person, units and grid allow an appointment of their own."""
        key = person.id, place.id, duration
        if key not in self._opens:
            self._opens[key] = fits = self.fitted(person, place, duration)
            if fits:
                free = self.clear(person, duration) & self.reachable(person, place, duration)
                free &= self.equipped(place, duration) & self.not_full(place)
                self._opens[key] = fits & free & self.grid(place, self.open_time(person, place).mask)
        return self._opens[key]

    def starts(self, person: Person, place: Place) -> int:
        """Every start of the asked dates that can be booked with this person at this place."""
        if not person.asked:
            return 0
        duration = self.duration(person)
        joins = self.joins(person, place)
        joined = self.fitted(person, place, duration) & joins if joins else 0
        if self.snapshot.party_size > self.snapshot.capacity:
            return joined
        return joined | self.opens(person, place, duration) & self.staffed(place, duration)

    def staffed(self, place: Place, duration: int) -> int:
        """Rule 13: the starts at which as many people as the service needs are free for it together."""
        if self.snapshot.staff_needed == 1:
            return self.full
        if (place.id, duration) not in self._staffed:
            enough = [self.full] + [0] * self.snapshot.staff_needed
            for person in self.snapshot.people:
                able = self.opens(person, place, duration)
                for count in range(self.snapshot.staff_needed, 0, -1):
                    enough[count] |= enough[count - 1] & able
            self._staffed[place.id, duration] = enough[-1]
        return self._staffed[place.id, duration]

    def booked_minutes(self, person: Person, place: Place) -> dict[int, int]:
        """By day number at the place, the minutes for which the person is booked, padding not counted."""
        key = person.id, place.zone
        if key not in self._booked:
            self._booked[key] = self._by_date(person.booked, self.clock(place.zone).dates)
        return self._booked[key]

    def _by_date(self, spans: tuple[Span, ...], dates: tuple[tuple[int, int, int], ...]) -> dict[int, int]:
        """By sums over the spans in order: that before a minute is of all that began, less what of them is after it."""
        inside = sorted(spans)
        starts = [start for start, _ in inside]
        sums = [0, *accumulate(end - start for start, end in inside)]
        latest = [self.base, *accumulate((end for _, end in inside), max)]

        def before(minute: int) -> int:
            begun = bisect_left(starts, minute)
            if latest[begun] <= minute:
                return sums[begun]
            return sums[begun] - sum(end - minute for _, end in inside[:begun] if end > minute)

        at = {edge: before(edge + self.base) for edge in {edge for _, *both in dates for edge in both}}
        minutes: dict[int, int] = defaultdict(int)  # a clock that goes back at midnight shows a date in two pieces
        for day, begin, over in dates:
            minutes[day] += at[over] - at[begin]
        return minutes

    def around(self, minute: int, reach: int) -> int:
        """The mask of the minutes that are at most so far away from that one."""
        at = minute - self.base
        return ones(at + reach + 1) & ~ones(at - reach) & self.full

    def bit(self, minute: int) -> int:
        """The mask of that minute alone; 0 outside of the window."""
        return 1 << minute - self.base if 0 <= minute - self.base < self.window.size else 0
