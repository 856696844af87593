"""What a guest may have: counted by e-mail, phone and network; what was obtained, whatever became of it."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.actions import booking, limits
from bookme.bookings.locks import contact_key
from bookme.bookings.models import Booking, Visit
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.users.models import User
from tests.at_once import met
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd
from tests.bookings.desk import body_for, monday, refused, session_body, written
from tests.factories.bookings import SessionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Api, Person, Stranger

EMAIL, PHONE = "ada@mail.example", "+442079460958"
CLIENTS = 6


def _of(**contact: str) -> dict[str, str]:
    return {"name": "Ada", **contact}


def _verified(person: Person) -> None:
    User.objects.filter(pk=person.user.pk).update(email_verified_at=now())


def _from(address: str) -> Api:
    api = Api(host="salon.localhost")
    api.client.defaults["REMOTE_ADDR"] = address
    return api


@pytest.fixture
def two_each(settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_CONTACT = 2


@pytest.mark.parametrize("contact", [_of(email=EMAIL), _of(email="another@mail.example", phone=PHONE)])
def test_so_many_bookings_ahead(shop: Shop, stranger: Stranger, two_each: None, contact: dict[str, str]) -> None:
    for hour in (9, 10):
        body = body_for(shop.service, monday(hour), customer=_of(email=EMAIL, phone=PHONE))
        assert stranger.api.post("bookings/", body).status_code == 201
    Booking.objects.update(created_at=monday(9) - dt.timedelta(days=30))
    before = written()
    answer = stranger.api.post("bookings/", body_for(shop.service, monday(11), customer=contact))
    refused(answer, 429, "too_many_bookings")
    assert answer["Retry-After"] == "3600"
    assert written() == before
    elsewhere = body_for(shop.service, monday(11), customer=_of(email="bob@mail.example", phone="+442079460959"))
    assert stranger.api.post("bookings/", elsewhere).status_code == 201


def test_places_in_a_class_count_as_well(shop: Shop, stranger: Stranger, two_each: None) -> None:
    session = SessionFactory(service=ServiceFactory(of_class=True), starts_at=monday(18))
    made = [stranger.api.post("bookings/", session_body(session)).status_code for _ in range(3)]
    assert made == [201, 201, 429]
    session.refresh_from_db()
    assert session.seats_taken == 2


def test_the_team_and_customers_who_are_known_have_no_limit(
    shop: Shop, stranger: Stranger, customer: Person, owner: Person, two_each: None
) -> None:
    _verified(customer)
    for person in (owner, owner, owner, customer, customer, customer):
        body = body_for(shop.service, monday(9 + Booking.objects.count()), customer=_of(email=person.user.email))
        assert person.api.post("bookings/", body).status_code == 201
    assert not Visit.objects.exclude(guest_address=None).exists()
    assert stranger.api.post("bookings/", body_for(shop.service, monday(16))).status_code == 201
    assert list(Visit.objects.exclude(guest_address=None)) == [Visit.objects.get(user_id=None, source="api")]


def test_what_the_team_books_counts_for_nobody(shop: Shop, stranger: Stranger, owner: Person, two_each: None) -> None:
    for hour in (9, 10, 11):
        assert owner.api.post("bookings/", body_for(shop.service, monday(hour))).status_code == 201
    assert stranger.api.post("bookings/", body_for(shop.service, monday(12))).status_code == 201


def test_to_book_and_cancel_in_a_loop_ends(shop: Shop, stranger: Stranger, two_each: None, clock: Any) -> None:
    """Each turn sends mails to whoever's address was given; the next day is another day."""
    statuses = []
    for _ in range(4):
        answer = stranger.api.post("bookings/", body_for(shop.service, monday(9)))
        statuses.append(answer.status_code)
        if answer.status_code == 201:
            told = answer.json()
            stranger.api.post(f"bookings/{told['id']}/cancel/?token={told['manage_token']}")
    assert statuses == [201, 201, 429, 429]
    assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    clock.shift(dt.timedelta(hours=24, seconds=1))
    assert stranger.api.post("bookings/", body_for(shop.service, monday(9))).status_code == 201


