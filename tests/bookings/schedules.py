"""Random snapshots for the comparison of engine and oracle: crowded, with every rule in play."""

import datetime as dt
from dataclasses import replace
from random import Random
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.availability import (
    OUTSIDE_HOURS,
    OVERBOOKING,
    Group,
    Hours,
    Id,
    Person,
    Place,
    Snapshot,
    Span,
    Unit,
)
from bookme.tenants.config import AnyStaff, Policy, SlotAnchor

KINDS = ("room", "chair")
ZONES = (
    "Europe/London",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Cairo",
    "America/New_York",
    "America/St_Johns",
    "America/Miquelon",
    "America/Santiago",
    "America/Asuncion",
    "America/Nuuk",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Tehran",
    "Asia/Gaza",
    "Atlantic/Azores",
    "Australia/Adelaide",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Norfolk",
    "Pacific/Easter",
    "Europe/Chisinau",
    "UTC",
)


def number(value: int) -> Id:
    return str(UUID(int=value))


def minute_at(day: dt.date, minutes: int = 0) -> int:
    return (day - dt.date(1970, 1, 1)).days * 1440 + minutes


def change_days(zone: str, year: int) -> list[dt.date]:
    """The dates on which the zone's offset changes in that year, found day by day."""
    tz, found = ZoneInfo(zone), []
    noon = dt.datetime(year, 1, 1, 12, tzinfo=dt.UTC)
    for each in range(366):
        now, before = noon + dt.timedelta(days=each), noon + dt.timedelta(days=each - 1)
        if now.astimezone(tz).utcoffset() != before.astimezone(tz).utcoffset():
            found.append(now.date())
    return found


def schedule(random: Random, *, zone: str | None = None, day: dt.date | None = None) -> Snapshot:
    """One to three dates of a small business, at or around `day`."""
    home = zone or random.choice(ZONES)
    if day is None:
        changes = change_days(home, random.choice((2024, 2026, 2027)))
        day = random.choice(changes) if changes and random.random() < 0.5 else dt.date(2026, random.randint(1, 12), 9)
    first = day - dt.timedelta(days=random.choice((0, 0, 1)))
    last = first + dt.timedelta(days=random.choice((0, 1, 1, 2)))
    places = tuple(_place(random, index, home, first) for index in range(random.choice((1, 2, 2))))
    interval = random.choice((5, 10, 15, 20, 25, 45, 60))
    usual = random.choice((15, 30, 50, 60, 60, 90, 240))
    extra = random.choice((0, 0, 10))
    party = random.choice((1, 1, 1, 1, 2, 3))
    plain = Snapshot(
        zone=home,
        first=first,
        last=last,
        now=_now(random, first),
        policy=Policy(
            slot_interval_minutes=interval,
            slot_anchor=random.choice(list(SlotAnchor)),
            min_notice_minutes=random.choice((0, 60, 60, 1440)),
            max_days_ahead=random.choice((1, 2, 30, 90, 90, 90)),
            any_staff=random.choice(list(AnyStaff)),
        ),
        places=places,
        people=tuple(_person(random, each, places, first, usual, extra) for each in range(random.choice((1, 2, 3, 4)))),
        units=tuple(_unit(random, index, places, first) for index in range(random.choice((2, 4, 6)))),
        kinds=random.choice(((), (), (), KINDS[:1], KINDS)),
        padding_before=random.choice((0, 0, 0, 5, 5, 15, 15, 480)),
        padding_after=random.choice((0, 0, 10, 30)),
        extra_minutes=extra,
        capacity=random.choice((1, 2, 4)),
        party_size=party,
    )
    return _with_rules(random, plain) if random.random() < 0.7 else plain


def _with_rules(random: Random, plain: Snapshot) -> Snapshot:
    """The same with rules of the service, days that are full, ways to go, areas, and work for several people."""
    days = [plain.first + dt.timedelta(days=each) for each in range(-1, 4)]
    hours = [
        Hours(*random.choice(((0, 1440), (600, 960), (1380, 1700))), weekday=weekday, breaks=_breaks(random))
        for weekday in range(7)
        if random.random() < 0.8
    ]
    return replace(
        plain,
        places=tuple(
            replace(place, full_days=random.choice((frozenset(), frozenset(random.sample(days, 2)))))
            for place in plain.places
        ),
        people=tuple(
            replace(
                person,
                stays=tuple(random.choice(plain.places).id for _ in person.blocked),
                goes=random.choice((None, None, frozenset(random.sample(range(7), 4)))),
                asked=random.random() < 0.8,
            )
            for person in plain.people
        ),
        staff_needed=random.choice((1, 1, 1, 2, 2, 3)),
        hours=random.choice(((), (), tuple(hours))),
        seasons=random.choice(
            ((), (), ((dt.date(1, 1, 1), days[1]), (days[2], dt.date(9999, 12, 31))), ((days[2], days[2]),))
        ),
        travel_minutes=random.choice((0, 15, 90)),
    )


