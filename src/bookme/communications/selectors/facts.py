"""Bookings, sessions and the business as messages tell them."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.events import (
    TOO_FEW,
    BookingConfirmed,
    BookingRequested,
    BookingUndone,
    SessionCancelled,
    SessionChanged,
)
from bookme.bookings.links import manage_url
from bookme.bookings.models import Booking
from bookme.bookings.selectors.zones import reader_zone
from bookme.bookings.wording import address_text, meeting_url_of, place_text
from bookme.communications.told import BookingFacts, Former, Sender, SessionFacts
from bookme.core.text import name_text, unlinked
from bookme.core.time import zone_if_known
from bookme.eventlog.models import Event as EventRow
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.tenants.config import Branding, Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import business_url, platform_url
from bookme.users.selectors import PLATFORM_NAME


def bookings_to_tell(booking_ids: Iterable[UUID]) -> list[Booking]:
    """Bookings with all that a message about them says, by start, in one query; without those that are gone."""
    around = ("visit__customer", "appointment__service", "appointment__staff", "appointment__location")
    found = Booking.objects.select_related(*around).filter(pk__in=booking_ids)
    return list(found.order_by("appointment__starts_at", "position", "pk"))


def sender_of(tenant: Tenant) -> Sender:
    """The business as its messages show it."""
    config = tenant.config
    return Sender(
        name=tenant.name,
        color=config.branding.primary_color,
        country=config.country,
        email=config.contact.email,
        phone=config.contact.phone,
        url=business_url(tenant),
        team_url=business_url(tenant, "/team/"),
        terms_url=config.legal.terms_url or business_url(tenant, "/terms/"),
    )


def platform_sender() -> Sender:
    """The platform itself, where no business is entered."""
    url = platform_url()
    return Sender(
        name=PLATFORM_NAME,
        color=Branding().primary_color,
        country="",
        email="",
        phone="",
        url=url,
        team_url=url,
        terms_url="",
    )


def quiet_zone(booking: Booking) -> ZoneInfo:
    """Where it is, or is not, a time to disturb who booked: theirs if it is known, else that of the place."""
    visit, place = booking.visit, booking.appointment.location
    return zone_if_known(visit.customer.timezone) or reader_zone(visit, place) or zone_of(place)


def all_facts_of(
    bookings: Sequence[Booking], *, language: str, former: Mapping[UUID, Former] | None = None
) -> list[BookingFacts]:
    """Bookings of `bookings_to_tell` as messages in that language tell them; `former` is where each was moved from."""
    only_held = _only_held(bookings)
    found = {each.pk: facts_of(each, language=language, former=(former or {}).get(each.pk)) for each in bookings}
    return [replace(facts, is_known=pk not in only_held) for pk, facts in found.items()]


def _only_held(bookings: Iterable[Booking]) -> set[UUID]:
    """Those that began as a hold, and never became anything that more than their customer is told of."""
    ids = [each.pk for each in bookings if each.hold_expires_at is not None]
    if not ids:
        return set()
    names = (BookingRequested.name, BookingConfirmed.name, BookingUndone.name)
    told = EventRow.objects.filter(subject_id__in=ids, name__in=names).values_list("subject_id", flat=True)
    return set(ids).difference(told)


def facts_of(booking: Booking, *, language: str, former: Former | None = None) -> BookingFacts:
    """A booking of `bookings_to_tell` as messages in that language tell it; `former` is where it was moved from.

    Nothing that a stranger wrote of themselves is a link in what we send.
    """
    visit, appointment, location = booking.visit, booking.appointment, booking.appointment.location
    return BookingFacts(
        id=booking.pk,
        reference=visit.reference,
        state=booking.state,
        version=booking.version,
        service=appointment.service.text("name", language),
        staff=appointment.staff.text("name", language),
        place="" if visit.address else location.text("name", language),
        address=unlinked(address_text(visit.address)) or ("" if location.online else place_text(location)),
        meeting_url=meeting_url_of(booking),
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=zone_of(location),
        reader_zone=reader_zone(visit, location),
        party_size=booking.party_size,
        extras=tuple(each["name"] for each in booking.extras),
        price=booking.price,
        payment_due=booking.still_due,
        fee=booking.fee,
        currency=booking.currency,
        cancellation=Policy.from_data(booking.policy).cancellation,
        reason=unlinked(booking.cancel_reason) if booking.cancelled_by == "customer" else booking.cancel_reason,
        cancelled_by=booking.cancelled_by,
        customer_name=name_text(visit.contact_name),
        customer_email=visit.contact_email,
        customer_phone=visit.contact_phone,
        notes=unlinked(visit.notes),
        manage_url=manage_url(visit),
        hold_expires_at=booking.hold_expires_at,
        old_start=former.start if former and former.start != appointment.starts_at else None,
        old_staff=_old_name(Staff, former.staff_id if former else None, appointment.staff_id, language),
        old_place=_old_name(Location, former.location_id if former else None, appointment.location_id, language),
    )


def session_facts(event: SessionChanged | SessionCancelled, *, language: str) -> SessionFacts:
    """A session as it was when that became true, in that language."""
    location = Location.objects.get(pk=event.location_id)
    moved = event if isinstance(event, SessionChanged) else None
    return SessionFacts(
        service=Service.objects.get(pk=event.service_id).text("name", language),
        staff=Staff.objects.get(pk=event.staff_id).text("name", language),
        place=location.text("name", language),
        starts_at=dt.datetime.fromisoformat(event.start),
        ends_at=dt.datetime.fromisoformat(event.end),
        zone=zone_of(location),
        currency=require_tenant().config.currency,
        bookings=event.bookings,
        is_cancelled=moved is None,
        too_few=isinstance(event, SessionCancelled) and event.cause == TOO_FEW,
        old_start=dt.datetime.fromisoformat(moved.old_start) if moved and moved.old_start != event.start else None,
        old_staff=_old_name(Staff, moved.old_staff_id if moved else None, event.staff_id, language),
        old_place=_old_name(Location, moved.old_location_id if moved else None, event.location_id, language),
    )


def _old_name(rows: type[Staff] | type[Location], old: UUID | None, new: UUID, language: str) -> str:
    """Empty where it is the same still."""
    found = None if old is None or old == new else rows.objects.filter(pk=old).first()
    return found.text("name", language) if found else ""
