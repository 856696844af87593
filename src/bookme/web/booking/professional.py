"""Step 2: with whom. Anyone comes first and is chosen already; the step is left out where only one person does it."""

import datetime as dt
from dataclasses import dataclass, replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from bookme.bookings.availability import offered
from bookme.core.time import instant_of, now
from bookme.staff.models import Staff
from bookme.web.booking.choice import Choice, Price, price_among
from bookme.web.booking.flow import go_to, guest_page, show, steps, with_choice

LOOK_AHEAD_DAYS = 30


@dataclass(frozen=True)
class PersonCard:
    """Somebody who does it, with their own price and length, and their next free time within a month."""

    staff: Staff
    price: Price
    duration_minutes: int
    next_start: dt.datetime | None


@guest_page
@with_choice
def choose_professional(request: HttpRequest, choice: Choice) -> HttpResponse:
    """GET shows the people; POST goes on with one of them, or with anyone."""
    if not choice.has_several_people:
        return go_to("book-time", choice.draft)
    if request.method == "POST":
        wanted = request.POST.get("staff", "")
        staff_id = next((each.staff_id for each in choice.offers if str(each.staff_id) == wanted), None)
        return go_to("book-time", replace(choice.draft, staff_id=staff_id, chosen_for_them=False, start=None))
    next_starts = _next_starts(choice)
    people = [
        PersonCard(
            staff=offer.staff,
            price=price_among(choice.service, [offer]),
            duration_minutes=(offer.duration_minutes or choice.service.duration_minutes) + choice.extra_minutes,
            next_start=next_starts.get(offer.staff_id),
        )
        for offer in choice.offers
    ]
    context = {
        "choice": choice,
        "people": people,
        "anyone_price": price_among(choice.service, choice.offers),
        "anyone_next": min(next_starts.values(), default=None),
        "steps": steps("book-professional", choice),
    }
    return show(request, "booking/professional.html", context)


def _next_starts(choice: Choice) -> dict[UUID, dt.datetime]:
    """The first free time of each person within a month, in the wall time of the place."""
    at = now()
    today = at.astimezone(choice.zone).date()
    last = today + dt.timedelta(days=min(LOOK_AHEAD_DAYS, choice.policy.max_days_ahead))
    found: dict[UUID, dt.datetime] = {}
    for slots in offered(choice.snapshot(today, last, at, anyone=True)).values():
        for slot in slots:
            for person in slot.staff:
                found.setdefault(UUID(person), instant_of(slot.start).astimezone(choice.zone))
    return found
