"""Step 1: what it is to be."""

from collections import defaultdict
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from bookme.core.actor import GUEST
from bookme.core.errors import NotFound
from bookme.locations.selectors import locations_for
from bookme.services.models import Category, Extra, Service, ServiceKind
from bookme.services.selectors import categories_for, services_for
from bookme.staff.models import StaffService
from bookme.staff.selectors import all_offers
from bookme.web.booking.choice import Choice, Price, choice_anywhere, offered_extras, places_among, price_among
from bookme.web.booking.draft import BadDraft, Draft
from bookme.web.booking.flow import after_where, go_to, guest_page, show, start_again, steps

SEARCH_FROM = 12
CHIPS_FROM = 6


@dataclass(frozen=True)
class ServiceCard:
    """A service as it is offered: `is_class` leads to the list of classes instead of being chosen."""

    service: Service
    price: Price
    extras: list[Extra]

    @property
    def is_class(self) -> bool:
        return self.service.kind == ServiceKind.CLASS

    @property
    def is_group(self) -> bool:
        return self.service.kind == ServiceKind.GROUP


@dataclass(frozen=True)
class Group:
    """Services of a category; None for those of no category."""

    category: Category | None
    cards: list[ServiceCard]


def service_groups() -> list[Group]:
    """All that somebody does somewhere, by category in order, then what has none. In a fixed number of queries."""
    offers: defaultdict[UUID, list[StaffService]] = defaultdict(list)
    for offer in all_offers(GUEST):
        offers[offer.service_id].append(offer)
    cards: defaultdict[UUID | None, list[ServiceCard]] = defaultdict(list)
    places = list(locations_for(GUEST))
    for service in services_for(GUEST):
        if offers[service.id] and places_among(service, places):
            card = ServiceCard(service, price_among(service, offers[service.id]), offered_extras(service))
            cards[service.category_id].append(card)
    categories: list[Category | None] = [*categories_for(GUEST)]
    known = {category.id for category in categories if category}
    loose = [card for key in list(cards) if key not in known for card in cards[key]]
    groups = [Group(category, cards[category.id]) for category in categories if category and cards[category.id]]
    return groups + ([Group(None, loose)] if loose else [])


@guest_page
def choose_service(request: HttpRequest) -> HttpResponse:
    """GET shows what is offered, with `?service=` chosen; POST goes on to the next step."""
    draft = _draft_of(request)
    groups = service_groups()
    if request.method == "POST":
        chosen = _chosen(request, groups)
        if chosen is not None:
            return _go_on(request, draft, chosen)
    known = {str(card.service.id) for group in groups for card in group.cards} | {
        card.service.slug for group in groups for card in group.cards
    }
    wanted = request.GET.get("service", "")
    count = sum(len(group.cards) for group in groups)
    context = {
        "groups": groups,
        "draft": draft,
        "wanted": wanted if wanted in known else str(draft.service_id or ""),
        "steps": steps("book"),
        "with_search": count > SEARCH_FROM,
        "with_chips": len(groups) > 1 and count > CHIPS_FROM,
        "started_again": "again" in request.GET,
        "error": _("Choose a service to go on.") if request.method == "POST" else "",
    }
    return show(request, "booking/services.html", context, status=422 if request.method == "POST" else 200)


def _draft_of(request: HttpRequest) -> Draft:
    try:
        return Draft.from_token(request.GET["d"])
    except (KeyError, BadDraft):
        return Draft()


def _chosen(request: HttpRequest, groups: list[Group]) -> ServiceCard | None:
    wanted = request.POST.get("service", "")
    cards = (card for group in groups for card in group.cards if not card.is_class)
    return next((card for card in cards if str(card.service.id) == wanted), None)


def _go_on(request: HttpRequest, draft: Draft, card: ServiceCard) -> HttpResponse:
    key = str(card.service.id)
    picked = set(request.POST.getlist(f"extra-{key}"))
    changed = replace(
        draft,
        service_id=card.service.id,
        extra_ids=tuple(extra.id for extra in card.extras if str(extra.id) in picked),
        party_size=_party(request.POST.get(f"party-{key}", ""), card),
        staff_id=draft.staff_id if draft.service_id == card.service.id else None,
        start=None,
    )
    try:
        choice = _choice_of(changed)
    except NotFound:
        return start_again()
    return go_to("book-where" if choice.asks_where else after_where(choice), choice.draft)


def _choice_of(draft: Draft) -> Choice:
    """Without whoever was chosen before, if they do not do it any more. Raises NotFound if nobody can, or nowhere."""
    try:
        return choice_anywhere(draft)
    except NotFound:
        return choice_anywhere(replace(draft, staff_id=None, chosen_for_them=False))


def _party(text: str, card: ServiceCard) -> int:
    if not card.is_group or not text.isdecimal() or len(text) > 3:
        return 1
    return min(max(int(text), 1), card.service.capacity)
