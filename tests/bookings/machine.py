"""Bookings of one person's day, changed at random through the API, beside a model that shares no code with them.

The model is a table of what each status may become, by whom and when; and one set of hours, each for one booking.
"""

import datetime as dt
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar
from uuid import UUID

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from bookme.bookings.actions import expire_if_overdue
from bookme.bookings.links import manage_token
from bookme.bookings.models import Booking
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from bookme.users.actions import token_pair
from bookme.users.models import SignInKind
from tests.bookings.crowd import overlaps, wrong_seats
from tests.bookings.desk import CONSENTS
from tests.factories.bookings import AppointmentFactory, HoldFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Api, Person, make_person

DAY = dt.datetime(2030, 1, 7, tzinfo=dt.UTC)
BEGINS = DAY + dt.timedelta(hours=6)
HOURS = range(9, 17)
NOTICE, CUT_OFF = dt.timedelta(minutes=60), dt.timedelta(minutes=120)
HOUR = dt.timedelta(hours=1)
MOST_MOVES = 2
POLICY = {
    "slot_interval_minutes": 60,
    "min_notice_minutes": 60,
    "cancellation": {"free_until_minutes": 120, "late_fee_percent": 25, "no_show_fee_percent": 50},
    "reschedule": {"allowed_until_minutes": 120, "max_times": MOST_MOVES},
}
FEES = {"none": "0.00", "late": "10.00", "missed": "20.00"}
TAKES = {"held", "pending", "confirmed", "arrived", "completed", "no_show"}
# Those who may do most of it come more often.
OFTEN = ("team",) * 6 + ("guest",) * 3 + ("other guest", "colleague", "stranger")
# From which status to which, and whether it must, or must not, have begun: None where that does not matter.
STEPS: dict[str, dict[str, tuple[str, bool | None]]] = {
    "confirm": {"pending": ("confirmed", False)},
    "decline": {"pending": ("declined", None)},
    "arrive": {"confirmed": ("arrived", None)},
    "complete": {"confirmed": ("completed", True), "arrived": ("completed", None)},
    "no-show": {"confirmed": ("no_show", True), "arrived": ("no_show", True)},
    "cancel": dict.fromkeys(("held", "pending", "confirmed"), ("cancelled", None)),
    "undo": {
        "arrived": ("confirmed", None),
        "completed": ("arrived", None),
        "no_show": ("confirmed", None),
        "cancelled": ("confirmed", None),
    },
}
FACTS = {"confirm": "confirmed", "decline": "declined", "arrive": "arrived", "complete": "completed",
         "no-show": "no_show", "cancel": "cancelled", "undo": "undone"}  # fmt: skip


@dataclass
class Model:
    """A booking as it should be."""

    id: str
    token: str
    status: str
    hour: int
    version: int = 1
    moves: int = 0
    fee: str = "none"
    facts: list[str] = field(default_factory=list)

    @property
    def start(self) -> dt.datetime:
        return DAY + dt.timedelta(hours=self.hour)

    @property
    def is_taking(self) -> bool:
        return self.status in TAKES


