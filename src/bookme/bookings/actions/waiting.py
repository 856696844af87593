"""The line of who waits for a place: joining it, one's place in it, and its end."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Q

from bookme.bookings.actions.facts import waiting_fact
from bookme.bookings.actions.limits import RECENT, guest_contacts, refuse_beyond
from bookme.bookings.actions.powers import require_within, team_member
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.rows import said_columns
from bookme.bookings.actions.terms import VisitTerms, checked_terms
from bookme.bookings.events import WaitlistClosed, WaitlistJoined, WaitlistRanked
from bookme.bookings.locks import lock
from bookme.bookings.models import STILL_WAITS, TEAM_SOURCE, Waiting, WaitlistEntry
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.waiting import (
    free_starts,
    has_seats,
    is_over,
    line_of,
    offer_until,
    over_at,
    same_wishes,
    would_open,
)
from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.errors import Conflict, Invalid, NotAllowed, NotFound
from bookme.core.limits import SITE_FACTOR, site_of, wide_name
from bookme.core.permissions import Permission
from bookme.core.time import is_calendar_day
from bookme.customers.actions import consents_of, find_or_make_customer
from bookme.eventlog.actions import publish
from bookme.locations.selectors import zone_of
from bookme.services.models import Service, ServiceKind
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import enqueue_again
from bookme.tenants.statements import insert

CLOSE_TASK = "bookings.close_waiting"
TOO_MANY = "too_many_waiting"
_FULL_NETWORK = "Too many guests of this network wait already."
SESSION_OR_DAY = "Give either a session, or a service and a date."


def join_waitlist(*, request: BookingRequest, date: dt.date | None, actor: Actor, now: dt.datetime) -> WaitlistEntry:
    """Wait for a place in the request's session or, for its one service, on `date`. Joins the transaction.

    Whoever could book instead is told so: Conflict `not_full`. So is who waits already (`already_waiting`), unless they
    are a guest, who comes too late for an offer (`too_late`), and who asks for a day on which nothing is ever offered
    (`not_offered`). Raises NotAllowed `waitlist_off`, TooMany, and all that `checked_terms` does. Takes the lock, of
    who is counted alone. Publishes WaitlistJoined.
    """
    if not require_tenant().config.features.waitlist:
        raise NotAllowed("This business keeps no waitlist.", code="waitlist_off")
    terms = _checked(request, date, actor, now)
    entry = _unsaved(request, terms, date, actor)
    _require_reach(entry, actor)
    _require_full(entry, now)
    _require_network(entry, now)
    entry.customer = find_or_make_customer(
        contact=request.contact,
        language=request.language,
        user_id=entry.user_id,
        own_email=actor.email,
        added_by=team_member(actor),
    )
    lock([entry.customer_id], contacts=guest_contacts(request.contact, actor=actor))
    _require_contact(entry, guest_contacts(request.contact, actor=actor), now)
    _require_new(entry, actor)
    entry.rank = (line_of(entry).aggregate(last=Max("rank"))["last"] or 0) + 1
    entry.save(force_insert=True)
    insert(*consents_of(entry.customer, granted=request.consents, language=request.language))
    _let_close(entry, now=now)
    publish(waiting_fact(WaitlistJoined, entry), actor=actor.called(entry.contact_name))
    return entry


def rank_entry(*, entry: WaitlistEntry, actor: Actor, to: str = "", before: UUID | None = None) -> WaitlistEntry:
    """Move within the line: `to` the `first` or the `last` place, or `before` another one of the same line.

    Demands `bookings.manage`. Publishes WaitlistRanked. Raises Conflict `wrong_status`, and Invalid `unknown_entry`
    for another line's.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    # Locked in an order that no rank changes: else two at once could deadlock, or read the line as it was before.
    rows = line_of(entry).select_for_update(no_key=True).order_by("id")
    line = sorted(rows, key=lambda each: (each.rank, each.created_at, each.pk))
    mine = next((each for each in line if each.pk == entry.pk), None)
    if mine is None:
        raise _wrong_status(locked_entry(entry.pk))
    others = [each for each in line if each.pk != entry.pk]
    place = _wanted_place(others, to, before)
    ordered = [*others[:place], mine, *others[place:]]
    for rank, each in enumerate(ordered, 1):
        each.rank = rank
    WaitlistEntry.objects.bulk_update(ordered, ["rank"])
    publish(waiting_fact(WaitlistRanked, mine, position=place + 1), actor=actor)
    return mine


