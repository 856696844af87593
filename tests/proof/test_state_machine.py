"""Promise 8 at full size: 15,000 steps, in days of 30, and every one as the model says.

The control, a table with one transition more, is in `tests/bookings/test_state_machine.py`: it is found out.
"""

from collections import Counter
from typing import Any

import pytest

from bookme.bookings.models import Booking
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.bookings.machine import run_days

DAYS, STEPS = 505, 30  # some days are a step or two shorter


@pytest.mark.proof
def test_the_state_machine_holds(clock: Any, salon: Tenant, part: float) -> None:
    days = max(int(DAYS * part), 1)
    steps = run_days(salon, clock, days=days, steps=STEPS)
    facts = Counter(Event.objects.filter(name__startswith="booking.").values_list("name", flat=True))
    print(f"{steps} steps in {days} days, {Booking.objects.count()} bookings, 0 differences; {dict(facts)}")  # noqa: T201
    assert part < 1 or (steps >= 15_000 and len(facts) >= 11), "every step was taken"
