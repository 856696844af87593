"""Step 4: who it is for, what they agree to, and the booking itself."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from bookme.bookings.actions import create_visit
from bookme.bookings.availability import Cause
from bookme.bookings.links import manage_token
from bookme.bookings.models import Visit
from bookme.bookings.policies import no_show_fee, payment_due
from bookme.bookings.selectors.openings import with_alternatives
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import GUEST, Actor
from bookme.core.errors import DomainError, Mismatch
from bookme.core.time import now
from bookme.customers.wording import consent_links
from bookme.postcodes.selectors import normalized
from bookme.tenants.config import BusinessConfig
from bookme.tenants.context import require_tenant
from bookme.web.booking.asking import asked_of, details_form, form_id_of, take_refusal
from bookme.web.booking.choice import Choice, Nowhere, load_choice
from bookme.web.booking.flow import address, go_to, guest_page, show, steps, with_choice
from bookme.web.booking.forms import DetailsForm
from bookme.web.booking.time import read_instant, take, unsettled
from bookme.web.me import is_own_form, own_actor
from bookme.web.once import made_of, once


@dataclass(frozen=True)
class Taken:
    """Why it could not be booked, with what is free nearby: starts, or sessions of a class.

    `where_url` leads to where the postcode is asked for, if nobody comes to the one that was given.
    """

    message: str
    starts: list[dt.datetime]
    sessions: list[tuple[dt.datetime, str]]
    where_url: str = ""


@dataclass(frozen=True)
class Terms:
    """The policy in figures: what not coming costs, and what is due now."""

    no_show_fee: Decimal
    due: Decimal


@guest_page
@with_choice
def enter_details(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows the form; POST books and goes to the confirmation.

    Whoever is signed in books as themselves; only they are asked where guests may not book.
    """
    if choice.starts_at is None:
        return go_to("book-time", choice.draft)
    try:
        if visit := made_of(Visit, key=choice.draft.id.hex, form_id=form_id_of(request)):
            return to_done(visit)
    except Mismatch:
        return _booked_already(request, choice)
    if choice.policy.guest_booking and not is_own_form(request):
        return _details(request, choice, GUEST)
    return _member_details(request, choice)


@csrf_protect
def _member_details(request: HttpRequest, choice: Choice) -> HttpResponse:
    """With a session there is something that could be forged: this form is protected."""
    actor = own_actor(request)
    if actor.id is None:
        context = {"choice": choice, "steps": steps("book-details", choice), "next_url": request.get_full_path()}
        return show(request, "booking/sign_in_first.html", context)
    return _details(request, choice, actor)


def _details(request: HttpRequest, choice: Choice, actor: Actor) -> HttpResponse:
    if request.method != "POST":
        return _page(request, choice, _form(request, choice, actor), actor)
    choice = _with_other_start(request, _with_other_postcode(request, choice))
    form = _form(request, choice, actor)
    if not form.is_valid():
        return _page(request, choice, form, actor, status=422)
    at = now()
    try:
        asked = asked_of(request, choice, form)
        visit = once(
            Visit,
            key=choice.draft.id.hex,
            form_id=form_id_of(request),
            make=lambda: create_visit(request=asked, actor=actor, now=at),
        )
    except Mismatch:
        return _booked_already(request, choice)
    except SlotUnavailable as error:
        taken = _taken(choice, error, at, postcode=form.cleaned_data.get("postcode", ""))
        return _page(request, choice, form, actor, status=409, taken=taken)
    except DomainError as error:
        take_refusal(form, error)
        return _page(request, choice, form, actor, status=422)
    return to_done(visit)


def _booked_already(request: HttpRequest, choice: Choice) -> HttpResponse:
    """For whoever has the address alone: it says nothing of who booked."""
    return show(request, "booking/booked.html", {"choice": choice, "steps": steps("book-details", choice)}, status=409)