def close_if_over(*, entry_id: UUID, now: dt.datetime) -> bool:
    """Let somebody wait no more for what has begun. Of what was moved later meanwhile, it is looked at again then."""
    found = WaitlistEntry.objects.select_related("session", "location").filter(pk=entry_id).first()
    if found is None or found.state is not Waiting.WAITING:
        return False
    if not is_over(found, now=now):
        _let_close(found, now=now)
        return False
    return close_entry(entry_id=entry_id, reason="passed")


def close_entry(*, entry_id: UUID, reason: str) -> bool:
    """False for who does not wait any more, or has an offer. Publishes WaitlistClosed."""
    entry = locked_entry(entry_id)
    if entry.state is not Waiting.WAITING:
        return False
    end_waiting(entry, Waiting.CLOSED)
    publish(waiting_fact(WaitlistClosed, entry, reason=reason), actor=SYSTEM)
    return True


def waits_for_one(*, session: object, service: object, date: object) -> bool:
    """Whether it is a session that is waited for, or else a day of a service."""
    if session is not None:
        return service is None and date is None
    return service is not None and date is not None


def locked_entry(entry_id: UUID) -> WaitlistEntry:
    """The row as it is now, held until the transaction ends: before the lock of the calendars, never after it."""
    rows = WaitlistEntry.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("service", "session__service", "session__location", "location")
    found = rows.filter(pk=entry_id).first()
    if found is None:
        raise NotFound
    return found


def locked_with_same(entry_id: UUID) -> WaitlistEntry:
    """As `locked_entry`, with all that its customer asked for the same: in the order of their ids, so none cross."""
    found = WaitlistEntry.objects.filter(pk=entry_id).first()
    if found is not None:
        list(same_wishes(found).select_for_update(no_key=True).order_by("id").values_list("pk"))
    return locked_entry(entry_id)


def require_waiting(entry: WaitlistEntry) -> None:
    """Raises Conflict `wrong_status` unless they wait and nothing is offered to them."""
    if entry.state is not Waiting.WAITING:
        raise _wrong_status(entry)


def end_waiting(entry: WaitlistEntry, status: Waiting) -> None:
    """They wait no more; the caller has the row locked, and tells of it."""
    entry.status = status
    entry.save(update_fields=["status", "updated_at"])


def _wrong_status(entry: WaitlistEntry) -> Conflict:
    what = "An offer is open for them." if entry.state is Waiting.OFFERED else "They wait no more."
    return Conflict(what, code="wrong_status", extra={"status": entry.status})


def _checked(request: BookingRequest, date: dt.date | None, actor: Actor, now: dt.datetime) -> VisitTerms:
    """What is asked for, as if it were booked at noon of that day: whether it is free then is not asked."""
    item = request.items[0]
    if not waits_for_one(session=item.session_id, service=item.service_id, date=date):
        raise Invalid.field("", SESSION_OR_DAY, code="session_or_service")
    if date is None:
        return checked_terms(request, actor=actor)
    if not is_calendar_day(date):
        raise Invalid.field("/date", "This date is out of range.", code="out_of_range")
    noon = dt.datetime.combine(date, dt.time(12), tzinfo=require_tenant().config.zone)
    terms = checked_terms(replace(request, start=noon), actor=actor)
    service = terms.wish.service
    if service.kind == ServiceKind.CLASS:
        raise Invalid.field("/service", "Wait for one of its sessions: a class has no free days.", code="sessions_only")
    _require_horizon(service, date, now)
    return terms


def _require_horizon(service: Service, date: dt.date, now: dt.datetime) -> None:
    today = now.astimezone(require_tenant().config.zone).date()
    if not today <= date <= today + dt.timedelta(days=policy_of(service).max_days_ahead):
        raise Invalid.field("/date", "This day is past, or too far ahead.", code="out_of_range")


