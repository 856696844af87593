"""How many a customer may have of a service, and how many of it may begin on one day; also of several at once."""

import datetime as dt
from typing import Any

import pytest

from bookme.bookings.actions import booking
from bookme.bookings.models import Booking
from bookme.bookings.states import KEEPS_SEATS, Status
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from tests.at_once import met
from tests.bookings.conftest import Shop, open_shop
from tests.bookings.crowd import crowd
from tests.bookings.desk import NOW, body_for, monday, refused, session_body, written
from tests.factories.bookings import BookingFactory, SessionFactory
from tests.factories.customers import CustomerFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Api, Person, Stranger, make_person

EMAIL = "ada@mail.example"


def capped(shop: Shop, **policy: Any) -> Shop:
    shop.service.policy = policy
    shop.service.save()
    return shop


def theirs(shop: Shop, starts_at: dt.datetime, *, email: str = EMAIL, **values: Any) -> Booking:
    """A booking of the shop's service that a customer has already."""
    customer = CustomerFactory._meta.model.objects.filter(email=email).first() or CustomerFactory(email=email)
    made: Booking = BookingFactory(
        visit__customer=customer,
        appointment__service=shop.service,
        appointment__staff=shop.ada,
        appointment__location=shop.place,
        appointment__starts_at=starts_at,
        **values,
    )
    return made


class TestOfACustomer:
    def test_one_more_than_they_may_have_is_refused(self, shop: Shop, stranger: Stranger) -> None:
        capped(shop, max_per_customer=2)
        for hour in (9, 10):
            assert stranger.api.post("bookings/", body_for(shop.service, monday(hour))).status_code == 201
        before = written()
        refused(stranger.api.post("bookings/", body_for(shop.service, monday(11))), 409, "customer_limit")
        assert written() == before
        other = {"name": "Bob", "email": "bob@mail.example"}
        assert stranger.api.post("bookings/", body_for(shop.service, monday(11), customer=other)).status_code == 201

    def test_the_team_is_bound_as_well(self, shop: Shop, owner: Person) -> None:
        theirs(capped(shop, max_per_customer=1), monday(9))
        body = body_for(shop.service, monday(10), customer={"name": "Ada", "email": EMAIL})
        refused(owner.api.post("bookings/", body), 409, "customer_limit")

    @pytest.mark.parametrize("status", list(Status))
    def test_only_what_keeps_its_seats_counts(self, shop: Shop, stranger: Stranger, status: Status) -> None:
        held = {"hold_expires_at": NOW + dt.timedelta(minutes=5)} if status is Status.HELD else {}
        theirs(capped(shop, max_per_customer=1), monday(9), status=status, **held)
        answer = stranger.api.post("bookings/", body_for(shop.service, monday(12)))
        assert answer.status_code == (409 if status in KEEPS_SEATS else 201)

    def test_a_hold_that_ran_out_does_not_count(self, shop: Shop, stranger: Stranger) -> None:
        theirs(capped(shop, max_per_customer=1), monday(9), status=Status.HELD, hold_expires_at=NOW)
        assert stranger.api.post("bookings/", body_for(shop.service, monday(12))).status_code == 201

    def test_what_is_over_does_not_count(self, shop: Shop, stranger: Stranger) -> None:
        capped(shop, max_per_customer=1)
        made = theirs(shop, NOW - dt.timedelta(minutes=60))
        made.appointment.ends_at = NOW + dt.timedelta(minutes=1)
        made.appointment.blocked_end = made.appointment.ends_at
        made.appointment.save()
        body = body_for(shop.service, monday(12))
        refused(stranger.api.post("bookings/", body), 409, "customer_limit")
        made.appointment.ends_at = made.appointment.blocked_end = NOW
        made.appointment.save()
        assert stranger.api.post("bookings/", body).status_code == 201

    def test_another_service_is_counted_for_itself(self, shop: Shop, stranger: Stranger) -> None:
        theirs(capped(shop, max_per_customer=1), monday(9))
        other = ServiceFactory(staff=[shop.ada], policy={"max_per_customer": 1})
        assert stranger.api.post("bookings/", body_for(other, monday(12))).status_code == 201

    def test_places_in_a_class_count_and_a_move_does_not(self, shop: Shop, stranger: Stranger) -> None:
        yoga = ServiceFactory(of_class=True, policy={"max_per_customer": 1})
        first, second = (SessionFactory(service=yoga, starts_at=monday(hour)) for hour in (17, 19))
        made = stranger.api.post("bookings/", session_body(first)).json()
        refused(stranger.api.post("bookings/", session_body(second)), 409, "customer_limit")
        path = f"bookings/{made['id']}/reschedule/?token={made['manage_token']}"
        assert stranger.api.post(path, {"start": monday(19).isoformat()}).status_code == 200


