"""What it is to be, one service or several, one after another."""

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from bookme.bookings.actions.terms import MOST_SERVICES
from bookme.bookings.selectors.courses import CourseDates, next_courses
from bookme.core.actor import GUEST
from bookme.core.errors import Invalid, NotFound
from bookme.core.time import now
from bookme.locations.selectors import locations_for
from bookme.services.models import Category, Course, Extra, Service, ServiceKind
from bookme.services.selectors import categories_for, services_for
from bookme.staff.models import StaffService
from bookme.staff.selectors import all_offers
from bookme.web.booking.choice import Apart, Choice, Nowhere
from bookme.web.booking.draft import Draft, Line, Lost
from bookme.web.booking.flow import (
    address,
    after_where,
    asked_draft,
    asked_language,
    guest_page,
    same_step,
    show,
    steps,
    where_first,
)
from bookme.web.booking.lines import Price, offered_extras, places_among, price_among
from bookme.web.booking.loading import choice_anywhere
from bookme.web.booking.where import Served, served_at

SEARCH_FROM = 12
CHIPS_FROM = 6


@dataclass(frozen=True)
class ServiceCard:
    """A service as it is offered: `is_class` leads to the list of classes instead of being chosen.

    Of what `is_whole`, a course that is booked as a whole, it has the next one that can be joined, if there is one.
    """

    service: Service
    price: Price
    extras: list[Extra]
    course: CourseDates | None = None

    @property
    def is_class(self) -> bool:
        return self.service.kind == ServiceKind.CLASS

    @property
    def is_whole(self) -> bool:
        return self.is_class and self.service.course == Course.WHOLE

    @property
    def is_group(self) -> bool:
        return self.service.kind == ServiceKind.GROUP


@dataclass(frozen=True)
class Group:
    """Services of a category; None for those of no category."""

    category: Category | None
    cards: list[ServiceCard]


def service_groups(within: Served | None = None) -> list[Group]:
    """All that somebody does somewhere, by category in order, then what has none. In a fixed number of queries.

    Of what is not a class only what is done `within` reach, by those who come there.
    """
    offers: defaultdict[UUID, list[StaffService]] = defaultdict(list)
    for offer in all_offers(GUEST):
        offers[offer.service_id].append(offer)
    cards: defaultdict[UUID | None, list[ServiceCard]] = defaultdict(list)
    places = list(locations_for(GUEST))
    services = list(services_for(GUEST))
    courses = next_courses([each for each in services if each.course == Course.WHOLE], now=now())
    for service in services:
        own = _within(service, offers[service.id], within)
        if own and places_among(service, places):
            price, extras = price_among(service, own), offered_extras(service)
            cards[service.category_id].append(ServiceCard(service, price, extras, courses.get(service.id)))
    categories: list[Category | None] = [*categories_for(GUEST)]
    known = {category.id for category in categories if category}
    loose = [card for key in list(cards) if key not in known for card in cards[key]]
    groups = [Group(category, cards[category.id]) for category in categories if category and cards[category.id]]
    return groups + ([Group(None, loose)] if loose else [])


def _within(service: Service, offers: list[StaffService], within: Served | None) -> list[StaffService]:
    if within is None or service.kind == ServiceKind.CLASS:
        return offers
    going = {person.pk for person in within.people} if service.pk in within.service_ids else set()
    return [offer for offer in offers if offer.staff_id in going]


@guest_page
def choose_service(request: HttpRequest) -> HttpResponse:
    """GET shows what is offered, with `?service=` chosen; POST goes on to the next step, or looks for some words.

    Or it goes to change the postcode, and comes back.

    Where all of it is done at the customer's, it is first asked where that is.
    """
    draft, within, after_where_to = asked_draft(request), None, where_first()
    if after_where_to:
        try:
            within = served_at(draft.postcode)
        except (Invalid, Nowhere):
            return redirect(_to_where(request, draft))
    groups = service_groups(within)
    cards = [card for group in groups for card in group.cards if not card.is_class]
    is_looking = "look" in request.POST
    error = ""
    if request.method == "POST":
        draft = _filled_in(request, draft, cards)
        if asked_language(request):
            return same_step(request, draft)
        choice, error = _chosen(draft)
    else:
        choice, error = _summed_up(draft, _chosen_ids(request, draft, cards))
    if "where" in request.POST:
        return redirect(address("book-where", draft, services=1))
    if request.headers.get("HX-Target") == "sum":
        return show(request, "booking/_summary.html", {"choice": choice, "is_fragment": True})
    if choice is not None and request.method == "POST" and not is_looking:
        return redirect(_onward(choice))
    error = "" if is_looking else error
    context = _context(request, draft, groups, words=request.POST.get("q", "") if is_looking else "")
    marks = steps("book", draft=draft, starts_where=after_where_to)
    context |= {"choice": choice, "error": error, "steps": marks}
    return show(request, "booking/services.html", context, status=422 if error and request.method == "POST" else 200)


