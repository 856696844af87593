"""Who waits for what, as a caller may see it, and whether there is room for them."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookme.bookings.availability import Snapshot, Unit, offered
from bookme.bookings.links import waiting_for_token
from bookme.bookings.models import STILL_WAITS, TEAM_SOURCE, Appointment, Booking, Waiting, WaitlistEntry
from bookme.bookings.selectors.bookings import own
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.sessions import is_of_whole
from bookme.bookings.selectors.snapshots import load_snapshot
from bookme.bookings.states import KEEPS_SEATS
from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.core.time import MINUTE, instant_of
from bookme.locations.selectors import zone_of
from bookme.services.models import Extra
from bookme.staff.models import StaffService
from bookme.staff.selectors import known_point
from bookme.tenants.config import Policy

SHORTEST_OFFER_MINUTES = 5
_DAY = dt.timedelta(days=1)


def waitlist_visible_to(actor: Actor) -> QuerySet[WaitlistEntry]:
    """With service, session, staff, location, customer, visit and `ahead`, how many are before them, in two queries.

    The team by its permissions and scopes; a day with anybody is seen by whoever reaches one of those who could do it.
    A customer sees what they wait for themselves; guests have their link, which `entry_of_token` reads.
    """
    rows = waitlist_entries()
    if actor.may(Permission.BOOKINGS_READ):
        return rows.filter(_scope_of(actor))
    if actor.kind is ActorKind.USER and not actor.is_team:
        return rows.filter(own(actor))
    return rows.none()


def waitlist_for(actor: Actor, entry_id: UUID) -> WaitlistEntry:
    """Raises NotFound, also for what exists and is not theirs to see."""
    return one(waitlist_visible_to(actor), entry_id)


def entry_of_token(token: str) -> WaitlistEntry:
    """The entry of a waitlist link; raises NotFound for a forged, revoked or foreign one."""
    return one(waitlist_entries(), waiting_for_token(token))


def waitlist_entries() -> QuerySet[WaitlistEntry]:
    """All of them, for whoever may see them already; loaded as in `waitlist_visible_to`."""
    around = ("service", "session__location", "session__staff", "staff", "location", "customer", "visit")
    bookings = Prefetch("visit__bookings", Booking.objects.select_related("appointment__service"))
    return WaitlistEntry.objects.select_related(*around).prefetch_related(bookings).annotate(ahead=_ahead())


def line_of(entry: WaitlistEntry) -> QuerySet[WaitlistEntry]:
    """Who waits for the same session, or the same day of the service, in order."""
    same = {"session": entry.session_id} if entry.session_id else {"service": entry.service_id, "date": entry.date}
    return WaitlistEntry.objects.filter(**same, status=Waiting.WAITING)


def same_wishes(entry: WaitlistEntry) -> QuerySet[WaitlistEntry]:
    """What was ever asked for the same customer, for just the same: this entry, and what a guest asked for again."""
    if entry.session_id:
        return WaitlistEntry.objects.filter(customer=entry.customer_id, session=entry.session_id)
    day = WaitlistEntry.objects.filter(customer=entry.customer_id, service=entry.service_id, date=entry.date)
    return day.filter(staff=entry.staff_id, location=entry.location_id)


def has_one_already(entry: WaitlistEntry) -> bool:
    """Whether its customer is offered what it waits for, or has taken it and keeps it."""
    taken = Q(status=Waiting.OFFERED) | Q(status=Waiting.ACCEPTED, visit__bookings__status__in=KEEPS_SEATS)
    return same_wishes(entry).filter(taken).exclude(pk=entry.pk).exists()


def held_by(entry: WaitlistEntry) -> Booking | None:
    """The booking that was offered, as it is now or, of `waitlist_entries`, as it was when they were read."""
    return next(iter(entry.visit.bookings.all()), None) if entry.visit else None


def offer_of(booking: Booking) -> WaitlistEntry | None:
    """Who has the booking as an offer, which they have not answered."""
    return WaitlistEntry.objects.filter(visit=booking.visit_id, status=Waiting.OFFERED).first()


def is_of_course_only(entry: WaitlistEntry) -> bool:
    """It waits for one date of what is booked as a whole course by now. Whom the team put down may have it."""
    return entry.source != TEAM_SOURCE and entry.session is not None and is_of_whole(entry.session)


def waiting_around(start: dt.datetime, end: dt.datetime, *, now: dt.datetime) -> list[UUID]:
    """Who may get something, in order, where the time from `start` to `end` has changed."""
    session = Q(session__starts_at__lt=end, session__ends_at__gt=start)
    day = Q(date__gte=(start - _DAY).date(), date__lte=(end + _DAY).date())
    return _ids(_to_come(now).filter(session | day))


def waiting_for_session(session_id: UUID) -> list[UUID]:
    """Everybody who waits for it, in order, whether it takes place or not."""
    return _ids(WaitlistEntry.objects.filter(session=session_id, status=Waiting.WAITING))


def all_waiting(*, now: dt.datetime) -> list[UUID]:
    """Everybody who waits for what is to come, in order."""
    return _ids(_to_come(now))


def offer_until(start: dt.datetime, *, policy: Policy, now: dt.datetime) -> dt.datetime | None:
    """Until when a place at that start can be offered: never past its notice. None: it is too late for an offer."""
    until = min(now + policy.offer_minutes * MINUTE, start - policy.min_notice_minutes * MINUTE)
    return until if until >= now + SHORTEST_OFFER_MINUTES * MINUTE else None


def has_seats(session: Appointment, party_size: int) -> bool:
    return session.capacity - session.seats_taken >= party_size


def free_starts(entry: WaitlistEntry, *, now: dt.datetime, actor: Actor = SYSTEM) -> list[dt.datetime]:
    """The starts at which the day that is waited for has room within the actor's scopes, in order."""
    return _starts(day_snapshot(entry, now=now, actor=actor), entry)


