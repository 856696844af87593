"""What is told at a time to come: rows of the outbox, for each visit what its bookings as they are now call for.

A reminder for each that the business wants, a warning before a hold runs out, thanks after the visit. Each looks again
at its time whether it is still right, and is told under a key of its own, once.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookme.bookings.models import Booking
from bookme.bookings.states import Status
from bookme.communications.actions.telling import About, tell
from bookme.communications.keys import (
    SEND_FOLLOW_UP_TASK,
    SEND_NO_SHOW_TASK,
    SEND_REMINDER_TASK,
    WARN_OF_HOLD_TASK,
    follow_up_plan,
    hold_ending_plan,
    no_show_plan,
    reminder_key,
    reminder_plan,
)
from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import Channel, Notification, NotificationStatus
from bookme.communications.quiet import before_quiet
from bookme.communications.selectors.facts import quiet_zone
from bookme.communications.selectors.routes import is_sent
from bookme.communications.told import TRUE_OF
from bookme.eventlog.models import Event as EventRow
from bookme.tenants.config import Reminder
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import Due, enqueue, enqueue_all_again, waiting_for, withdraw

PLAN_MESSAGES_TASK = "communications.plan_messages"
REMINDERS_PATH = "settings.reminders"
PLANNED_AT_ONCE = 100
A_VISIT_LATER = dt.timedelta(days=1)
# So long a wrong click can be undone, and the other services of the visit be marked too, before anybody is told.
TIME_TO_UNDO = dt.timedelta(minutes=10)
# Whoever is marked as having come long after they did is not thanked.
THANKED_WITHIN = dt.timedelta(days=7)
_OPEN = frozenset({Status.HELD, Status.PENDING, Status.CONFIRMED, Status.ARRIVED})


def plan_messages(*, visit_ids: Collection[UUID], former: Iterable[Reminder] = (), now: dt.datetime) -> None:
    """Make what waits to be told of these visits what it should be.

    `former` are reminders that the business had, too. Four statements, however many visits. Joins the caller's
    transaction. Locks their bookings: of two plans at once, the one that reads later writes later.
    """
    list(Booking.objects.filter(visit__in=visit_ids).select_for_update().order_by("pk").values_list("pk"))
    wanted = require_tenant().config.reminders
    withdraw(keys=[key for each in visit_ids for key in _keys_of(each, {*wanted, *former})])
    planned = [due for visit_id, found in _visits(visit_ids).items() for due in _plans(visit_id, found, now)]
    enqueue_all_again(messages=planned, now=now)


def plan_all_messages(*, cause_id: UUID, after: UUID, now: dt.datetime) -> None:
    """Plan those of the next visits to come, or to be thanked for, by id, and leave the rest to a message; joins the
    transaction.

    `cause_id` is the fact that changed the business's settings, or the zone of a place. Former reminders that it does
    not tell, since only so many changes are told, are left to wait: they find out by themselves that nobody wants them.
    """
    coming = _visits_to_come(now).filter(visit__gt=after)[:PLANNED_AT_ONCE]
    visit_ids = sorted({*coming, *_visits_to_thank_for(after)})[:PLANNED_AT_ONCE]
    plan_messages(visit_ids=visit_ids, former=_former_reminders(cause_id), now=now)
    if len(visit_ids) < PLANNED_AT_ONCE:
        return
    enqueue(
        task=PLAN_MESSAGES_TASK,
        args={"event_id": str(cause_id), "after": str(visit_ids[-1])},
        key=f"event:{cause_id}:plans:{visit_ids[-1]}",
        due_at=now,
        now=now,
    )


def plan_customer(*, customer_id: UUID, now: dt.datetime) -> None:
    """Plan what is to come of one customer; joins the transaction."""
    theirs = _visits_to_come(now).filter(visit__customer=customer_id)
    plan_messages(visit_ids=list(theirs), now=now)


def plan_no_show(*, visit_id: UUID, now: dt.datetime) -> None:
    """Tell somebody soon that they were missed, or nothing if they were not; joins the transaction."""
    if Booking.objects.filter(visit=visit_id, status=Status.NO_SHOW).exists():
        due = Due(SEND_NO_SHOW_TASK, {"visit_id": str(visit_id)}, no_show_plan(visit_id), now + TIME_TO_UNDO)
        enqueue_all_again(messages=[due], now=now)
    else:
        withdraw(keys=[no_show_plan(visit_id)])


def send_reminder(*, visit_id: UUID, reminder: Reminder, starts_at: dt.datetime, now: dt.datetime) -> None:
    """Send the reminder of a visit: of all of it that is confirmed and to come.

    If it is still right: begins as planned, has not begun, and the business still wants it. Where its channel is off,
    or is not wanted, the next carries it.
    """
    if reminder not in require_tenant().config.reminders:
        return
    bookings = _visits([visit_id]).get(visit_id, [])
    if _start_to_remind_of(bookings, now) != starts_at:
        return
    tell(
        key=reminder_key(visit_id, reminder, starts_at),
        kind=Kind.REMINDER,
        audience=Audience.CUSTOMER,
        about=About(
            visit_id=visit_id,
            booking_ids=tuple(each.pk for each in bookings if each.appointment.starts_at >= starts_at),
        ),
        channel=Channel(reminder.channel),
        due_at=_reminder_at(starts_at, reminder, quiet_zone(bookings[0])),
        now=now,
    )


def warn_of_hold(*, visit_id: UUID, now: dt.datetime) -> None:
    """Tell whose hold is about to run out; of one that was given another end, that one counts."""
    bookings = _visits([visit_id]).get(visit_id, [])
    held = [each for each in bookings if each.state is Status.HELD]
    if not held:
        return
    tell(
        key=f"{hold_ending_plan(visit_id)}:{held[0].hold_expires_at:%Y%m%dT%H%M%SZ}",
        kind=Kind.HOLD_ENDING,
        audience=Audience.CUSTOMER,
        about=About(visit_id=visit_id, booking_ids=tuple(each.pk for each in held)),
        due_at=now,
        now=now,
    )


def send_follow_up(*, visit_id: UUID, now: dt.datetime) -> None:
    """Thank for a visit that is over: once, whatever is undone and done again after it went out."""
    bookings = _visits([visit_id]).get(visit_id, [])
    if _follow_up_at(bookings) is None or _told(Kind.FOLLOW_UP, visit_id):
        return
    _tell_after(
        Kind.FOLLOW_UP,
        follow_up_plan(visit_id),
        [each for each in bookings if each.state in TRUE_OF[Kind.FOLLOW_UP]],
        now,
    )


def send_no_show(*, visit_id: UUID, now: dt.datetime) -> None:
    """Tell who did not come, of all of a visit that they missed and were not told of yet."""
    told = _told(Kind.NO_SHOW, visit_id)
    missed = [each for each in _visits([visit_id]).get(visit_id, []) if each.state is Status.NO_SHOW]
    _tell_after(Kind.NO_SHOW, no_show_plan(visit_id), [each for each in missed if each.pk not in told], now)


def _tell_after(kind: Kind, plan: str, bookings: Sequence[Booking], now: dt.datetime) -> None:
    """Once for these bookings as they are: what was withdrawn may become true again."""
    if bookings:
        tell(
            key=f"{plan}:{bookings[0].pk}:{sum(each.version for each in bookings)}",
            kind=kind,
            audience=Audience.CUSTOMER,
            about=About(visit_id=bookings[0].visit_id, booking_ids=tuple(each.pk for each in bookings)),
            now=now,
        )


def _visits_to_come(now: dt.datetime) -> QuerySet[Booking, UUID]:
    """Their ids, in order."""
    coming = Booking.objects.filter(status__in=TRUE_OF[Kind.REMINDER], appointment__starts_at__gt=now)
    return coming.order_by("visit_id").values_list("visit_id", flat=True).distinct()


def _visits_to_thank_for(after: UUID) -> list[UUID]:
    """The ids of those whose thanks wait, in order. Who came before anybody was thanked has none."""
    waiting = waiting_for(task=SEND_FOLLOW_UP_TASK, after=follow_up_plan(after), at_most=PLANNED_AT_ONCE)
    return [UUID(each.args["visit_id"]) for each in waiting]


def _former_reminders(cause_id: UUID) -> list[Reminder]:
    """Those that the business had until then; a fact about rows, whose changes go by field, tells of none."""
    changes = EventRow.objects.get(pk=cause_id).payload["changes"]
    settings = changes if isinstance(changes, list) else []
    told = next((each["before"] for each in settings if each["path"] == REMINDERS_PATH), None)
    return [Reminder(**each) for each in told or ()]


def _visits(visit_ids: Collection[UUID]) -> Mapping[UUID, list[Booking]]:
    """Their bookings, by start, each with what says when its customer is not to be disturbed."""
    found: dict[UUID, list[Booking]] = defaultdict(list)
    rows = Booking.objects.select_related("visit__customer", "appointment__location").filter(visit__in=visit_ids)
    for each in rows.order_by("appointment__starts_at", "position", "pk"):
        found[each.visit_id].append(each)
    return found


def _plans(visit_id: UUID, bookings: list[Booking], now: dt.datetime) -> Iterator[Due]:
    """Reminders and warnings whose time has come are not sent after it; thanks may be late."""
    args, config = {"visit_id": str(visit_id)}, require_tenant().config
    starts_at = _start_to_remind_of(bookings, now)
    if starts_at is not None and is_sent(Kind.REMINDER, Audience.CUSTOMER):
        for reminder in config.reminders:
            due_at = _reminder_at(starts_at, reminder, quiet_zone(bookings[0]))
            if due_at > now:
                own = {"channel": reminder.channel, "minutes_before": reminder.minutes_before}
                told = {**args, **own, "starts_at": starts_at.isoformat()}
                yield Due(SEND_REMINDER_TASK, told, reminder_plan(visit_id, reminder), due_at)
    if (warned_at := _warning_at(bookings)) and warned_at > now:
        yield Due(WARN_OF_HOLD_TASK, args, hold_ending_plan(visit_id), warned_at)
    if (thanked_at := _follow_up_at(bookings)) and thanked_at > now - THANKED_WITHIN:
        yield Due(SEND_FOLLOW_UP_TASK, args, follow_up_plan(visit_id), max(now, thanked_at))


def _keys_of(visit_id: UUID, reminders: Iterable[Reminder]) -> Iterator[str]:
    yield hold_ending_plan(visit_id)
    yield follow_up_plan(visit_id)
    for each in reminders:
        yield reminder_plan(visit_id, each)


def _start_to_remind_of(bookings: Iterable[Booking], now: dt.datetime) -> dt.datetime | None:
    """When what is confirmed of a visit begins; None where nothing is to come, or it is under way.

    Whoever is there already is not reminded of what comes next, but is of what was moved to another day.
    """
    coming, begun = [], []
    for each in bookings:
        if each.state in TRUE_OF[Kind.REMINDER] and each.appointment.starts_at > now:
            coming.append(each.appointment.starts_at)
        elif each.state in TRUE_OF[Kind.CONFIRMED]:
            begun.append(each.appointment.starts_at)
    first = min(coming, default=None)
    is_under_way = first is not None and any(first - each < A_VISIT_LATER for each in begun)
    return None if is_under_way else first


def _reminder_at(starts_at: dt.datetime, reminder: Reminder, where: ZoneInfo) -> dt.datetime:
    """So many real minutes before, whatever clocks do; sooner, where that would be in the customer's quiet hours."""
    return _before_quiet(starts_at - dt.timedelta(minutes=reminder.minutes_before), where)


