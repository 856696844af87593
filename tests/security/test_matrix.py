"""Promise 28: roles are exact. Every operation is called as every kind of caller, and answers as is declared."""

import json
from typing import Any

import pytest
import time_machine
from django.conf import settings

from bookme.core.http.permissions import declared_for
from bookme.core.permissions import Permission, Role
from bookme.tenants.models import Tenant
from bookme.users.models import Membership
from tests.security.calls import NEITHER, UNBOUND, Told, called, status_about_near
from tests.security.fields import SHAPES, fields_for
from tests.security.matrix import CALLERS, ROWS, Row
from tests.security.world import CANARY, World, build
from tests.urltable import operations

pytestmark = pytest.mark.no_cover

OPERATIONS = {str(each): each for each in (*operations(settings.ROOT_URLCONF), *operations())}
DECLARED = {name: declared_for(each.view, each.method) for name, each in OPERATIONS.items()}
POWERS = {each.value: each for each in Permission}


@pytest.fixture
def world(clock: time_machine.Traveller, salon: Tenant) -> World:
    return build(salon)


def test_every_operation_has_a_row_and_every_row_an_operation() -> None:
    rows = [each.path for each in ROWS]
    assert sorted(rows) == sorted(DECLARED), sorted(set(rows) ^ DECLARED.keys())


def test_every_row_says_what_its_view_declares() -> None:
    wrong = {each.operation: DECLARED[each.path] for each in ROWS if DECLARED[each.path] != each.needs[0]}
    assert wrong == {}
    assert {more for each in ROWS for more in each.needs[1:]} <= POWERS.keys()


def matters(caller: str, row: Row) -> bool:
    """Whether it can matter that it is they: not where nobody is told apart, nor to a link that opens nothing."""
    if not OPERATIONS[row.path].view.authentication_classes:
        return caller in {"guest", "owner"}
    return caller != "link" or row.cells["link"] != row.cells["guest"] or "{" in row.operation


def wrong(row: Row, caller: str, told: Told) -> Any:
    """What of the answer is not as declared; None of one that is."""
    if told.cell != row.cells[caller]:
        return told.cell, told.content[:300]
    if caller not in UNBOUND and CANARY.encode() in told.content:
        return CANARY, told.content[:300]
    if row.operation in SHAPES and told.cell.startswith("200") and not told.cell.endswith(NEITHER):
        return sorted(fields_of(told.first) ^ fields_for(row.operation, caller)) or None
    return None


def fields_of(content: bytes) -> set[str]:
    """Of a list, those that any of its rows has."""
    answer = json.loads(content)
    rows = answer["results"] if isinstance(answer, dict) and "results" in answer else answer
    return set(rows) if isinstance(rows, dict) else {name for row in rows for name in row}


@pytest.mark.parametrize("callers", [CALLERS[:4], CALLERS[4:6], CALLERS[6:]], ids="-".join)
def test_every_cell_is_as_declared(world: World, callers: list[str]) -> None:
    """And nothing of a person out of reach is in any answer to somebody whose reach is bound.

    Each answer that tells of any row has the fields that are declared for who is told.
    """
    assert set(world.callers) == set(CALLERS)
    found = {}
    for row in ROWS:
        for caller in callers:
            if not matters(caller, row):
                assert row.cells[caller] == row.cells["guest"], row.operation
            elif what := wrong(row, caller, called(world, caller, row.operation)):
                found[f"{caller}: {row.operation}"] = what
    assert found == {}


@pytest.mark.parametrize(
    "operation",
    [
        "GET bookings/",
        "GET bookings/{booking}/",
        "GET bookings/{booking}/events/",
        "GET bookings/export/",
        "GET visits/{visit}/",
        "GET waitlist/",
        "GET waitlist/{waiting}/",
        "GET customers/",
        "GET customers/{customer}/",
        "GET communications/notifications/",
        "GET communications/notifications/{notification}/",
        "GET events/",
        "GET staff/{staff}/time-off/",
    ],
)
def test_the_control_reads_the_canary(world: World, operation: str) -> None:
    """Whoever may, does see what the test above looks for."""
    assert CANARY.encode() in called(world, "manager", operation).content


class Member:
    """The owner of the calendar that is near, with these permissions alone."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows = Membership.objects.filter(user__email=world.near["email"])
        self.rows.update(role=Role.OWNER)

    def asked(self, row: Row, *permissions: str) -> str:
        """The status of the answer about what is near."""
        self.rows.update(denied=[each for each in POWERS if each not in permissions])
        return status_about_near(self.world, "staff", row.operation)


def test_a_permission_opens_its_operations_and_no_others(world: World) -> None:
    """With what a row needs and nothing else it is answered as to the owner; without any one of it, it is refused.

    So each permission that is denied turns exactly its own operations into refusals.
    """
    member, found = Member(world), {}
    for row in ROWS:
        if not matters("staff", row):
            continue
        needed = [each for each in row.needs if each in POWERS]
        # What needs no power is for who they are: the last owner may not leave, and others may.
        cell = row.cells["owner" if needed else "staff"]
        if member.asked(row, *needed) != cell.partition("/")[0].partition(":")[0]:
            found[row.operation] = f"needs more than {needed}"
        for denied in needed:
            status = member.asked(row, *(POWERS.keys() - {denied}))
            is_right = status == "403" if denied == row.needs[0] else status in {"403", "404"}
            if not is_right:
                found[f"{row.operation} without {denied}"] = status
    assert found == {}


def test_every_permission_is_needed_by_something() -> None:
    """Or is one of those that open no operation of their own, but more of some."""
    needed = {each for row in ROWS for each in row.needs}
    assert POWERS.keys() - needed == {"bookings.overbook"}