def would_open(entry: WaitlistEntry, *, now: dt.datetime) -> bool:
    """Whether anything would be offered on that day if nothing were booked."""
    return bool(_starts(_emptied(day_snapshot(entry, now=now)), entry))


def day_snapshot(entry: WaitlistEntry, *, now: dt.datetime, actor: Actor = SYSTEM) -> Snapshot:
    """What the engine needs for the day of an entry, which may not be saved yet; of what the actor's scopes leave."""
    day = _date_of(entry)
    return load_snapshot(
        service=entry.service,
        first=day,
        last=day,
        now=now,
        policy=policy_of(entry.service),
        staff_ids=actor.staff_ids if entry.staff_id is None else [entry.staff_id],
        staff_within=actor.staff_ids,
        location_ids=actor.location_ids if entry.location_id is None else [entry.location_id],
        party_size=entry.party_size,
        extra_minutes=extra_minutes(entry),
        point=known_point((entry.address or {}).get("postcode") or ""),
    )


def extra_minutes(entry: WaitlistEntry) -> int:
    """How much the extras that are asked for lengthen it."""
    if not entry.extras:
        return 0
    return sum(Extra.objects.filter(pk__in=entry.extras).values_list("duration_minutes", flat=True))


def is_over(entry: WaitlistEntry, *, now: dt.datetime) -> bool:
    """Nobody can wait for it any more: the session has begun, or the day is over where it would be."""
    return over_at(entry) <= now


def over_at(entry: WaitlistEntry) -> dt.datetime:
    """When that will be."""
    if entry.session is not None:
        return entry.session.starts_at
    return dt.datetime.combine(_date_of(entry) + _DAY, dt.time.min, tzinfo=zone_of(entry.location))


def _date_of(entry: WaitlistEntry) -> dt.date:
    if entry.date is None:
        raise ValueError("this one waits for a session")
    return entry.date


def _starts(snapshot: Snapshot, entry: WaitlistEntry) -> list[dt.datetime]:
    return [instant_of(slot.start) for slot in offered(snapshot)[_date_of(entry)]]


def _emptied(snapshot: Snapshot) -> Snapshot:
    """The same business without a booking."""
    return replace(
        snapshot,
        places=tuple(replace(place, full_days=frozenset()) for place in snapshot.places),
        people=tuple(
            replace(person, booked=(), blocked=(), stays=(), external=(), groups=()) for person in snapshot.people
        ),
        units=tuple(Unit(id=unit.id, place=unit.place, kind=unit.kind) for unit in snapshot.units),
    )


def _to_come(now: dt.datetime) -> QuerySet[WaitlistEntry]:
    return WaitlistEntry.objects.filter(
        Q(session__starts_at__gt=now, session__published=True) | Q(date__gte=(now - _DAY).date()),
        status=Waiting.WAITING,
    )


def _ids(rows: QuerySet[WaitlistEntry]) -> list[UUID]:
    return list(rows.order_by("rank", "created_at", "id").values_list("pk", flat=True))


def _ahead() -> Any:
    """How many wait before a row, for the same: an expression."""
    same = Q(session=OuterRef("session")) | Q(session=None, service=OuterRef("service"), date=OuterRef("date"))
    before = (
        Q(rank__lt=OuterRef("rank"))
        | Q(rank=OuterRef("rank"), created_at__lt=OuterRef("created_at"))
        | Q(rank=OuterRef("rank"), created_at=OuterRef("created_at"), pk__lt=OuterRef("pk"))
    )
    line = WaitlistEntry.objects.filter(same, before, status=Waiting.WAITING).order_by()
    counted = line.values(of=F("status")).annotate(count=Count("pk")).values("count")
    return Coalesce(Subquery(counted), 0)


def _scope_of(actor: Actor) -> Q:
    scope, doing = Q(), StaffService.objects.all()
    if not actor.may(Permission.BOOKINGS_READ_ALL):
        doing = doing.filter(staff__user_id=actor.id)
    if actor.staff_ids is not None:
        doing = doing.filter(staff__in=actor.staff_ids)
    if actor.staff_ids is not None or not actor.may(Permission.BOOKINGS_READ_ALL):
        scope &= _with_any_of(doing)
    if actor.location_ids is not None:
        scope &= _at_any_of(actor.location_ids)
    return scope


def _with_any_of(doing: QuerySet[StaffService]) -> Q:
    people, services = doing.values("staff"), doing.values("service")
    anybody = Q(session=None, staff=None, service__in=services)
    return Q(session__staff__in=people) | Q(session=None, staff__in=people) | anybody


def _at_any_of(places: Collection[UUID]) -> Q:
    anywhere = Q(session=None, location=None)
    return Q(session__location__in=places) | Q(session=None, location__in=places) | anywhere


def waiting_counts(session_ids: Collection[UUID]) -> dict[UUID, int]:
    """How many entries wait for each of these sessions; of one for which none does, nothing."""
    if not session_ids:
        return {}
    found = WaitlistEntry.objects.filter(session__in=session_ids, status=Waiting.WAITING).order_by()
    return dict(found.values("session").annotate(count=Count("pk")).values_list("session", "count"))


def waits_for(actor: Actor, session_id: UUID) -> WaitlistEntry | None:
    """What they wait for in that session themselves, or are offered."""
    return waitlist_visible_to(actor).filter(session=session_id, status__in=sorted(STILL_WAITS)).first()
