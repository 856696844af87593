"""How much a guest may have at once: what was obtained counts, never what was tried."""

import datetime as dt

from django.conf import settings
from django.db.models import Count, Q

from bookme.bookings.models import Booking
from bookme.bookings.states import UPCOMING
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import TooMany
from bookme.customers.actions import Contact

TEAM_SOURCE = "team"  # of a visit that the business itself wrote down
_RETRY_AFTER = 3600


def require_guest_limits(*, contact: Contact, address: str | None, actor: Actor, now: dt.datetime) -> None:
    """Raises TooMany where this contact, or this network address, has as many bookings ahead as a guest may have."""
    if actor.kind is not ActorKind.GUEST:
        return
    by_guests = Booking.objects.filter(visit__user_id=None).exclude(visit__source=TEAM_SOURCE)
    ahead = by_guests.filter(status__in=UPCOMING, appointment__ends_at__gt=now)
    same = Q(visit__contact_email=contact.email) & ~Q(visit__contact_email="")
    same |= Q(visit__contact_phone=contact.phone) & ~Q(visit__contact_phone="")
    counts = ahead.aggregate(
        contact=Count("pk", filter=same), address=Count("pk", filter=Q(visit__guest_address=address))
    )
    if counts["contact"] >= settings.GUEST_ACTIVE_BOOKINGS_PER_CONTACT:
        raise TooMany("You have as many bookings ahead as a guest may have.", retry_after=_RETRY_AFTER)
    if counts["address"] >= settings.GUEST_ACTIVE_BOOKINGS_PER_ADDRESS:
        raise TooMany("There are too many guest bookings from this network.", retry_after=_RETRY_AFTER)
