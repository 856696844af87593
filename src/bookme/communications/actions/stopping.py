"""Addresses to which nothing more goes."""

from uuid import UUID

from django.db.models import QuerySet

from bookme.communications.events import MessagesChanged
from bookme.communications.models import Channel, StoppedAddress, StopReason
from bookme.communications.selectors.stopped import DIGESTED, address_digest, stopped_addresses
from bookme.core.actor import SYSTEM, Actor
from bookme.eventlog.changes import Change, publish_change


def stop_address(
    *, channel: Channel, address: str, reason: StopReason, notification_id: UUID | None = None, actor: Actor = SYSTEM
) -> None:
    """Let nothing more go there by that channel; nothing happens if it is stopped already.

    Publishes MessagesChanged, which does not say the address. Joins the caller's transaction.
    """
    if stopped_addresses(channel, address).exists():
        return
    values = {"reason": reason, "notification_id": notification_id}
    row, is_new = StoppedAddress.objects.get_or_create(channel=channel, address=address.lower(), defaults=values)
    if is_new:
        changes = {"channel": [None, channel.value], "reason": [None, reason.value]}
        publish_change(MessagesChanged, row=row, change=Change.MADE, changes=changes, actor=actor)


def lift_stop(*, channel: Channel, address: str, actor: Actor = SYSTEM) -> None:
    """Let messages go there again. Publishes MessagesChanged; joins the caller's transaction, locks the row."""
    for row in stopped_addresses(channel, address).select_for_update():
        changes = {"channel": [row.channel, None], "reason": [row.reason, None]}
        publish_change(MessagesChanged, row=row, change=Change.REMOVED, changes=changes, actor=actor)
        row.delete()


def digest_addresses(stopped: QuerySet[StoppedAddress]) -> None:
    """Keep of these no more than is needed to know them again. Joins the caller's transaction."""
    for each in stopped.exclude(address__startswith=DIGESTED):
        digest = address_digest(each.address)
        StoppedAddress.objects.filter(channel=each.channel, address=digest).delete()  # stopped, erased, stopped again
        StoppedAddress.objects.filter(pk=each.pk).update(address=digest)
