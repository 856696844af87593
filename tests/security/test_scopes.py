"""Scopes bound what a member of the team changes, not only what they see."""

import pytest

from bookme.bookings.models import Booking
from bookme.communications.models import ChannelAccount, MessageTemplate, WhatsAppTemplate
from bookme.core.permissions import Role
from bookme.eventlog.models import Event
from bookme.tenants.models import Tenant
from tests.bookings.conftest import Shop, shop  # noqa: F401 - fixtures
from tests.bookings.desk import body_for, monday, refused, session_body, written
from tests.factories.bookings import SessionFactory
from tests.factories.locations import LocationFactory
from tests.factories.services import ServiceFactory
from tests.factories.staff import EVERY_DAY, StaffFactory
from tests.factories.users import Person, make_person


def test_a_booking_on_a_calendar_outside_of_the_scope_is_refused(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    before = written()
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ben.pk)))
    refused(answer, 403, "out_of_scope")
    assert written() == before
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk)))
    assert answer.status_code == 201


def test_a_booking_at_a_place_outside_of_the_scope_is_refused(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    other = LocationFactory()
    bound = make_person(salon, Role.MANAGER, location_ids=[str(other.pk)])
    before = written()
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10), location=str(shop.place.pk)))
    refused(answer, 403, "out_of_scope")
    assert written() == before
    assert bound.api.post("bookings/", body_for(shop.service, monday(10), location=str(other.pk))).status_code == 201


@pytest.mark.parametrize("chosen", ["ben", "any"])
def test_a_booking_is_not_moved_out_of_the_scope(salon: Tenant, shop: Shop, owner: Person, chosen: str) -> None:  # noqa: F811
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    made = owner.api.post("bookings/", body_for(shop.service, monday(10), staff=str(shop.ada.pk))).json()
    owner.api.post("bookings/", body_for(shop.service, monday(12), staff=str(shop.ada.pk)))
    before = written()
    to = {"start": monday(12).isoformat(), "staff": str(shop.ben.pk) if chosen == "ben" else "any"}
    expected = (403, "out_of_scope") if chosen == "ben" else (409, "slot_unavailable")
    problem = refused(bound.api.post(f"bookings/{made['id']}/reschedule/", to), *expected)
    assert {who for each in problem.get("alternatives", []) for who in each["staff"]} <= {str(shop.ada.pk)}
    assert written() == before
    booking = Booking.objects.select_related("appointment").get(pk=made["id"])
    assert (booking.appointment.staff, booking.appointment.starts_at, booking.version) == (shop.ada, monday(10), 1)
    to |= {"start": monday(14).isoformat(), "staff": str(shop.ada.pk)}
    assert bound.api.post(f"bookings/{made['id']}/reschedule/", to).status_code == 200


@pytest.mark.parametrize("name", ["ada", "ben"])
def test_anybody_is_somebody_within_the_scope(salon: Tenant, shop: Shop, name: str) -> None:  # noqa: F811
    who = getattr(shop, name)
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(who.pk)])
    body = body_for(shop.service, monday(10), staff="any")
    made = bound.api.post("bookings/", body)
    assert (made.status_code, made.json()["staff"]) == (201, str(who.pk)), made.content
    before = written()
    problem = refused(bound.api.post("bookings/", body), 409, "slot_unavailable")
    assert {person for each in problem["alternatives"] for person in each["staff"]} == {str(who.pk)}
    assert written() == before
    to = {"start": monday(14).isoformat(), "staff": "any"}
    assert bound.api.post(f"bookings/{made.json()['id']}/reschedule/", to).json()["staff"] == str(who.pk)


def test_anywhere_is_somewhere_within_the_scope(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    other = LocationFactory(position=9)
    bound = make_person(salon, Role.MANAGER, location_ids=[str(other.pk)])
    answer = bound.api.post("bookings/", body_for(shop.service, monday(10)))
    assert (answer.status_code, answer.json()["location"]) == (201, str(other.pk)), answer.content


def test_a_class_is_moved_to_the_session_within_the_scope(salon: Tenant, shop: Shop, owner: Person) -> None:  # noqa: F811
    first = SessionFactory(staff=shop.ada, location=shop.place)
    at_two = {"service": first.service, "location": shop.place, "starts_at": monday(14)}
    theirs, mine = SessionFactory(staff=shop.ben, **at_two), SessionFactory(staff=shop.ada, **at_two)
    made = owner.api.post("bookings/", session_body(first)).json()
    bound = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    answer = bound.api.post(f"bookings/{made['id']}/reschedule/", {"start": monday(14).isoformat()})
    assert (answer.status_code, answer.json()["session"]) == (200, str(mine.pk)), answer.content
    theirs.refresh_from_db()
    assert theirs.seats_taken == 0


def test_who_helps_is_within_the_scope(salon: Tenant, shop: Shop) -> None:  # noqa: F811
    cyd = StaffFactory(name="Cyd", hours=EVERY_DAY)
    lift = ServiceFactory(staff_needed=2, staff=[shop.ada, shop.ben, cyd])
    alone = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk)])
    before = written()
    problem = refused(alone.api.post("bookings/", body_for(lift, monday(10))), 409, "slot_unavailable")
    assert (problem["causes"], problem["alternatives"]) == (["staff"], [])
    assert written() == before
    both = make_person(salon, Role.MANAGER, staff_ids=[str(shop.ada.pk), str(cyd.pk)])
    made = both.api.post("bookings/", body_for(lift, monday(10))).json()
    assert (made["staff"], made["helpers"]) == (str(shop.ada.pk), [str(cyd.pk)])


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_who_is_bound_changes_nothing_of_messages_that_is_the_whole_business_s(
    salon: Tenant, owner: Person, role: Role
) -> None:
    """Texts, approvals, accounts, switches; nor do they read what it all costs. The owner is the control."""
    place = LocationFactory()
    bound = make_person(salon, role, email="bound@salon.example", location_ids=[str(place.pk)])
    account = {
        "provider": "twilio",
        "sender": "+447700900123",
        "credentials": {"account_sid": "AC" + "0" * 32, "auth_token": "secret"},
        "price": "0.04",
    }
    text = {"subject": "Hello", "heading": "Hello", "body": "Hello"}
    approved = {"name": "booking.confirmed", "language": "en", "content_id": f"HX{'0' * 32}"}
    writes = [
        ("put", "communications/templates/booking.confirmed/email/en/", text, True),
        ("post", "communications/whatsapp-templates/", approved, True),
        ("put", "communications/accounts/sms/", account, role is Role.OWNER),
        ("patch", "config/", {"messages": {"off": ["booking.confirmed"]}}, role is Role.OWNER),
        ("get", "communications/spending/", None, True),
    ]
    for method, path, body, has_permission in writes:
        answer = getattr(bound.api, method)(path, *([body] if body else []))
        assert answer.status_code == 403, path
        assert (answer.json()["code"] == "out_of_scope") is has_permission, path
    for model in (MessageTemplate, WhatsAppTemplate, ChannelAccount):
        assert not model._default_manager.exists()
    assert not Event.objects.exists()
    for method, path, body, _ in writes:
        assert getattr(owner.api, method)(path, *([body] if body else [])).status_code in {200, 201}, path