class TestOfADay:
    def test_one_more_than_may_be_is_refused(self, shop: Shop, stranger: Stranger) -> None:
        theirs(capped(shop, max_per_day=1), monday(9))
        before = written()
        problem = refused(stranger.api.post("bookings/", body_for(shop.service, monday(12))), 409, "slot_unavailable")
        assert problem["causes"] == ["day_limit"]
        assert {each["start"][:10] for each in problem["alternatives"]} == {"2030-01-06", "2030-01-08"}
        assert written() == before

    def test_a_move_within_the_day_is_none_more_and_into_a_full_one_is(self, shop: Shop, owner: Person) -> None:
        capped(shop, max_per_day=1)
        mine = theirs(shop, monday(9))
        later = theirs(shop, monday(9) + dt.timedelta(days=1), email="bob@mail.example")
        body = {"start": monday(15).isoformat()}
        problem = refused(owner.api.post(f"bookings/{later.pk}/reschedule/", body), 409, "slot_unavailable")
        assert problem["causes"] == ["day_limit"]
        assert owner.api.post(f"bookings/{mine.pk}/reschedule/", body).status_code == 200


@pytest.fixture
def owner(request: pytest.FixtureRequest) -> Person:
    """Of whichever business the test is about."""
    business = "committed" if "open_business" in request.fixturenames else "salon"
    return make_person(request.getfixturevalue(business), Role.OWNER)


@pytest.fixture
def open_business(clock: Any, committed: Tenant, settings: Any) -> Shop:
    settings.GUEST_BOOKINGS_PER_CONTACT = 100
    return open_shop()


class TestAtOnce:
    """Each client asks for a person of their own, so that no calendar keeps them apart."""

    def test_a_customer_gets_no_more_than_one_after_another(self, open_business: Shop, owner: Person) -> None:
        assert _most_of_a_customer(open_business, owner) == 1

    def test_control_without_the_customer_in_the_lock(
        self, open_business: Shop, owner: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(booking, "customer_counted", lambda *_: frozenset())
        monkeypatch.setattr(booking, "require_customer_limit", met(booking.require_customer_limit, CLIENTS))
        assert _most_of_a_customer(open_business, owner, rounds=1) == CLIENTS

    def test_a_day_gets_no_more_than_one_after_another(self, open_business: Shop) -> None:
        assert _most_of_a_day(open_business) == 1

    def test_control_without_the_service_in_the_lock(
        self, open_business: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(booking, "day_counted", lambda *_: frozenset())
        monkeypatch.setattr(booking, "choose", met(booking.choose, CLIENTS))
        assert _most_of_a_day(open_business, rounds=1) == CLIENTS


CLIENTS = 6


def _most_of_a_customer(shop: Shop, owner: Person, *, rounds: int = 4) -> int:
    """What the team gets for one customer: a guest's contact would be in the lock by itself."""
    capped(shop, max_per_customer=1)
    people = [StaffFactory(hours=EVERY_DAY, does=[shop.service]) for _ in range(CLIENTS)]
    token = owner.tokens.access
    customers = [CustomerFactory(email=f"ada{turn}@mail.example") for turn in range(rounds)]
    for turn, customer in enumerate(customers):

        def work(_: Api, number: int, email: str = customer.email, turn: int = turn) -> None:
            who = {"name": "Ada", "email": email}
            body = body_for(shop.service, monday(9 + turn), staff=str(people[number].pk), customer=who)
            api = Api(host=owner.host, token=token)
            assert api.post("bookings/", body).status_code in {201, 409}

        crowd("salon.localhost", CLIENTS, work)
    return max(Booking.objects.filter(visit__customer=each).count() for each in customers)


def _most_of_a_day(shop: Shop, *, rounds: int = 4) -> int:
    capped(shop, max_per_day=1)
    people = [StaffFactory(hours=EVERY_DAY, does=[shop.service]) for _ in range(CLIENTS)]
    days = [monday(9) + dt.timedelta(days=turn) for turn in range(rounds)]
    for day in days:

        def work(api: Api, number: int, day: dt.datetime = day) -> None:
            who = {"name": "Ada", "email": f"ada{number}@mail.example"}
            start = day + dt.timedelta(hours=number)
            body = body_for(shop.service, start, staff=str(people[number].pk), customer=who)
            assert api.post("bookings/", body).status_code in {201, 409}

        crowd("salon.localhost", CLIENTS, work)
    return max(Booking.objects.filter(appointment__starts_at__date=day.date()).count() for day in days)
