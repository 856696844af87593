"""What is offered, found the slow way: every rule of the contract asked of every minute. No code is the engine's.

Dumb on purpose. It reads the same snapshot, walks the real minutes one by one, and asks the zone what the clock shows.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from bookme.bookings.availability.snapshot import Group, Hours, Id, Person, Place, Snapshot, Span, Unit

Found = tuple[int, int, Id, tuple[Id, ...], tuple[Id, ...]]


@dataclass
class Shown:
    """What a zone's clock shows at a real minute."""

    date: dt.date
    wall: int


class Oracle:
    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.waived = {each.value for each in snapshot.waived}
        midnight = dt.datetime.combine(snapshot.first, dt.time.min, dt.UTC)
        days = (snapshot.last - snapshot.first).days
        longest = max([person.duration for person in snapshot.people], default=0) + snapshot.extra_minutes
        self.begin = int(midnight.timestamp()) // 60 - 4 * 1440
        self.end = int(midnight.timestamp()) // 60 + (days + 4) * 1440 + longest
        self.opened: dict[tuple[int, Id, Id], bool] = {}
        self.begins: dict[tuple[int, Id, Id, int], bool] = {}
        self.stretches: dict[tuple[int, int, Id, Id], int] = {}
        self.booked: dict[tuple[Id, Id, dt.date], int] = {}
        self.begun: dict[tuple[str, dt.date], int] = {}

    def offered(self) -> dict[dt.date, list[Found]]:
        days = (self.snapshot.last - self.snapshot.first).days + 1
        answer: dict[dt.date, list[Found]] = {self.snapshot.first + dt.timedelta(days=each): [] for each in range(days)}
        for minute in range(self.begin + 2 * 1440, self.end):
            date = show(minute, self.snapshot.zone).date
            if date in answer:
                answer[date] += self.slots_at(minute)
        return answer

    def slots_at(self, minute: int) -> list[Found]:
        slots: list[Found] = []
        for place in self.snapshot.places:
            able = [each for each in self.snapshot.people if each.asked and self.can_start(minute, each, place)]
            for duration in sorted({self.duration(person) for person in able}):
                same = [person for person in able if self.duration(person) == duration]
                same = self.in_order_of_choice(same, show(minute, place.zone).date, place)
                team: list[Person] = []
                if self.snapshot.staff_needed > 1:
                    team = self.in_order_of_choice(
                        self.team_at(minute, place, duration), show(minute, place.zone).date, place
                    )
                leads, helpers = (tuple(each.id for each in people) for people in (same, team))
                slots.append((minute, minute + duration, place.id, leads, helpers))
        return slots

    def duration(self, person: Person) -> int:
        return person.duration + self.snapshot.extra_minutes

    def can_start(self, minute: int, person: Person, place: Place) -> bool:
        duration = self.duration(person)
        if self.joinable(minute, person, place) and self.fits(minute, person, place, duration):
            return True
        if self.snapshot.party_size > self.snapshot.capacity or not self.could_begin(minute, person, place, duration):
            return False
        needed = self.snapshot.staff_needed
        return needed == 1 or len(self.team_at(minute, place, duration)) >= needed

    def team_at(self, minute: int, place: Place, duration: int) -> list[Person]:
        return [each for each in self.snapshot.people if self.could_begin(minute, each, place, duration)]

    def fits(self, minute: int, person: Person, place: Place, duration: int) -> bool:
        """Whether the time is right, whoever is booked then."""
        if not self.is_open(minute, person, place) or not self.is_timely(minute, place):
            return False
        date = show(minute, place.zone).date
        if (
            self.counts("rule")
            and self.snapshot.seasons
            and not any(first <= date <= last for first, last in self.snapshot.seasons)
        ):
            return False
        if self.counts("area") and person.goes is not None and date.weekday() not in person.goes:
            return False
        minutes = range(minute, minute + duration)
        return all(self.is_open(each, person, place) and self.is_given(each, place) for each in minutes)

    def counts(self, cause: str) -> bool:
        return cause not in self.waived

    def is_given(self, minute: int, place: Place) -> bool:
        if not self.counts("rule"):
            return True
        covered, paused = covers(self.snapshot.hours, show(minute, place.zone), place.id)
        return not self.snapshot.hours or (covered and not paused)

    def could_begin(self, minute: int, person: Person, place: Place, duration: int) -> bool:
        key = (minute, person.id, place.id, duration)
        if key not in self.begins:
            self.begins[key] = self.looks_free(minute, person, place, duration)
        return self.begins[key]

    def looks_free(self, minute: int, person: Person, place: Place, duration: int) -> bool:
        block = minute - self.snapshot.padding_before, minute + duration + self.snapshot.padding_after
        return (
            self.fits(minute, person, place, duration)
            and not (self.counts("day_limit") and show(minute, place.zone).date in place.full_days)
            and self.is_on_grid(minute, person, place)
            and not self.is_booked(minute, person, duration)
            and not (self.counts("external") and any(meets(block, busy) for busy in person.external))
            and not self.is_elsewhere(block, person, place)
            and self.is_equipped(block, place)
        )

    def is_booked(self, minute: int, person: Person, duration: int) -> bool:
        """Padding that does not count leaves appointments as they are; where these do not, it does not either."""
        if not self.counts("booking"):
            return False
        if not self.counts("padding"):
            return any(meets((minute, minute + duration), busy) for busy in person.booked)
        block = minute - self.snapshot.padding_before, minute + duration + self.snapshot.padding_after
        return any(meets(block, busy) for busy in person.blocked)

    def is_elsewhere(self, block: Span, person: Person, place: Place) -> bool:
        travel = self.snapshot.travel_minutes
        if not travel or not self.counts("travel"):
            return False
        return any(
            place_id != place.id and block[0] - travel < end and start < block[1] + travel
            for (start, end), place_id in zip(person.blocked, person.stays, strict=False)
        )

    def is_open(self, minute: int, person: Person, place: Place) -> bool:
        key = (minute, person.id, place.id)
        if key not in self.opened:
            self.opened[key] = self.looks_open(minute, person, place)
        return self.opened[key]

    def looks_open(self, minute: int, person: Person, place: Place) -> bool:
        shown = show(minute, place.zone)
        covered, paused = covers(person.hours, shown, place.id)
        if self.counts("hours") and not covered:
            return False
        if self.counts("break") and paused:
            return False
        if self.counts("hours") and place.hours and not covers(place.hours, shown, None)[0]:
            return False
        shut = place.closures if self.counts("closure") else ()
        away = person.time_off if self.counts("time_off") else ()
        return not any(start <= minute < end for start, end in shut + away)

    def is_timely(self, minute: int, place: Place) -> bool:
        policy, now = self.snapshot.policy, self.snapshot.now
        if self.counts("notice") and instant(minute) < now + dt.timedelta(minutes=policy.min_notice_minutes):
            return False
        if not self.counts("horizon"):
            return True
        today = now.astimezone(ZoneInfo(place.zone)).date()
        return (show(minute, place.zone).date - today).days <= policy.max_days_ahead

    def is_on_grid(self, minute: int, person: Person, place: Place) -> bool:
        if self.snapshot.follows or not self.counts("grid"):
            return True
        interval, shown = self.snapshot.policy.slot_interval_minutes, show(minute, place.zone)
        if self.snapshot.policy.slot_anchor.value == "clock":
            return shown.wall % interval == 0
        earliest = self.begin_of(shown.date - dt.timedelta(days=1), place.zone)
        return (minute - self.begin_of_stretch(minute, earliest, person, place)) % interval == 0

    def begin_of_stretch(self, minute: int, earliest: int, person: Person, place: Place) -> int:
        key, begin = (earliest, person.id, place.id), minute
        while (begin, *key) not in self.stretches and begin > earliest and self.is_open(begin - 1, person, place):
            begin -= 1
        self.stretches[minute, *key] = self.stretches.get((begin, *key), begin)
        return self.stretches[minute, *key]

    def begin_of(self, date: dt.date, zone: str) -> int:
        """The first minute that the zone's clock shows with that date or a later one."""
        if (zone, date) not in self.begun:
            minutes = range(self.begin, self.end)
            self.begun[zone, date] = next(minute for minute in minutes if show(minute, zone).date >= date)
        return self.begun[zone, date]

    def is_equipped(self, block: Span, place: Place) -> bool:
        for kind in self.snapshot.kinds:
            units = [unit for unit in self.snapshot.units if unit.place == place.id and unit.kind == kind]
            if not any(self.is_free(unit, block) for unit in units):
                return False
        return True

    def is_free(self, unit: Unit, block: Span) -> bool:
        return not self.counts("resource") or not any(meets(block, busy) for busy in unit.blocked)

    def joinable(self, minute: int, person: Person, place: Place) -> list[Group]:
        return [
            group
            for group in person.groups
            if (group.place, group.start, group.end) == (place.id, minute, minute + self.duration(person))
            and group.seats_left >= self.snapshot.party_size
        ]

    def in_order_of_choice(self, people: list[Person], date: dt.date, place: Place) -> list[Person]:
        rule = self.snapshot.policy.any_staff.value
        if rule == "first_free":
            return people
        if rule == "in_turn":
            never = [person for person in people if person.last_booked is None]
            ever = [person for person in people if person.last_booked is not None]
            return never + sorted(ever, key=lambda person: person.last_booked or 0)
        if rule == "nearest" and any(person.distance is not None for person in self.snapshot.people):
            near = [person for person in people if person.distance is not None]
            far = [person for person in people if person.distance is None]
            return sorted(near, key=lambda person: person.distance or 0) + far
        return sorted(people, key=lambda person: self.booked_minutes(person, date, place))

    def booked_minutes(self, person: Person, date: dt.date, place: Place) -> int:
        key = (person.id, place.id, date)
        if key not in self.booked:
            self.booked[key] = sum(
                sum(start <= minute < end for start, end in person.booked)
                for minute in range(self.begin, self.end)
                if show(minute, place.zone).date == date
            )
        return self.booked[key]


def covers(rows: Sequence[Hours], shown: Shown, place: Id | None) -> tuple[bool, bool]:
    """Whether any row covers what the clock shows, and whether any break does: today's, or those of the day before."""
    covered = paused = False
    for date, minute in ((shown.date, shown.wall), (shown.date - dt.timedelta(days=1), shown.wall + 1440)):
        dated = [row for row in rows if row.on_date == date]
        for row in dated or [row for row in rows if row.on_date is None and row.weekday == date.weekday()]:
            if row.start is None or row.end is None or row.place not in (None, place):
                continue
            covered = covered or row.start <= minute < row.end
            paused = paused or any(start <= minute < end for start, end in row.breaks)
    return covered, paused


def meets(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def instant(minute: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)


@lru_cache(maxsize=100_000)
def show(minute: int, zone: str) -> Shown:
    local = instant(minute).astimezone(ZoneInfo(zone))
    return Shown(local.date(), local.hour * 60 + local.minute)
