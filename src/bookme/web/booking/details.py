"""Who it is for, what they agree to, and the booking itself."""

import datetime as dt
from collections.abc import Sequence

from babel.lists import format_list
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect

from bookme.bookings.actions.courses import CourseFull
from bookme.bookings.models import Visit
from bookme.bookings.wishes import DatesUnavailable, SlotUnavailable
from bookme.core.actor import GUEST, Actor
from bookme.core.errors import DomainError, Mismatch
from bookme.core.time import now
from bookme.customers.wording import consent_links
from bookme.tenants.context import require_tenant
from bookme.web.booking.asking import asked_of, book_choice, details_form, form_id_of, take_refusal
from bookme.web.booking.choice import Choice
from bookme.web.booking.dates import without_dates
from bookme.web.booking.flow import (
    address,
    asked_language,
    go_to,
    guest_page,
    is_sent,
    show,
    steps,
    to_done,
    with_choice,
)
from bookme.web.booking.forms import DetailsForm
from bookme.web.booking.instead import picked_instead, with_picked_instead
from bookme.web.booking.lines import ChosenLine
from bookme.web.booking.lost import lost_texts
from bookme.web.booking.taken import Taken, course_gone, taken_by
from bookme.web.booking.terms import terms_of
from bookme.web.booking.time import parts_at, take
from bookme.web.context import formats_in
from bookme.web.me import is_own_form, own_actor
from bookme.web.once import made_of, once


