"""How much may be had: by a guest, by a customer of one service, of a service on one day.

What was obtained counts, never what was tried. See docs/decisions/0006.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.db.models import Case, F, When

from bookme.bookings.models import IMPORT_SOURCE, TEAM_SOURCE, Booking
from bookme.bookings.recurrence import MOST
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.states import KEEPS_SEATS, UPCOMING, Status
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict, TooMany
from bookme.core.limits import SITE_FACTOR, Left, network_of, site_of, tell, wide_name
from bookme.customers.actions import Contact
from bookme.services.models import Service
from bookme.tenants.statements import prepared_rows

RECENT = dt.timedelta(hours=24)
RETRY_AFTER = 3600
TOO_MANY = "too_many_bookings"
_FULL_NETWORK = "There are too many guest bookings from this network."

# By what is the same in the visit, SQL for the number of bookings that are ahead or, whatever became of them, not a day
# old. What the team wrote down does not count, and all dates of a course are one. Each has an index, and is read no
# further than so many rows, among which there is as much as is allowed.
_OBTAINED = {
    name: f"""(SELECT count(DISTINCT one) FROM (
        SELECT coalesce(course.id, booking.id) AS one FROM bookings_visit visit
        JOIN bookings_booking booking ON booking.visit_id = visit.id
        JOIN bookings_appointment appointment ON appointment.id = booking.appointment_id
        LEFT JOIN bookings_series course ON course.id = visit.series_id AND course.rule IS NULL
        WHERE {is_same} AND visit.source <> ALL(%(own)s) AND (
            booking.created_at > %(since)s OR booking.status = ANY(%(upcoming)s) AND appointment.ends_at > %(now)s
        ) LIMIT %(rows)s
    ) found)"""
    for name, is_same in {
        "contact_email": "visit.contact_email = %(contact_email)s AND visit.contact_email <> ''",
        "contact_phone": "visit.contact_phone = %(contact_phone)s AND visit.contact_phone <> ''",
        "guest_address": "visit.guest_address = %(guest_address)s AND visit.guest_address IS NOT NULL",
        "guest_site": "visit.guest_address BETWEEN %(guest_site)s AND %(guest_site_end)s",
    }.items()
}


# The same for a query of bookings.
_ONE = Case(
    When(visit__series__isnull=False, visit__series__rule__isnull=True, then=F("visit__series")), default=F("pk")
)


@dataclass(frozen=True)
class Counted:
    """Who and what is counted, which the lock has to hold meanwhile: contacts of guests; a customer, a service."""

    contacts: frozenset[str] = frozenset()
    row_ids: frozenset[UUID] = frozenset()


def day_counted(service: Service) -> frozenset[UUID]:
    """The service, if only so many of it may begin on one day: the engine counts them, under the lock once more."""
    return frozenset() if policy_of(service).max_per_day is None else frozenset({service.pk})


def customer_counted(service: Service, customer_id: UUID) -> frozenset[UUID]:
    """The customer, if they may have only so many of the service ahead."""
    return frozenset() if policy_of(service).max_per_customer is None else frozenset({customer_id})


def require_customer_limit(*, service: Service, customer_id: UUID, adding: int = 1, now: dt.datetime) -> None:
    """Raises Conflict `customer_limit` where the customer would have more bookings of the service ahead than they may.

    A course is one. Exact if the caller's lock holds `customer_counted`.
    """
    most = policy_of(service).max_per_customer
    if most is None:
        return
    ahead = Booking.objects.filter(
        visit__customer=customer_id,
        appointment__service=service,
        appointment__ends_at__gt=now,
        status__in=KEEPS_SEATS,
    ).exclude(status=Status.HELD, hold_expires_at__lte=now)
    if ahead.order_by().values(one=_ONE).distinct()[:most].count() + adding > most:
        raise Conflict("This customer has as many bookings of the service ahead as they may.", code="customer_limit")


def guest_network(address: str | None, *, actor: Actor) -> str | None:
    """What a guest's visit keeps of the network address, and is counted by; None for others, or if it is unknown."""
    return network_of(address) if address and actor.kind is ActorKind.GUEST else None


def guest_contacts(contact: Contact, *, actor: Actor) -> frozenset[str]:
    """The e-mail and the phone that a guest gave: what the lock has to hold while they are counted."""
    return frozenset(filter(None, (contact.email, contact.phone))) if actor.kind is ActorKind.GUEST else frozenset()


def require_network_limit(*, network: str | None, adding: int = 1, now: dt.datetime) -> None:
    """Raises TooMany where guests of this network, or of the /48 around it, would have more bookings than they may.

    A look without a lock. What is left is told; not that of a contact or a /48, which may be other people's.
    """
    if not network:
        return
    most, name, detail = settings.GUEST_BOOKINGS_PER_ADDRESS, "guest-bookings-network", _FULL_NETWORK
    had = _obtained({"guest_address": network}, most, now)
    refuse_beyond(name, most, had=had, adding=adding, detail=detail, code=TOO_MANY)
    tell(Left(name, most, most - had - adding, if_done=True))
    if site := site_of(network):
        name, most = wide_name(name), most * SITE_FACTOR
        had = _obtained({"guest_site": str(site[0]), "guest_site_end": str(site[-1])}, most, now)
        refuse_beyond(name, most, had=had, adding=adding, detail=detail, code=TOO_MANY)


def require_contact_limit(*, contact: Contact, actor: Actor, adding: int = 1, now: dt.datetime) -> None:
    """Raises TooMany where a guest's e-mail, or phone, would have more bookings than it may.

    Exact if the caller's lock holds `guest_contacts`.
    """
    given = {"contact_email": contact.email, "contact_phone": contact.phone}
    if actor.kind is not ActorKind.GUEST or not any(given.values()):
        return
    most = settings.GUEST_BOOKINGS_PER_CONTACT
    detail = "You have as many bookings as a guest may have ahead, or make in a day."
    refuse_beyond(
        "guest-bookings-contact", most, had=_obtained(given, most, now), adding=adding, detail=detail, code=TOO_MANY
    )


def refuse_beyond(name: str, most: int, *, had: int, adding: int = 1, detail: str, code: str) -> None:
    """Raises TooMany where so many more would be too many, and tells what is left of that limit."""
    if had + adding > most:
        tell(Left(name, most, max(most - had, 0), seconds_left=RETRY_AFTER))
        raise TooMany(detail, code=code, retry_after=RETRY_AFTER)


def _obtained(same: Mapping[str, str | None], most: int, now: dt.datetime) -> int:
    """How many bookings there are whose visit has one of these the same, of which has the most.

    It does not look further than it takes to find `most`.
    """
    given = {name: value for name, value in same.items() if value}
    times = {
        "now": now,
        "since": now - RECENT,
        "upcoming": sorted(UPCOMING),
        "own": [TEAM_SOURCE, IMPORT_SOURCE],
        "rows": most * MOST,
    }
    counted = ", ".join(_OBTAINED[name] for name in given if name in _OBTAINED)
    [counts] = prepared_rows(f"SELECT {counted}", times | given)
    return int(max(counts))
