"""The visitor's time zone beside the business's, for what is given online.

It comes from the browser, where there is a script, or is picked from a list; it stands in the address or the draft, and
a page that was passed on asks its next reader's browser again.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from bookme.bookings.selectors.snapshots import MAX_RANGE_DAYS
from bookme.core.time import zone, zone_names
from bookme.web.booking.choice import Choice
from bookme.web.booking.picker import Openings

_DAY = dt.timedelta(days=1)


def asked_zone(request: HttpRequest) -> str:
    """The zone that `?zone=` names; empty for none that is known."""
    name = request.GET.get("zone", "")
    return name if name in zone_names() else ""


def zone_in(request: HttpRequest) -> ZoneInfo | None:
    """The same as a zone."""
    name = asked_zone(request)
    return zone(name) if name else None


@dataclass(frozen=True)
class Abroad:
    """A choice as somebody in another zone looks for its time: by the days that they have there."""

    choice: Choice
    zone: ZoneInfo

    @property
    def max_days_ahead(self) -> int:
        return self.choice.max_days_ahead

    def openings(self, first: dt.date, last: dt.date, now: dt.datetime) -> Openings:
        """A day of theirs meets two days of the place."""
        start, end = first - _DAY, min(last + _DAY, first + (MAX_RANGE_DAYS - 2) * _DAY)
        found = self.choice.openings(start, end, now)
        days: Mapping[dt.date, list[dt.datetime]] = defaultdict(list)
        for starts in found.days.values():
            for each in starts:
                own = each.astimezone(self.zone)
                days[own.date()].append(own)
        wanted = [first + step * _DAY for step in range((last - first).days + 1)]
        return Openings({day: sorted(days.get(day, [])) for day in wanted}, found.worked.intersection(wanted))
