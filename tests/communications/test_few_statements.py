"""What one message costs the database, counted; what is promised of it is tested elsewhere."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookme.bookings.events import BookingConfirmed
from bookme.bookings.models import Booking
from bookme.communications.actions import About, send_reminder, tell
from bookme.communications.kinds import Audience, Kind
from bookme.core.time import now
from bookme.tenants.config import Reminder
from bookme.tenants.models import Tenant
from tests.communications.conftest import happen
from tests.factories.bookings import BookingFactory
from tests.letters import Letters

AMELIA = "amelia@mail.example"
A_DAY = 24 * 60
# Read: whether it is on record, and what it tells. Recorded: a lock, whether another is on its way, whether they have
# been erased, the message and its row. Sent: the address, the account, the text, the lease with what was written, and
# whether it is still true. Recorded: how it ended, the try, and its row is deleted.
MESSAGE = 2 + 5 + 5 + 3


@pytest.fixture
def booking(salon: Tenant, letters: Letters) -> Booking:
    """Not the first of its business, which has more to look up."""
    happen(BookingConfirmed, BookingFactory(visit__contact_email="zoe@mail.example"))
    return BookingFactory(visit__contact_email=AMELIA)


def _count(asked: CaptureQueriesContext) -> int:
    """Without what only a test sends, and the domains, which the outbox reads once for all that it claims."""
    own = ("SAVEPOINT", "RELEASE", "SET search_path", 'SELECT "tenants_domain"')
    return len([each for each in asked.captured_queries if not each["sql"].startswith(own)])


def test_a_confirmation(booking: Booking, letters: Letters) -> None:
    about = About(visit_id=booking.visit_id, booking_ids=(booking.pk,))
    with CaptureQueriesContext(connection) as asked:
        tell(key="k", kind=Kind.CONFIRMED, audience=Audience.CUSTOMER, about=about, now=now())
    assert len(letters.to(AMELIA)) == 1
    assert _count(asked) == MESSAGE


def test_a_reminder(booking: Booking, letters: Letters) -> None:
    """Its visit as well, and whether they want such messages."""
    starts_at = booking.appointment.starts_at
    with (
        time_machine.travel(starts_at - dt.timedelta(minutes=A_DAY), tick=False),
        CaptureQueriesContext(connection) as asked,
    ):
        reminder = Reminder(channel="email", minutes_before=A_DAY)
        send_reminder(visit_id=booking.visit_id, reminder=reminder, starts_at=starts_at, now=now())
    assert len(letters.to(AMELIA)) == 1
    assert _count(asked) == MESSAGE + 2
