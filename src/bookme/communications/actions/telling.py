"""Telling of bookings: one message to one customer, or to the business about them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bookme.bookings.links import manage_url
from bookme.bookings.models import Booking
from bookme.communications.actions.sending import deliver, message_id_of, was_sent
from bookme.communications.channels import Outgoing
from bookme.communications.messages import Rendered, render
from bookme.communications.models import Channel, Notification
from bookme.communications.selectors import bookings_to_tell, facts_of, sender_of
from bookme.communications.told import BUSINESS_SUFFIX, LINK_ON_RECORD, TRUE_OF, Audience, Former, Kind
from bookme.core.languages import written_language
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant


def tell(
    *,
    key: str,
    kind: Kind,
    audience: Audience,
    booking_ids: Collection[UUID],
    channel: Channel = Channel.EMAIL,
    former: Mapping[UUID, Former] | None = None,
    now: datetime,
) -> None:
    """Send one message about all these bookings of one customer and record it under `key`, which is sent once.

    Those of which it is no longer true are left out; without any left, or to nobody, nothing is sent. `former` is
    where bookings were moved from. Must run outside of a transaction: it talks to the network. Raises what the carrier
    raises if another try may succeed; a final refusal is recorded and is the end of it. Raises ValueError for bookings
    of several customers, of whom none may read of the others.
    """
    if was_sent(key):
        return
    bookings = _still_true(kind, booking_ids)
    if not bookings:
        return
    draft = _draft(key, kind, audience, bookings, channel)
    if draft.to:
        _send(draft, bookings, message_id=message_id_of(key), former=former or {}, now=now)


def is_still_true(notification: Notification) -> bool:
    """Whether a recorded message about bookings could be sent once more."""
    return bool(_still_told(notification))


def repeat_telling(*, notification: Notification, request: UUID, now: datetime) -> None:
    """Send a recorded message about bookings again, of those of which it is true still."""
    if bookings := _still_told(notification):
        _send(notification, bookings, message_id=message_id_of(f"{notification.key}:{request}"), former={}, now=now)


def _still_told(notification: Notification) -> list[Booking]:
    """None of a message that is about no booking, as of a whole session."""
    return _still_true(_kind_of(notification), notification.booking_ids) if notification.booking_ids else []


def _kind_of(notification: Notification) -> Kind:
    return Kind(notification.kind.removesuffix(BUSINESS_SUFFIX))


def _still_true(kind: Kind, booking_ids: Collection[UUID]) -> list[Booking]:
    """Those of which it may be said, by start."""
    return [each for each in bookings_to_tell(booking_ids) if each.state in TRUE_OF[kind]]


def _draft(key: str, kind: Kind, audience: Audience, bookings: Sequence[Booking], channel: Channel) -> Notification:
    """The record of a message that is not sent yet, or of one whose earlier tries failed."""
    if len({each.visit.customer_id for each in bookings}) > 1:
        raise ValueError("one message is to one customer")
    tenant, visit = require_tenant(), bookings[0].visit
    to_business = audience is Audience.BUSINESS
    address = visit.contact_email if channel is Channel.EMAIL else visit.contact_phone
    language = tenant.config.language if to_business else visit.language
    draft = Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=f"{kind}{BUSINESS_SUFFIX}" if to_business else kind.value,
        channel=channel,
        to=tenant.config.contact.email if to_business else address,
        language=written_language(language, tenant.config.language),
    )
    draft.visit_id, draft.booking_ids = visit.pk, [each.pk for each in bookings]
    return draft


def _send(
    notification: Notification,
    bookings: Sequence[Booking],
    *,
    message_id: str,
    former: Mapping[UUID, Former],
    now: datetime,
) -> None:
    tenant = require_tenant()
    rendered = _rendered(notification, bookings, tenant, former, now)
    outgoing = _outgoing(notification, rendered, bookings[0], tenant, message_id=message_id)
    deliver(notification, outgoing, recorded=_recorded(rendered, bookings), now=now)


def _rendered(
    notification: Notification,
    bookings: Sequence[Booking],
    tenant: Tenant,
    former: Mapping[UUID, Former],
    now: datetime,
) -> Rendered:
    to_business = notification.kind.endswith(BUSINESS_SUFFIX)
    language = notification.language
    return render(
        kind=_kind_of(notification),
        audience=Audience.BUSINESS if to_business else Audience.CUSTOMER,
        sender=sender_of(tenant),
        bookings=[facts_of(each, language=language, former=former.get(each.pk)) for each in bookings],
        language=language,
        now=now,
    )


def _recorded(rendered: Rendered, bookings: Sequence[Booking]) -> Rendered:
    """Without the links that open the bookings to whoever reads it: the record is kept, and others look at it."""
    text, short = rendered.text, rendered.short
    for link in {manage_url(each.visit) for each in bookings}:
        text, short = text.replace(link, LINK_ON_RECORD), short.replace(link, LINK_ON_RECORD)
    return replace(rendered, text=text, short=short)


def _outgoing(
    notification: Notification, rendered: Rendered, booking: Booking, tenant: Tenant, *, message_id: str
) -> Outgoing:
    by_mail = notification.channel == Channel.EMAIL
    to_business = notification.kind.endswith(BUSINESS_SUFFIX)
    reply_to = booking.visit.contact_email if to_business else tenant.config.contact.email
    return Outgoing(
        channel=Channel(notification.channel),
        tenant=tenant.slug,
        to=notification.to,
        to_name=tenant.name if to_business else booking.visit.contact_name,
        from_name=tenant.name,
        reply_to=reply_to,
        subject=rendered.subject,
        text=rendered.text if by_mail else rendered.short,
        html=rendered.html if by_mail else "",
        calendar=rendered.calendar if by_mail else b"",
        message_id=message_id,
    )
