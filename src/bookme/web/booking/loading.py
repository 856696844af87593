"""From a draft to the choice that it stands for: the rows behind it, without what is not offered any more."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from bookme.bookings.actions.terms import MOST_SERVICES
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.courses import CourseDates, course_for
from bookme.bookings.selectors.sessions import session_for
from bookme.core.actor import GUEST
from bookme.core.errors import Invalid, NotFound
from bookme.core.time import now
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for
from bookme.services.models import Service, ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.models import StaffService
from bookme.staff.selectors import all_offers
from bookme.web.booking.choice import Apart, Choice, Nowhere
from bookme.web.booking.draft import Draft, Line, Lost
from bookme.web.booking.lines import ChosenLine, offered_extras, places_among


def load_choice(draft: Draft) -> Choice:
    """Where areas count, for where it is wanted.

    Raises NotFound as `choice_anywhere`, and Nowhere, also if it is whoever was chosen who does not go there.
    """
    choice = choice_anywhere(draft)
    if not choice.asks_where:
        return choice
    try:
        found = choice.at(draft.postcode)
    except Invalid as error:
        raise Nowhere from error
    if found.draft != choice.draft:
        raise Nowhere
    return found


def choice_anywhere(draft: Draft) -> Choice:
    """Wherever it is wanted, without what is not offered (any more): its draft says what was `lost`.

    Raises NotFound if nothing is left, and Apart for what cannot be booked together. In a fixed number of queries.
    """
    if draft.course_id is not None:
        return _course_choice(draft, course_for(draft.course_id, now=now()))
    if draft.session_id is not None:
        return _session_choice(draft, session_for(draft.session_id))
    ids = {line.service_id for line in draft.lines}
    services = {each.pk: each for each in services_for(GUEST).filter(pk__in=ids).exclude(kind=ServiceKind.CLASS)}
    offers = [each for each in all_offers(GUEST) if each.service_id in ids]
    open_places = tuple(locations_for(GUEST))
    given = {id_: each for id_, each in services.items() if places_among(each, open_places)}
    lines = [_chosen(line, given[line.service_id], offers) for line in draft.lines if line.service_id in given]
    lines = [each for each in lines if each.offers]
    if not lines:
        raise NotFound
    if len(lines) > MOST_SERVICES or any(each.service.capacity < draft.party_size for each in lines):
        raise Apart
    places = _shared_places([each.service for each in lines], open_places)
    return Choice(draft=_still(draft, lines, places), lines=tuple(lines), places=places)


def _chosen(line: Line, service: Service, offers: Iterable[StaffService]) -> ChosenLine:
    """Without extras that are gone, and with anyone if whoever was chosen is."""
    extras = tuple(extra for extra in offered_extras(service) if extra.id in line.extra_ids)
    known = {extra.id for extra in extras}
    kept = replace(line, extra_ids=tuple(each for each in line.extra_ids if each in known))
    found = ChosenLine(kept, service, extras, tuple(each for each in offers if each.service_id == service.pk))
    return found if found.offer_of(line.staff_id) else replace(found, line=kept.with_anyone())


def _still(draft: Draft, lines: Sequence[ChosenLine], places: Collection[Location]) -> Draft:
    """The draft with what is left of it. Whom nobody asked for is nobody lost."""
    had = {line.service_id: line for line in draft.lines}
    pairs = [(had[each.service.pk], each.line) for each in lines]
    is_placed = draft.location_id is None or any(place.pk == draft.location_id for place in places)
    lost = Lost(
        services=len(draft.lines) - len(lines),
        extras=sum(len(before.extra_ids) - len(line.extra_ids) for before, line in pairs),
        people=sum(before.unsettled().staff_id is not None and line.staff_id is None for before, line in pairs),
        places=int(not is_placed),
    )
    kept = replace(draft, lost=draft.lost.and_then(lost), location_id=draft.location_id if is_placed else None)
    return kept.with_lines(each.line for each in lines)


def _shared_places(services: Iterable[Service], places: tuple[Location, ...]) -> tuple[Location, ...]:
    """Which of these places all of them are given at. Raises Apart for none."""
    for service in services:
        places = places_among(service, places)
    if not places:
        raise Apart
    return places


def _session_choice(draft: Draft, session: Appointment) -> Choice:
    """A place in a session: who, where and when are settled."""
    line = Line(session.service_id, staff_id=session.staff_id)
    return Choice(
        draft=replace(draft, lines=(line,), start=session.starts_at, location_id=session.location_id),
        lines=(ChosenLine(line, session.service, (), (_offer_of(session),)),),
        places=(session.location,),
        session=session,
    )


def _course_choice(draft: Draft, course: CourseDates) -> Choice:
    """Places on all dates that are left; raises NotFound where none is."""
    if not course.ahead:
        raise NotFound
    return replace(_session_choice(draft, course.ahead[0]), course=course)


def _offer_of(appointment: Appointment) -> StaffService:
    """The person of an appointment doing its service, also if they do it no more."""
    found = StaffService.objects.filter(service=appointment.service_id, staff=appointment.staff_id).first()
    offer = found or StaffService(service=appointment.service, staff=appointment.staff)
    offer.staff = appointment.staff
    return offer
