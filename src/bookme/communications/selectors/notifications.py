"""Messages on record, as who may read them."""

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar
from uuid import UUID

from django.db.models import BooleanField, F, Func, IntegerField, OuterRef, QuerySet, Subquery

from bookme.bookings.models import Booking, Visit, WaitlistEntry
from bookme.bookings.selectors.bookings import scope_of
from bookme.communications.kinds import Audience
from bookme.communications.models import Notification
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.permissions import Permission
from bookme.staff.models import Staff


class _IsOneOf(Func):
    """`id = ANY(ids)`: by the index of the id, where a join with `unnest` would be read whole."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field: ClassVar["BooleanField[bool, bool]"] = BooleanField()


def notifications_visible_to(actor: Actor) -> QuerySet[Notification]:
    """What was sent, newest first; of one that tells several bookings, whoever reads it may see them all.

    Raises NotAllowed.
    """
    actor.demand(Permission.NOTIFICATIONS_READ)
    scope = scope_of(actor)
    if not scope:
        return Notification.objects.all()
    seen = Booking.objects.filter(scope, _IsOneOf(F("pk"), OuterRef("booking_ids"))).order_by()
    counted = seen.values(count=Func(F("pk"), function="COUNT", output_field=IntegerField()))
    told = Func(F("booking_ids"), function="CARDINALITY", output_field=IntegerField())
    return Notification.objects.alias(told=told, seen=Subquery(counted)).filter(told__gt=0, seen=F("told"))


def telling_of(booking_id: UUID, rows: QuerySet[Notification]) -> QuerySet[Notification]:
    """Those that tell of the booking, alone or among others."""
    return rows.filter(booking_ids__contains=[booking_id])


def messages_about(actor: Actor, booking: Booking) -> list[Notification]:
    """What this actor may read of what was sent about a booking, newest first; nothing for who may read none."""
    if not actor.may(Permission.NOTIFICATIONS_READ):
        return []
    return list(telling_of(booking.pk, notifications_visible_to(actor)).order_by("-created_at", "-id"))


def notification_visible_to(actor: Actor, notification_id: UUID) -> Notification:
    """Raises NotFound, NotAllowed."""
    found = notifications_visible_to(actor).filter(pk=notification_id).first()
    if found is None:
        raise NotFound
    return found


def readers_of(notifications: Collection[Notification]) -> Mapping[UUID, str]:
    """The name of whom each is to, by its id, in three queries; the business, and who is gone, has none."""
    of_team = {each.recipient_id for each in notifications if each.audience == Audience.STAFF and each.recipient_id}
    to_customer = [each for each in notifications if each.audience == Audience.CUSTOMER]
    visits = Visit.objects.filter(pk__in={each.visit_id for each in to_customer if each.visit_id})
    entries = WaitlistEntry.objects.filter(pk__in={each.entry_id for each in to_customer if each.entry_id})
    names: dict[UUID | None, str] = {
        **dict(entries.values_list("pk", "customer__name")),
        **dict(visits.values_list("pk", "contact_name")),
        **dict(Staff.objects.filter(pk__in=of_team).values_list("pk", "name")),
    }
    found = {each.pk: _reader_ids(each) for each in notifications}
    return {pk: name for pk, ids in found.items() if (name := next((names[i] for i in ids if i in names), ""))}


def _reader_ids(notification: Notification) -> Sequence[UUID | None]:
    """By which of its ids its reader is found, the first that is known."""
    match Audience(notification.audience):
        case Audience.CUSTOMER:
            return notification.visit_id, notification.entry_id
        case Audience.STAFF:
            return (notification.recipient_id,)
        case _:
            return ()
