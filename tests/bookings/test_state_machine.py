"""Promise 8 at the size of the daily suite: what a booking becomes is what a model of it says, by whom and when."""

from typing import Any

import pytest

from bookme.bookings import states
from bookme.bookings.states import Status
from bookme.tenants.models import Tenant
from tests.bookings.machine import run_days

pytestmark = pytest.mark.no_cover


def test_promise_8_the_state_machine_holds(clock: Any, salon: Tenant) -> None:
    run_days(salon, clock, days=12, steps=20)


def test_promise_8_control(clock: Any, salon: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table with one transition more is found out."""
    more = states.TRANSITIONS[Status.CONFIRMED] | {Status.DECLINED}
    monkeypatch.setitem(states.TRANSITIONS, Status.CONFIRMED, more)
    with pytest.raises(AssertionError):
        run_days(salon, clock, days=60, steps=30, shrink=False)