def _warning_at(bookings: Iterable[Booking]) -> dt.datetime | None:
    """None for a hold that is hardly longer than the warning would leave of it, or ends in the quiet hours."""
    held = [(each, each.hold_expires_at) for each in bookings if each.state is Status.HELD]
    lead = dt.timedelta(minutes=require_tenant().config.messages.hold_warning_minutes)
    for first, until in held[:1]:
        if until and is_sent(Kind.HOLD_ENDING, Audience.CUSTOMER) and until - first.created_at >= 2 * lead:
            warned_at = until - lead
            return warned_at if _before_quiet(warned_at, quiet_zone(first)) == warned_at else None
    return None


def _follow_up_at(bookings: Collection[Booking]) -> dt.datetime | None:
    """None while there is more of the visit to come, where nobody came, and where nobody is thanked."""
    hours = require_tenant().config.messages.follow_up_hours
    came = [each.appointment.ends_at for each in bookings if each.state in TRUE_OF[Kind.FOLLOW_UP]]
    if hours is None or not came or any(each.state in _OPEN for each in bookings):
        return None
    return max(came) + dt.timedelta(hours=hours) if is_sent(Kind.FOLLOW_UP, Audience.CUSTOMER) else None


def _told(kind: Kind, visit_id: UUID) -> set[UUID]:
    """The bookings of a visit of which that was told, or is about to be."""
    never = (NotificationStatus.WITHDRAWN, NotificationStatus.SKIPPED)
    found = Notification.objects.filter(kind=kind, visit_id=visit_id).exclude(status__in=never)
    return {each for ids in found.values_list("booking_ids", flat=True) for each in ids}


def _before_quiet(instant: dt.datetime, where: ZoneInfo) -> dt.datetime:
    messages = require_tenant().config.messages
    return before_quiet(instant, zone=where, start=messages.quiet_from, end=messages.quiet_to)
