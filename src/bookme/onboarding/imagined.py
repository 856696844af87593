"""The bookings of a demo business: who comes when, as its own file would have it. Pure.

Chance is drawn from the business and the date: on the same day every call imagines the same.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bookme.bookings.actions.importing import ImportedBooking
from bookme.bookings.states import Status
from bookme.core.time import DAY_NAMES, MINUTE, clock_minutes
from bookme.customers.actions import Contact
from bookme.onboarding.validation.entries import services_of

DAYS_BACK, DAYS_AHEAD = 7, 13
NEXT_VISIT_AHEAD = 4  # days, from which on the demo customer comes
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_FIRST = (
    *("Olivia", "Arthur", "Freya", "Idris", "Maya", "Leo", "Zara", "Theo", "Nina", "Callum", "Yasmin", "Felix"),
    *("Imogen", "Kofi", "Elena", "Rhys", "Salma", "Jonas", "Priscilla", "Tariq", "Beatrix", "Mikael", "Aisha", "Owen"),
)
_LAST = (
    *("Bennett", "Achebe", "Lindgren", "Moreau", "Haddad", "Kowalska", "Fraser", "Okoye", "Silva", "Marchetti"),
    *("Whitlock", "Rahman", "Novak", "Dubois", "Castellano", "Ferreira", "Nakamura", "Sullivan", "Amrani", "Petrov"),
)
_NOTES = ("Prefers a quiet appointment.", "Runs five minutes late on Fridays.", "Allergic to lavender.", "New in town.")


@dataclass(frozen=True)
class _Block:
    """Somebody's service at a wall time. `opens` and `frees` include the padding."""

    service: dict[str, Any]
    person: str
    location: str
    opens: dt.datetime
    start: dt.datetime
    end: dt.datetime
    frees: dt.datetime


@dataclass
class _Day:
    """What is taken so far: of each kind of resource at a place, its blocks."""

    config: dict[str, Any]
    date: dt.date
    chance: Random
    fullness: float
    taken: dict[tuple[str, str], list[_Block]] = field(default_factory=lambda: defaultdict(list))

    def blocks(self) -> Iterator[_Block]:
        for person in self.config["staff"]:
            for shift in person.get("hours", ()):
                if shift["day"] == DAY_NAMES[self.date.weekday()]:
                    yield from self._shift(person, shift)

    def _shift(self, person: dict[str, Any], shift: dict[str, Any]) -> Iterator[_Block]:
        pauses = [(clock_minutes(each["start"]), clock_minutes(each["end"])) for each in shift.get("breaks", ())]
        bounds = [clock_minutes(shift["start"]), *(each for pause in pauses for each in pause)]
        bounds.append(clock_minutes(shift["end"]))
        for opens, closes in zip(bounds[::2], bounds[1::2], strict=True):
            yield from self._stretch(person, shift.get("location"), opens, closes)

    def _stretch(self, person: dict[str, Any], place: str | None, opens: int, closes: int) -> Iterator[_Block]:
        step = self.config["policies"]["slot_interval_minutes"]
        services = {each["key"]: each for each in self.config["services"] if each.get("kind") != "class"}
        at = opens
        while at < closes:
            does = [(services[key], own) for key, own in services_of(person) if key in services]
            does.sort(key=lambda each: self.chance.random() / each[0]["duration_minutes"] ** 0.5)  # rather a long one
            if self.chance.random() > self.fullness:
                at += step * max(1, _mean(each for each, _own in does) // step)  # as long as what might have been
                continue
            found = (self._block(person["key"], service, own, place, at) for service, own in does)
            block = next((each for each in found if self._fits(each, closes)), None)
            if block is not None:
                self._take(block)
                yield block
                at = _minute(block.frees)
            at += -at % step if block else step

    def _block(
        self, person: str, service: dict[str, Any], own: dict[str, Any], place: str | None, opens: int
    ) -> _Block:
        where = place or service.get("locations", [self.config["locations"][0]["key"]])[0]
        at = opens + service.get("padding_before_minutes", 0)
        start = dt.datetime.combine(self.date, dt.time()) + (at + -at % self._step) * MINUTE
        end = start + own.get("duration_minutes", service["duration_minutes"]) * MINUTE
        return _Block(
            service=service,
            person=person,
            location=where,
            opens=start - service.get("padding_before_minutes", 0) * MINUTE,
            start=start,
            end=end,
            frees=end + service.get("padding_after_minutes", 0) * MINUTE,
        )

    @property
    def _step(self) -> int:
        return int(self.config["policies"]["slot_interval_minutes"])

    def _fits(self, block: _Block, closes: int) -> bool:
        if block.end > dt.datetime.combine(self.date, dt.time()) + closes * MINUTE:
            return False
        if block.location not in block.service.get("locations", [block.location]):
            return False
        return all(self._has_unit(block, each["kind"]) for each in block.service.get("requires", ()))

    def _has_unit(self, block: _Block, kind: str) -> bool:
        units = [each for each in self.config["resources"] if each["kind"] == kind]
        there = [each for each in units if each["location"] == block.location]
        taken = self.taken[block.location, kind]
        return sum(each.opens < block.frees and block.opens < each.frees for each in taken) < len(there)

    def _take(self, block: _Block) -> None:
        for each in block.service.get("requires", ()):
            self.taken[block.location, each["kind"]].append(block)


def imagined_bookings(config: dict[str, Any], *, now: dt.datetime) -> list[ImportedBooking]:
    """From a week ago to a fortnight ahead, the nearer the fuller; one day soon is full. Classes are not among them.

    Each has a reference of its own, the same on every call, and the status that such a booking would have `now`. The
    first that was and the first of a later day are `customer@<slug>.example`'s, who signs in to the demo.
    """
    tz = ZoneInfo(config["timezone"])
    here = now.astimezone(tz).replace(tzinfo=None)
    busiest = _busiest_weekday(config)
    lines: list[ImportedBooking] = []
    for offset in range(-DAYS_BACK, DAYS_AHEAD + 1):
        date = here.date() + dt.timedelta(days=offset)
        if _is_shut(config, date):
            continue
        chance = Random(f"{config['slug']} {date}")  # noqa: S311 - nobody guesses at it
        fullness = 0.55 if offset <= 0 else 0.44 - 0.025 * offset
        if date.weekday() == busiest and 0 < offset <= 7:
            fullness = 1.0
        for number, block in enumerate(_Day(config, date, chance, fullness).blocks()):
            lines.append(_line(config, chance, block, len(lines) + 2, f"{date} {number}", here))
    return _with_demo_customer(config, lines, here)


def reference_of(*told: object) -> str:
    """As people read it, the same for the same."""
    chance = Random(" ".join(map(str, told)))  # noqa: S311
    return "".join(chance.choices(_LETTERS, k=8))


def demo_customer(slug: str) -> Contact:
    """Who signs in to the demo as a customer."""
    return Contact(name="Robin Hale", email=f"customer@{slug}.example")


def imagined_contact(chance: Random) -> Contact:
    """Somebody who comes, with an address that leads nowhere."""
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}"
    return Contact(name=name, email=f"{name.lower().replace(' ', '.')}@guests.example")


