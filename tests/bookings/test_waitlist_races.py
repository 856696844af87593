"""Offers when many things happen at once. Each has its control: with the guard off, the harm is done."""

import datetime as dt
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction

from bookme.bookings.actions import cancel_booking, expire_if_overdue, offering, seats, waiting
from bookme.bookings.models import Appointment, Booking, WaitlistEntry
from bookme.bookings.reactions import offer_opened
from bookme.bookings.selectors.waiting import waitlist_entries
from bookme.core.actor import GUEST, SYSTEM
from bookme.core.errors import Conflict
from bookme.core.permissions import Role
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from tests.at_once import met
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd, wrong_seats
from tests.bookings.desk import NOW, monday
from tests.bookings.line import full_session, held, statuses, waits
from tests.communications.conftest import configure
from tests.factories.users import Api, make_person

ROUNDS = 6
END = NOW + dt.timedelta(hours=2)


@pytest.fixture
def open_business(clock: Any, committed: Tenant) -> Iterator[Shop]:
    """It keeps a waitlist, until the test is over: settings are not emptied with the rest."""
    before = committed.tenantconfig.data
    configure(committed, features={"waitlist": True})
    yield open_shop()
    configure(committed, features=before.get("features", {}))


def together(tenant: Tenant, *acts: Callable[[], object]) -> list[object]:
    """What each of these answered that began at the same moment, or the refusal."""
    answers: list[object] = [None] * len(acts)

    def work(_api: Api, number: int) -> None:
        with tenant_scope(tenant):
            try:
                answers[number] = acts[number]()
            except Conflict as refused:
                answers[number] = refused.code

    crowd("salon.localhost", len(acts), work)
    return answers


def offers(shop: Shop, count: int) -> list[WaitlistEntry]:
    """So many who each have an offer of the only place in a session of their own."""
    api, made = Api(host="salon.localhost"), []
    for number in range(count):
        session = full_session(shop, capacity=1, start=monday(18) + dt.timedelta(days=number))
        told = waits(api, f"ada{number}", session=str(session.pk))
        with transaction.atomic():
            cancel_booking(booking=session.bookings.get(), actor=SYSTEM, now=NOW)
        with transaction.atomic():
            assert offering.offer_place(entry_id=told["id"], now=NOW)
        made.append(waitlist_entries().get(pk=told["id"]))
    return made


def accept_and_expire(tenant: Tenant, entry: WaitlistEntry) -> tuple[bool, bool]:
    """One accepts in the last second, while the outbox finds that it is over; whether either did it."""
    booking = offering.held_booking(entry)

    def accept() -> bool:
        with transaction.atomic(durable=True):
            offering.accept_offer(entry=entry, actor=GUEST, now=END - dt.timedelta(seconds=1))
        return True

    def expire() -> bool:
        with transaction.atomic(durable=True):
            return expire_if_overdue(booking_id=booking.pk, now=END)

    accepted, expired = together(tenant, accept, expire)
    return accepted is True, expired is True


def test_accepted_or_over_never_both(open_business: Shop, committed: Tenant) -> None:
    for entry in offers(open_business, ROUNDS):
        assert sum(accept_and_expire(committed, entry)) == 1
        booking = offering.held_booking(WaitlistEntry.objects.get(pk=entry.pk))
        assert booking.status in {"confirmed", "expired"}
    assert wrong_seats() == 0