def to_done(visit: Visit) -> HttpResponse:
    return redirect(reverse("book-done", args=[manage_token(visit)]))


def _form(request: HttpRequest, choice: Choice, actor: Actor) -> DetailsForm:
    session = choice.session
    return details_form(request, choice, actor, seats=session.capacity - session.seats_taken if session else 1)


def _with_other_start(request: HttpRequest, choice: Choice) -> Choice:
    """The choice at the time picked after it had been taken."""
    start = read_instant(request.POST.get("start", ""))
    if start is None or choice.session is not None:
        return choice
    return take(unsettled(choice), start, now()) or replace(choice, draft=replace(choice.draft, start=start))


def _with_other_postcode(request: HttpRequest, choice: Choice) -> Choice:
    """The choice where the form's postcode is, if it was made for another one and whoever was chosen goes there.

    Whom the business's rule chose is settled anew for a start that was picked anew.
    """
    given = request.POST.get("postcode", "").strip()
    if not choice.asks_where or normalized(given) == normalized(choice.draft.postcode):
        return choice
    kept = unsettled(choice) if request.POST.get("start") else choice
    try:
        return load_choice(replace(kept.draft, postcode=given))
    except Nowhere:
        return choice


def _taken(choice: Choice, error: SlotUnavailable, at: dt.datetime, *, postcode: str) -> Taken:
    if choice.draft.chosen_for_them:
        error = SlotUnavailable(wish=replace(error.wish, staff_id=None), causes=error.causes)
    found = with_alternatives(error, now=at).extra["alternatives"]
    here = str(choice.place.id)
    starts = sorted(dt.datetime.fromisoformat(each["start"]) for each in found if each["location"] == here)
    if Cause.AREA in error.causes:
        return _out_of_reach(choice, sorted(set(starts)), postcode)
    if choice.session is None:
        message = _("That time has just been taken. What you entered is kept: pick another time.")
        return Taken(message, sorted(set(starts)), [])
    sessions = [(dt.datetime.fromisoformat(each["start"]), each["session"]) for each in found]
    return Taken(_("There are not enough places left in this class."), [], sorted(sessions))


def _out_of_reach(choice: Choice, starts: list[dt.datetime], postcode: str) -> Taken:
    if starts:
        message = _("Nobody can come to %(postcode)s then. What you entered is kept: pick another time.")
    elif choice.staff:
        message = _("%(name)s does not come to %(postcode)s. Look who does, or ask us.")
    else:
        message = _("Nobody comes to %(postcode)s. Try another postcode, or ask us.")
    name = choice.staff.name if choice.staff else ""
    where_url = address("book-where", replace(choice.draft, postcode=postcode))
    return Taken(message % {"postcode": postcode, "name": name}, starts, [], where_url)


def _page(
    request: HttpRequest,
    choice: Choice,
    form: DetailsForm,
    actor: Actor,
    *,
    status: int = 200,
    taken: Taken | None = None,
) -> HttpResponse:
    config = require_tenant().config
    terms = terms_of(choice, config)
    context = {
        "choice": choice,
        "form": form,
        "taken": taken,
        "form_id": form_id_of(request),
        "terms": terms,
        "payment_due": terms.due,
        "consent_links": consent_links(config.legal),
        "is_member": actor.id is not None,
        "is_request": not choice.policy.auto_confirm,
        "submit_label": _("Confirm booking") if choice.policy.auto_confirm else _("Send request"),
        "time_url": address("book-time", choice.draft),
        "steps": steps("book-details", choice),
    }
    return show(request, "booking/details.html", context, status=status)


def terms_of(choice: Choice, config: BusinessConfig) -> Terms:
    """The policy of this booking with its own figures."""
    price, currency, policy = choice.total.amount, config.currency, choice.policy
    return Terms(
        no_show_fee=no_show_fee(policy=policy, price=price, currency=currency),
        due=payment_due(deposit=policy.deposit, price=price, currency=currency),
    )
