"""What the tests of the waitlist share: a business that keeps one, full things to wait for, and who waits."""

import datetime as dt
from typing import Any

from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from bookme.tenants.tasks import deliver_outbox
from tests.bookings.conftest import Shop
from tests.bookings.desk import CONSENTS, monday
from tests.factories.bookings import AppointmentFactory, BookingFactory, SessionFactory, VisitFactory
from tests.factories.services import ServiceFactory
from tests.factories.users import Api, Person

MONDAY = dt.date(2030, 1, 7)


def named(name: str) -> dict[str, str]:
    """Whoever books under that name."""
    return {"name": name.title(), "email": f"{name}@mail.example"}


def full_session(shop: Shop, *, capacity: int = 2, start: dt.datetime | None = None) -> Appointment:
    """A session of Ada's on Monday at six, with as many bookings of one as it has seats."""
    service = ServiceFactory(of_class=True, capacity=capacity, staff=[shop.ada])
    session = SessionFactory(
        service=service,
        staff=shop.ada,
        location=shop.place,
        starts_at=start or monday(18),
        capacity=capacity,
        seats_taken=capacity,
    )
    for _ in range(capacity):
        BookingFactory(appointment=session)
    return session


def full_monday(shop: Shop) -> list[Booking]:
    """Every hour of Ada and Ben on Monday is booked; in order."""
    made = []
    for hour in range(9, 17):
        for who in (shop.ada, shop.ben):
            slot = AppointmentFactory(
                service=shop.service, staff=who, location=shop.place, starts_at=monday(hour), seats_taken=1
            )
            made.append(BookingFactory(appointment=slot, visit=VisitFactory()))
    return made


def waiting_body(name: str, **what: Any) -> dict[str, Any]:
    return {"customer": named(name), "consents": CONSENTS, **what}


def waits(api: Api, name: str, **what: Any) -> dict[str, Any]:
    """Join, and the answer to it."""
    answer = api.post("waitlist/", waiting_body(name, **what))
    assert answer.status_code == 201, answer.content
    told: dict[str, Any] = answer.json()
    return told


def cancelled(owner: Person, booking: Booking) -> None:
    """A place becomes free, and all that follows is done."""
    answer = owner.api.post(f"bookings/{booking.pk}/cancel/")
    assert answer.status_code == 200, answer.content
    deliver_outbox()


def statuses() -> dict[str, str]:
    """How it stands with everybody, by the name of their e-mail."""
    rows = WaitlistEntry.objects.order_by("created_at").values_list("contact_email", "status")
    return {email.partition("@")[0]: status for email, status in rows}


def held() -> list[Booking]:
    return list(Booking.objects.filter(status="held").select_related("appointment", "visit").order_by("created_at"))
