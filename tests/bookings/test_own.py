"""One's own bookings: those made while signed in, and those made before under the address that is verified now."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from bookme.bookings.models import Visit
from bookme.core.ids import uuid7
from bookme.core.permissions import Role
from bookme.core.time import now
from bookme.eventlog.actions import publish
from bookme.tenants.config import Policy
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox
from bookme.users.events import AccountChanged, MemberJoined
from bookme.users.models import User
from tests.bookings.conftest import Shop
from tests.bookings.desk import monday, refused
from tests.bookings.rows import booked
from tests.factories.customers import CustomerFactory
from tests.factories.users import EmailChangeFactory, Person, Stranger, make_person

PATH = "customers/me/appointments/"
HOUR = dt.timedelta(hours=1)


def listed(person: Person, when: str = "all") -> list[str]:
    return [each["id"] for each in person.api.get(PATH, {"when": when}).json()["results"]]


def test_a_guest_who_registers_finds_what_they_booked(shop: Shop, customer: Person) -> None:
    mine = CustomerFactory(email=customer.user.email)
    before = booked(shop, visit__customer=mine)
    signed_in = booked(shop, visit__user_id=customer.user.pk, appointment__starts_at=monday(12))
    booked(shop, visit__customer=mine, visit__user_id=uuid7(), appointment__starts_at=monday(14))
    booked(shop, visit__customer__phone=mine.phone, appointment__starts_at=monday(15))
    assert listed(customer, "upcoming") == [str(before.pk), str(signed_in.pk)]
    assert listed(customer) == [str(signed_in.pk), str(before.pk)]
    assert customer.api.post(f"bookings/{before.pk}/cancel/").status_code == 200


def test_a_shared_phone_shows_nobody_the_other_s(shop: Shop, customer: Person, salon: Tenant) -> None:
    """A guest is found by phone on a row that is somebody else's: what they booked is theirs, by its address."""
    other = make_person(salon, Role.CUSTOMER)
    row = CustomerFactory(user_id=other.user.pk)
    mine = booked(shop, visit__customer=row, visit__contact_email=customer.user.email)
    theirs = booked(shop, visit__customer=row, appointment__starts_at=monday(12))
    by_phone = booked(shop, visit__customer=row, visit__contact_email="", appointment__starts_at=monday(14))
    booked(shop, visit__customer=row, visit__contact_email="x@mail.example", appointment__starts_at=monday(15))
    put_down = booked(
        shop,
        visit__customer=row,
        visit__contact_email="typo@mail.example",
        visit__source="team",
        appointment__starts_at=monday(16),
    )
    assert listed(customer) == [str(mine.pk)]
    assert listed(other) == [str(each.pk) for each in (put_down, by_phone, theirs)]


def test_what_was_booked_before_stays_theirs_under_a_new_address(shop: Shop, customer: Person, rival: Tenant) -> None:
    row = CustomerFactory()
    before = booked(shop, visit__customer=row, visit__contact_email=customer.user.email)
    taken = booked(
        shop,
        visit__contact_email=customer.user.email,
        visit__user_id=uuid7(),
        appointment__starts_at=monday(12),
    )
    publish(MemberJoined(user_id=customer.user.pk, role="customer"), actor=customer.actor)
    deliver_outbox()
    former, owners = customer.user.email, dict(Visit.objects.values_list("pk", "user_id"))
    assert owners == {before.visit_id: customer.user.pk, taken.visit_id: taken.visit.user_id}
    again = booked(shop, visit__contact_email=former, appointment__starts_at=monday(14))
    EmailChangeFactory(user=customer.user, email="new@mail.example", former=former, confirmed_at=now())
    User.objects.filter(pk=customer.user.pk).update(email="new@mail.example")
    publish(AccountChanged(user_id=customer.user.pk, what="email"), actor=customer.actor)
    deliver_outbox()
    assert listed(customer) == [str(again.pk), str(before.pk)]


def test_what_is_to_come_and_what_is_past(shop: Shop, customer: Person) -> None:
    mine: dict[str, Any] = {"visit__user_id": customer.user.pk}
    later, cancelled = booked(shop, **mine), booked(shop, status="cancelled", appointment__starts_at=monday(12), **mine)
    over = booked(shop, appointment__starts_at=now() - 24 * HOUR, status="completed", **mine)
    running = booked(shop, appointment__starts_at=now() - HOUR / 4, status="arrived", **mine)
    assert listed(customer, "upcoming") == [str(running.pk), str(later.pk)]
    assert listed(customer, "past") == [str(cancelled.pk), str(over.pk)]
    assert listed(customer) == [str(each.pk) for each in (cancelled, later, running, over)]


def test_it_says_what_may_be_done(shop: Shop, customer: Person) -> None:
    policy = Policy.from_data(
        Policy().to_data() | {"cancellation": {"free_until_minutes": 60 * 24 * 30, "late_fee_percent": 50}}
    )
    row = booked(
        shop, visit__user_id=customer.user.pk, price=Decimal(40), policy=policy.to_data(), internal_notes="VIP"
    )
    answer = customer.api.get(PATH)
    [told] = answer.json()["results"]
    assert told["may"] == {
        "can_cancel": True,
        "cancel_free_until": (monday(10) - dt.timedelta(days=30)).isoformat(),
        "cancel_fee": "20.00",
        "can_move": True,
        "move_until": (monday(10) - dt.timedelta(minutes=policy.reschedule.allowed_until_minutes)).isoformat(),
        "moves_left": policy.reschedule.max_times,
    }
    assert (told["service_name"], told["staff_name"]) == (shop.service.name, shop.ada.name)
    assert (told["location_name"], told["price"], told["status"]) == (shop.place.name, "40.00", "confirmed")
    assert told["reference"] == row.visit.reference
    assert b"VIP" not in answer.content
    assert "contact" not in told


def test_the_team_sees_only_what_it_booked_for_itself(shop: Shop, owner: Person) -> None:
    booked(shop)
    own = booked(shop, visit__user_id=owner.user.pk, appointment__starts_at=monday(12))
    assert listed(owner) == [str(own.pk)]


def test_who_may_not_ask(shop: Shop, stranger: Stranger, customer: Person) -> None:
    booked(shop)
    refused(stranger.api.get(PATH), 401, "not_signed_in")
    assert customer.api.get(PATH, {"when": "soon"}).status_code == 400
    assert listed(customer) == []


@pytest.mark.parametrize("when", ["upcoming", "past", "all"])
def test_pages_do_not_cost_by_their_length(
    shop: Shop, customer: Person, when: str, django_assert_max_num_queries: Any
) -> None:
    for hour in range(9, 17):
        booked(shop, visit__user_id=customer.user.pk, appointment__starts_at=monday(hour))
    assert customer.tokens
    customer.api.get(PATH, {"when": when})  # whose business the host names is asked once and then known
    with django_assert_max_num_queries(6):
        customer.api.get(PATH, {"when": when})
