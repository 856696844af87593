"""Moving a booking to another time, person or session: through the same lock, check and wall as a new one."""

import datetime as dt
from uuid import UUID

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.limits import day_counted
from bookme.bookings.actions.overdue import let_expire_at
from bookme.bookings.actions.placing import choose, every_calendar, helpers_of, lay_anew, owners_of, seat
from bookme.bookings.actions.powers import BUSINESS, CUSTOMER, acts_for_business, require_in_scope
from bookme.bookings.actions.seats import give_back_seats, release_expired_holds, staff_of_expired_holds
from bookme.bookings.actions.session_seats import lock_session, require_session_notice, take_session_seats
from bookme.bookings.actions.versions import swap
from bookme.bookings.events import BookingRescheduled
from bookme.bookings.locks import lock
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.policies import move_terms
from bookme.bookings.selectors.offer import require_location, require_staff
from bookme.bookings.selectors.openings import require_reach
from bookme.bookings.selectors.sessions import session_at
from bookme.bookings.states import Status
from bookme.bookings.wishes import SESSIONS_ONLY, SlotUnavailable, Wish
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.eventlog.actions import publish
from bookme.services.models import ServiceKind
from bookme.tenants.config import Policy

_WHY_NOT = {
    "wrong_status": "Only a booking that is still to come can be moved.",
    "too_late": "It is too late to move this booking.",
    "too_often": "This booking has been moved as often as it may be.",
}


def reschedule_booking(
    *,
    booking: Booking,
    start: dt.datetime,
    actor: Actor,
    now: dt.datetime,
    staff_id: UUID | None = None,
    any_staff: bool = False,
    location_id: UUID | None = None,
) -> Booking:
    """Move to `start`: with the same person and place unless others are named; of a class, to its session at that time.

    The price stays. An appointment of one's own moves in place; of a shared one, only the seats do. Customers are bound
    by the policy that they booked under. Takes the lock. Publishes BookingRescheduled. Raises Conflict `wrong_status`,
    `too_late`, `too_often` or `stale_version`, Invalid for unknown ids, NotAllowed `out_of_scope`, and
    SlotUnavailable.
    """
    by = BUSINESS if acts_for_business(actor) else CUSTOMER
    _require_may_move(booking, by, now)
    old = booking.appointment
    was = {"old_start": old.starts_at.isoformat(), "old_end": old.ends_at.isoformat(), "old_staff_id": old.staff_id}
    service = old.service
    require_staff(service, staff_id)
    require_location(service, location_id)
    wish = Wish(
        service=service,
        start=start,
        staff_id=staff_id or (None if any_staff or service.kind == ServiceKind.CLASS else old.staff_id),
        location_id=location_id or (None if service.kind == ServiceKind.CLASS else old.location_id),
        party_size=booking.party_size,
        extra_minutes=booking.extra_minutes,
        moving=booking,
    ).within_scopes_of(actor)
    if service.kind == ServiceKind.CLASS:
        _move_to_session(booking, wish, now)
    else:
        _move_to_slot(booking, wish, now)
    require_in_scope(actor, booking.appointment)
    if booking.status == Status.PENDING:
        let_expire_at(booking, booking.appointment.starts_at, now=now)
    publish(fact_of(BookingRescheduled, booking, by=by, **was), actor=actor)
    return booking


def _require_may_move(booking: Booking, by: str, now: dt.datetime) -> None:
    terms = move_terms(
        policy=Policy.from_data(booking.policy),
        status=booking.state,
        starts_at=booking.appointment.starts_at,
        times_moved=booking.times_moved,
        now=now,
    )
    bound = terms.reason if by == CUSTOMER else terms.reason == "wrong_status" and terms.reason
    if bound:
        raise Conflict(_WHY_NOT[bound], code=bound, extra={"status": str(booking.status)})


def _move_to_slot(booking: Booking, wish: Wish, now: dt.datetime) -> None:
    """Locks everybody who could take it, since a look before the lock would find the booking in its own way.

    An appointment that others ever were in stays as it was: it is their history, too.
    """
    require_reach(wish, now=now)
    calendars = every_calendar(wish)
    overdue = staff_of_expired_holds(now=now)
    lock(calendars.owners | overdue | owners_of(booking.appointment) | day_counted(wish.service))
    if overdue:
        release_expired_holds(staff_ids=overdue, now=now)
    swap(booking, times_moved=booking.times_moved + 1)
    placement = choose(wish=wish, calendars=calendars, now=now)
    give_back_seats(appointment_id=booking.appointment_id, seats=booking.party_size)
    shared = Booking.objects.filter(appointment=booking.appointment_id).exclude(pk=booking.pk).exists()
    if shared or placement.joins is not None:
        found = seat(wish=wish, placement=placement)
        Booking.objects.filter(pk=booking.pk).update(appointment=found)
    else:
        found = booking.appointment
        lay_anew(found, wish, placement)
    booking.appointment = Appointment.objects.select_related("service", "staff", "location").get(pk=found.pk)
    booking.helper_ids = list(placement.staff_ids[1:]) if placement.joins is None else helpers_of(found)


def _move_to_session(booking: Booking, wish: Wish, now: dt.datetime) -> None:
    session = session_at(wish)
    if session is None:
        raise SlotUnavailable(wish=wish, causes=[SESSIONS_ONLY])
    require_session_notice(session, wish, now=now)
    old = booking.appointment
    lock_session(staff_ids={session.staff_id, old.staff_id}, now=now)
    swap(booking, times_moved=booking.times_moved + 1, appointment=session)
    give_back_seats(appointment_id=old.pk, seats=booking.party_size)
    take_session_seats(session, wish)
