"""One booking: who, when, where, what was said, what happened, and what can be done."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings.actions import update_booking
from bookme.bookings.answers import question_key
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.bookings.selectors.customers import sees_customer
from bookme.bookings.selectors.team import others_of_customer
from bookme.bookings.wishes import SlotUnavailable
from bookme.bookings.wording import address_text, place_text
from bookme.communications.selectors.notifications import messages_about
from bookme.communications.selectors.planned import planned_of
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.services.selectors import questions_for
from bookme.web.context import formats_in
from bookme.web.fields import PlainText
from bookme.web.messages.sent import PlannedLine, lines_of
from bookme.web.team.around import around, cards_of, series_shown
from bookme.web.team.cards import Card
from bookme.web.team.doors import require_seen, team_page
from bookme.web.team.force import Refusal, flags_of, refusal_of
from bookme.web.team.history import history_lines
from bookme.web.team.shell import complain, show, tell
from bookme.web.team.steps import why_not


@dataclass(frozen=True)
class Answer:
    """What the customer answered to a question of the business's."""

    question: str
    answer: str


class NotesForm(forms.Form):
    """Notes that never leave the team."""

    internal_notes = PlainText(
        label=gettext_lazy("Notes of the team"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@team_page(Permission.BOOKINGS_READ, methods=("GET", "HEAD"))
def booking_page(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    return _page(request, actor, booking_for(actor, booking_id))


@team_page(Permission.BOOKINGS_MANAGE, methods=("POST",))
def save_notes(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """Keeps the notes; what was written is shown again where it cannot be kept."""
    form = NotesForm(request.POST, auto_id="f-%s", label_suffix="")
    if not form.is_valid():
        return _page(request, actor, booking_for(actor, booking_id), form, status=422)
    notes = form.cleaned_data["internal_notes"].replace("\r\n", "\n")
    try:
        with write():
            booking = booking_for(actor, booking_id)
            require_seen(booking, request.POST.get("version", ""))
            update_booking(booking=booking, version=booking.version, actor=actor, now=now(), internal_notes=notes)
    except Conflict as error:
        complain(request, why_not(error))
        return _page(request, actor, booking_for(actor, booking_id), form, status=409)
    tell(request, _("The notes are saved."))
    return redirect(reverse("team-booking", args=[booking_id]))


@team_page(Permission.BOOKINGS_MANAGE, methods=("POST",))
def change_end(request: HttpRequest, actor: Actor, booking_id: UUID) -> HttpResponse:
    """Lengthens or shortens; what stands against it is said on the page, where it can be confirmed."""
    booking = booking_for(actor, booking_id)
    ends_at = _end_of(request, Card(booking, actor, now()))
    refusal = None
    try:
        if ends_at is None:
            raise Invalid(_("Give a time such as 13:30."))
        with write():
            require_seen(booking, request.POST.get("version", ""))
            update_booking(
                booking=booking,
                version=booking.version,
                actor=actor,
                now=now(),
                ends_at=ends_at,
                **flags_of(request.POST),
            )
    except (Conflict, Invalid) as error:
        if isinstance(error, SlotUnavailable):
            refusal = refusal_of(error.causes, actor, booking.appointment.staff)
        else:
            complain(request, why_not(error))
        booking = booking_for(actor, booking_id)
        return _page(request, actor, booking, status=409, ends=ends_at, refusal=refusal)
    tell(request, _("It ends at another time now. The customer is told."))
    return redirect(reverse("team-booking", args=[booking_id]))


def _end_of(request: HttpRequest, card: Card) -> dt.datetime | None:
    """The next such time after it begins, on the clock of its place."""
    try:
        clock = dt.time.fromisoformat(request.POST.get("ends", "")[:5])
    except ValueError:
        return None
    end = dt.datetime.combine(card.starts_at.date(), clock, tzinfo=card.zone)
    return (end if end > card.starts_at else end + dt.timedelta(days=1)).astimezone(dt.UTC)


def _page(
    request: HttpRequest,
    actor: Actor,
    booking: Booking,
    form: NotesForm | None = None,
    *,
    status: int = 200,
    ends: dt.datetime | None = None,
    refusal: Refusal | None = None,
) -> HttpResponse:
    card, language = Card(booking, actor, now()), request.LANGUAGE_CODE
    found = around(actor, booking, now=card.now)
    context: dict[str, Any] = {
        "here": "team-agenda",
        "card": card,
        "booking": booking,
        "place": place_text(booking.appointment.location),
        "address": address_text(booking.visit.address),
        "answers": _answers(booking, actor, language),
        "history": history_lines(booking, zone=card.zone),
        "messages_planned": [PlannedLine(each) for each in planned_of(actor, booking)],
        "messages_sent": lines_of(messages_about(actor, booking)),
        "others": [Card(each, actor, card.now) for each in others_of_customer(actor, booking)],
        "knows_customer": sees_customer(actor, booking.visit.customer_id),
        "form": form or _notes_form(booking),
        "ends": ends.astimezone(card.zone) if ends else None,
        "refusal": refusal,
        "services": cards_of(found, actor, now=card.now),
        "reaches": found.reaches,
        "series": series_shown(found, booking, now=card.now, formats=formats_in(language)),
    }
    return show(request, actor, "team/booking.html", context, status=status)


def _notes_form(booking: Booking) -> NotesForm:
    return NotesForm(initial={"internal_notes": booking.internal_notes}, auto_id="f-%s", label_suffix="")


def _answers(booking: Booking, actor: Actor, language: str) -> list[Answer]:
    """In the order of the questions; an answer to a question that is gone keeps its key."""
    given = dict(booking.visit.answers)
    if not given:
        return []
    labels = {question_key(each): each.text("label", language) for each in questions_for(actor)}
    known = [key for key in labels if key in given]
    return [Answer(labels.get(key, key), _said(given[key])) for key in [*known, *(set(given) - set(known))]]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
