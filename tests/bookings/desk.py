"""What the tests of booking share: a morning in 2030, and requests that a stranger would make."""

import datetime as dt
from typing import Any

from bookme.bookings.actions import BookingRequest
from bookme.customers.actions import Contact
from bookme.services.models import Service

NOW = dt.datetime(2030, 1, 2, 9, tzinfo=dt.UTC)  # a Wednesday
CONSENTS = {"terms": True, "privacy": True}


def monday(hour: int, minute: int = 0) -> dt.datetime:
    """That time on Monday, 7 January 2030, when London's clock shows UTC."""
    return dt.datetime(2030, 1, 7, hour, minute, tzinfo=dt.UTC)


def request_for(service: Service, start: dt.datetime | None, **more: Any) -> BookingRequest:
    """A stranger's request for a service at a start."""
    values = {"contact": Contact(name="Ada", email="ada@mail.example"), "consents": CONSENTS, **more}
    return BookingRequest(service_id=service.pk, start=start, **values)