class Day(RuleBasedStateMachine):
    """One person's Monday from nine to five, an hour each; a service that is confirmed at once, and one on request."""

    tenant: ClassVar[Tenant]
    clock: ClassVar[Any]
    owner: ClassVar[Person]
    colleague: ClassVar[Person]
    number: ClassVar[Any]
    steps: ClassVar[Any]
    bookings = Bundle("bookings")

    def __init__(self) -> None:
        super().__init__()
        number = next(self.number)
        if number % 20 == 0:
            _count_rows()
        self.at = BEGINS
        self.clock.move_to(self.at)
        self.models: list[Model] = []
        place = LocationFactory()
        self.services = [
            ServiceFactory(locations=[place], policy=POLICY),
            ServiceFactory(locations=[place], policy=POLICY | {"auto_confirm": False}),
        ]
        self.person, self.place = StaffFactory(hours=EVERY_DAY, does=self.services), place
        self.guest = Api(host="salon.localhost")
        self.guest.client.defaults["REMOTE_ADDR"] = (
            f"10.{number // 62500 % 250}.{number // 250 % 250}.{number % 250 + 1}"
        )
        self.sign_in()

    def sign_in(self) -> None:
        """Access ends after a quarter of an hour; the clock goes on by hours."""
        self.team, self.other = (
            Api(host="salon.localhost", token=token_pair(sign_in=each.signed_in(SignInKind.API), now=now()).access)
            for each in (self.owner, self.colleague)
        )

    def is_free(self, hour: int, *, but: Model | None = None) -> bool:
        return not any(each.is_taking and each.hour == hour for each in self.models if each is not but)

    def is_offered(self, hour: int, *, but: Model | None = None) -> bool:
        return self.is_free(hour, but=but) and DAY + dt.timedelta(hours=hour) >= self.at + NOTICE

    def door(self, who: str, model: Model) -> tuple[Api, str]:
        """Who asks, and with which link."""
        if who in {"team", "colleague"}:
            return (self.team if who == "team" else self.other), ""
        if who == "stranger":
            return self.guest, ""
        others = [each.token for each in self.models if each.token != model.token]
        token = model.token if who == "guest" else (others or ["no-token"])[0]
        return self.guest, f"?token={token}"

    @rule(target=bookings, hour=st.sampled_from(HOURS), on_request=st.booleans())
    def book(self, hour: int, on_request: bool) -> Any:
        start = DAY + dt.timedelta(hours=hour)
        body = {
            "service": str(self.services[on_request].pk),
            "start": start.isoformat(),
            "staff": str(self.person.pk),
            "customer": {"name": "Ada", "email": f"{self.person.pk.hex}-{len(self.models)}@mail.example"},
            "consents": CONSENTS,
        }
        answer = self.guest.post("bookings/", body)
        if not self.is_offered(hour):
            assert (answer.status_code, answer.json()["code"]) == (409, "slot_unavailable"), answer.content
            return multiple()
        assert answer.status_code == 201, answer.content
        told = answer.json()
        status = "pending" if on_request else "confirmed"
        model = Model(
            told["id"], told["manage_token"], status, hour, facts=["requested" if on_request else "confirmed"]
        )
        assert (told["status"], told["start"]) == (status, start.isoformat())
        self.models.append(model)
        return model

    @rule(target=bookings, hour=st.sampled_from(HOURS))
    def hold(self, hour: int) -> Any:
        """As one that waits for money, which no door of today makes."""
        if not self.is_offered(hour):
            return multiple()
        start = DAY + dt.timedelta(hours=hour)
        row = HoldFactory(
            appointment=AppointmentFactory(
                service=self.services[0], staff=self.person, location=self.place, starts_at=start, seats_taken=1
            ),
            policy=POLICY,
            hold_expires_at=DAY + dt.timedelta(days=1),
        )
        token = manage_token(row.visit)
        model = Model(str(row.pk), token, "held", hour)
        self.models.append(model)
        return model

    @rule(model=bookings, name=st.sampled_from(sorted(STEPS)), who=st.sampled_from(OFTEN))
    def any_step(self, model: Model, name: str, who: str) -> None:
        self.take(model, name, who)

    @rule(model=bookings, choice=st.integers(min_value=0, max_value=5))
    def likely_step(self, model: Model, choice: int) -> None:
        """One that the table has for it, though perhaps not now."""
        names = [name for name, rows in STEPS.items() if model.status in rows]
        if names:
            self.take(model, names[choice % len(names)], "team")

    def take(self, model: Model, name: str, who: str) -> None:
        api, link = self.door(who, model)
        answer = api.post(f"bookings/{model.id}/{name}/{link}", {})
        if who != "team" and not (who == "guest" and name == "cancel"):
            assert answer.status_code in {401, 403, 404}, (who, answer.content)
            return
        wanted, begun = STEPS[name].get(model.status, ("", None))
        has_begun = self.at >= model.start
        may = wanted and begun in {None, has_begun} and not (who == "guest" and has_begun)
        if may and name == "undo" and model.status == "cancelled":
            may = self.is_free(model.hour)
        if not may:
            assert answer.status_code == 409, (model, name, who, answer.content)
            return
        assert answer.status_code == 200, (model, name, who, answer.content)
        if name == "cancel":
            model.fee = "late" if who == "guest" and self.at > model.start - CUT_OFF else "none"
        elif name == "no-show":
            model.fee = "missed"
        elif name == "undo" and model.status in {"no_show", "cancelled"}:
            model.fee = "none"
        self.changed(model, FACTS[name], status=wanted)
        assert (answer.json()["status"], answer.json()["version"]) == (model.status, model.version)

    @rule(model=bookings, hour=st.sampled_from(HOURS), who=st.sampled_from(OFTEN))
    def move(self, model: Model, hour: int, who: str) -> None:
        if hour == model.hour:
            return
        api, link = self.door(who, model)
        start = DAY + dt.timedelta(hours=hour)
        answer = api.post(f"bookings/{model.id}/reschedule/{link}", {"start": start.isoformat()})
        if who not in {"team", "guest"}:
            assert answer.status_code in {401, 403, 404}, (who, answer.content)
            return
        may = model.status in {"pending", "confirmed"} and self.is_offered(hour, but=model)
        if who == "guest":
            may = may and self.at <= model.start - CUT_OFF and model.moves < MOST_MOVES
        if not may:
            assert answer.status_code == 409, (model, hour, who, answer.content)
            return
        assert answer.status_code == 200, (model, hour, who, answer.content)
        model.hour, model.moves = hour, model.moves + (who == "guest")
        self.changed(model, "rescheduled")

    @rule(model=bookings, lag=st.integers(min_value=0, max_value=1), text=st.text("ab", max_size=2))
    def note(self, model: Model, lag: int, text: str) -> None:
        """What the team saw before the last change is refused."""
        body = {"version": max(model.version - lag, 1), "internal_notes": text}
        before = Booking.objects.get(pk=model.id).internal_notes
        answer = self.team.patch(f"bookings/{model.id}/", body)
        if body["version"] != model.version:
            assert (answer.status_code, answer.json()["code"]) == (409, "stale_version")
        else:
            assert answer.status_code == 200, answer.content
            if text != before:
                self.changed(model, "updated")

    @rule(hours=st.sampled_from((0.25, 0.5, 1, 2)))
    def pass_time(self, hours: float) -> None:
        self.at = min(self.at + dt.timedelta(hours=hours), DAY + dt.timedelta(hours=20))
        self.clock.move_to(self.at)
        self.sign_in()

    @rule(model=bookings)
    def expire(self, model: Model) -> None:
        """What the outbox does when the time has come, or by mistake before."""
        is_due = model.status == "pending" and self.at >= model.start
        with transaction.atomic():
            assert expire_if_overdue(booking_id=UUID(model.id), now=now()) is is_due
        if is_due:
            self.changed(model, "expired", status="expired")

    def changed(self, model: Model, fact: str, **values: Any) -> None:
        model.version += 1
        model.facts.append(fact)
        for name, value in values.items():
            setattr(model, name, value)

    @invariant()
    def everything_is_as_it_should_be(self) -> None:
        next(self.steps)
        rows = Booking.objects.filter(appointment__staff=self.person).select_related("appointment")
        real = {
            str(each.pk): (each.status, each.version, each.appointment.starts_at, f"{each.fee:.2f}", each.times_moved)
            for each in rows
        }
        assert real == {
            each.id: (each.status, each.version, each.start, FEES[each.fee], each.moves) for each in self.models
        }

    def teardown(self) -> None:
        assert (overlaps(), wrong_seats()) == (0, 0)
        for each in self.models:
            told = Event.objects.filter(subject_id=each.id, name__startswith="booking.").order_by("occurred_at", "id")
            assert [name.removeprefix("booking.") for name in told.values_list("name", flat=True)] == each.facts


def _count_rows() -> None:
    """For the planner: in the one transaction of a test the database counts none, and reads tables from end to end."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bookings_booking, bookings_visit, bookings_appointment, eventlog_event")


def run_days(tenant: Tenant, clock: Any, *, days: int, steps: int, shrink: bool = True) -> int:
    """So many days, each of at most so many steps; returns how many there were.

    The first step that goes another way than the model is made small and told.
    """

    class Here(Day):
        pass

    Here.tenant, Here.clock, Here.number, Here.steps = tenant, clock, count(), count()
    clock.move_to(BEGINS)
    Here.owner, Here.colleague = make_person(tenant, Role.OWNER), make_person(tenant, Role.STAFF)
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=days,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            suppress_health_check=[*HealthCheck],
            phases=[each for each in Phase if shrink or each is not Phase.shrink],
        ),
    )
    return int(next(Here.steps))
