"""Making a visit: everything or nothing."""

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import asdict, replace
from decimal import Decimal
from functools import partial
from uuid import UUID

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.limits import (
    TEAM_SOURCE,
    Counted,
    customer_counted,
    day_counted,
    guest_contacts,
    guest_network,
    require_contact_limit,
    require_customer_limit,
    require_network_limit,
)
from bookme.bookings.actions.overdue import let_expire_at
from bookme.bookings.actions.placing import Calendars, choose, free_calendars, lock_calendars, seat
from bookme.bookings.actions.powers import acts_for_business, require_in_scope
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.actions.session_seats import lock_session, require_session_notice, take_session_seats
from bookme.bookings.actions.terms import BookingTerms, checked_terms
from bookme.bookings.events import BookingConfirmed, BookingHeld, BookingRequested
from bookme.bookings.models import Appointment, Booking, Visit
from bookme.bookings.policies import payment_due
from bookme.bookings.states import Status, first_status
from bookme.core.actor import Actor, ActorKind
from bookme.core.permissions import Role
from bookme.customers.actions import find_or_make_customer, keep_address, record_consents
from bookme.customers.models import Customer
from bookme.eventlog.actions import publish
from bookme.services.pricing import booking_price
from bookme.staff.models import StaffService
from bookme.tenants.context import require_tenant

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is easily taken for another


def create_visit(*, request: BookingRequest, actor: Actor, now: dt.datetime) -> Visit:
    """Book: the visit with its one booking, confirmed or pending as the policy says, or held. Joins the transaction.

    Money that is due is recorded on the booking, which goes on without it. Takes the lock. Publishes BookingConfirmed,
    BookingRequested or BookingHeld. Raises Invalid for what does not fit together, NotAllowed `guest_booking_off` or
    `out_of_scope`, TooMany, Conflict `customer_limit`, and SlotUnavailable, for which the caller leaves the transaction
    and asks `openings.with_alternatives`.
    """
    terms = checked_terms(request, actor=actor)
    require_network_limit(network=guest_network(request.guest_address, actor=actor), now=now)
    take = _found(terms, now)
    customer = find_or_make_customer(contact=request.contact, language=request.language, user_id=_customer_user(actor))
    service = terms.wish.service
    appointment = take(Counted(guest_contacts(request.contact, actor=actor), customer_counted(service, customer.pk)))
    require_contact_limit(contact=request.contact, actor=actor, now=now)
    require_customer_limit(service=service, customer_id=customer.pk, now=now)
    require_in_scope(actor, appointment)
    visit = _visit(request, terms, customer, actor)
    booking = _booking(request, terms, visit, appointment)
    if request.address is not None:
        keep_address(customer=customer, address=request.address)
    record_consents(customer=customer, granted=request.consents, language=request.language, visit_id=visit.pk)
    _announce(booking, actor, now)
    return visit


def _found(terms: BookingTerms, now: dt.datetime) -> Callable[[Counted], Appointment]:
    """A look without a lock, which refuses most of what cannot be; and what then takes the seats under the lock."""
    if terms.session is None:
        calendars = free_calendars(wish=terms.wish, now=now)
        return partial(_slot_seats, calendars, terms, now)
    require_session_notice(terms.session, terms.wish, now=now)
    return partial(_session_seats, terms.session, terms, now)


def _slot_seats(calendars: Calendars, terms: BookingTerms, now: dt.datetime, counted: Counted) -> Appointment:
    row_ids = counted.row_ids | day_counted(terms.wish.service)
    lock_calendars(calendars, counted=replace(counted, row_ids=row_ids), now=now)
    return seat(wish=terms.wish, placement=choose(wish=terms.wish, calendars=calendars, now=now))


def _session_seats(session: Appointment, terms: BookingTerms, now: dt.datetime, counted: Counted) -> Appointment:
    lock_session(staff_ids={session.staff_id}, counted=counted, now=now)
    take_session_seats(session, terms.wish)
    return session


def _visit(request: BookingRequest, terms: BookingTerms, customer: Customer, actor: Actor) -> Visit:
    return Visit.objects.create(
        reference="".join(secrets.choice(_LETTERS) for _ in range(8)),
        customer=customer,
        contact_name=request.contact.name,
        contact_email=request.contact.email,
        contact_phone=request.contact.phone,
        language=request.language,
        notes=request.notes,
        answers=terms.answers,
        address=asdict(request.address) if request.address else None,
        consents=dict(request.consents),
        user_id=_customer_user(actor),
        source=TEAM_SOURCE if acts_for_business(actor) else request.source,
        guest_address=guest_network(request.guest_address, actor=actor),
    )


def _booking(request: BookingRequest, terms: BookingTerms, visit: Visit, appointment: Appointment) -> Booking:
    currency = require_tenant().config.currency
    price = _price(terms, appointment, currency)
    return Booking.objects.create(
        visit=visit,
        appointment=appointment,
        status=Status.HELD if request.hold_until else first_status(terms.policy),
        hold_expires_at=request.hold_until,
        party_size=terms.wish.party_size,
        extras=[
            {
                "id": str(extra.pk),
                "name": extra.name,
                "price": str(extra.price),
                "duration_minutes": extra.duration_minutes,
            }
            for extra in terms.extras
        ],
        price=price,
        currency=currency,
        payment_due=payment_due(deposit=terms.policy.deposit, price=price, currency=currency),
        policy=terms.policy.to_data(),
    )


def _price(terms: BookingTerms, appointment: Appointment, currency: str) -> Decimal:
    own = StaffService.objects.filter(service=appointment.service_id, staff=appointment.staff_id)
    price = own.values_list("price", flat=True).first()
    return booking_price(
        price=terms.wish.service.price if price is None else price,
        party_size=terms.wish.party_size,
        extras=[extra.price for extra in terms.extras],
        currency=currency,
    )


def _announce(booking: Booking, actor: Actor, now: dt.datetime) -> None:
    if booking.status == Status.CONFIRMED:
        publish(fact_of(BookingConfirmed, booking), actor=actor)
        return
    publish(fact_of(BookingHeld if booking.hold_expires_at else BookingRequested, booking), actor=actor)
    let_expire_at(booking, booking.hold_expires_at or booking.appointment.starts_at, now=now)


def _customer_user(actor: Actor) -> UUID | None:
    """Who is signed in for themselves; the team books for others."""
    return actor.id if actor.kind is ActorKind.USER and actor.role is Role.CUSTOMER else None