def _unsaved(request: BookingRequest, terms: VisitTerms, date: dt.date | None, actor: Actor) -> WaitlistEntry:
    return WaitlistEntry(
        service=terms.wish.service,
        session=terms.session,
        date=date,
        staff_id=None if terms.session else request.items[0].staff_id,
        location_id=None if terms.session else request.location_id,
        extras=[str(extra.pk) for extra in terms.items[0].extras],
        party_size=request.party_size,
        **said_columns(request, answers=terms.answers, actor=actor),
    )


def _require_reach(entry: WaitlistEntry, actor: Actor) -> None:
    """Raises NotAllowed `out_of_scope` where somebody of the team puts down what is not theirs to give."""
    where = entry.session or entry
    if where.staff_id is None and actor.staff_ids is not None:
        raise NotAllowed("Name somebody whom your role here reaches.", code="out_of_scope")
    if where.location_id is None and actor.location_ids is not None:
        raise NotAllowed("Name a place that your role here reaches.", code="out_of_scope")
    require_within(actor, staff_id=where.staff_id, location_id=where.location_id)


def _require_full(entry: WaitlistEntry, now: dt.datetime) -> None:
    """A look without a lock: what becomes free meanwhile is offered to who has joined."""
    session = entry.session
    if session is not None:
        if offer_until(session.starts_at, policy=policy_of(entry.service), now=now) is None:
            raise Conflict("It begins too soon to wait for it.", code="too_late")
        if has_seats(session, entry.party_size):
            raise Conflict("There is still room in this session: book it.", code="not_full")
    elif starts := free_starts(entry, now=now):
        free = starts[0].astimezone(zone_of(entry.location)).isoformat()
        raise Conflict("There is still a free time on this day: book it.", code="not_full", extra={"start": free})
    elif not would_open(entry, now=now):
        raise Conflict("Nothing of this is given on this day, even if nothing were booked.", code="not_offered")


def _require_network(entry: WaitlistEntry, now: dt.datetime) -> None:
    if not entry.guest_address:
        return
    most, name, detail = settings.GUEST_BOOKINGS_PER_ADDRESS, "waitlist-network", _FULL_NETWORK
    refuse_beyond(
        name, most, had=_having(Q(guest_address=entry.guest_address), most, now), detail=detail, code=TOO_MANY
    )
    if site := site_of(entry.guest_address):
        most *= SITE_FACTOR
        same = Q(guest_address__range=(str(site[0]), str(site[-1])))
        refuse_beyond(wide_name(name), most, had=_having(same, most, now), detail=detail, code=TOO_MANY)


def _require_contact(entry: WaitlistEntry, contacts: frozenset[str], now: dt.datetime) -> None:
    """Exact, since the lock holds the contacts."""
    most = settings.GUEST_BOOKINGS_PER_CONTACT
    for column in ("contact_email", "contact_phone"):
        given = getattr(entry, column)
        if given in contacts:
            had = _having(Q(**{column: given}), most, now)
            detail = "You wait for as much as a guest may wait for."
            refuse_beyond("waitlist-contact", most, had=had, detail=detail, code=TOO_MANY)


def _having(same: Q, most: int, now: dt.datetime) -> int:
    """How many wait still or, whatever became of them, are not a day old; not counted further than `most`."""
    counted = Q(status__in=STILL_WAITS) | Q(created_at__gt=now - RECENT)
    found = WaitlistEntry.objects.filter(same, counted).exclude(source=TEAM_SOURCE).order_by()
    return found[:most].count()


def _require_new(entry: WaitlistEntry, actor: Actor) -> None:
    """Not of a guest, who is never told what is known of the contact that they give."""
    if actor.kind is ActorKind.GUEST:
        return
    if same_wishes(entry).filter(status__in=STILL_WAITS).exists():
        raise Conflict("This contact waits for it already.", code="already_waiting")


def _wanted_place(others: Sequence[WaitlistEntry], to: str, before: UUID | None) -> int:
    if before is None:
        return 0 if to == "first" else len(others)
    place = next((place for place, each in enumerate(others) if each.pk == before), None)
    if place is None:
        raise Invalid.field("/before", "Nobody of this id waits in the same line.", code="unknown_entry")
    return place


def _let_close(entry: WaitlistEntry, *, now: dt.datetime) -> None:
    enqueue_again(
        task=CLOSE_TASK,
        args={"entry_id": str(entry.pk)},
        key=f"waitlist:{entry.pk}:close",
        due_at=over_at(entry),
        now=now,
    )
