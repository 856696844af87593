"""How much a guest may have: what was obtained counts, never what was tried. See docs/decisions/0006."""

import datetime as dt

from django.conf import settings
from django.db.models import Q

from bookme.bookings.models import Booking
from bookme.bookings.states import UPCOMING
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import TooMany
from bookme.core.limits import network_of
from bookme.customers.actions import Contact

TEAM_SOURCE = "team"  # of a visit that the business itself wrote down
_RECENT = dt.timedelta(hours=24)
_RETRY_AFTER = 3600


def guest_network(address: str | None, *, actor: Actor) -> str | None:
    """What a guest's visit keeps of the network address, and is counted by; None for others, or if it is unknown."""
    return network_of(address) if address and actor.kind is ActorKind.GUEST else None


def guest_contacts(contact: Contact, *, actor: Actor) -> frozenset[str]:
    """The e-mail and the phone that a guest gave: what the lock has to hold while they are counted."""
    return frozenset(filter(None, (contact.email, contact.phone))) if actor.kind is ActorKind.GUEST else frozenset()


def require_network_limit(*, network: str | None, now: dt.datetime) -> None:
    """Raises TooMany where guests of this network have as many bookings as they may. A look without a lock."""
    if network is not None and _have(Q(visit__guest_address=network), settings.GUEST_BOOKINGS_PER_ADDRESS, now):
        raise TooMany("There are too many guest bookings from this network.", retry_after=_RETRY_AFTER)


def require_contact_limit(*, contact: Contact, actor: Actor, now: dt.datetime) -> None:
    """Raises TooMany where a guest's e-mail, or phone, has as many bookings as it may.

    Exact if the caller's lock holds `guest_contacts`.
    """
    if actor.kind is not ActorKind.GUEST:
        return
    given = {"visit__contact_email": contact.email, "visit__contact_phone": contact.phone}
    for column, value in given.items():
        if value and _have(Q(**{column: value}), settings.GUEST_BOOKINGS_PER_CONTACT, now):
            raise TooMany(
                "You have as many bookings as a guest may have ahead, or make in a day.", retry_after=_RETRY_AFTER
            )


def _have(same: Q, most: int, now: dt.datetime) -> bool:
    """Whether so many bookings that guests made are still ahead or, whatever became of them, not a day old."""
    counted = Q(status__in=UPCOMING, appointment__ends_at__gt=now) | Q(created_at__gt=now - _RECENT)
    by_guests = Booking.objects.filter(same, counted, visit__user_id=None).exclude(visit__source=TEAM_SOURCE)
    return by_guests.order_by()[:most].count() >= most
