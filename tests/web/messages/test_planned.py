"""What is to be told later, as the team reads it: on the page of a booking, and among what waits."""

import datetime as dt

from django.db import transaction

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.actions import plan_messages
from bookme.core.permissions import Role
from bookme.core.time import now
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person, make_person
from tests.web.conftest import Shop, configure
from tests.web.team.conftest import shown

WAITING = "/team/messages/?status=queued"
DAY = dt.timedelta(days=1)


def _planned(name: str, *, days: int = 0) -> Booking:
    first = BookingFactory(visit__contact_name=name)
    if days:
        start = first.appointment.starts_at + days * DAY
        first.delete()
        first = BookingFactory(visit__contact_name=name, appointment__starts_at=start)
    with transaction.atomic():
        plan_messages(visit_ids=[first.visit_id], now=now())
    return first


def _remind(shop: Shop) -> None:
    reminders = [{"channel": "email", "minutes_before": 1440}, {"channel": "sms", "minutes_before": 60}]
    configure(shop.tenant, reminders=reminders, features={"sms": True})


def test_a_booking_shows_what_is_to_come(salon_team: Shop, owner: Person) -> None:
    _remind(salon_team)
    booking = _planned("Ada Byron")
    page = shown(owner, f"/team/bookings/{booking.pk}/")
    assert page.count("Planned") == 2
    assert "<b>Reminder</b><small>E-mail · " in page
    assert "<b>Reminder</b><small>SMS · " in page
    Booking.objects.update(status=Status.CANCELLED)
    with transaction.atomic():
        plan_messages(visit_ids=[booking.visit_id], now=now())
    assert "Planned" not in shown(owner, f"/team/bookings/{booking.pk}/")


def test_what_waits_has_it_soonest_first(salon_team: Shop, owner: Person) -> None:
    _remind(salon_team)
    later, first = _planned("Later", days=3), _planned("Sooner")
    page = shown(owner, WAITING)
    assert page.count(f"/team/bookings/{first.pk}/") == page.count(f"/team/bookings/{later.pk}/") == 2
    assert page.index("Sooner") < page.index("Later")
    assert "No message is like this" not in page
    assert "Planned" not in shown(owner, "/team/messages/")
    assert "Planned" not in shown(owner, f"{WAITING}&kind=booking.confirmed")


def test_only_to_who_may_see_all_of_the_visit(salon_team: Shop) -> None:
    _remind(salon_team)
    mine, other = _planned("Mine"), _planned("Of another")
    BookingFactory(visit=(half := _planned("Half mine")).visit, position=1)
    staff = [str(each.appointment.staff_id) for each in (mine, half)]
    person = make_person(salon_team.tenant, Role.MANAGER, email="scoped@salon.example", staff_ids=staff)
    page = shown(person, WAITING)
    assert f"/team/bookings/{mine.pk}/" in page
    assert f"/team/bookings/{other.pk}/" not in page
    assert f"/team/bookings/{half.pk}/" not in page
