"""Where to, in a business whose people come to its customers, each to their own areas.

Where all that it does is done there, this is the first step: what can be had depends on it. Else it is asked once
something has been chosen for which it matters.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bookme.core.errors import Invalid, NotFound
from bookme.staff.models import Staff
from bookme.staff.selectors import asked_point, people_going_to, services_of_people
from bookme.web.booking.choice import Apart, Choice, Nowhere
from bookme.web.booking.draft import BadDraft, Draft
from bookme.web.booking.flow import (
    Step,
    address,
    after_where,
    another_if_booked,
    asked_draft,
    asked_language,
    choose_again,
    go_to,
    guest_page,
    same_step,
    show,
    start_again,
    steps,
    where_first,
)
from bookme.web.booking.loading import choice_anywhere
from bookme.web.wording import told

MAX_POSTCODE = 16


@dataclass(frozen=True)
class Served:
    """Who goes to a postcode, and what they do there, each on their own or with each other."""

    people: tuple[Staff, ...]
    service_ids: frozenset[UUID]


def served_at(postcode: str) -> Served:
    """Raises Invalid `postcode_unknown`, and Nowhere where nothing is done there, or none was given."""
    point = asked_point(postcode)
    people = tuple(each.person for each in people_going_to(point) if each.reach.days) if point else ()
    service_ids = frozenset(services_of_people(people).values_list("pk", flat=True))
    if not service_ids:
        raise Nowhere
    return Served(people, service_ids)


@guest_page
def choose_where(request: HttpRequest) -> HttpResponse:
    """GET asks for the postcode, and says so where nobody comes to the one in the draft; POST goes on."""
    starts_here = where_first()
    try:
        draft, choice = _asked(request, starts_here=starts_here)
    except BadDraft as error:
        return start_again(error.draft)
    except (NotFound, Apart):
        return choose_again(asked_draft(request))
    if choice is not None and not choice.asks_where:
        return go_to(after_where(choice), draft)
    postcode = _postcode(request.POST.get("postcode", "")) if request.method == "POST" else draft.postcode
    if asked_language(request):
        return same_step(request, replace(draft, postcode=postcode))
    return _where(request, draft, choice, postcode, marks=steps("book-where", choice, draft, starts_where=starts_here))


def _asked(request: HttpRequest, *, starts_here: bool) -> tuple[Draft, Choice | None]:
    """The choice is None before anything has been chosen that can be had, where that comes after.

    Raises BadDraft, and NotFound and Apart where it comes before.
    """
    draft = asked_draft(request) if starts_here else another_if_booked(Draft.from_token(request.GET.get("d", "")))
    try:
        choice = choice_anywhere(draft)
    except (NotFound, Apart):
        if starts_here:
            return draft, None
        raise
    return choice.draft, choice


def _where(
    request: HttpRequest, draft: Draft, choice: Choice | None, postcode: str, *, marks: list[Step]
) -> HttpResponse:
    is_sent = request.method == "POST"
    error, nobody = "", False
    try:
        if is_sent and postcode:
            return _on_from(request, replace(draft, postcode=postcode), choice)
        if is_sent:
            error = _("Please fill this in.")
        else:
            _look(postcode, choice)
    except Invalid as refused:
        error = told(refused)
    except Nowhere:
        nobody = True
    context = {
        "choice": choice,
        "postcode": postcode,
        "error": error,
        "nobody": nobody,
        "rest_url": address("book", replace(draft, postcode=postcode)) if nobody and _is_any(postcode) else "",
        "started_again": "again" in request.GET and not is_sent,
        "steps": marks,
    }
    return show(request, "booking/where.html", context, status=422 if is_sent else 200)


def _on_from(request: HttpRequest, draft: Draft, choice: Choice | None) -> HttpResponse:
    """The services, or with those chosen already what comes after them. Raises as `served_at`."""
    if choice is None:
        served_at(draft.postcode)
        return redirect(address("book", draft, service=request.GET.get("service")))
    found = choice.at(draft.postcode)
    if "services" in request.GET:
        return go_to("book", found.draft.at(None))
    return go_to(after_where(found), found.draft.at(None))


def _look(postcode: str, choice: Choice | None) -> None:
    """Raises Invalid `postcode_unknown`, and Nowhere, where any of what was chosen, or everything, is out of reach.

    Not of a postcode that nobody has given yet.
    """
    if not postcode:
        return
    if choice is None:
        served_at(postcode)
    else:
        choice.at(postcode)


def _is_any(postcode: str) -> bool:
    """Whether anything at all is done there."""
    try:
        return bool(served_at(postcode))
    except (Invalid, Nowhere):
        return False


def _postcode(text: str) -> str:
    return " ".join(text.split())[: 3 * MAX_POSTCODE]
