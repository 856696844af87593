"""A draft with the rows behind it: the services, who does them, where."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from bookme.bookings.models import Appointment
from bookme.bookings.selectors.courses import CourseDates
from bookme.bookings.selectors.openings import max_gap, snapshots_between
from bookme.bookings.wishes import Wish
from bookme.core.time import MINUTE, zone_if_known
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.postcodes.distance import Point
from bookme.services.models import Service
from bookme.staff.models import Staff
from bookme.staff.selectors import areas_count, asked_point, people_going_to
from bookme.tenants.config import Policy, Reschedule
from bookme.tenants.context import require_tenant
from bookme.tenants.models import BusinessKind
from bookme.web.booking.draft import Draft
from bookme.web.booking.lines import ChosenLine, Price
from bookme.web.booking.picker import Openings, openings


class Nowhere(Exception):
    """Areas count, and nobody is known to come to where it is wanted: no postcode, an unknown one, or out of reach."""


class Apart(Exception):
    """What was chosen cannot be booked as one: too much, at no shared place, or not for as many people."""


@dataclass(frozen=True)
class Choice:
    """What a draft stands for. `places` are where all of it is given, in order.

    `session` is set where a class is booked: then that is all; of a `course` it is the first date. `point` is where it
    is wanted, where areas count: then the people of each line are those who go there.
    """

    draft: Draft
    lines: tuple[ChosenLine, ...]
    places: tuple[Location, ...]
    session: Appointment | None = None
    course: CourseDates | None = None
    point: Point | None = None

    @property
    def untimed(self) -> list[tuple[ChosenLine, None]]:
        """Each line without when it begins, as long as that is not known."""
        return [(line, None) for line in self.lines]

    @property
    def services(self) -> list[Service]:
        return [line.service for line in self.lines]

    @property
    def is_one(self) -> bool:
        """One service, or a place in a class."""
        return len(self.lines) == 1

    @property
    def first(self) -> ChosenLine:
        return self.lines[0]

    @property
    def policies(self) -> list[Policy]:
        return [line.policy for line in self.lines]

    @property
    def allows_guests(self) -> bool:
        return all(policy.guest_booking for policy in self.policies)

    @property
    def is_request(self) -> bool:
        """Where one of them awaits the business's yes, all of the visit does."""
        return not all(policy.auto_confirm for policy in self.policies)

    @property
    def max_days_ahead(self) -> int:
        return min(policy.max_days_ahead for policy in self.policies)

    @property
    def reschedule(self) -> Reschedule:
        """All of it moves as one: as often, and as late, as the strictest of its policies says; a course does not."""
        rules = [policy.reschedule for policy in self.policies]
        return Reschedule(
            allowed_until_minutes=max(each.allowed_until_minutes for each in rules),
            max_times=0 if self.course else min(each.max_times for each in rules),
        )

    @cached_property
    def staff(self) -> Staff | None:
        """Whom the visitor asked for, for all of it; None for anyone, or for several people."""
        return _the_same([line.staff for line in self.lines])

    @cached_property
    def person(self) -> Staff | None:
        """Whom all of it will be with, as far as that is known."""
        return _the_same([line.person for line in self.lines])

    @property
    def place(self) -> Location:
        return next((place for place in self.places if place.id == self.draft.location_id), self.places[0])

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.place)

    @property
    def has_several_people(self) -> bool:
        """There is somebody to choose."""
        return any(line.has_several_people for line in self.lines)

    @property
    def asks_where(self) -> bool:
        """Its people come to the customer, each to their own areas."""
        return self.session is None and areas_count() and any(policy.at_customer for policy in self.policies)

    @property
    def is_at_customer(self) -> bool:
        """An address of theirs is needed."""
        goes_out = areas_count() or require_tenant().kind == BusinessKind.MOBILE
        return goes_out and any(policy.at_customer for policy in self.policies) and not self.place.online

    @property
    def repeat_weeks(self) -> list[int]:
        """Every how many weeks all of it may be had."""
        if self.session is not None:
            return []
        return [each for each in self.first.policy.repeat_weeks if all(each in p.repeat_weeks for p in self.policies)]

    @property
    def starts(self) -> list[dt.datetime]:
        """All dates of what repeats, in the wall time of the place; none of what does not, or is not agreed yet."""
        return [each.astimezone(self.zone) for each in self.draft.starts] if self.draft.repeat else []

    @property
    def visits(self) -> int:
        """How many visits are booked in one go."""
        return len(self.starts) or 1

    @property
    def sum_total(self) -> Decimal:
        """The price of all visits, as far as it is known."""
        return self.total.amount * self.visits

    @property
    def visitor_zone(self) -> ZoneInfo | None:
        """Where the visitor is, of what they are to have online; None where nobody knows, or it is the place's own."""
        if not self.place.online or not self.draft.zone or self.draft.zone == self.zone.key:
            return None
        return zone_if_known(self.draft.zone)

    @property
    def shown_zone(self) -> ZoneInfo:
        """In which its times are told to the visitor first."""
        return self.visitor_zone or self.zone

    @property
    def has_extras(self) -> bool:
        return any(line.extras for line in self.lines)

    @property
    def starts_at(self) -> dt.datetime | None:
        """The chosen start in the wall time of the place."""
        return self.draft.start.astimezone(self.zone) if self.draft.start else None

    @property
    def move_until(self) -> dt.datetime | None:
        """Until when it can be moved, in the wall time of the place; None without a start, or with several."""
        if self.draft.start is None or self.visits > 1:
            return None
        return (self.draft.start - self.reschedule.allowed_until_minutes * MINUTE).astimezone(self.zone)

    @property
    def dates(self) -> list[dt.datetime]:
        """When a course is, in the wall time of each place."""
        ahead = self.course.ahead if self.course else ()
        return [each.starts_at.astimezone(zone_of(each.location)) for each in ahead]

    @cached_property
    def duration_minutes(self) -> int:
        """Of all of it, without what may lie in between."""
        if self.session is not None:
            return (self.session.ends_at - self.session.starts_at) // MINUTE
        return sum(line.duration_minutes for line in self.lines)

    @cached_property
    def total(self) -> Price:
        """The price for the whole party, extras once; of a course that of all its dates."""
        if self.course is not None:
            return Price(self.course.price * self.draft.party_size, is_from=False)
        totals = [line.total(self.draft.party_size) for line in self.lines]
        return Price(sum((each.amount for each in totals), Decimal(0)), any(each.is_from for each in totals))

    @cached_property
    def people_differ(self) -> bool:
        """Who it is decides about price or length."""
        return any(line.people_differ for line in self.lines)

    @property
    def is_open(self) -> bool:
        """Price or length depend on who it will be, and nobody has been chosen for all of that."""
        return any(line.is_open for line in self.lines)

    @cached_property
    def lower_price(self) -> Decimal | None:
        """What `from` had promised, where it is more with those who were chosen for them."""
        lowest = self.unsettled().total.amount
        return lowest if lowest < self.total.amount else None

    @property
    def chosen_for_them(self) -> list[Staff]:
        """Whom the business's rule picked."""
        return list(dict.fromkeys(each.person for each in self.lines if each.line.chosen_for_them and each.person))

    def wish(self, start: dt.datetime) -> Wish:
        """All of it at that start, one after another."""
        first, *then = (
            Wish(
                service=line.service,
                start=start,
                staff_id=line.line.staff_id,
                location_id=self.place.id,
                party_size=self.draft.party_size,
                extra_minutes=line.extra_minutes,
                point=self.point if line.policy.at_customer else None,
            )
            for line in self.lines
        )
        return replace(first, then=tuple(then))

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime) -> Openings:
        wish = self.wish(now)
        return openings(snapshots_between(wish, first, last, now=now), self.zone, max_gap=max_gap(wish))

    def with_lines(self, lines: Iterable[ChosenLine]) -> "Choice":
        found = tuple(lines)
        return replace(self, lines=found, draft=self.draft.with_lines(each.line for each in found))

    def asking(self, staff_ids: Sequence[UUID | None]) -> "Choice":
        """With these people, one for each line; None is anyone. Of those who do not do it nobody is asked for."""
        return self.with_lines(
            replace(each, line=replace(each.line, staff_id=id_ if each.offer_of(id_) else None, chosen_for_them=False))
            for each, id_ in zip(self.lines, staff_ids, strict=True)
        )

    def with_anyone(self) -> "Choice":
        return self.asking([None] * len(self.lines))

    def unsettled(self) -> "Choice":
        """Who goes back to an earlier step has not settled on anybody chosen for them."""
        return self.with_lines(replace(each, line=each.line.unsettled()) for each in self.lines)

    @property
    def is_settled(self) -> bool:
        """Somebody was chosen for them."""
        return any(each.line.chosen_for_them for each in self.lines)

    def at(self, postcode: str) -> "Choice":
        """The same where that postcode is, of a choice of nowhere: with those who go there, whoever was chosen before.

        Raises Invalid `postcode_unknown`, and Nowhere if too few people go there for any of it.
        """
        point = asked_point(postcode)
        if point is None:
            raise Nowhere
        lines = []
        for each in self.lines:
            if not each.policy.at_customer:
                lines.append(each)
                continue
            going = {found.person.pk for found in people_going_to(point, service_id=each.service.pk)}
            lines.append(each.among(going))
            if len(lines[-1].offers) < each.service.staff_needed:
                raise Nowhere
        found = self.with_lines(lines)
        return replace(found, draft=replace(found.draft, postcode=postcode), point=point)


def _the_same(people: Sequence[Staff | None]) -> Staff | None:
    """The one person that it is each time, if it is."""
    first = people[0]
    return first if all(each == first for each in people) else None
