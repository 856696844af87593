"""Life in the demo businesses: bookings in every state, classes more and less full, requests that wait for a yes.

All of it by the actions that doors use, so that calendars, limits and histories are as in any business.
"""

import datetime as dt
from contextlib import suppress
from random import Random
from typing import Any

from django.db import transaction

from bookme.bookings.actions import BookingRequest, Item, complete_booking, create_visit, join_waitlist
from bookme.bookings.actions.importing import ImportedBooking, import_bookings
from bookme.bookings.models import IMPORT_SOURCE, Appointment, Booking, Visit, WaitlistEntry
from bookme.bookings.selectors.sessions import sessions_between
from bookme.bookings.selectors.slots import available_slots
from bookme.bookings.states import Status
from bookme.core.actor import GUEST, SYSTEM
from bookme.core.errors import DomainError, NotFound
from bookme.core.imports import REFUSED, FileLines
from bookme.customers.actions import Address
from bookme.onboarding.imagined import imagined_bookings, imagined_contact, reference_of
from bookme.services.models import Service
from bookme.staff.selectors import asked_point
from bookme.tenants.context import require_tenant

PAGE = "page"
CLASS_DAYS = 28
_FULL, _NEARLY, _EMPTY = 1.0, 0.85, 0.0
# How full the sessions of a class are, one after another.
_SEATS = ((0.4, _FULL, _EMPTY, 0.6), (0.1, _EMPTY, _NEARLY), (_NEARLY, 0.25, 0.5))
_WAITING = 2
_REQUESTS = (
    ("12 Elm Road", "M1 1RG", "The bell does not work, please knock."),
    ("Flat 3, 40 Ducie Street", "M1 2JW", ""),
    ("7 Ancoats Grove", "M4 6DB", "One shy cat. She hides."),
)


def live_on(config: dict[str, Any], *, now: dt.datetime) -> None:
    """Once a day, let the current business have what its file imagines; what is there stays as it is.

    What somebody has made impossible since, such as a time that they have booked, is left out. In transactions of its
    own, since each takes a lock.
    """
    by_demo = Visit.objects.filter(source=IMPORT_SOURCE, added_by=None)
    midnight = now.astimezone(require_tenant().config.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    if by_demo.filter(created_at__gte=midnight).exists():
        return
    _complete_what_is_over(now)
    sessions = list(sessions_between(now, now + dt.timedelta(days=CLASS_DAYS)).order_by("starts_at", "id"))
    lines = imagined_bookings(config, now=now)
    _take_over([*lines, *_seats(config, sessions, first_line=len(lines) + 2)], now)
    for session in sessions:
        _let_wait(config, session, now)
    if require_tenant().config.features.service_areas:
        _ask_for_visits(config, now)


def _take_over(lines: list[ImportedBooking], now: dt.datetime) -> None:
    report = import_bookings(file=FileLines(tuple(lines)), dry_run=True, actor=SYSTEM, now=now)
    refused = {each.line for each in report.lines if each.outcome == REFUSED}
    good = tuple(each for each in lines if each.line not in refused)
    with transaction.atomic():
        import_bookings(file=FileLines(good), dry_run=False, actor=SYSTEM, now=now)


def _complete_what_is_over(now: dt.datetime) -> None:
    over = Booking.objects.filter(
        visit__source=IMPORT_SOURCE,
        visit__added_by=None,
        status__in=(Status.CONFIRMED, Status.ARRIVED),
        appointment__ends_at__lte=now,
    )
    for booking in over.select_related("visit", "appointment__service"):
        with transaction.atomic():
            complete_booking(booking=booking, actor=SYSTEM, now=now)


def _seats(config: dict[str, Any], sessions: list[Appointment], *, first_line: int) -> list[ImportedBooking]:
    """Parties of one and two in the classes to come"""
    lines: list[ImportedBooking] = []
    classes = sorted({each.service_id for each in sessions}, key=str)
    for index, service_id in enumerate(classes):
        pattern = _SEATS[index % len(_SEATS)]
        of_class = [each for each in sessions if each.service_id == service_id]
        for number, session in enumerate(of_class):
            wanted = round(session.capacity * pattern[number % len(pattern)])
            chance = Random(f"{config['slug']} {session.service.key} {session.starts_at}")  # noqa: S311
            while wanted > 0:
                party = min(wanted, chance.choice((1, 1, 1, 2)))
                wanted -= party
                lines.append(_seat(config, session, chance, party, first_line + len(lines)))
    return lines


def _seat(config: dict[str, Any], session: Appointment, chance: Random, party: int, line: int) -> ImportedBooking:
    return ImportedBooking(
        line=line,
        contact=imagined_contact(chance),
        start=session.starts_at,
        service=session.service.key or "",
        party_size=party,
        reference=reference_of(config["slug"], session.service.key, session.starts_at, chance.random()),
    )


def _let_wait(config: dict[str, Any], session: Appointment, now: dt.datetime) -> None:
    """Two, where it is full and nobody waits yet."""
    session.refresh_from_db()
    if session.seats_taken < session.capacity or WaitlistEntry.objects.filter(session=session).exists():
        return
    chance = Random(f"{config['slug']} waits {session.starts_at}")  # noqa: S311
    for _number in range(_WAITING):
        request = BookingRequest(items=(Item(session_id=session.pk),), contact=imagined_contact(chance), source=PAGE)
        with suppress(DomainError), transaction.atomic():
            join_waitlist(request=request, date=None, actor=SYSTEM, now=now)


def _ask_for_visits(config: dict[str, Any], now: dt.datetime) -> None:
    """Guests ask for the first service of a mobile trade, each on a day of their own, unless requests wait already."""
    service = Service.objects.filter(is_active=True).order_by("position", "id").first()
    if service is None or Booking.objects.filter(status=Status.PENDING).exists():
        return
    today = now.astimezone(require_tenant().config.zone).date()
    chance = Random(f"{config['slug']} asks {today}")  # noqa: S311
    for number, told in enumerate(_REQUESTS):
        with suppress(DomainError), transaction.atomic():
            request = _request(service, told, chance, today + dt.timedelta(days=3 + 3 * number), now)
            create_visit(request=request, actor=GUEST, now=now)


def _request(
    service: Service, told: tuple[str, str, str], chance: Random, first: dt.date, now: dt.datetime
) -> BookingRequest:
    """For a time in the middle of the first day from `first` on that has some. Raises NotFound where there is none."""
    line1, postcode, notes = told
    point, last = asked_point(postcode), first + dt.timedelta(days=7)
    days = available_slots(service=service, first=first, last=last, now=now, point=point)["days"]
    slots = next((day["slots"] for day in days if day["slots"]), None)
    if slots is None:
        raise NotFound
    return BookingRequest(
        items=(Item(service_id=service.pk),),
        start=dt.datetime.fromisoformat(slots[len(slots) // 2]["start"]),
        contact=imagined_contact(chance),
        notes=notes,
        answers={"bedrooms": chance.randint(1, 4), "access": "Key safe"},
        address=Address(line1=line1, city="Manchester", postcode=postcode, country="GB"),
        consents={"terms": True, "privacy": True},
        language="en",
        source=PAGE,
    )
