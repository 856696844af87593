"""Reminders: rows of the outbox that wait for their time, one for each visit and reminder of the business."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from bookme.bookings.models import Booking, Visit
from bookme.bookings.states import Status
from bookme.communications.actions.telling import About, tell
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel
from bookme.communications.selectors.routes import channel_is_on
from bookme.communications.told import TRUE_OF
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.config import Reminder
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import Due, enqueue, enqueue_all_again, withdraw

SEND_REMINDER_TASK = "communications.send_reminder"
PLAN_REMINDERS_TASK = "communications.plan_reminders"
REMINDERS_PATH = "settings.reminders"
PLANNED_AT_ONCE = 100
A_VISIT_LATER = dt.timedelta(days=1)

_Timed = tuple[Status, dt.datetime]


def plan_reminders(*, visit_ids: Collection[UUID], former: Iterable[Reminder] = (), now: dt.datetime) -> None:
    """Make the waiting reminders of these visits what they should be: none but for those confirmed and to come.

    One row in the outbox for each reminder of the business whose time before the visit's first such booking is ahead;
    `former` are reminders that it had, too. Five statements, however many visits. Joins the caller's transaction. Locks
    their bookings: of two plans at once, the one that reads later writes later.
    """
    bookings = Booking.objects.filter(visit__in=visit_ids)
    list(bookings.select_for_update().order_by("pk").values_list("pk"))
    wanted = require_tenant().config.reminders
    withdraw(keys=[_reminder_key(each, reminder) for each in visit_ids for reminder in {*wanted, *former}])
    timed: dict[UUID, list[_Timed]] = defaultdict(list)
    for visit_id, status, starts_at in bookings.values_list("visit_id", "status", "appointment__starts_at"):
        timed[visit_id].append((Status(status), starts_at))
    starts = {visit_id: _start_to_remind_of(each, now) for visit_id, each in timed.items()}
    planned = [_reminder_due(pk, at, reminder) for pk, at in starts.items() if at for reminder in wanted]
    enqueue_all_again(messages=[each for each in planned if each.due_at > now], now=now)


def plan_all_reminders(*, cause_id: UUID, after: UUID, now: dt.datetime) -> None:
    """Plan those of the next visits to come, by id, and leave the rest to a message; joins the transaction.

    `cause_id` is the fact that changed the business's reminders. Former ones that it does not tell, since only so many
    changes are told, are left to wait: they find out by themselves that nobody wants them.
    """
    coming = Booking.objects.filter(status__in=TRUE_OF[Kind.REMINDER], appointment__starts_at__gt=now)
    ahead = coming.filter(visit__gt=after).order_by("visit_id").values_list("visit_id", flat=True).distinct()
    visit_ids = list(ahead[:PLANNED_AT_ONCE])
    changes = EventRow.objects.get(pk=cause_id).payload["changes"]
    told = next((each["before"] for each in changes if each["path"] == REMINDERS_PATH), None)
    plan_reminders(visit_ids=visit_ids, former=[Reminder(**each) for each in told or ()], now=now)
    if len(visit_ids) < PLANNED_AT_ONCE:
        return
    enqueue(
        task=PLAN_REMINDERS_TASK,
        args={"event_id": str(cause_id), "after": str(visit_ids[-1])},
        key=f"event:{cause_id}:reminders:{visit_ids[-1]}",
        due_at=now,
        now=now,
    )


def send_reminder(*, visit_id: UUID, reminder: Reminder, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Send the reminder of a visit: of all of it that is confirmed and to come.

    If it is still right: begins as planned, has not begun, the business still wants it, and so does the customer.
    """
    tenant = require_tenant()
    if reminder not in tenant.config.reminders or not channel_is_on(Channel(reminder.channel)):
        return
    found = Booking.objects.filter(visit=visit_id).values_list("pk", "status", "appointment__starts_at")
    bookings = [(pk, Status(status), at) for pk, status, at in found]
    if not _is_wanted(visit_id, reminder.channel):
        return
    if _start_to_remind_of([(status, at) for _, status, at in bookings], now) != starts_at:
        return
    tell(
        key=f"{_reminder_key(visit_id, reminder)}:{starts_at:%Y%m%dT%H%MZ}",
        kind=Kind.REMINDER,
        audience=Audience.CUSTOMER,
        about=About(visit_id=visit_id, booking_ids=tuple(pk for pk, _, at in bookings if at >= starts_at)),
        channel=Channel(reminder.channel),
        now=now,
    )


def _is_wanted(visit_id: UUID, channel: str) -> bool:
    """Whether the customer wants to be reminded by it; all other messages are about what they have to know."""
    visit = Visit.objects.select_related("customer").filter(pk=visit_id).first()
    return visit is not None and visit.customer.wants(channel)


def _start_to_remind_of(bookings: Iterable[_Timed], now: dt.datetime) -> dt.datetime | None:
    """When what is confirmed of a visit begins; None where nothing is to come, or it is under way.

    Whoever is there already is not reminded of what comes next, but is of what was moved to another day.
    """
    coming, begun = [], []
    for status, starts_at in bookings:
        if status in TRUE_OF[Kind.REMINDER] and starts_at > now:
            coming.append(starts_at)
        elif status in TRUE_OF[Kind.CONFIRMED]:
            begun.append(starts_at)
    first = min(coming, default=None)
    is_under_way = first is not None and any(first - each < A_VISIT_LATER for each in begun)
    return None if is_under_way else first


def _reminder_due(visit_id: UUID, starts_at: dt.datetime, reminder: Reminder) -> Due:
    return Due(
        task=SEND_REMINDER_TASK,
        args={
            "visit_id": str(visit_id),
            "channel": reminder.channel,
            "minutes_before": reminder.minutes_before,
            "starts_at": starts_at.isoformat(),
        },
        key=_reminder_key(visit_id, reminder),
        due_at=starts_at - dt.timedelta(minutes=reminder.minutes_before),
    )


def _reminder_key(visit_id: UUID, reminder: Reminder) -> str:
    return f"reminder:{visit_id}:{reminder.channel}:{reminder.minutes_before}"
