"""With whom. Anyone comes first and is chosen already; the step is left out where there is nobody to choose."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from bookme.bookings.availability import Snapshot
from bookme.bookings.selectors.openings import max_gap, snapshots_between
from bookme.core.time import instant_of, now
from bookme.staff.models import Staff
from bookme.web.booking.choice import Choice
from bookme.web.booking.flow import asked_language, go_to, guest_page, same_step, show, step_before, steps
from bookme.web.booking.lines import ChosenLine, Offered, Price
from bookme.web.booking.picker import offered_as_one

LOOK_AHEAD_DAYS = 30
ANYONE, EACH = "any", "each"


@dataclass(frozen=True)
class PersonCard:
    """Somebody who does all of it, with their own price and length, and their next free time within a month."""

    staff: Staff
    price: Price
    duration_minutes: int
    next_start: dt.datetime | None


@guest_page
@step_before
def choose_professional(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows the people; POST goes on with one of them, with somebody for each service, or with anyone."""
    if not choice.has_several_people:
        return go_to("book-time", choice.draft)
    if request.method == "POST":
        asking = choice.asking(_wanted(request, choice))
        if asked_language(request):
            return same_step(request, asking.draft)
        return go_to("book-time", replace(asking.draft.at(None), lost=asking.draft.lost._replace(people=0)))
    anyone = choice.with_anyone()
    people = _who_do_all(choice)
    next_starts = _next_starts(anyone, [each.pk for each in people], now())
    cards = [_card(choice, each, next_starts.get(each.pk)) for each in people]
    asked = choice.unsettled()
    context = {
        "choice": choice,
        "people": cards,
        "asked": str(asked.staff.pk) if asked.staff else EACH if asked.draft.asks_for_somebody else ANYONE,
        "by_line": [] if choice.is_one else _by_line(asked),
        "anyone_price": anyone.total,
        "anyone_next": next_starts.get(None),
        "steps": steps("book-professional", choice),
    }
    return show(request, "booking/professional.html", context)


def _by_line(choice: Choice) -> list[tuple[int, ChosenLine, Price, list[Offered]]]:
    """Each service by its place, with what it costs with anyone, and with each of its people."""
    party, lines = choice.draft.party_size, enumerate(zip(choice.lines, choice.with_anyone().lines, strict=True))
    return [(place, each, anyone.total(party), each.offered(party)) for place, (each, anyone) in lines]


def _wanted(request: HttpRequest, choice: Choice) -> list[UUID | None]:
    """Somebody, or anyone, for each line."""
    wanted = request.POST.get("staff", "")
    names = [request.POST.get(f"staff-{place}", "") if wanted == EACH else wanted for place in range(len(choice.lines))]
    return [_known(line, name) for line, name in zip(choice.lines, names, strict=True)]


def _known(line: ChosenLine, name: str) -> UUID | None:
    return next((offer.staff_id for offer in line.offers if str(offer.staff_id) == name), None)


def _who_do_all(choice: Choice) -> list[Staff]:
    """In the order of the staff."""
    return [offer.staff for offer in choice.first.offers if all(line.offer_of(offer.staff_id) for line in choice.lines)]


def _card(choice: Choice, person: Staff, next_start: dt.datetime | None) -> PersonCard:
    with_them = choice.asking([person.pk] * len(choice.lines))
    return PersonCard(person, with_them.total, with_them.duration_minutes, next_start)


def _next_starts(anyone: Choice, people: Sequence[UUID], at: dt.datetime) -> dict[UUID | None, dt.datetime]:
    """The first free time of each of them within a month, and of anyone; in the wall time of the place."""
    today = at.astimezone(anyone.zone).date()
    last = today + dt.timedelta(days=min(LOOK_AHEAD_DAYS, anyone.max_days_ahead))
    wish = anyone.wish(at)
    snapshots = snapshots_between(wish, today, last, now=at)
    found: dict[UUID | None, dt.datetime] = {}
    for id_ in (None, *people):
        asked = snapshots if id_ is None else [_asking(each, id_) for each in snapshots]
        days = offered_as_one(asked, max_gap=max_gap(wish))
        start = min((slot.start for slots in days.values() for slot in slots), default=None)
        if start is not None:
            found[id_] = instant_of(start).astimezone(anyone.shown_zone)
    return found


def _asking(snapshot: Snapshot, staff_id: UUID) -> Snapshot:
    """The same question, of one person."""
    people = tuple(replace(each, asked=each.asked and each.id == str(staff_id)) for each in snapshot.people)
    return replace(snapshot, people=people)
