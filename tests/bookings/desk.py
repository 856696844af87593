"""What the tests of booking share: a morning in 2030, and requests that a stranger would make."""

import datetime as dt
from typing import Any

from bookme.bookings.actions import BookingRequest, Item
from bookme.bookings.models import Appointment, Booking, ResourceAllocation, Visit
from bookme.customers.actions import Contact
from bookme.customers.models import Consent, Customer
from bookme.eventlog.models import Event, IdempotencyKey
from bookme.services.models import Service

NOW = dt.datetime(2030, 1, 2, 9, tzinfo=dt.UTC)  # a Wednesday
CONSENTS = {"terms": True, "privacy": True}
CUSTOMER = {"name": "Ada Byron", "email": "ada@mail.example", "phone": "+442079460958"}


def monday(hour: int, minute: int = 0) -> dt.datetime:
    """That time on Monday, 7 January 2030, when London's clock shows UTC."""
    return dt.datetime(2030, 1, 7, hour, minute, tzinfo=dt.UTC)


def body_for(service: Service, start: dt.datetime | None = None, **more: Any) -> dict[str, Any]:
    """A stranger's body of `POST bookings/`; a value of None leaves a member out."""
    body = {
        "service": str(service.pk),
        "start": start.isoformat() if start else None,
        "customer": CUSTOMER,
        "consents": CONSENTS,
        **more,
    }
    return {name: value for name, value in body.items() if value is not None}


def session_body(session: Appointment, **more: Any) -> dict[str, Any]:
    return {"session": str(session.pk), "customer": CUSTOMER, "consents": CONSENTS, **more}


def request_for(service: Service, start: dt.datetime | None, **more: Any) -> BookingRequest:
    """A stranger's request to the action."""
    item = Item(service_id=service.pk, **{name: more.pop(name) for name in ("staff_id", "extra_ids") if name in more})
    values = {"contact": Contact(name="Ada", email="ada@mail.example"), "consents": CONSENTS, **more}
    return BookingRequest(items=(item,), start=start, **values)


def written() -> dict[str, int]:
    """How many rows there are of all that booking writes: the same before and after a refusal."""
    tables = (Appointment, ResourceAllocation, Visit, Booking, Customer, Consent, Event, IdempotencyKey)
    return {table.__name__: table.objects.count() for table in tables}


def refused(answer: Any, status: int, code: str, pointer: str | None = None) -> dict[str, Any]:
    """The problem, which must have this status and code and, if one is given, point there."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["code"] == code, problem
    if pointer is not None:
        assert pointer in {each["pointer"] for each in problem["errors"]}, problem
    return problem