def _line(
    config: dict[str, Any], chance: Random, block: _Block, line: int, told: str, here: dt.datetime
) -> ImportedBooking:
    return ImportedBooking(
        line=line,
        contact=imagined_contact(chance),
        start=block.start,
        end=block.end,
        service=block.service["key"],
        staff=block.person,
        location=block.location,
        reference=reference_of(config["slug"], told),
        internal_notes=chance.choice(_NOTES) if chance.random() < 0.12 else "",
        status=_status(chance.random(), block, here),
    )


def _status(draw: float, block: _Block, here: dt.datetime) -> Status:
    """Of ten, one was cancelled; of fifteen that were, one stayed away."""
    if draw < 0.07:
        return Status.CANCELLED
    if block.start > here:
        return Status.CONFIRMED
    if block.end > here:
        return Status.ARRIVED
    return Status.NO_SHOW if draw < 0.13 else Status.COMPLETED


def _with_demo_customer(
    config: dict[str, Any], lines: list[ImportedBooking], here: dt.datetime
) -> list[ImportedBooking]:
    """The last that is done, and the first that is some days ahead, are theirs."""
    ahead = here + dt.timedelta(days=NEXT_VISIT_AHEAD)
    in_order = sorted(lines, key=lambda each: (each.start or here, each.line))
    done = [each for each in in_order if each.status is Status.COMPLETED]
    coming = [each for each in in_order if each.status is Status.CONFIRMED and each.start and each.start > ahead]
    theirs = {each.reference for each in (*done[-1:], *coming[:1])}
    contact = demo_customer(config["slug"])
    return [replace(each, contact=contact) if each.reference in theirs else each for each in lines]


def _busiest_weekday(config: dict[str, Any]) -> int | None:
    """On which most people work; of several the last."""
    worked = Counter(shift["day"] for person in config["staff"] for shift in person.get("hours", ()))
    return max((DAY_NAMES.index(day) for day in worked), key=lambda day: (worked[DAY_NAMES[day]], day), default=None)


def _is_shut(config: dict[str, Any], date: dt.date) -> bool:
    return any(each["from"][:10] <= date.isoformat() <= each["to"][:10] for each in config.get("closures", ()))


def _mean(services: Iterable[dict[str, Any]]) -> int:
    """Minutes."""
    minutes: list[int] = [each["duration_minutes"] for each in services]
    return sum(minutes) // max(len(minutes), 1)


def _minute(moment: dt.datetime) -> int:
    return moment.hour * 60 + moment.minute