@guest_page
@with_choice
def enter_details(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows the form; POST books and goes to the confirmation.

    Whoever is signed in books as themselves; only they are asked where guests may not book.
    """
    if choice.starts_at is None:
        return go_to("book-time", choice.draft)
    if choice.draft.repeat and choice.visits == 1:
        return go_to("book-dates", choice.draft)
    try:
        if visit := made_of(Visit, key=choice.draft.id.hex, form_id=form_id_of(request)):
            return to_done(visit, choice.draft.zone)
    except Mismatch:
        return _booked_already(request, choice)
    choice = _settled(choice)
    if choice.allows_guests and not is_own_form(request):
        return _details(request, choice, GUEST)
    return _member_details(request, choice)


def _settled(choice: Choice) -> Choice:
    """With somebody chosen for them anew where that decides about the price, and whoever it was is no longer there."""
    start = choice.starts_at
    if choice.session is not None or start is None or not choice.total.is_from:
        return choice
    return take(choice, start, now()) or choice


@csrf_protect
def _member_details(request: HttpRequest, choice: Choice) -> HttpResponse:
    """With a session there is something that could be forged: this form is protected."""
    actor = own_actor(request)
    if actor.id is None:
        context = {"choice": choice, "steps": steps("book-details", choice), "next_url": request.get_full_path()}
        return show(request, "booking/sign_in_first.html", context)
    return _details(request, choice, actor)


def _details(request: HttpRequest, choice: Choice, actor: Actor) -> HttpResponse:
    choice = with_picked_instead(request, choice)
    form = _form(request, choice, actor)
    if not is_sent(request):
        return _page(request, choice, form, actor)
    if not form.is_valid():
        return _page(request, choice, form, actor, status=422)
    if news := _news(request, choice):
        form.add_error(None, news)
        return _page(request, choice, form, actor, status=409, is_unsent=True)
    at = now()
    try:
        asked = asked_of(request, choice, form)
        visit = once(
            Visit,
            key=choice.draft.id.hex,
            form_id=form_id_of(request),
            make=lambda: book_choice(choice=choice, request=asked, actor=actor, now=at),
        )
    except Mismatch:
        return _booked_already(request, choice)
    except DatesUnavailable as error:
        return _dates_taken(request, choice, form, actor, error.starts)
    except SlotUnavailable as error:
        taken = taken_by(choice, error, at, postcode=form.cleaned_data.get("postcode", ""))
        return _page(request, choice, form, actor, status=409, taken=taken)
    except DomainError as error:
        return _refused(request, choice, form, actor, error)
    return to_done(visit, choice.draft.zone)


def _refused(request: HttpRequest, choice: Choice, form: DetailsForm, actor: Actor, error: DomainError) -> HttpResponse:
    """Of a course, how many places are left; else what is wrong, beside its field."""
    if isinstance(error, CourseFull):
        return _page(request, choice, form, actor, status=409, taken=course_gone(error.course_id, now()))
    take_refusal(form, error)
    return _page(request, choice, form, actor, status=422)


def _news(request: HttpRequest, choice: Choice) -> list[str]:
    """What the page that was sent did not say yet: what is no longer offered, and what it costs now."""
    lost = lost_texts(choice) if request.POST.get("lost", "") != choice.draft.lost.mark else []
    return [*lost, *filter(None, [_price_told(request, choice)])]


def _price_told(request: HttpRequest, choice: Choice) -> str:
    """That it costs something else than the page said; empty where it does not."""
    seen = request.POST.get("seen", "")
    if seen in {"", _seen(choice)}:
        return ""
    price = formats_in(request.LANGUAGE_CODE).price(choice.sum_total)
    return _("The price has changed: it is %(price)s now. What you entered is kept.") % {"price": price}


def _seen(choice: Choice) -> str:
    """The price on the page, as the form sends it back."""
    return format(choice.sum_total.normalize(), "f")


def _booked_already(request: HttpRequest, choice: Choice) -> HttpResponse:
    """For whoever has the address alone: it says nothing of who booked."""
    again = reverse("classes") if choice.session else address("book", choice.draft.anew())
    context = {"choice": choice, "again_url": again, "steps": steps("book-details", choice)}
    return show(request, "booking/booked.html", context, status=409)


def _form(request: HttpRequest, choice: Choice, actor: Actor) -> DetailsForm:
    """With as many seats to choose from as are left; what was chosen stays, also if there are fewer by now."""
    session, seats = choice.session, 1
    if choice.course is not None and request.method != "POST":
        seats = choice.course.seats_left
    elif session is not None and "party_size" in request.POST:
        seats = session.capacity
    elif session is not None:
        seats = session.capacity - session.seats_taken
    return details_form(request, choice, actor, seats=seats)


def _dates_taken(
    request: HttpRequest, choice: Choice, form: DetailsForm, actor: Actor, gone: list[dt.datetime]
) -> HttpResponse:
    """Says which, and that the others are booked if it is sent again."""
    formats = formats_in(request.LANGUAGE_CODE)
    left = without_dates(choice, set(gone))
    days = [formats.day_short(each.astimezone(choice.zone).date()) for each in gone]
    told = {"dates": format_list(days, locale=formats.locale)}
    if left is choice:
        message = _("These dates have just been taken. What you entered is kept: pick another time.")
        return _page(request, choice, form, actor, status=409, taken=Taken(message))
    message = _("No longer free: %(dates)s. What you entered is kept: send it again to book without.") % told
    return _page(request, left, form, actor, status=409, taken=Taken(message), gone=gone)


def _page(
    request: HttpRequest,
    choice: Choice,
    form: DetailsForm,
    actor: Actor,
    *,
    status: int = 200,
    taken: Taken | None = None,
    gone: Sequence[dt.datetime] = (),
    is_unsent: bool = False,
) -> HttpResponse:
    """`is_unsent`: what was picked on the page has not been tried, and is kept."""
    at = now()
    context = {
        "choice": choice,
        "timed": _timed(choice, at),
        "dearer_with": _dearer_with(request, choice),
        "professional_url": address("book-professional", choice.draft),
        "zone_at": at,
        "form": form,
        "taken": taken,
        "gone": gone,
        "seen": _seen(choice),
        "dates_url": address("book-dates", choice.draft),
        "form_id": form_id_of(request),
        "picked_instead": picked_instead(request) if is_unsent or asked_language(request) else (),
        "kept_form": "step-form",
        "terms": terms_of(choice),
        "consent_links": consent_links(require_tenant()),
        "is_member": actor.id is not None,
        "submit_label": _("Send request") if choice.is_request else _("Confirm booking"),
        "time_url": address("book-dates" if gone else "book-time", choice.draft),
        "steps": steps("book-details", choice),
    }
    return show(request, "booking/details.html", context, status=status)


def _dearer_with(request: HttpRequest, choice: Choice) -> str:
    """With whom it costs more than `from` had promised, of those who were chosen for them; empty where it does not."""
    people = choice.chosen_for_them if choice.lower_price is not None else []
    language = request.LANGUAGE_CODE
    return format_list([each.text("name", language) for each in people], locale=formats_in(language).locale)


def _timed(choice: Choice, at: dt.datetime) -> list[tuple[ChosenLine, dt.datetime | None]]:
    """Each service with when it begins, of several; None of those that cannot be had any more."""
    parts = None if choice.is_one or choice.starts_at is None else parts_at(choice, choice.starts_at, at)
    return [(line, parts[place].starts_at if parts else None) for place, line in enumerate(choice.lines)]
