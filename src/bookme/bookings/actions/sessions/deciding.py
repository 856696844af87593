"""Whether a session takes place that needs a minimum of people: decided by itself, once, some time before its start."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.utils import translation

from bookme.bookings.actions.facts import session_fact
from bookme.bookings.actions.seats import lock_and_sweep
from bookme.bookings.actions.sessions.cancelling import call_off, has_come, seated_in
from bookme.bookings.events import TOO_FEW, SessionConfirmed
from bookme.bookings.models import Appointment, Booking
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.wording import too_few_text
from bookme.core.actor import SYSTEM
from bookme.core.errors import Busy
from bookme.core.languages import written_language
from bookme.core.time import MINUTE
from bookme.eventlog.actions import publish
from bookme.services.models import Service
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import Due, enqueue_all_again, withdraw

DECIDE_TASK = "bookings.decide_session"


def decision_point(
    service: Service, starts_at: dt.datetime, min_to_run: int | None, *, now: dt.datetime
) -> dt.datetime | None:
    """When it is decided; None for a session that is sure: without a minimum, or with less time than that to go."""
    if min_to_run is None:
        return None
    point = starts_at - policy_of(service).decide_minutes * MINUTE
    return point if point > now else None


def decide_all_at(sessions: Iterable[Appointment], *, now: dt.datetime) -> None:
    """See to it that each is looked at at its `decide_at`; a later call for the same session moves that."""
    enqueue_all_again(
        messages=[
            Due(DECIDE_TASK, {"session_id": str(each.pk)}, decision_key(each.pk), each.decide_at)
            for each in sessions
            if each.decide_at is not None
        ],
        now=now,
    )


def forget_decision(session_id: UUID) -> None:
    withdraw(keys=[decision_key(session_id)])


def decision_key(session_id: UUID) -> str:
    return f"session:{session_id}:decide"


def decide_session(*, session_id: UUID, now: dt.datetime) -> None:
    """Call the session off if fewer seats are taken than it needs; else it is sure. Nothing if it is not due.

    Holds that ran out do not count. One that has begun, or to which somebody has come, is sure. Takes the lock.
    Publishes SessionConfirmed, or what calling off publishes, by the system. Raises Busy, for another try, if its
    person changes meanwhile.
    """
    due = Appointment.objects.filter(pk=session_id, published=True, decide_at__lte=now)
    found = due.first()
    if found is None:
        return
    lock_and_sweep([found.staff_id], now=now)
    session = due.select_related("service", "staff", "location").first()
    if session is None:
        return
    if session.staff_id != found.staff_id:
        raise Busy
    bookings = seated_in(session)
    if session.seats_taken >= (session.min_to_run or 0) or session.starts_at <= now or has_come(bookings):
        session.decide_at = None
        session.save(update_fields=["decide_at", "updated_at"])
        publish(session_fact(SessionConfirmed, session), actor=SYSTEM)
        return
    call_off(session, bookings, reason_for=lambda booking: _too_few(session, booking), cause=TOO_FEW, actor=SYSTEM)


def _too_few(session: Appointment, booking: Booking) -> str:
    """In the language in which the customer is written to."""
    with translation.override(written_language(booking.visit.language, require_tenant().config.language)):
        return too_few_text(session.min_to_run or 0)
