"""A form that is sent by several hands at once books once."""

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from django.db import connection
from django.test import Client

from bookme.bookings.models import Booking
from bookme.core.ids import uuid7
from bookme.core.time import now
from bookme.tenants.models import Tenant
from bookme.web.booking.draft import Draft, Line
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.web.conftest import GOOD

HANDS = 6


def send_at_once(drafts: list[Draft], *, forms: Sequence[str] = ("mine",) * HANDS) -> list[tuple[int, str]]:
    """Each draft's form by a thread of its own, all at the same moment; status and address of each answer."""
    tokens = [draft.token() for draft in drafts]
    together = Barrier(len(tokens))

    def send(token: str, form: str) -> tuple[int, str]:
        together.wait(10)
        answer = Client(headers={"host": "salon.localhost"}).post(f"/book/details/?d={token}", GOOD | {"form": form})
        connection.close()
        return answer.status_code, answer.get("Location", "")

    with ThreadPoolExecutor(len(tokens)) as hands:
        return list(hands.map(send, tokens, forms))


def a_draft() -> Draft:
    """With one person, at noon in ten days."""
    LocationFactory()
    service = ServiceFactory()
    StaffFactory(hours=EVERY_DAY, does=[service])
    start = now().replace(hour=12, minute=0, second=0, microsecond=0) + dt.timedelta(days=10)
    return Draft(lines=(Line(service.id),), start=start)


def test_the_same_draft_becomes_one_booking_and_every_answer_leads_to_it(committed: Tenant) -> None:
    answers = send_at_once([a_draft()] * HANDS)
    assert {status for status, _address in answers} == {302}
    assert len({address for _status, address in answers}) == 1
    assert Booking.objects.count() == 1


def test_of_several_forms_of_one_draft_one_books_and_alone_is_told_of_it(committed: Tenant) -> None:
    answers = send_at_once([a_draft()] * HANDS, forms=[f"form {number}" for number in range(HANDS)])
    assert sorted(status for status, _address in answers) == [302] + [409] * (HANDS - 1)
    assert len([address for _status, address in answers if address]) == 1
    assert Booking.objects.count() == 1


def test_drafts_of_their_own_race_for_the_time(committed: Tenant) -> None:
    """The control of the test above: it is the draft's id that makes them one."""
    draft = a_draft()
    answers = send_at_once([replace(draft, id=uuid7()) for _each in range(HANDS)])
    assert sorted(status for status, _address in answers) == [302] + [409] * (HANDS - 1)
    assert Booking.objects.count() == 1
