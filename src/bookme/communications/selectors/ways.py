"""By which channel customers are told, for pages that say so: what is on record, else what is about to be."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from bookme.bookings.models import Booking, WaitlistEntry
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.selectors.channel_accounts import CarriedBy, carried_by
from bookme.communications.selectors.readers import recipient_of_booking, recipient_of_entry
from bookme.communications.selectors.routes import address_by, channels_ahead, channels_on, is_sent, obstacle
from bookme.communications.selectors.whatsapp import approved_template, is_in_window
from bookme.communications.told import Recipient
from bookme.core.languages import written_language
from bookme.tenants.context import require_tenant

_WENT_OUT = frozenset({NotificationStatus.SENT, NotificationStatus.DELIVERED})


@dataclass(frozen=True)
class Way:
    """`to` is an address or a number."""

    channel: Channel
    to: str

    @property
    def is_mail(self) -> bool:
        return self.channel is Channel.EMAIL


def way_of_booking(kind: Kind, booking: Booking, *, now: dt.datetime) -> Way | None:
    """Where its customer is told that of a booking; None where nothing goes to them."""
    told = Notification.objects.filter(booking_ids__contains=[booking.pk])
    return _way(kind, recipient_of_booking(booking), told, now)


def way_of_entry(kind: Kind, entry: WaitlistEntry, *, now: dt.datetime) -> Way | None:
    """The same of a place in the line."""
    return _way(kind, recipient_of_entry(entry), Notification.objects.filter(entry_id=entry.pk), now)


def _way(kind: Kind, to: Recipient, told: QuerySet[Notification], now: dt.datetime) -> Way | None:
    found = told.filter(kind=kind, audience=Audience.CUSTOMER).order_by("-created_at", "-id").first()
    if found is None:
        return _first(kind, to, channels_on(), now) if is_sent(kind, Audience.CUSTOMER) else None
    if found.status == NotificationStatus.QUEUED:
        return _first(kind, to, channels_ahead(found), now)
    return Way(Channel(found.channel), found.to) if found.status in _WENT_OUT else None


def _first(kind: Kind, to: Recipient, channels: Sequence[Channel], now: dt.datetime) -> Way | None:
    found = next((each for each in channels if _carries(each, kind, to, now)), None)
    return Way(found, address_by(found, to)) if found else None


def _carries(channel: Channel, kind: Kind, to: Recipient, now: dt.datetime) -> bool:
    if obstacle(channel, kind, to) or carried_by(channel) is CarriedBy.NOBODY:
        return False
    if channel is not Channel.WHATSAPP or is_in_window(to.phone, now=now):
        return True
    language = written_language(to.language, require_tenant().config.language)
    return approved_template(kind, Audience.CUSTOMER, language=language) is not None
