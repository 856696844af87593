"""Everything that takes, moves or gives back time, at random and by many at once: each operation a row of a table."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import connection

from bookme.services.models import Service
from tests.bookings.desk import CONSENTS
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory, ResourceFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Api

NOTHING_TO_DO = 0  # in place of a status: there was none that it could be done with
QUARTERS = 32  # of the day from nine to five


class Told(NamedTuple):
    """An answer: its status, and its JSON."""

    status: int
    body: Any


Door = Callable[..., Told]


def in_process(api: Api) -> Door:
    """The API without a socket between; called as `door("POST", "bookings/", {…})`. A text is sent as CSV."""

    def door(method: str, path: str, body: Any = None) -> Told:
        if isinstance(body, str):
            answer: Any = api.client.post(f"{api.prefix}{path}", body, content_type="text/csv")
        else:
            answer = getattr(api, method.lower())(path, body)
        return Told(answer.status_code, answer.json())

    return door


@dataclass
class World:
    """What there is to be booked from the first day on, and what was: shared by all who book."""

    first: dt.datetime
    days: int
    services: list[str]
    classes: str
    sessions: list[str]
    staff: list[str]
    places: list[str]
    names: dict[str, str]
    bookings: list[str] = field(default_factory=list)
    visits: list[str] = field(default_factory=list)
    series: list[str] = field(default_factory=list)
    waitlist: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, first: dt.datetime, *, days: int = 5) -> "World":
        """Four people and two places; services alone and in groups, with rooms, padding, two at a time, on request."""
        places = [LocationFactory(position=number) for number in range(2)]
        for place in places:
            ResourceFactory(location=place)
            ResourceFactory(location=place, kind="laser")
        services = [
            ServiceFactory(),
            ServiceFactory(duration_minutes=30, padding_before_minutes=5, padding_after_minutes=10),
            ServiceFactory(group=True, duration_minutes=45),
            ServiceFactory(requires=["room", "laser"]),
            ServiceFactory(requires=["laser"], duration_minutes=30),
            ServiceFactory(staff_needed=2, duration_minutes=45),
            ServiceFactory(policy={"auto_confirm": False}),
        ]
        classes = ServiceFactory(of_class=True, capacity=2)
        staff = [StaffFactory(hours=EVERY_DAY, does=[*services, classes]) for _ in range(4)]
        sessions = [
            SessionFactory(service=classes, staff=each, location=places[0], starts_at=first + dt.timedelta(hours=18))
            for each in staff
        ]
        return cls(
            first=first,
            days=days,
            services=[str(each.pk) for each in services],
            classes=str(classes.pk),
            sessions=[str(each.pk) for each in sessions],
            staff=[str(each.pk) for each in staff],
            places=[str(each.pk) for each in places],
            names={str(each.pk): each.slug for each in (*services, *staff, *places)},
        )


@dataclass
class Client:
    """One who books and one of the team, at random; `told` counts what came of each, before which `pace` is called."""

    team: Door
    guest: Door
    dice: Random
    world: World
    told: Counter[tuple[str, int]]
    pace: Callable[[], object] = object

    def run(self, count: int) -> None:
        names, weights = [*OPERATIONS], [weight for weight, _ in OPERATIONS.values()]
        for name in self.dice.choices(names, weights, k=count):
            self.pace()
            answer = OPERATIONS[name][1](self)
            self.told[name, answer.status if answer else NOTHING_TO_DO] += 1

    def start(self) -> str:
        day, quarter = self.dice.randrange(self.world.days), self.dice.randrange(QUARTERS)
        return (self.world.first + dt.timedelta(days=day, hours=9, minutes=15 * quarter)).isoformat()

    def anybody(self) -> str:
        return self.dice.choice([*self.world.staff, "any"])

    def one_of(self, rows: list[str]) -> str:
        """A recent one more often: the older ones are over."""
        return rows[-1 - int(len(rows) * self.dice.random() ** 2)] if rows else str(uuid4())

    def who(self) -> dict[str, Any]:
        return {"customer": {"name": "Ada", "email": f"{uuid4().hex}@mail.example"}, "consents": CONSENTS}


Operation = Callable[[Client], Told | None]


def create(client: Client) -> Told:
    body = {"service": client.dice.choice(client.world.services), "start": client.start(), "staff": client.anybody()}
    return _booked(client, client.guest("POST", "bookings/", body | client.who()))


def join_session(client: Client) -> Told:
    body = {"session": client.dice.choice(client.world.sessions), "party_size": client.dice.randint(1, 2)}
    return _booked(client, client.guest("POST", "bookings/", body | client.who()))


def _booked(client: Client, answer: Told) -> Told:
    if answer.status == 201:
        client.world.bookings.append(answer.body["id"])
    return answer


def step(name: str, rows: str = "bookings", *, among: str = "") -> Operation:
    """A step of the team on one that was made; `among` those of a status, as somebody else may be about to."""

    def take(client: Client) -> Told | None:
        chosen = client.one_of(getattr(client.world, rows))
        if among:
            found = client.team("GET", f"{rows}/?page_size=100&status={among}").body["results"]
            if not found:
                return None
            chosen = client.dice.choice(found)["id"]
        return client.team("POST", f"{rows}/{chosen}/{name}/", {})

    return take


def reschedule(client: Client) -> Told:
    path = f"bookings/{client.one_of(client.world.bookings)}/reschedule/"
    return client.team("POST", path, {"start": client.start(), "staff": client.anybody()})


def reassign(client: Client) -> Told | None:
    """To somebody else, at the same time."""
    path = f"bookings/{client.one_of(client.world.bookings)}/"
    seen = client.team("GET", path)
    if seen.status != 200:
        return None
    body = {"start": seen.body["start"], "staff": client.dice.choice(client.world.staff)}
    return client.team("POST", f"{path}reschedule/", body)


def relocate(client: Client) -> Told | None:
    path = f"bookings/{client.one_of(client.world.bookings)}/"
    seen = client.team("GET", path)
    if seen.status != 200:
        return None
    body = {"version": seen.body["version"], "location": client.dice.choice(client.world.places)}
    return client.team("PATCH", path, body)


def create_visit(client: Client) -> Told:
    chosen = client.dice.sample(client.world.services, client.dice.randint(2, 3))
    body = {"start": client.start(), "items": [{"service": each, "staff": client.anybody()} for each in chosen]}
    answer = client.guest("POST", "visits/", body | client.who())
    if answer.status == 201:
        client.world.visits.append(answer.body["id"])
        client.world.bookings.extend(each["id"] for each in answer.body["bookings"])
    return answer


def reschedule_visit(client: Client) -> Told:
    path = f"visits/{client.one_of(client.world.visits)}/reschedule/"
    return client.team("POST", path, {"start": client.start(), "staff": "any"})


def create_series(client: Client) -> Told:
    item = {"service": client.dice.choice(client.world.services), "staff": client.anybody()}
    rule = {"frequency": "weekly", "count": client.dice.randint(2, 3)}
    body = {"start": client.start(), "items": [item], "rule": rule}
    answer = client.guest("POST", "series/", body | client.who())
    if answer.status == 201:
        client.world.series.append(answer.body["id"])
        for visit in answer.body["visits"]:
            client.world.visits.append(visit["id"])
            client.world.bookings.extend(each["id"] for each in visit["bookings"])
    return answer


def reschedule_series(client: Client) -> Told:
    path = f"series/{client.one_of(client.world.series)}/reschedule/"
    return client.team("POST", path, {"scope": "all", "start": client.start(), "staff": "any"})


def cancel_series(client: Client) -> Told:
    return client.team("POST", f"series/{client.one_of(client.world.series)}/cancel/", {"scope": "all"})


def import_bookings(client: Client) -> Told:
    """Two lines of a file, for people and places by their names."""
    world, dice, lines = client.world, client.dice, ["start,service,staff,location,name,email"]
    for _ in range(2):
        named = (dice.choice(each) for each in (world.services[:2], world.staff, world.places))
        who = ("Ada", f"{uuid4().hex}@mail.example")
        lines.append(",".join([client.start(), *(world.names[each] for each in named), *who]))
    return client.team("POST", "bookings/import/", "\n".join(lines))


def publish(client: Client) -> Told:
    body = {
        "service": client.world.classes,
        "staff": client.dice.choice(client.world.staff),
        "location": client.dice.choice(client.world.places),
        "start": client.start(),
    }
    answer = client.team("POST", "sessions/", body)
    if answer.status == 201:
        client.world.sessions.extend(each["id"] for each in answer.body["sessions"])
    return answer


def change_session(client: Client) -> Told:
    path = f"sessions/{client.one_of(client.world.sessions)}/"
    return client.team("PATCH", path, {"start": client.start(), "staff": client.dice.choice(client.world.staff)})


def cancel_session(client: Client) -> Told:
    return client.team("POST", f"sessions/{client.one_of(client.world.sessions)}/cancel/", {})


def wait(client: Client) -> Told:
    day = (client.world.first + dt.timedelta(days=client.dice.randrange(client.world.days))).date()
    body = client.dice.choice(
        [
            {"session": client.dice.choice(client.world.sessions)},
            {"service": client.dice.choice(client.world.services), "date": day.isoformat()},
        ]
    )
    answer = client.guest("POST", "waitlist/", body | client.who())
    if answer.status == 201:
        client.world.waitlist.append(answer.body["id"])
    return answer


# How often, and what. What is given back makes room for what is taken.
OPERATIONS: dict[str, tuple[int, Operation]] = {
    "create": (26, create),
    "join session": (6, join_session),
    "confirm": (4, step("confirm", among="pending")),
    "decline": (2, step("decline", among="pending")),
    "cancel": (14, step("cancel", among="confirmed")),
    "restore": (10, step("undo", among="cancelled")),
    "reschedule": (12, reschedule),
    "reassign": (7, reassign),
    "relocate": (4, relocate),
    "create visit": (5, create_visit),
    "reschedule visit": (3, reschedule_visit),
    "cancel visit": (2, step("cancel", rows="visits")),
    "create series": (3, create_series),
    "reschedule series": (2, reschedule_series),
    "cancel series": (2, cancel_series),
    "import": (2, import_bookings),
    "publish session": (1, publish),
    "change session": (2, change_session),
    "cancel session": (1, cancel_session),
    "wait": (4, wait),
    "offer": (4, step("offer", rows="waitlist", among="waiting")),
    "accept": (3, step("accept", rows="waitlist", among="offered")),
    "leave": (1, step("leave", rows="waitlist")),
}


def overlapping_rooms() -> int:
    """Pairs of allocations of one unit whose blocked ranges meet."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM bookings_resourceallocation a JOIN bookings_resourceallocation b"
            " ON a.resource_id = b.resource_id AND a.id < b.id"
            " AND a.blocked_start < b.blocked_end AND b.blocked_start < a.blocked_end"
            " WHERE NOT a.overbooked AND NOT b.overbooked"
        )
        found: int = cursor.fetchone()[0]
    return found


def half_bookings() -> Iterator[str]:
    """Appointments that are active without all that their service needs, or hold what they no longer need."""
    rows = Service.objects.prefetch_related("requirements", "appointments__allocations__resource")
    for service in rows:
        needed = sorted(each.kind for each in service.requirements.all())
        for each in service.appointments.all():
            held = sorted(unit.resource.kind for unit in each.allocations.all())
            if held != (needed if each.seats_taken and each.lead_id is None else []):
                yield f"{each.pk}: holds {held}, needs {needed}"
