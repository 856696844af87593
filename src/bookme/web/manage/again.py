"""Booking a visit once more: all of it in a fresh draft, but for what is not offered any more, which is said.

What repeats is to repeat again, and of a course it is the next one that is shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookme.bookings.models import Booking, Series
from bookme.bookings.recurrence import Frequency
from bookme.bookings.selectors.courses import courses_ahead
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.series_wording import series_text
from bookme.core.actor import GUEST
from bookme.core.errors import NotFound
from bookme.core.models import Translated
from bookme.services.models import Service, ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.models import StaffService
from bookme.staff.selectors import all_offers
from bookme.web.booking.choice import Apart
from bookme.web.booking.draft import Draft, Line, Repeat
from bookme.web.booking.flow import address
from bookme.web.booking.lines import offered_extras
from bookme.web.booking.loading import choice_anywhere
from bookme.web.context import formats_in
from bookme.web.manage.managed import Managed, with_visit
from bookme.web.series_dates import rule_of


@dataclass
class Again:
    """`url` is the step that comes next, empty where nothing of it is offered; `gone` is what is not, in words."""

    url: str = ""
    gone: list[str] = field(default_factory=list)


@never_cache
@require_safe
@with_visit
def book_again(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Leads to the choice of a time; what is not offered any more is told first. Nothing is written."""
    again = again_of(managed)
    if again.url and not again.gone:
        return redirect(again.url)
    return render(request, "manage/again.html", {"managed": managed, "again": again})


def again_of(managed: Managed) -> Again:
    """The same with the same people, for as many, at the same place, as often; places in a class are to be chosen."""
    wanted = managed.stood
    services = {each.pk: each for each in services_for(GUEST)}
    offered = [services[each.appointment.service_id] for each in wanted if each.appointment.service_id in services]
    classes = [each for each in offered if each.kind == ServiceKind.CLASS]
    if classes:
        return Again(_class_url(classes[0], managed))
    again, offers = Again(), list(all_offers(GUEST))
    draft = _draft_of(wanted)
    told = [_still(line, each, services, offers, again.gone) for line, each in zip(draft.lines, wanted, strict=True)]
    lines = {line.service_id: line for line in told if line}
    if lines:
        party = _party(draft.party_size, [services[each] for each in lines], again.gone)
        draft = replace(draft, lines=tuple(lines.values()), party_size=party)
        again.url = _url(draft, managed, again.gone)
    return again


def _class_url(kind: Service, managed: Managed) -> str:
    """Of a course the next one that is not theirs and has room for all of them; else what there is of that kind."""
    series = managed.booked.visit.series
    if series is not None and series.rule is None:
        theirs = {each.appointment.course_id for visit in managed.dates for each in visit.bookings if each.keeps_seats}
        party = max(each.party_size for each in managed.bookings)
        for course in courses_ahead([kind], now=managed.at).get(kind.pk, []):
            if course.id not in theirs and course.seats_left >= party:
                people = f"?{urlencode({'people': party})}" if party > 1 else ""
                return reverse("class-session", args=[course.ahead[0].pk]) + people
    return f"{reverse('classes')}?{urlencode({'service': kind.slug})}"


def _draft_of(bookings: Sequence[Booking]) -> Draft:
    """A fresh one of all of these, whether or not they are offered any more; without a time."""
    first = bookings[0]
    return Draft(
        lines=tuple(_line(each) for each in bookings),
        location_id=first.appointment.location_id,
        postcode=(first.visit.address or {}).get("postcode", ""),
        party_size=max(each.party_size for each in bookings),
    )


def _line(booking: Booking) -> Line:
    extras = tuple(UUID(each["id"]) for each in booking.extras if each.get("id"))
    return Line(booking.appointment.service_id, extra_ids=extras, staff_id=booking.appointment.staff_id)


def _still(
    line: Line, booking: Booking, services: Mapping[UUID, Service], offers: Iterable[StaffService], gone: list[str]
) -> Line | None:
    """The service with what of its extras can still be had, and whom it was with, if they still do it."""
    name = _name(booking.appointment.service)
    service = services.get(line.service_id)
    people = {each.staff_id for each in offers if each.service_id == line.service_id}
    if service is None or not people:
        gone.append(name)
        return None
    known = {each.pk for each in offered_extras(service)}
    called = {each.get("id"): each["name"] for each in booking.extras}
    gone += [called[str(each)] for each in line.extra_ids if each not in known]
    line = replace(line, extra_ids=tuple(each for each in line.extra_ids if each in known))
    if line.staff_id in people:
        return line
    gone.append(_("%(service)s with %(name)s") % {"service": name, "name": booking.appointment.staff.name})
    return line.with_anyone()


def _party(wanted: int, services: Iterable[Service], gone: list[str]) -> int:
    room = min(each.capacity for each in services)
    if wanted > room:
        gone.append(ngettext("For %(count)d person", "For %(count)d people", wanted) % {"count": wanted})
    return min(wanted, room)


def _url(draft: Draft, managed: Managed, gone: list[str]) -> str:
    """The choice of a time; of what cannot be booked together any more, that of services."""
    place, series = managed.booking.appointment.location, managed.booked.visit.series
    try:
        choice = choice_anywhere(draft)
    except (Apart, NotFound):
        gone.append(_("All of it in one visit"))
        return address("book", draft)
    if series is not None:
        draft = replace(draft, repeat=_repeat(series, managed, choice.repeat_weeks, gone))
    if choice.place.pk == place.pk:
        return address("book-time", draft)
    gone.append(_name(place))
    return address("book-time", replace(draft, location_id=None))


def _repeat(series: Series, managed: Managed, weeks: Sequence[int], gone: list[str]) -> Repeat | None:
    """As often, and as many times, as they had it; None of what customers cannot have so by themselves."""
    rule, dates = rule_of(series), _dates_that_stood(managed.dates)
    if rule is None:
        return None
    if rule.frequency is Frequency.WEEKLY and len(rule.weekdays) < 2 and rule.interval in weeks:
        return Repeat(rule.interval, len(dates))
    starts = [each.start.astimezone(managed.zone) for each in dates]
    gone.append(series_text(rule, starts, formats=formats_in(get_language() or "")))
    return None


def _dates_that_stood(dates: Sequence[BookedVisit]) -> Sequence[BookedVisit]:
    """Those that were not called off; all of them, where fewer than two are left."""
    stood = [each for each in dates if any(booking.keeps_seats for booking in each.bookings)]
    return stood if len(stood) > 1 else dates


def _name(row: Translated) -> str:
    return row.text("name", get_language() or "")
