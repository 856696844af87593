"""The rows of an import, in a few statements for every five hundred lines. The wall has the last word."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Q

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.actions.importing.calendar import Calendar
from bookme.bookings.actions.importing.lines import Placed
from bookme.bookings.actions.powers import team_member
from bookme.bookings.actions.rows import allocation, helping, new_reference
from bookme.bookings.events import BookingImported
from bookme.bookings.models import IMPORT_SOURCE, Appointment, Booking, ResourceAllocation, Visit
from bookme.bookings.selectors.offer import policy_of
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.time import MINUTE
from bookme.customers.models import Customer
from bookme.eventlog.actions import publish_all
from bookme.services.pricing import booking_price
from bookme.tenants.context import require_tenant

_AT_ONCE = 500


def write_bookings(
    placed: Sequence[Placed], customers: Sequence[Customer], calendar: Calendar, *, actor: Actor
) -> None:
    """Visits, appointments, units, bookings and their facts. Raises Conflict `overlap` where the wall refuses."""
    visits = _visits(placed, customers, actor)
    Visit.objects.bulk_create({id(each): each for each in visits}.values(), batch_size=_AT_ONCE)
    _write_appointments(placed, calendar)
    policies = {each.pk: policy_of(each).to_data() for each in {row.meant.service for row in placed}}
    positions: dict[int, int] = {}
    bookings = []
    for each, visit in zip(placed, visits, strict=True):
        position = positions[id(visit)] = positions.get(id(visit), -1) + 1
        bookings.append(_booking(each, visit, position, policies, calendar))
    Booking.objects.bulk_create(bookings, batch_size=_AT_ONCE)
    publish_all([fact_of(BookingImported, each) for each in bookings], actor=actor)


def _visits(placed: Sequence[Placed], customers: Sequence[Customer], actor: Actor) -> list[Visit]:
    """That of each line, unsaved; lines of one reference share one."""
    by_reference: dict[str, Visit] = {}
    visits = []
    for each, customer in zip(placed, customers, strict=True):
        said = each.meant.said
        reference = said.reference or new_reference()
        visit = by_reference.setdefault(
            reference,
            Visit(
                reference=reference,
                customer=customer,
                contact_name=said.contact.name,
                contact_email=said.contact.email,
                contact_phone=said.contact.phone,
                notes=said.notes,
                source=IMPORT_SOURCE,
                added_by=team_member(actor),
            ),
        )
        visits.append(visit)
    return visits


def _write_appointments(placed: Sequence[Placed], calendar: Calendar) -> None:
    new = [each for each in placed if each.is_new]
    for each in new:
        each.appointment.seats_taken = calendar.taken[each.appointment.pk] if each.meant.keeps_seats else 0
    made = {each.appointment.pk for each in new}
    try:
        Appointment.objects.bulk_create([each.appointment for each in new], batch_size=_AT_ONCE)
        helpers = [helping(each.appointment, staff_id) for each in new for staff_id in each.helpers]
        Appointment.objects.bulk_create(helpers, batch_size=_AT_ONCE)
        units = [allocation(each.appointment, unit) for each in new for unit in each.units]
        ResourceAllocation.objects.bulk_create(units, batch_size=_AT_ONCE)
    except IntegrityError as error:
        raise Conflict("Some of these bookings overlap with others.", code="overlap") from error
    joined = {each.appointment.pk for each in placed if not each.is_new} - made
    for pk in joined:
        rows = Appointment.objects.filter(Q(pk=pk) | Q(lead=pk))
        rows.update(seats_taken=F("seats_taken") + calendar.taken[pk])


def _booking(
    placed: Placed, visit: Visit, position: int, policies: Mapping[UUID, dict[str, Any]], calendar: Calendar
) -> Booking:
    meant, said = placed.meant, placed.meant.said
    currency = require_tenant().config.currency
    price = said.price
    if price is None:
        seat = calendar.catalogue.price_of(meant.service, placed.appointment.staff_id)
        price = booking_price(price=seat, party_size=said.party_size, extras=(), currency=currency)
    return Booking(
        visit=visit,
        appointment=placed.appointment,
        position=position,
        status=meant.status,
        party_size=said.party_size,
        price=price,
        currency=currency,
        payment_due=Decimal(0),
        policy=policies[meant.service.pk],
        internal_notes=said.internal_notes,
        duration_minutes=_own_minutes(placed, calendar),
    )


def _own_minutes(placed: Placed, calendar: Calendar) -> int | None:
    """Its length, where the file gives it one of its own."""
    row = placed.appointment
    if row.published or placed.meant.said.end is None:
        return None
    minutes = int((row.ends_at - row.starts_at) / MINUTE)
    return None if minutes == calendar.catalogue.minutes_of(placed.meant.service, row.staff_id) else minutes