def test_a_network_has_a_limit_of_its_own(shop: Shop, settings: Any) -> None:
    """For IPv6 it is the /64, and that is all that is kept of the address."""
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    wanted = {"2001:db8:1:1::9": 201, "2001:db8:1:1::a": 429, "2001:db8:1:2::9": 201, "203.0.113.7": 201}
    for number, (address, status) in enumerate(wanted.items()):
        body = body_for(shop.service, monday(9 + number), customer=_of(email=f"ada{number}@mail.example"))
        assert _from(address).post("bookings/", body).status_code == status, address
    assert sorted(Visit.objects.values_list("guest_address", flat=True)) == [
        "2001:db8:1:1::",
        "2001:db8:1:2::",
        "203.0.113.7",
    ]


def _from_many_networks(shop: Shop, networks: int) -> list[int]:
    """What guests get who come from one network after another of a /48, and at last from another one."""
    addresses = [f"2001:db8:1:{each:x}::9" for each in range(networks)] + ["2001:db8:2::9"]
    statuses = []
    for number, address in enumerate(addresses):
        body = body_for(shop.service, monday(9 + number), customer=_of(email=f"ada{number}@mail.example"))
        statuses.append(_from(address).post("bookings/", body).status_code)
    return statuses


def test_a_hundred_networks_of_one_site_are_not_counted_by_themselves(
    shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    monkeypatch.setattr(limits, "SITE_FACTOR", 3)
    before = Booking.objects.count()
    assert _from_many_networks(shop, 4) == [201, 201, 201, 429, 201]
    assert Booking.objects.count() == before + 4


def test_the_control_counts_networks_alone(shop: Shop, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    monkeypatch.setattr(limits, "SITE_FACTOR", 3)
    monkeypatch.setattr(limits, "site_of", lambda _: None)
    assert _from_many_networks(shop, 4) == [201] * 5


def test_those_whose_address_is_not_known_are_no_network(shop: Shop, settings: Any) -> None:
    settings.GUEST_BOOKINGS_PER_ADDRESS = 1
    for hour in (9, 10, 11):
        body = body_for(shop.service, monday(hour), customer=_of(email=f"ada{hour}@mail.example"))
        assert _from("").post("bookings/", body).status_code == 201
    assert set(Visit.objects.values_list("guest_address", flat=True)) == {None}


def test_a_contact_is_another_one_in_another_business(salon: Tenant, rival: Tenant) -> None:
    here = contact_key(EMAIL)
    with tenant_scope(rival):
        assert contact_key(EMAIL) != here
    assert contact_key(EMAIL) == here


@pytest.fixture
def open_business(clock: Any, committed: Tenant, settings: Any) -> Shop:
    settings.GUEST_BOOKINGS_PER_CONTACT = 1
    return open_shop()


def test_at_once_no_more_than_one_after_another(open_business: Shop) -> None:
    assert _most_obtained(open_business) == 1


def test_at_once_control(open_business: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the contact among the keys of the lock, all have counted before any of them writes."""
    monkeypatch.setattr(booking, "guest_contacts", lambda *_, **__: frozenset())
    monkeypatch.setattr(booking, "require_contact_limit", met(booking.require_contact_limit, CLIENTS))
    assert _most_obtained(open_business, rounds=1) == CLIENTS


def _most_obtained(shop: Shop, *, rounds: int = 4) -> int:
    """What one known guest gets who asks for the same hour of several people at once, where one booking is allowed."""
    people = [StaffFactory(hours=EVERY_DAY, does=[shop.service]) for _ in range(CLIENTS)]
    contacts = [f"ada{turn}@mail.example" for turn in range(rounds)]
    for turn, email in enumerate(contacts):
        CustomerFactory(email=email)

        def work(api: Api, number: int, email: str = email, turn: int = turn) -> None:
            body = body_for(shop.service, monday(9 + turn), staff=str(people[number].pk), customer=_of(email=email))
            assert api.post("bookings/", body).status_code in {201, 429}

        crowd("salon.localhost", CLIENTS, work)
    return max(Booking.objects.filter(visit__contact_email=email).count() for email in contacts)
