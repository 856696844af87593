"""A page that cannot have the lock in time says so; nothing is written, and it is no fault of ours."""

import html
import re
import threading
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client

from bookme.bookings import locks
from bookme.bookings.links import manage_token
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, Booking
from bookme.core.errors import Busy
from bookme.staff.models import Staff
from bookme.tenants.models import Tenant
from tests.bookings.desk import written
from tests.factories.bookings import BookingFactory
from tests.factories.users import UserFactory
from tests.web.conftest import GOOD
from tests.web.test_once import a_draft


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "_LOCK", locks._LOCK.replace("3s", "100ms"))


class Holder:
    """Somebody else who has a calendar's lock for as long as the block lasts."""

    def __init__(self, staff_id: UUID) -> None:
        self.staff_id, self.held, self.done = staff_id, threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._hold)

    def __enter__(self) -> None:
        self.thread.start()
        assert self.held.wait(10)

    def __exit__(self, *_error: object) -> None:
        self.done.set()
        self.thread.join()

    def _hold(self) -> None:
        with transaction.atomic():
            lock([self.staff_id])
            self.held.set()
            self.done.wait(10)
        connection.close()


@pytest.mark.usefixtures("impatient")
def test_booking_and_cancelling_while_somebody_holds_the_calendar(committed: Tenant) -> None:
    draft, browser = a_draft(), Client(headers={"host": "salon.localhost"}, raise_request_exception=False)
    ana, before = Staff.objects.get().pk, written()
    with Holder(ana):
        answer = browser.post(f"/book/details/?d={draft.token()}", GOOD)
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert written() == before
    assert browser.post(f"/book/details/?d={draft.token()}", GOOD).status_code == 302
    visit = Booking.objects.get().visit
    link = f"/manage/{manage_token(visit)}/cancel/"
    fee = re.findall(r'name="fee" value="([^"]*)"', browser.get(link).content.decode())[0]
    with Holder(ana):
        answer = browser.post(link, {"fee": fee})
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert (Booking.objects.get().status, Appointment.objects.get().seats_taken) == ("confirmed", 1)


@pytest.mark.usefixtures("impatient")
def test_an_operator_who_cancels_while_somebody_holds_the_calendar(committed: Tenant) -> None:
    free, stuck = BookingFactory(), BookingFactory()
    browser = Client(headers={"host": "localhost"}, raise_request_exception=False)
    browser.force_login(UserFactory(email="admin@bookme.example", is_staff=True))
    chosen = {"action": "cancel", "_selected_action": [str(stuck.pk), str(free.pk)]}
    with Holder(stuck.appointment.staff_id):
        answer = browser.post("/t/salon/admin/bookings/booking/", chosen, follow=True)
    assert answer.status_code == 200
    assert "1 cancelled." in answer.text
    assert f"{stuck.visit.reference}: {Busy().detail}" in html.unescape(answer.text)
    assert dict(Booking.objects.values_list("pk", "status")) == {free.pk: "cancelled", stuck.pk: "confirmed"}
