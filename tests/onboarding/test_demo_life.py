"""The demo is alive: its days are booked, its classes more and less full, and each day goes on from the last."""

import datetime as dt
import io
from collections import Counter
from itertools import pairwise

import pytest
import time_machine
from django.core.management import call_command

from bookme.bookings.models import STILL_WAITS, Appointment, Booking, Visit, WaitlistEntry
from bookme.bookings.states import Status
from bookme.core.time import DAY_NAMES
from bookme.onboarding.imagined import DAYS_AHEAD, imagined_bookings
from bookme.tenants.context import public_scope, tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant, TenantStatus
from tests.onboarding.files import SLUGS, demo

NOW = dt.datetime(2026, 10, 7, 13, 20, tzinfo=dt.UTC)  # a Wednesday, no closure near
EACH_STATE = {Status.CONFIRMED, Status.ARRIVED, Status.COMPLETED, Status.NO_SHOW, Status.CANCELLED}


def loaded(now: dt.datetime) -> None:
    with time_machine.travel(now, tick=False), public_scope():
        call_command("prepare_local", stdout=io.StringIO())


def of(slug: str) -> Tenant:
    return Tenant.objects.get(slug=slug)


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_imagined_is_the_same_on_every_call_and_overlaps_nowhere(slug: str) -> None:
    lines = imagined_bookings(demo(slug), now=NOW)
    assert lines == imagined_bookings(demo(slug), now=NOW)
    assert len({each.reference for each in lines}) == len(lines) > 20
    by_person = sorted((each.staff, each.start, each.end) for each in lines if each.start and each.end)
    for (who, _start, end), (other, start, _end) in pairwise(by_person):
        assert who != other or end <= start


def test_how_a_day_of_the_demo_looks(db: None) -> None:
    loaded(NOW)
    with tenant_scope(of("house-of-hair")):
        every_state_and_every_working_day()
    with tenant_scope(of("mind-department")):
        classes_full_with_people_waiting_nearly_full_and_empty()
    with tenant_scope(of("valclean")):
        requests_of_different_addresses_and_days()
    for slug in SLUGS:
        with tenant_scope(of(slug)):
            the_demo_customer_has_been_there_and_comes_again(slug)


def every_state_and_every_working_day() -> None:
    works = {shift["day"] for person in demo("house-of-hair")["staff"] for shift in person["hours"]}
    assert set(Booking.objects.values_list("status", flat=True)) == EACH_STATE
    days = {each.date() for each in Booking.objects.values_list("appointment__starts_at", flat=True)}
    ahead = [NOW.date() + dt.timedelta(days=each) for each in range(DAYS_AHEAD + 1)]
    assert {day for day in ahead if DAY_NAMES[day.weekday()] in works} <= days


def classes_full_with_people_waiting_nearly_full_and_empty() -> None:
    sessions = list(Appointment.objects.filter(published=True, starts_at__lt=NOW + dt.timedelta(days=28)))
    left = {each.pk: each.capacity - each.seats_taken for each in sessions}
    waiting = Counter(WaitlistEntry.objects.filter(status__in=STILL_WAITS).values_list("session", flat=True))
    assert {0, 1} < set(left.values())
    assert any(each.seats_taken == 0 for each in sessions)
    assert waiting == {pk: 2 for pk, seats in left.items() if seats == 0}


def requests_of_different_addresses_and_days() -> None:
    asked = Booking.objects.filter(status=Status.PENDING).select_related("visit", "appointment")
    assert len({each.visit.address["line1"] for each in asked if each.visit.address}) == 3
    assert len({each.appointment.starts_at.date() for each in asked}) == 3


def the_demo_customer_has_been_there_and_comes_again(slug: str) -> None:
    theirs = Booking.objects.filter(visit__customer__email=f"customer@{slug}.example")
    assert theirs.filter(status=Status.COMPLETED, appointment__ends_at__lte=NOW).count() == 1
    assert theirs.filter(status=Status.CONFIRMED, appointment__starts_at__gt=NOW).count() == 1
    assert None not in theirs.values_list("visit__customer__user_id", flat=True)


def test_the_next_day_goes_on_where_the_last_one_ended(db: None) -> None:
    """Once a day is enough. What was cancelled since is not made anew, and a closed business lives no more."""
    loaded(NOW)
    counts = {slug: _counts(slug) for slug in SLUGS}
    loaded(NOW + dt.timedelta(hours=2))
    assert {slug: _counts(slug) for slug in SLUGS} == counts
    with tenant_scope(of("house-of-hair")):
        before = set(Visit.objects.values_list("reference", flat=True))
        arrived = Booking.objects.filter(status=Status.ARRIVED)[0]
        gone = Booking.objects.filter(status=Status.CONFIRMED, appointment__starts_at__gt=NOW)[0]
        Booking.objects.filter(pk=gone.pk).update(status=Status.CANCELLED)
    Tenant.objects.filter(slug="valclean").update(status=TenantStatus.CLOSED)
    loaded(NOW + dt.timedelta(days=1))
    with tenant_scope(of("house-of-hair")):
        arrived.refresh_from_db()
        gone.refresh_from_db()
        assert (arrived.status, gone.status) == (Status.COMPLETED, Status.CANCELLED)
        assert before < set(Visit.objects.values_list("reference", flat=True))
        over = Booking.objects.filter(appointment__ends_at__lt=NOW + dt.timedelta(days=1))
        assert not over.filter(status__in=(Status.CONFIRMED, Status.ARRIVED)).exists()
    assert _counts("valclean") == counts["valclean"]


def _counts(slug: str) -> tuple[int, int, int]:
    tenant = of(slug)
    with tenant_scope(tenant):
        bookings, waiting = Booking.objects.count(), WaitlistEntry.objects.count()
    return bookings, waiting, OutboxMessage.objects.filter(tenant_id=tenant.pk).count()
