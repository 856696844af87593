"""When people are busy and where, and nothing of with what: for who does not see their calendar in full."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from bookme.bookings.models import ACTIVE, Appointment
from bookme.bookings.selectors.snapshots import LONGEST_BLOCK
from bookme.bookings.selectors.team import calendars_scope
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.staff.models import ExternalBusy, Staff, TimeOff, WorkingHours
from bookme.staff.selectors import people_away_by


@dataclass(frozen=True)
class BusyRange:
    """Somebody has no time from `start` to `end`; None where it is at no place, or at one that is not to be told."""

    staff_id: UUID
    location_id: UUID | None
    start: dt.datetime
    end: dt.datetime


def busy_calendars(actor: Actor, start: dt.datetime, end: dt.datetime) -> QuerySet[Staff]:
    """Of whom this actor knows when they are busy, in the business's order. Raises NotAllowed.

    Everybody of the team knows it of everybody, but for who is bound: to calendars, of these; to places, of who works
    there, or has something there in the half-open range.
    """
    actor.demand(Permission.BOOKINGS_READ)
    rows = Staff.objects.filter(is_active=True)
    if actor.staff_ids is not None:
        rows = rows.filter(pk__in=actor.staff_ids)
    if actor.location_ids is not None:
        there, own = Q(location__in=actor.location_ids), Q(staff=OuterRef("pk"))
        works = WorkingHours.objects.filter(own, there | Q(location=None))
        rows = rows.filter(Exists(works) | Exists(_taken(start, end).filter(own, there)))
    return rows


def busy_between(
    actor: Actor,
    start: dt.datetime,
    end: dt.datetime,
    *,
    people: Iterable[Staff],
    location_id: UUID | None = None,
    unseen: bool = False,
) -> list[BusyRange]:
    """Of these people, which `busy_calendars` has named: blocked time, absence, and what calendars outside have.

    Within the half-open range, by start; of one person nothing overlaps. With a place, what is there and what keeps
    them from every place. With `unseen`, what the actor does not see in full beside it. Three queries.
    """
    ids = [each.pk for each in people]
    taken, away = _taken(start, end).filter(staff__in=ids), TimeOff.objects.filter(staff__in=ids)
    if location_id is not None:
        taken = taken.filter(location=location_id)
    if unseen:
        seen = _taken(start, end).filter(calendars_scope(actor), lead=None)
        taken = taken.annotate(led=Coalesce("lead", "pk")).exclude(led__in=seen.values("pk"))
        away = away.exclude(staff__in=people_away_by(actor))
    columns = ("staff", "location", "blocked_start", "blocked_end")
    told = [
        BusyRange(staff, _told_place(actor, place), first, last)
        for staff, place, first, last in taken.values_list(*columns)
    ]
    for rows in (away, ExternalBusy.objects.filter(staff__in=ids)):
        met = rows.filter(starts_at__lt=end, ends_at__gt=start).values_list("staff", "starts_at", "ends_at")
        told += [BusyRange(staff, None, first, last) for staff, first, last in met]
    return merged([replace(each, start=max(each.start, start), end=min(each.end, end)) for each in told])


def merged(ranges: Sequence[BusyRange]) -> list[BusyRange]:
    """By start, those of a person that overlap, or follow each other at one place, as one.

    So nobody can tell how much there is in it. It has no place where its parts are not all at the same.
    """
    last: dict[UUID, BusyRange] = {}
    found: list[BusyRange] = []
    for each in sorted(ranges, key=lambda one: (one.start, one.end)):
        before = last.get(each.staff_id)
        if before is None or before.end < each.start or _is_apart(before, each):
            last[each.staff_id] = each
            found.append(each)
            continue
        place = before.location_id if before.location_id == each.location_id else None
        joined = replace(before, location_id=place, end=max(before.end, each.end))
        found[found.index(before)] = last[each.staff_id] = joined
    return found


def _is_apart(before: BusyRange, each: BusyRange) -> bool:
    return before.end == each.start and before.location_id != each.location_id


def _told_place(actor: Actor, place: UUID) -> UUID | None:
    return place if actor.location_ids is None or place in actor.location_ids else None


def _taken(start: dt.datetime, end: dt.datetime) -> QuerySet[Appointment]:
    """Active appointments whose blocked range meets the half-open one."""
    met = {"blocked_start__gt": start - LONGEST_BLOCK, "blocked_start__lt": end, "blocked_end__gt": start}
    return Appointment.objects.filter(ACTIVE, **met)
