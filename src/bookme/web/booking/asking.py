"""Who it is for, as the details step and the waitlist ask it: the form, and the request and booking that come of it."""

import datetime as dt
from secrets import token_urlsafe
from typing import Any

from django.http import HttpRequest

from bookme.bookings.actions import book_course, create_visit
from bookme.bookings.actions.request import BookingRequest, Item
from bookme.bookings.actions.series import create_series
from bookme.bookings.models import Visit
from bookme.core.actor import Actor
from bookme.core.errors import DomainError, Invalid
from bookme.core.http.client import client_address
from bookme.customers.models import CustomerAddress
from bookme.customers.selectors import own_profile
from bookme.services.selectors import questions_of
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import Choice
from bookme.web.booking.draft import Draft
from bookme.web.booking.flow import asked_language, is_sent
from bookme.web.booking.forms import ADDRESS_FIELDS, DetailsForm, GuestForm
from bookme.web.wording import told

MOST_SEATS = 10
MAX_FORM_ID = 100


def form_id_of(request: HttpRequest) -> str:
    """What tells this form from all others: as it was sent, or new."""
    return request.POST.get("form", "")[:MAX_FORM_ID] or token_urlsafe()


def details_form(request: HttpRequest, choice: Choice, actor: Actor, *, seats: int) -> GuestForm:
    """As it was sent, or with what is known of the actor; for another language as far as it has been filled in.

    Of a class up to so many `seats` may be chosen; other parties were asked for with the service.
    """
    tenant = require_tenant()
    form = GuestForm(
        request.POST if is_sent(request) else None,
        config=tenant.config,
        questions=questions_of(*choice.services),
        language=request.LANGUAGE_CODE,
        with_address=choice.is_at_customer,
        seats=min(seats, MOST_SEATS) if choice.session else 1,
        initial=_known_of(actor) | _chosen_in(choice.draft),
    )
    if asked_language(request):
        form.keep_typed(request.POST)
    return form


def asked_of(request: HttpRequest, choice: Choice, form: DetailsForm) -> BookingRequest:
    """What a form that is valid asks for."""
    draft = choice.draft
    what: dict[str, Any] = {"items": (Item(session_id=draft.session_id),)}
    if choice.session is None:
        items = tuple(
            Item(service_id=each.service_id, staff_id=each.staff_id, extra_ids=each.extra_ids) for each in draft.lines
        )
        what = {"items": items, "start": draft.start, "location_id": choice.place.id}
    return form.to_request(
        **what,
        party_size=form.cleaned_data.get("party_size", draft.party_size),
        language=request.LANGUAGE_CODE,
        timezone=choice.visitor_zone.key if choice.visitor_zone else "",
        guest_address=client_address(request) or None,
    )


def book_choice(*, choice: Choice, request: BookingRequest, actor: Actor, now: dt.datetime) -> Visit:
    """One visit, or of a course, or with dates that were agreed, the first of all.

    Joins the caller's transaction. Raises as `create_visit`, `create_series` and `book_course` do.
    """
    if choice.course is not None:
        return book_course(request=request, course_id=choice.course.id, actor=actor, now=now)[0]
    repeat, starts = choice.draft.repeat, choice.draft.starts
    if repeat is None or len(starts) < 2:
        return create_visit(request=request, actor=actor, now=now)
    rule = repeat._replace(times=len(starts)).rule
    return create_series(request=request, rule=rule, starts=starts, actor=actor, now=now)[0]


def take_refusal(form: DetailsForm, error: DomainError) -> None:
    """Beside the fields that it points at, else above the form."""
    if isinstance(error, Invalid) and error.errors:
        form.take_errors(error.errors)
    else:
        form.add_error(None, told(error))


def _chosen_in(draft: Draft) -> dict[str, Any]:
    """What was chosen before, and can still be chosen otherwise."""
    return {"party_size": draft.party_size} | ({"postcode": draft.postcode} if draft.postcode else {})


def _known_of(actor: Actor) -> dict[str, Any]:
    """What somebody who is signed in has said of themselves before, and where we came to last."""
    if actor.id is None:
        return {}
    known = own_profile(actor)
    address = known.addresses[0] if known.addresses else CustomerAddress()
    where = {name: getattr(address, name) for name in ADDRESS_FIELDS}
    return {"name": known.name, "email": known.email, "phone": known.phone} | where