def _summed_up(draft: Draft, chosen: set[UUID]) -> tuple[Choice | None, str]:
    """What is ticked when the page is opened: that of the draft, or what a link leads to; None where it is nothing.

    With why it cannot be booked as it is. What is left out of it here is told by itself.
    """
    if not chosen:
        return None, ""
    kept = [line for line in draft.lines if line.service_id in chosen]
    choice, error = _chosen(draft.with_lines(kept or map(Line, chosen)))
    if choice is None or not choice.asks_where or not draft.postcode:
        return choice, error
    try:
        return choice.at(draft.postcode), ""
    except (Invalid, Nowhere):
        return None, ""


def _to_where(request: HttpRequest, draft: Draft) -> str:
    known = draft if draft.lines or draft.postcode else None
    return address("book-where", known, service=request.GET.get("service"), again=request.GET.get("again"))


def _onward(choice: Choice) -> str:
    """What comes next; where it is wanted may be known already."""
    if not choice.asks_where:
        return address(after_where(choice), choice.draft)
    try:
        found = choice.at(choice.draft.postcode)
    except (Invalid, Nowhere):
        return address("book-where", choice.draft)
    return address(after_where(found), found.draft)


def _chosen(draft: Draft) -> tuple[Choice | None, str]:
    """What the draft stands for, or why it stands for nothing."""
    try:
        return choice_anywhere(draft), ""
    except NotFound:
        return None, _("Some of this is no longer offered.") if draft.lines else _("Choose a service to go on.")
    except Apart:
        return None, _apart_told(draft)


def _context(request: HttpRequest, draft: Draft, groups: list[Group], *, words: str) -> dict[str, Any]:
    cards = [card for group in groups for card in group.cards if not card.is_class]
    chosen = _chosen_ids(request, draft, cards)
    count = sum(len(group.cards) for group in groups)
    found = _found(groups, words, chosen, request.LANGUAGE_CODE)
    return {
        "groups": found,
        "draft": draft,
        "words": words,
        "chosen": chosen,
        "left_out": len({line.service_id for line in draft.lines} - {card.service.id for card in cards}),
        "chosen_extras": {extra for line in draft.lines for extra in line.extra_ids},
        "with_search": count > SEARCH_FROM,
        "with_chips": len(found) > 1 and count > CHIPS_FROM,
        "started_again": "again" in request.GET and request.method != "POST",
        "is_empty": not groups,
    }


def _found(groups: list[Group], words: str, chosen: set[UUID], language: str) -> list[Group]:
    """What has these words in its name, its category or what is said of it; and what is chosen, which is not lost."""
    wanted = words.casefold().split()
    if not wanted:
        return groups
    found = []
    for group in groups:
        about = group.category.text("name", language) if group.category else ""
        cards = [
            card
            for card in group.cards
            if card.service.id in chosen
            or all(word in f"{_said(card.service, language)} {about}".casefold() for word in wanted)
        ]
        found += [Group(group.category, cards)] if cards else []
    return found


def _said(service: Service, language: str) -> str:
    return f"{service.text('name', language)} {service.text('description', language)}"


def _chosen_ids(request: HttpRequest, draft: Draft, cards: list[ServiceCard]) -> set[UUID]:
    """Those of the draft that are offered, or the one that a link leads to, by its slug or id."""
    if draft.lines or request.method == "POST":
        return {line.service_id for line in draft.lines} & {card.service.id for card in cards}
    wanted = request.GET.get("service", "")
    return {card.service.id for card in cards if wanted in {card.service.slug, str(card.service.id)}}


def _filled_in(request: HttpRequest, draft: Draft, cards: list[ServiceCard]) -> Draft:
    """The draft with what was ticked: what it had keeps its place and its person, what is new comes after it."""
    wanted = set(request.POST.getlist("service"))
    ticked = {card.service.id: card for card in cards if str(card.service.id) in wanted}
    had = {line.service_id: line for line in draft.lines}
    order = [*(id_ for id_ in had if id_ in ticked), *(id_ for id_ in ticked if id_ not in had)]
    lines = tuple(
        replace(had.get(id_, Line(id_)).unsettled(), extra_ids=_extras(request, ticked[id_])) for id_ in order
    )
    party = max((_party(request.POST.get(f"party-{id_}", ""), ticked[id_]) for id_ in order), default=1)
    return replace(draft.at(None), lines=lines, party_size=party, lost=Lost())


def _apart_told(draft: Draft) -> str:
    if len(draft.lines) > MOST_SERVICES:
        return _("You can book at most %(most)d services at once.") % {"most": MOST_SERVICES}
    if draft.party_size > 1:
        return _("Not all of these can be booked for several people at once. Book them one by one.")
    return _("These are not given at the same place. Book them one by one.")


def _extras(request: HttpRequest, card: ServiceCard) -> tuple[UUID, ...]:
    picked = set(request.POST.getlist(f"extra-{card.service.id}"))
    return tuple(extra.id for extra in card.extras if str(extra.id) in picked)


def _party(text: str, card: ServiceCard) -> int:
    if not card.is_group or not text.isdecimal() or len(text) > 3:
        return 1
    return min(max(int(text), 1), card.service.capacity)
