"""What somebody who is signed in has booked for themselves, whatever their role."""

import datetime as dt
from enum import StrEnum

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from bookme.bookings.models import STILL_WAITS, Booking, Visit, WaitlistEntry
from bookme.bookings.selectors.bookings import own, with_all
from bookme.bookings.selectors.waiting import waitlist_entries
from bookme.bookings.states import UPCOMING, Status
from bookme.core.actor import Actor


class When(StrEnum):
    UPCOMING = "upcoming"
    PAST = "past"
    ALL = "all"


def own_bookings(actor: Actor, *, when: When, now: dt.datetime) -> QuerySet[Booking]:
    """Loaded as in `bookings_visible_to`. What is to come by start; the rest, and all of them, the last first.

    To come is what has not ended and was not called off.
    """
    rows = with_all().filter(visit__in=Visit.objects.filter(own(actor)))
    if when is When.UPCOMING:
        return rows.filter(still_to_come(now)).order_by("appointment__starts_at", "id")
    if when is When.PAST:
        rows = rows.exclude(still_to_come(now))
    return rows.order_by("-appointment__starts_at", "-id")


def own_past_visits(actor: Actor, *, now: dt.datetime) -> QuerySet[Visit]:
    """Their visits of which nothing is to come, the last first."""
    ahead = Booking.objects.filter(still_to_come(now), visit=OuterRef("pk"))
    mine = Visit.objects.filter(pk__in=Visit.objects.filter(own(actor)).values("pk"))
    begun = mine.annotate(begun_at=Max("bookings__appointment__starts_at")).filter(begun_at__isnull=False)
    return begun.exclude(Exists(ahead)).order_by("-begun_at", "-id")


def still_to_come(now: dt.datetime) -> Q:
    """Bookings that keep a time which has not passed."""
    return Q(status__in=sorted(UPCOMING | {Status.ARRIVED}), appointment__ends_at__gt=now)


def own_waiting(actor: Actor) -> QuerySet[WaitlistEntry]:
    """What they wait for, or are offered; loaded as in `waitlist_visible_to`."""
    return waitlist_entries().filter(own(actor), status__in=sorted(STILL_WAITS)).order_by("created_at", "id")