def test_accepted_or_over_never_both_control(
    open_business: Shop, committed: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read, then write, instead of compare and swap."""
    look = met(lambda: None, 2)

    def careless(booking: Booking, **columns: Any) -> bool:
        look()
        Booking.objects.filter(pk=booking.pk).update(**columns)
        return True

    for module in (offering, seats):
        monkeypatch.setattr(module, "swapped", careless)
    (entry,) = offers(open_business, 1)
    assert accept_and_expire(committed, entry) == (True, True)


def cancelled_twice(shop: Shop, tenant: Tenant) -> Appointment:
    """Three wait for a session of two, and both bookings of it are cancelled at once, by the API."""
    session = full_session(shop)
    for name in ("ada", "bea", "cy"):
        waits(Api(host="salon.localhost"), name, session=str(session.pk))
    owner = make_person(tenant, Role.OWNER)
    paths = [f"bookings/{each.pk}/cancel/" for each in session.bookings.all()]

    def work(_api: Api, number: int) -> None:
        assert Api(host="salon.localhost", token=owner.tokens.access).post(paths[number]).status_code == 200

    crowd("salon.localhost", 2, work)
    return session


def test_two_cancelled_at_once_are_two_offers(open_business: Shop, committed: Tenant) -> None:
    """Whoever delivers: two workers do what follows from them side by side."""
    cancelled_twice(open_business, committed)
    together(committed, deliver_outbox, deliver_outbox)
    deliver_outbox()
    assert statuses() == {"ada": "offered", "bea": "offered", "cy": "waiting"}
    assert len(held()) == 2
    assert wrong_seats() == 0


def test_four_reactions_at_once_offer_no_place_twice(open_business: Shop, committed: Tenant) -> None:
    cancelled_twice(open_business, committed)
    together(committed, *[offer_opened] * 4)
    assert statuses() == {"ada": "offered", "bea": "offered", "cy": "waiting"}
    assert [each.visit.contact_email for each in held()] == ["ada@mail.example", "bea@mail.example"]
    assert wrong_seats() == 0


def test_four_reactions_at_once_control(
    open_business: Shop, committed: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the lock of the entry's row, who is first in line is held two places."""

    cancelled_twice(open_business, committed)
    unlocked = met(lambda entry_id: waitlist_entries().get(pk=entry_id), 4)
    monkeypatch.setattr(offering, "locked_with_same", unlocked)
    together(committed, *[offer_opened] * 4)
    assert [each.visit.contact_email for each in held()] == ["ada@mail.example"] * 2


def offered_to_who_joined_twice(shop: Shop, tenant: Tenant) -> list[str]:
    """Two places, freed while Ada waits for them twice, as a guest may, and Bea after her; to whom they were held."""
    session = full_session(shop)
    for name in ("ada", "ada", "bea"):
        waits(Api(host="salon.localhost"), name, session=str(session.pk))
    for booking in session.bookings.all():
        with transaction.atomic():
            cancel_booking(booking=booking, actor=SYSTEM, now=NOW)
    together(tenant, *[offer_opened] * 4)
    assert wrong_seats() == 0
    return sorted(each.visit.contact_email for each in held())


def test_who_joined_twice_is_held_one_place(open_business: Shop, committed: Tenant) -> None:
    assert offered_to_who_joined_twice(open_business, committed) == ["ada@mail.example", "bea@mail.example"]


def test_who_joined_twice_is_held_one_place_control(
    open_business: Shop, committed: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offering, "has_one_already", lambda _entry: False)
    assert offered_to_who_joined_twice(open_business, committed) == ["ada@mail.example"] * 2


def test_one_member_joins_once(open_business: Shop, committed: Tenant) -> None:
    session, token = full_session(open_business), make_person(committed, Role.CUSTOMER).tokens.access
    codes: list[int] = []
    body = {
        "session": str(session.pk),
        "customer": {"name": "Ada", "email": "ada@mail.example"},
        "consents": {"terms": True, "privacy": True},
    }

    def work(_api: Api, _number: int) -> None:
        codes.append(Api(host="salon.localhost", token=token).post("waitlist/", body).status_code)

    crowd("salon.localhost", 6, work)
    assert sorted(codes) == [201, *[409] * 5]
    assert WaitlistEntry.objects.count() == 1


def test_of_two_who_put_a_line_in_order_neither_undoes_the_other(open_business: Shop, committed: Tenant) -> None:
    api, session = Api(host="salon.localhost"), full_session(open_business)
    told = [waits(api, f"ada{number}", session=str(session.pk)) for number in range(4)]
    line = [WaitlistEntry.objects.get(pk=each["id"]) for each in told]

    def first(entry: WaitlistEntry, *, waits_for: float, stays: float) -> Callable[[], object]:
        def act() -> None:
            time.sleep(waits_for)
            with transaction.atomic(durable=True):
                waiting.rank_entry(entry=entry, actor=SYSTEM, to="first")
                time.sleep(stays)

        return act

    together(
        committed,
        first(line[3], waits_for=0, stays=0.6),
        first(line[2], waits_for=0.2, stays=0.6),
        first(line[1], waits_for=0.4, stays=0),
    )
    found = waiting.line_of(line[0]).order_by("rank").values_list("contact_name", flat=True)
    assert list(found) == ["Ada1", "Ada2", "Ada3", "Ada0"]
