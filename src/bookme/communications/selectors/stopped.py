"""Addresses to which nothing more goes."""

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from bookme.bookings.selectors.bookings import scope_of
from bookme.communications.models import Channel, StoppedAddress
from bookme.communications.selectors.notifications import notifications_visible_to
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.tenants.context import require_tenant

DIGESTED = "erased:"


def stopped_addresses(channel: Channel, address: str) -> QuerySet[StoppedAddress]:
    """The row of that address by that channel, also where only a digest is left of it."""
    return StoppedAddress.objects.filter(channel=channel, address__in=[address.lower(), address_digest(address)])


def own_address_stopped() -> StoppedAddress | None:
    """The row of the address to which the business itself is written to, where nothing goes there any more."""
    address = require_tenant().config.contact.email
    return stopped_addresses(Channel.EMAIL, address).first() if address else None


def stopped_visible_to(actor: Actor) -> QuerySet[StoppedAddress]:
    """Addresses to which nothing goes, newest first; for who reaches a part, those stopped by what they may read.

    Without those of which only a digest is left. Raises NotAllowed.
    """
    actor.demand(Permission.MESSAGES_MANAGE)
    seen = notifications_visible_to(actor)
    rows = StoppedAddress.objects.exclude(address__startswith=DIGESTED)
    return rows.filter(notification_id__in=seen.values("pk")) if scope_of(actor) else rows


def address_digest(address: str) -> str:
    """What stands for an address once whoever it was of is erased.

    It says nothing to who has not the business's own key, and leaves the business with it.
    """
    key = require_tenant().link_key
    return DIGESTED + salted_hmac("bookme.stopped-address", address.lower(), secret=key, algorithm="sha256").hexdigest()
