"""What waits is offered a free place: really held for them, through the same lock and wall as a booking."""

import datetime as dt
from uuid import UUID

from bookme.bookings.actions.booking import create_visit
from bookme.bookings.actions.facts import fact_of, waiting_fact
from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.actions.placing import owners_of
from bookme.bookings.actions.powers import BUSINESS, CUSTOMER, acts_for_business, require_in_scope
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.actions.seats import expire_locked
from bookme.bookings.actions.versions import swapped
from bookme.bookings.actions.waiting import (
    close_entry,
    end_waiting,
    locked_entry,
    locked_with_same,
    require_waiting,
)
from bookme.bookings.events import (
    BookingConfirmed,
    BookingRequested,
    WaitlistAccepted,
    WaitlistDeclined,
    WaitlistLapsed,
    WaitlistLeft,
    WaitlistOffered,
)
from bookme.bookings.locks import lock
from bookme.bookings.models import Booking, Visit, Waiting, WaitlistEntry
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.waiting import (
    free_starts,
    has_one_already,
    has_seats,
    held_by,
    is_of_course_only,
    offer_until,
)
from bookme.bookings.states import Status, first_status
from bookme.bookings.wishes import COURSE_ONLY
from bookme.core.actor import SYSTEM, Actor, ActorKind
from bookme.core.errors import Conflict
from bookme.core.permissions import Permission
from bookme.customers.actions import Address, Contact
from bookme.eventlog.actions import publish
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant

OVER = "This offer has run out: the place has gone to the next in line."


def offer_place(*, entry_id: UUID, now: dt.datetime, actor: Actor = SYSTEM) -> bool:
    """Hold a free place for who waits, if there is one for them in time; False, and nothing done, if there is none.

    Of a day it is the first free start. The hold ends after the policy's `offer_minutes`, never later than the notice
    allows. However often a guest asked for the same, in turn they get it once; the team may give them more. Who waits
    for one date of what is booked as a whole course by now waits no more: WaitlistClosed.

    Joins the transaction. Takes the rows of all that this customer asked for the same, so that two at once do not offer
    to the same one, then the lock. Publishes BookingHeld and WaitlistOffered. Raises what `create_visit` does:
    SlotUnavailable where somebody was faster, after which a new transaction may look again.
    """
    entry = locked_with_same(entry_id)
    if entry.state is not Waiting.WAITING or not require_tenant().config.features.waitlist:
        return False
    if actor.kind is ActorKind.SYSTEM and is_of_course_only(entry):
        close_entry(entry_id=entry_id, reason=COURSE_ONLY)
        return False
    if actor.kind is ActorKind.SYSTEM and has_one_already(entry):
        return False
    found = _place_for(entry, now, actor)
    if found is None:
        return False
    start, until = found
    visit = create_visit(request=_request(entry, start, until), actor=actor, now=now)
    # It is held in their name: it is theirs, and counts as theirs. Whoever put them into the line booked it.
    Visit.objects.filter(pk=visit.pk).update(
        user_id=entry.user_id,
        added_by=entry.added_by,
        source=entry.source,
        guest_address=entry.guest_address,
        consents=entry.consents,
    )
    entry.status, entry.visit = Waiting.OFFERED, visit
    entry.save(update_fields=["status", "visit", "updated_at"])
    booking = held_booking(entry)
    publish(
        waiting_fact(WaitlistOffered, entry, booking_id=booking.pk, expires_at=until.isoformat()),
        actor=actor,
    )
    return True


def offer_to(*, entry: WaitlistEntry, actor: Actor, now: dt.datetime) -> WaitlistEntry:
    """The team passes the line over: the next free place goes to this one, now. Demands `bookings.manage`.

    Of a day on which anybody will do, it is a place within the actor's scopes. Raises Conflict `wrong_status`, and
    `nothing_free`; else as `offer_place`.
    """
    actor.demand(Permission.BOOKINGS_MANAGE)
    require_waiting(locked_with_same(entry.pk))
    if not offer_place(entry_id=entry.pk, now=now, actor=actor):
        raise Conflict("There is no place to offer now, or too little time for an offer.", code="nothing_free")
    return locked_entry(entry.pk)


def accept_offer(*, entry: WaitlistEntry, actor: Actor, now: dt.datetime) -> WaitlistEntry:
    """Book what was held: confirmed, or asked for where the business wants to say yes.

    Publishes WaitlistAccepted, and BookingConfirmed or BookingRequested. Raises Conflict `offer_over` from the very
    second in which it runs out, and `wrong_status` where nothing is offered.
    """
    acts_for_business(actor)
    locked = locked_entry(entry.pk)
    booking = _offered(locked, actor, now)
    status = first_status(Policy.from_data(booking.policy))
    if not swapped(booking, status=status, hold_expires_at=None):
        raise Conflict(OVER, code="offer_over")
    if status is Status.PENDING:
        let_expire(booking, now=now)
    kind = BookingConfirmed if status is Status.CONFIRMED else BookingRequested
    publish(fact_of(kind, booking), actor=actor)
    end_waiting(locked, Waiting.ACCEPTED)
    publish(waiting_fact(WaitlistAccepted, locked, booking_id=booking.pk), actor=actor)
    return locked


