"""The dates of a series as a page lists them: by month, with what is past apart from what is still to come."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from bookme.bookings.models import Booking, Series
from bookme.bookings.recurrence import Recurrence
from bookme.bookings.selectors.visits import BookedVisit
from bookme.bookings.series_wording import series_text
from bookme.bookings.states import UPCOMING
from bookme.core.formats import Formats
from bookme.locations.selectors import zone_of
from bookme.web.reach import first_of

SHOWN = 8


@dataclass(frozen=True)
class Date:
    """One visit of a series; `booking` is its first that is to come. Times are those of its place."""

    booking: Booking
    starts_at: dt.datetime
    url: str
    is_this: bool
    is_past: bool

    @property
    def is_gone(self) -> bool:
        return not self.booking.keeps_seats


Months = list[tuple[dt.date, list[Date]]]


@dataclass(frozen=True)
class Dates:
    """What a series has: `text` says how it repeats; of many dates to come, `later` are those after the first few."""

    text: str
    is_course: bool
    coming: Months
    later: Months
    past: Months
    later_count: int
    past_count: int

    @property
    def is_over(self) -> bool:
        return not self.coming


def dates_of(
    visits: Sequence[BookedVisit],
    *,
    this: Booking,
    now: dt.datetime,
    formats: Formats,
    url: Callable[[Booking], str],
) -> Dates | None:
    """Of the visits of one series by start; None of a visit by itself."""
    series = visits[0].visit.series if visits else None
    if series is None:
        return None
    rows = [_date(each, this, now, url) for each in visits]
    coming = [each for each in rows if not each.is_past]
    standing = [each for each in rows if not each.is_gone] or rows
    starts = [each.starts_at for each in standing]
    # Folding away one or two would hide more than it spares.
    shown = len(coming) if len(coming) <= SHOWN + 2 else SHOWN
    past = [each for each in rows if each.is_past]
    return Dates(
        is_course=series.rule is None,
        text=series_text(rule_of(series), starts, formats=formats),
        coming=_by_month(coming[:shown]),
        later=_by_month(coming[shown:]),
        past=_by_month(past),
        later_count=len(coming) - shown,
        past_count=len(past),
    )


def rule_of(series: Series) -> Recurrence | None:
    """None of a course."""
    return None if series.rule is None else Recurrence.from_data(series.rule)


def _date(visit: BookedVisit, this: Booking, now: dt.datetime, url: Callable[[Booking], str]) -> Date:
    booking = first_of(visit.bookings)
    start = booking.appointment.starts_at
    return Date(
        booking=booking,
        starts_at=start.astimezone(zone_of(booking.appointment.location)),
        url=url(booking),
        is_this=visit.visit.pk == this.visit_id,
        is_past=visit.end <= now or (start <= now and booking.state not in UPCOMING),
    )


def _by_month(rows: Sequence[Date]) -> Months:
    grouped = groupby(rows, key=lambda each: each.starts_at.date().replace(day=1))
    return [(month, list(found)) for month, found in grouped]
