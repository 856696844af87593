"""docs/api.md is true: every call in it is made, in order, and answered as it says."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from bookme.core.time import now
from bookme.eventlog.actions import deliver_event
from bookme.eventlog.models import Event
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ExtraFactory, ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import PASSWORD, Person, UserFactory
from tests.web.conftest import configure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
ANYTHING = "…"

_BLOCK = re.compile(r"```http\n(.*?)```(?:\s*Answer `(\d+)`[^\n]*\n*(?:```json\n(.*?)```)?)", re.S)
_NAME = re.compile(r"\$([A-Z_]+)")


@dataclass
class Call:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


def calls() -> Iterator[Call]:
    """Each `http` block of the page with the answer that follows it."""
    for request, status, answer in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        head, _, body = request.partition("\n\n")
        first, *lines = head.strip().splitlines()
        method, path = first.split(" ", 1)
        headers = dict(line.split(": ", 1) for line in lines)
        yield Call(method, path, headers, body, int(status), json.loads(answer) if answer else None)


class Reader:
    """Fills in what is known (`$SERVICE`), and learns what an answer names for the first time."""

    def __init__(self, **known: str) -> None:
        self.known = known

    def filled(self, text: str) -> str:
        return _NAME.sub(lambda found: self.known[found[1]], text)

    def compare(self, told: Any, real: Any, where: str = "") -> None:
        """Everything that the page tells is so; an answer may say more."""
        if told == ANYTHING:
            assert real is not None, where
        elif isinstance(told, str) and (name := _NAME.fullmatch(told)):
            assert self.known.setdefault(name[1], real) == real, where
        elif isinstance(told, dict):
            assert isinstance(real, dict), where
            for key, value in told.items():
                assert key in real, f"{where}/{key}"
                self.compare(value, real[key], f"{where}/{key}")
        elif isinstance(told, list):
            self._compare_lists(told, real, where)
        else:
            assert told == real, where

    def _compare_lists(self, told: list[Any], real: list[Any], where: str) -> None:
        """A list that ends in `…` goes on."""
        if told[-1:] == [ANYTHING]:
            told, real = told[:-1], real[: len(told) - 1]
        assert len(told) == len(real), where
        for index, (one, other) in enumerate(zip(told, real, strict=True)):
            self.compare(one, other, f"{where}/{index}")


@pytest.fixture
def reader(owner: Person) -> Iterator[Reader]:
    """The business of the page: a cut by Anna, yoga on Tuesday evening, pottery on two of them, and a waitlist."""
    configure(owner.tenant, features={"waitlist": True})
    UserFactory(email="operator@platform.example", is_staff=True)
    with time_machine.travel(dt.datetime(2027, 2, 15, 9, tzinfo=dt.UTC)):
        place = LocationFactory(name="High Street", slug="high-street")
        cut = ServiceFactory(name="Cut & finish", slug="cut-finish", duration_minutes=45, price="58.00")
        ExtraFactory(name="Treatment", services=[cut], price="12.00", duration_minutes=15)
        anna = StaffFactory(name="Anna", slug="anna", hours=EVERY_DAY, does=[cut])
        yoga = ServiceFactory(of_class=True, name="Yoga", slug="yoga", position=1, price="14.00")
        start = dt.datetime(2027, 3, 2, 18, tzinfo=dt.UTC)
        mira = StaffFactory(name="Mira", slug="mira", does=[yoga])
        SessionFactory(service=yoga, staff=mira, location=place, starts_at=start)
        pottery = ServiceFactory(
            of_class=True, name="Pottery", slug="pottery", price="30.00", course="whole", position=2
        )
        for day in (6, 13):
            evening = dt.datetime(2027, 4, day, 17, tzinfo=dt.UTC)
            SessionFactory(service=pottery, staff=mira, location=place, starts_at=evening, course_id=pottery.pk)
        yield Reader(ANNA=str(anna.pk), PASSWORD=PASSWORD)


def carry_out_some() -> None:
    """What became true so far has been carried out: the first facts of it, which is all that the page tells of."""
    for row in Event.objects.order_by("occurred_at", "pk")[:3]:
        deliver_event(event_id=str(row.pk), now=now())


def test_every_call_of_the_page_is_answered_as_it_says(reader: Reader, client: Client) -> None:
    made = 0
    for call in calls():
        if call.path.startswith("/api/v1/events/"):
            carry_out_some()
        answer = client.generic(
            call.method,
            reader.filled(call.path),
            reader.filled(call.body),
            content_type="application/json",
            headers={name: reader.filled(value) for name, value in call.headers.items()},
        )
        where = f"{call.method} {call.path}"
        assert answer.status_code == call.status, (where, answer.content)
        if "ETag" in answer:
            reader.known["ETAG"] = answer["ETag"]
        if call.answer is not None:
            reader.compare(call.answer, json.loads(answer.content), where)
        made += 1
    assert made == PAGE.read_text(encoding="utf-8").count("```http")
    assert made >= 12