def decline_offer(*, entry: WaitlistEntry, actor: Actor, now: dt.datetime) -> WaitlistEntry:
    """Turn an offer down: its place is free for the next. Takes the lock.

    Publishes WaitlistDeclined and BookingExpired. Raises as `accept_offer` does.
    """
    acts_for_business(actor)
    locked = locked_entry(entry.pk)
    booking = _offered(locked, actor, now)
    _give_back(booking)
    end_waiting(locked, Waiting.DECLINED)
    publish(waiting_fact(WaitlistDeclined, locked, booking_id=booking.pk), actor=actor)
    return locked


def leave_waitlist(*, entry: WaitlistEntry, actor: Actor) -> WaitlistEntry:
    """Wait no more. What was offered is free for the next, which takes the lock.

    Publishes WaitlistLeft, and BookingExpired. Raises Conflict `wrong_status` for who does not wait.
    """
    by = BUSINESS if acts_for_business(actor) else CUSTOMER
    locked = locked_entry(entry.pk)
    if locked.state is Waiting.OFFERED:
        booking = held_booking(locked)
        require_in_scope(actor, booking.appointment)
        _give_back(booking)
    else:
        require_waiting(locked)
    end_waiting(locked, Waiting.LEFT)
    publish(waiting_fact(WaitlistLeft, locked, by=by), actor=actor)
    return locked


def lapse_offer(*, visit_id: UUID) -> bool:
    """End the offer whose hold is no more, of who did not take it; False where there is none.

    Publishes WaitlistLapsed.
    """
    found = WaitlistEntry.objects.filter(visit=visit_id, status=Waiting.OFFERED).values_list("pk", flat=True).first()
    if found is None:
        return False
    entry = locked_entry(found)
    booking = held_booking(entry)
    if entry.state is not Waiting.OFFERED or booking.keeps_seats:
        return False
    end_waiting(entry, Waiting.LAPSED)
    publish(waiting_fact(WaitlistLapsed, entry, booking_id=booking.pk), actor=SYSTEM)
    return True


def held_booking(entry: WaitlistEntry) -> Booking:
    """What was offered, as it is now; raises where nothing ever was."""
    found = held_by(entry)
    if found is None:
        raise LookupError(f"nothing was offered to {entry.pk}")
    return found


def _offered(entry: WaitlistEntry, actor: Actor, now: dt.datetime) -> Booking:
    if entry.state is Waiting.LAPSED:
        raise Conflict(OVER, code="offer_over")
    if entry.state is not Waiting.OFFERED:
        raise Conflict("Nothing is offered to them now.", code="wrong_status", extra={"status": entry.status})
    booking = held_booking(entry)
    require_in_scope(actor, booking.appointment)
    if booking.state is not Status.HELD or booking.hold_expires_at is None or booking.hold_expires_at <= now:
        raise Conflict(OVER, code="offer_over")
    if booking.appointment.starts_at <= now:
        raise Conflict("It has begun already.", code="too_late")
    return booking


def _give_back(booking: Booking) -> None:
    lock(owners_of(booking.appointment))
    if booking.state is not Status.HELD or not expire_locked(bookings=[booking]):
        raise Conflict(OVER, code="offer_over")


def _place_for(entry: WaitlistEntry, now: dt.datetime, actor: Actor) -> tuple[dt.datetime, dt.datetime] | None:
    """The start that can be offered, and until when. A look without a lock."""
    policy, session = policy_of(entry.service), entry.session
    if session is not None:
        starts = [session.starts_at] if has_seats(session, entry.party_size) else []
    else:
        starts = free_starts(entry, now=now, actor=actor)
    for start in starts:
        if until := offer_until(start, policy=policy, now=now):
            return start, until
    return None


def _request(entry: WaitlistEntry, start: dt.datetime, until: dt.datetime) -> BookingRequest:
    """Consents were recorded as they were given, with the entry."""
    item = (
        Item(session_id=entry.session_id)
        if entry.session_id
        else Item(
            service_id=entry.service_id,
            staff_id=entry.staff_id,
            extra_ids=tuple(UUID(each) for each in entry.extras),
        )
    )
    return BookingRequest(
        contact=Contact(name=entry.contact_name, email=entry.contact_email, phone=entry.contact_phone),
        items=(item,),
        start=None if entry.session_id else start,
        location_id=entry.location_id,
        party_size=entry.party_size,
        notes=entry.notes,
        answers=entry.answers,
        address=Address(**entry.address) if entry.address else None,
        language=entry.language,
        timezone=entry.timezone,
        hold_until=until,
    )
