"""Published sessions of classes."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookme.bookings.models import Appointment
from bookme.bookings.wishes import Wish
from bookme.core.fetch import one
from bookme.services.models import Course, ServiceKind
from bookme.staff.models import StaffService


def sessions() -> QuerySet[Appointment]:
    """What anybody may see: published, of an active class, person and place; by start.

    `seat_price` is that of its person, if they have one of their own.
    """
    found = Appointment.objects.filter(published=True, service__kind=ServiceKind.CLASS, service__is_active=True)
    return priced(found.filter(staff__is_active=True, location__is_active=True))


def priced(found: QuerySet[Appointment]) -> QuerySet[Appointment]:
    """With all that is told of a session."""
    own_price = StaffService.objects.filter(service=OuterRef("service"), staff=OuterRef("staff")).values("price")[:1]
    return found.select_related("service", "staff", "location").annotate(
        seat_price=Coalesce(Subquery(own_price), "service__price")
    )


def seat_price(session: Appointment) -> Decimal:
    """Of one that was read `priced`."""
    found: Decimal = session.seat_price  # type: ignore[attr-defined]
    return found


def sessions_between(
    start: dt.datetime,
    end: dt.datetime,
    *,
    service_id: UUID | None = None,
    staff_id: UUID | None = None,
    location_id: UUID | None = None,
) -> QuerySet[Appointment]:
    """Sessions that begin in the half-open range, of that class, with that person, at that place; None: any."""
    wanted = {"service": service_id, "staff": staff_id, "location": location_id}
    given = {column: value for column, value in wanted.items() if value is not None}
    return sessions().filter(starts_at__gte=start, starts_at__lt=end, **given)


def session_for(session_id: UUID) -> Appointment:
    """Raises NotFound."""
    return one(sessions(), session_id)


def is_of_whole(session: Appointment) -> bool:
    """Whether it is a date of a course that is booked as a whole."""
    return session.course_id is not None and session.service.course == Course.WHOLE


def called_off(session_id: UUID) -> Appointment:
    """A session of a class that was published and is no more, `priced`; raises NotFound."""
    found = Appointment.objects.filter(published=False, lead=None, service__kind=ServiceKind.CLASS)
    return one(priced(found), session_id)


def next_session(service_id: UUID, after: dt.datetime) -> Appointment | None:
    """The next of that class, at any place with anybody; one with a place left before one without."""
    ahead = sessions().filter(service=service_id, starts_at__gt=after)
    return ahead.filter(seats_taken__lt=F("capacity")).first() or ahead.first()


def sessions_at(wish: Wish) -> list[Appointment]:
    """The class's sessions that begin then, with whom and where the wish says: often one, and seldom more."""
    found = _reached_by(wish).filter(starts_at=wish.start)
    found = found.filter(staff=wish.staff_id) if wish.staff_id else found
    found = found.filter(location=wish.location_id) if wish.location_id else found
    return list(found.order_by("location__position", "id"))


def session_at(wish: Wish, *, gives_single: bool, person: UUID | None = None) -> Appointment | None:
    """Whichever of these can be had, that of this person if there is a choice; one of them, where none can.

    Who `gives_single` dates of a course that is booked as a whole is of the team: see `terms.require_single`.
    """

    def stands_against(session: Appointment) -> tuple[bool, bool, bool]:
        is_full = session.capacity - session.seats_taken < wish.party_size
        return is_of_whole(session) and not gives_single, is_full, session.staff_id != person

    return min(sessions_at(wish), key=stands_against, default=None)


def sessions_near(wish: Wish, start: dt.datetime, *, soonest: dt.datetime, count: int) -> list[Appointment]:
    """Up to `count` sessions of the class from `soonest` on with room for the party, nearest to `start` first.

    No date of a course that is booked as a whole is among them.
    """
    open_ones = _reached_by(wish).filter(seats_taken__lte=F("capacity") - wish.party_size, starts_at__gte=soonest)
    open_ones = open_ones.exclude(course_id__isnull=False, service__course=Course.WHOLE)
    later = open_ones.filter(starts_at__gte=start).order_by("starts_at", "id")[:count]
    earlier = open_ones.filter(starts_at__lt=start).order_by("-starts_at", "-id")[:count]
    return sorted([*later, *earlier], key=lambda each: (abs(each.starts_at - start), each.pk))[:count]


def _reached_by(wish: Wish) -> QuerySet[Appointment]:
    """The class's sessions, whoever gives them, as far as the scopes reach."""
    found = sessions().filter(service=wish.service)
    found = found if wish.staff_within is None else found.filter(staff__in=wish.staff_within)
    return found if wish.places_within is None else found.filter(location__in=wish.places_within)
