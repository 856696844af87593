"""Making a visit: everything or nothing."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookme.bookings.actions.facts import publish_together
from bookme.bookings.actions.limits import (
    Counted,
    customer_counted,
    day_counted,
    guest_contacts,
    guest_network,
    require_contact_limit,
    require_customer_limit,
    require_network_limit,
)
from bookme.bookings.actions.overdue import let_expire
from bookme.bookings.actions.placing import Calendars, choose, free_calendars, helpers_of, lock_calendars, seat
from bookme.bookings.actions.powers import own_user, require_in_scope, team_member
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.rows import new_reference, said_columns
from bookme.bookings.actions.seats import take_session_seats
from bookme.bookings.actions.terms import ItemTerms, VisitTerms, checked_terms
from bookme.bookings.availability import Cause
from bookme.bookings.events import BookingConfirmed, BookingEvent, BookingHeld, BookingRequested
from bookme.bookings.models import Appointment, Booking, Series, Visit
from bookme.bookings.policies import payment_due
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.selectors.offer import lead_of, place_of
from bookme.bookings.selectors.openings import require_session_notice, session_causes
from bookme.bookings.states import Status, first_status
from bookme.bookings.wishes import each_or_refused
from bookme.core.actor import Actor
from bookme.customers.actions import consents_of, find_or_make_customer, keep_address
from bookme.customers.models import Customer
from bookme.services.pricing import booking_price
from bookme.tenants.context import require_tenant
from bookme.tenants.statements import insert


def create_visit(*, request: BookingRequest, actor: Actor, now: dt.datetime) -> Visit:
    """Book: one visit, a booking for each service; confirmed, or pending as the policies say, or held.

    Joins the caller's transaction. Where one of the services awaits the business's yes, all of the visit does. Money
    that is due is recorded on the bookings, which go on without it. Takes the lock. Publishes BookingConfirmed,
    BookingRequested or BookingHeld. Raises Invalid for what does not fit together, NotAllowed `guest_booking_off` or
    `out_of_scope`, TooMany, Conflict `customer_limit`, and SlotUnavailable, for which the caller leaves the transaction
    and asks `openings.with_alternatives`.
    """
    return create_bookings(request=request, actor=actor, now=now)[0].visit


def create_bookings(*, request: BookingRequest, actor: Actor, now: dt.datetime) -> list[Booking]:
    """As `create_visit`, for who tells of them: its bookings in order, with `helper_ids`."""
    return book(request=request, visits=[checked_terms(request, actor=actor)], actor=actor, now=now)[0]


def book(
    *,
    request: BookingRequest,
    visits: Sequence[VisitTerms],
    actor: Actor,
    now: dt.datetime,
    rule: Recurrence | None = None,
    is_course: bool = False,
) -> list[list[Booking]]:
    """The bookings of a visit for each of these terms, all or none, under one lock; as `create_visit`.

    One message tells of them all. With the `rule` by which they repeat, or of a course, they are a series; to what
    somebody may have, a course adds one booking.
    """
    counted_ones = visits[:1] if is_course else visits
    services = Counter(item.wish.service for terms in counted_ones for item in terms.items)
    adding = services.total()
    require_network_limit(network=guest_network(request.guest_address, actor=actor), adding=adding, now=now)
    calendars = Calendars.of_all(each_or_refused(lambda terms: _look(terms, now), visits))
    customer = _customer_of(request, actor)
    rows = {row for each in services for row in (*day_counted(each), *customer_counted(each, customer.pk))}
    counted = Counted(guest_contacts(request.contact, actor=actor), frozenset(rows))
    lock_calendars(calendars, counted=counted, now=now)
    require_contact_limit(contact=request.contact, actor=actor, adding=adding, now=now)
    for service, count in services.items():
        require_customer_limit(service=service, customer_id=customer.pk, adding=count, now=now)
    series = Series.objects.create(customer=customer, rule=rule and rule.to_data()) if rule or is_course else None
    # Here the first refusal ends it: the wall's leaves a transaction in which nothing can be asked any more.
    made = [_book_one(request, terms, calendars, customer, series, actor, now) for terms in visits]
    bookings = [[each.booking for each in of_visit] for of_visit in made]
    first = bookings[0][0].visit
    consents = consents_of(customer, granted=request.consents, language=request.language, visit_id=first.pk)
    for of_visit in bookings:
        visit = of_visit[0].visit
        insert(visit, *of_visit, *(consents if visit is first else ()))
    if request.address is not None:
        keep_address(customer=customer, address=request.address)
    _announce(made, actor, now)
    return bookings


def _customer_of(request: BookingRequest, actor: Actor) -> Customer:
    return find_or_make_customer(
        contact=request.contact,
        language=request.language,
        user_id=own_user(actor),
        own_email=actor.email,
        added_by=team_member(actor),
    )


def _look(terms: VisitTerms, now: dt.datetime) -> Calendars:
    """Without a lock: it refuses most of what cannot be, and tells what has to be locked."""
    if terms.session is None:
        return free_calendars(wish=terms.wish, now=now)
    require_session_notice(terms.session, terms.wish, now=now)
    owners = frozenset({terms.session.staff_id})
    return Calendars(owners, overdue=owners)


@dataclass(frozen=True)
class _Made:
    """A booking, and what stood against it: the team has waived that."""

    booking: Booking
    waived: tuple[Cause, ...]


def _book_one(
    request: BookingRequest,
    terms: VisitTerms,
    calendars: Calendars,
    customer: Customer,
    series: Series | None,
    actor: Actor,
    now: dt.datetime,
) -> list[_Made]:
    """Takes the seats; visit and bookings are yet to be written."""
    seats = _seats(terms, calendars, now)
    for appointment, *_ in seats:
        require_in_scope(actor, appointment)
    visit = _visit(request, terms, customer, series, actor)
    status = first_status(*(item.policy for item in terms.items), is_held=request.hold_until is not None)
    made = []
    for position, (item, (appointment, waived, helper_ids)) in enumerate(zip(terms.items, seats, strict=True)):
        booking = Booking(
            visit=visit,
            appointment=appointment,
            position=position,
            status=status,
            hold_expires_at=request.hold_until,
            **_copies(item, appointment),
        )
        booking.helper_ids = helper_ids
        made.append(_Made(booking, waived))
    return made


def _seats(
    terms: VisitTerms, calendars: Calendars, now: dt.datetime
) -> list[tuple[Appointment, tuple[Cause, ...], list[UUID]]]:
    """Of each service, its appointment, what was waived for it, and who helps."""
    if terms.session is not None:
        take_session_seats(terms.session, terms.wish)
        waived = session_causes(terms.session, terms.wish, now=now)
        return [(terms.session, waived, helpers_of(terms.session))]
    seats = []
    for item, placement in zip(terms.items, choose(wish=terms.wish, calendars=calendars, now=now), strict=True):
        appointment = seat(wish=item.wish, placement=placement)
        seats.append((appointment, placement.waived, [] if placement.is_of_one else helpers_of(appointment)))
    return seats


def _visit(
    request: BookingRequest, terms: VisitTerms, customer: Customer, series: Series | None, actor: Actor
) -> Visit:
    return Visit(
        reference=new_reference(),
        customer=customer,
        series=series,
        **said_columns(request, answers=terms.answers, actor=actor),
    )


def _copies(item: ItemTerms, appointment: Appointment) -> dict[str, Any]:
    """What a booking keeps of how things were when it was made."""
    currency = require_tenant().config.currency
    appointment.staff, own_price = lead_of(appointment)
    appointment.location = place_of(appointment)  # read along: whoever tells of the booking names person and place
    price = booking_price(
        price=item.wish.service.price if own_price is None else own_price,
        party_size=item.wish.party_size,
        extras=[extra.price for extra in item.extras],
        currency=currency,
    )
    return {
        "party_size": item.wish.party_size,
        "extras": [
            {
                "id": str(extra.pk),
                "name": extra.name,
                "price": str(extra.price),
                "duration_minutes": extra.duration_minutes,
            }
            for extra in item.extras
        ],
        "price": price,
        "currency": currency,
        "payment_due": payment_due(deposit=item.policy.deposit, price=price, currency=currency),
        "policy": item.policy.to_data(),
    }


def _announce(visits: Sequence[list[_Made]], actor: Actor, now: dt.datetime) -> None:
    made = [each for visit in visits for each in visit]
    first, waived = made[0].booking, {each.booking.pk: each.waived for each in made}
    kinds: dict[Status, type[BookingEvent]] = {
        Status.HELD: BookingHeld,
        Status.PENDING: BookingRequested,
        Status.CONFIRMED: BookingConfirmed,
    }
    publish_together(
        kinds[first.state],
        [each.booking for each in made],
        actor=actor.called(first.visit.contact_name),
        told=lambda booking: {"waived": [each.value for each in waived[booking.pk]]},
    )
    if first.status != Status.CONFIRMED:
        for visit in visits:
            let_expire(visit[0].booking, now=now)
