"""Promise 8 at full size: 15,000 steps, in days of up to 30 each, and every one as the model says.

The control, a table with one transition more, is in `tests/bookings/test_state_machine.py`: it is found out.
"""

from collections import Counter
from typing import Any

import pytest

from bookme.bookings.models import Booking
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.bookings.machine import run_days

DAYS, STEPS = 500, 30


@pytest.mark.proof
def test_the_state_machine_holds(clock: Any, salon: Tenant, part: float) -> None:
    wanted, days, steps = int(DAYS * STEPS * part), 0, 0
    while steps < wanted:
        steps += run_days(salon, clock, days=int(DAYS * part), steps=STEPS)
        days += int(DAYS * part)
    facts = Counter(Event.objects.filter(name__startswith="booking.").values_list("name", flat=True))
    print(f"{steps} steps in {days} days, {Booking.objects.count()} bookings, 0 differences; {dict(facts)}")  # noqa: T201
    assert part < 1 or len(facts) >= 11, "every step was taken"
