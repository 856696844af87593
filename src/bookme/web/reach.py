"""How far a change goes: one service of a visit, all of the visit, or more of the series that it is of."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookme.bookings.models import Booking
from bookme.bookings.policies import CancelTerms, MoveTerms
from bookme.bookings.selectors.series import Scope, visits_meant
from bookme.bookings.selectors.terms import cancel_terms_of, move_terms_of, still_ahead
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.states import UPCOMING

THIS, FOLLOWING, ALL = Scope.THIS.value, Scope.FOLLOWING.value, Scope.ALL.value


@dataclass(frozen=True)
class Reach:
    """One way to answer how far: `key` is a Scope of the series, or the id of a booking that is meant alone.

    `visits` are those that it changes, each with the bookings that are meant, by start.
    """

    key: str
    label: str
    visits: Sequence[BookedVisit]
    now: dt.datetime

    @property
    def bookings(self) -> list[Booking]:
        return [booking for visit in self.visits for booking in visit.bookings]

    @property
    def first(self) -> Booking:
        """What begins first of it."""
        return first_of(self.visits[0].bookings)

    @property
    def last(self) -> Booking:
        return first_of(self.visits[-1].bookings)

    @property
    def is_several(self) -> bool:
        return len(self.visits) > 1

    @property
    def is_one_service(self) -> bool:
        return self.key not in set(Scope)

    @property
    def is_one_visit(self) -> bool:
        return self.key == THIS

    @property
    def still_due(self) -> Decimal:
        """What is due for it until it is cancelled."""
        return sum((each.still_due for each in self.bookings), Decimal(0))

    @cached_property
    def cancel(self) -> CancelTerms:
        return cancel_terms_of(self.bookings, now=self.now)

    @cached_property
    def move(self) -> MoveTerms:
        return move_terms_of(self.bookings, now=self.now)


def reaches(booked: BookedVisit, dates: Sequence[BookedVisit], *, now: dt.datetime) -> list[Reach]:
    """The visit; each of its services that is still to come, of several; and, of a series, what there is beyond it.

    `dates` are the visits of its series by start, empty of a visit by itself.
    """
    ahead = sorted(
        (each for each in booked.bookings if each.state in UPCOMING), key=lambda each: each.appointment.starts_at
    )
    found = [Reach(THIS, _this_label(len(ahead), is_dated=len(dates) > 1), [booked], now)]
    if len(ahead) > 1:
        found += [Reach(str(each.pk), _only(each), [BookedVisit(booked.visit, [each])], now) for each in ahead]
    following = _meant(dates, Scope.FOLLOWING, booked, now)
    everything = _meant(dates, Scope.ALL, booked, now)
    if len(following) > 1 and len(following) < len(everything):
        more = len(following) - 1
        text = ngettext("This and the %(count)d date after it", "This and the %(count)d dates after it", more)
        found.append(Reach(FOLLOWING, text % {"count": more}, following, now))
    if any(each.visit.pk != booked.visit.pk for each in everything):
        text = ngettext("The %(count)d date still to come", "All %(count)d dates still to come", len(everything))
        found.append(Reach(ALL, text % {"count": len(everything)}, everything, now))
    return found


def asked_reach(found: Sequence[Reach], key: str) -> Reach | None:
    """The one of that key."""
    return next((each for each in found if each.key == key), None)


def first_of(bookings: Sequence[Booking]) -> Booking:
    """The first that is still to come; of none that is, the first."""
    return min(still_ahead(bookings), key=lambda each: (each.appointment.starts_at, each.position))


def _this_label(services: int, *, is_dated: bool) -> str:
    if is_dated:
        return _("Only this date")
    return _("The whole visit") if services > 1 else _("This booking")


def _only(booking: Booking) -> str:
    return _("Only %(service)s") % {"service": booking.appointment.service.text("name", get_language() or "")}


def _meant(dates: Sequence[BookedVisit], scope: Scope, booked: BookedVisit, now: dt.datetime) -> list[BookedVisit]:
    if not dates:
        return []
    return visits_meant(dates, scope=scope, visit_id=booked.visit.pk, now=now)
