"""Rows that are written by more than one action, not saved: what an appointment takes, and what a visit keeps."""

import datetime as dt
import secrets
from dataclasses import asdict
from typing import Any
from uuid import UUID

from bookme.bookings.actions.limits import guest_network
from bookme.bookings.actions.powers import acts_for_business, own_user, team_member
from bookme.bookings.actions.request import BookingRequest
from bookme.bookings.models import TEAM_SOURCE, Appointment, ResourceAllocation
from bookme.core.actor import Actor
from bookme.core.time import MINUTE
from bookme.services.models import Service

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is easily taken for another


def blocked_range(service: Service, starts_at: dt.datetime, ends_at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """The time with the service's padding."""
    return starts_at - service.padding_before_minutes * MINUTE, ends_at + service.padding_after_minutes * MINUTE


def helping(lead: Appointment, staff_id: UUID, *, overbooked: bool = False) -> Appointment:
    """The time of who helps with it."""
    return Appointment(
        lead=lead,
        staff_id=staff_id,
        service=lead.service,
        location_id=lead.location_id,
        starts_at=lead.starts_at,
        ends_at=lead.ends_at,
        blocked_start=lead.blocked_start,
        blocked_end=lead.blocked_end,
        capacity=lead.capacity,
        seats_taken=lead.seats_taken,
        overbooked=overbooked,
    )


def allocation(appointment: Appointment, unit_id: UUID, *, overbooked: bool = False) -> ResourceAllocation:
    """A unit for its blocked range."""
    return ResourceAllocation(
        appointment=appointment,
        resource_id=unit_id,
        blocked_start=appointment.blocked_start,
        blocked_end=appointment.blocked_end,
        overbooked=overbooked,
    )


def new_reference() -> str:
    """By which people name a visit."""
    return "".join(secrets.choice(_LETTERS) for _ in range(8))


def said_columns(request: BookingRequest, *, answers: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """What a visit, and an entry of the waitlist, keep of who asked, by which door, and what they said."""
    return {
        "contact_name": request.contact.name,
        "contact_email": request.contact.email,
        "contact_phone": request.contact.phone,
        "language": request.language,
        "timezone": request.timezone,
        "notes": request.notes,
        "answers": answers,
        "address": asdict(request.address) if request.address else None,
        "consents": dict(request.consents),
        "user_id": own_user(actor),
        "added_by": team_member(actor),
        "source": TEAM_SOURCE if acts_for_business(actor) else request.source,
        "guest_address": guest_network(request.guest_address, actor=actor),
    }