def lenient(random: Random, snapshot: Snapshot) -> Snapshot:
    """The same with causes that do not count: those of a flag, of both, or any few."""
    every = sorted(OUTSIDE_HOURS | OVERBOOKING)
    some = frozenset(random.sample(every, random.randint(1, len(every))))
    waived = random.choice((OUTSIDE_HOURS, OVERBOOKING, OUTSIDE_HOURS | OVERBOOKING, some, some, some))
    return replace(snapshot, waived=waived)


def _now(random: Random, first: dt.date) -> dt.datetime:
    midnight = dt.datetime.combine(first, dt.time.min, dt.UTC)
    return midnight + dt.timedelta(days=random.choice((-40, -2, -2, -1, -1, -1, 0)), seconds=random.randint(0, 86400))


def _place(random: Random, index: int, home: str, first: dt.date) -> Place:
    closures = [_span(random, first, 60, 900) for _ in range(random.choice((0, 1, 1)))]
    hours = [_row(random, weekday, None, ()) for weekday in range(7) for _ in range(random.choice((1, 1, 2)))]
    if random.random() < 0.3:
        hours.append(_exception(random, first, None))
    zone = home if index == 0 or random.random() < 0.5 else random.choice(ZONES)
    return Place(
        id=number(100 + index),
        zone=zone,
        hours=tuple(hours) if random.random() < 0.4 else (),
        closures=tuple(closures),
    )


def _person(random: Random, index: int, places: tuple[Place, ...], first: dt.date, usual: int, extra: int) -> Person:
    hours = [
        _row(random, weekday, random.choice(places), _breaks(random))
        for weekday in range(7)
        for _ in range(random.choice((0, 1, 1, 1, 2)))
    ]
    if random.random() < 0.3:
        hours.append(_exception(random, first, random.choice(places)))
    duration = random.choice((15, 30, 60)) if random.random() < 0.2 else usual
    blocked, booked = [], []
    groups: list[Group] = []
    for count in range(random.choice((0, 2, 6, 12))):
        start = minute_at(first, random.randrange(-1440, 4 * 1440, 5))
        end = start + random.choice((10, 30, duration + extra))
        booked.append((start, end))
        blocked.append((start - random.choice((0, 0, 20)), end + random.choice((0, 0, 15))))
        if end == start + duration + extra and not any(group.start == start for group in groups):
            place = random.choice(places).id
            groups.append(Group(number(1000 + index * 100 + count), place, start, end, random.randint(0, 3)))
    return Person(
        id=number(index + 1),
        duration=duration,
        hours=tuple(hours),
        time_off=tuple(_span(random, first, 30, 600) for _ in range(random.choice((0, 0, 1)))),
        booked=tuple(booked),
        blocked=tuple(blocked),
        external=tuple(_span(random, first, 10, 120) for _ in range(random.choice((0, 0, 1)))),
        groups=tuple(groups),
        distance=random.choice((None, None, 1.5, 4.0)),
        last_booked=random.choice((None, 10.0, 20.0)),
    )


def _row(random: Random, weekday: int, place: Place | None, breaks: tuple[Span, ...]) -> Hours:
    """An ordinary day, a night shift, a day round the clock, or next to nothing."""
    start, end = random.choice(((540, 1080), (480, 780), (1200, 1680), (1380, 2880), (0, 1440), (60, 200), (0, 2880)))
    at = place.id if place and random.random() < 0.4 else None
    end -= random.choice((0, 0, 1))
    return Hours(start + random.choice((0, 0, 7)), end, weekday=weekday, place=at, breaks=breaks)


def _exception(random: Random, first: dt.date, place: Place | None) -> Hours:
    day = first + dt.timedelta(days=random.choice((-1, 0, 1)))
    at = place.id if place and random.random() < 0.4 else None
    return random.choice((Hours(None, None, on_date=day, place=at), Hours(600, 1500, on_date=day, place=at)))


def _breaks(random: Random) -> tuple[Span, ...]:
    return random.choice(((), (), ((720, 780),), ((600, 615), (1500, 1530))))


def _span(random: Random, first: dt.date, shortest: int, longest: int) -> Span:
    start = minute_at(first, random.randrange(-1440, 3 * 1440))
    return start, start + random.randint(shortest, longest)


def _unit(random: Random, index: int, places: tuple[Place, ...], first: dt.date) -> Unit:
    blocked = tuple(_span(random, first, 30, 400) for _ in range(random.choice((0, 1, 3))))
    return Unit(number(500 + index), random.choice(places).id, random.choice(KINDS), blocked)
