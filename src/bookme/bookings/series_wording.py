"""What repeats in words, in the language that is active: `4 visits, every week on Monday at 10:00`. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from bookme.bookings.recurrence import Frequency, Recurrence
from bookme.core.formats import Formats

_MONDAY = dt.date(2001, 1, 1)
_LAST = 5
_WEEKS: dict[int, Promise] = {
    1: gettext_lazy("first"),
    2: gettext_lazy("second"),
    3: gettext_lazy("third"),
    4: gettext_lazy("fourth"),
    _LAST: gettext_lazy("last"),
}


def series_text(rule: Recurrence | None, starts: Sequence[dt.datetime], *, formats: Formats) -> str:
    """How many visits, how often, on which day and when; `starts` are in the wall time of the place, at least one.

    The day and the time are those of most of them: one that was moved for itself does not speak for the rest. Without a
    rule they are the dates of a course.
    """
    count = len(starts)
    if rule is None:
        return ngettext("A course on %(count)d date", "A course on %(count)d dates", count) % {"count": count}
    told = ngettext("%(count)d visit, %(often)s", "%(count)d visits, %(often)s", count)
    return told % {"count": count, "often": recurrence_text(rule, _usual(starts), formats=formats)}


def recurrence_text(rule: Recurrence, first: dt.datetime, *, formats: Formats) -> str:
    """`every 2 weeks on Monday and Thursday at 10:00`, `every month on the second Tuesday at 10:00`.

    `first` is a start of it in the wall time of the place.
    """
    said = {"count": rule.interval, "time": formats.clock(first)}
    if rule.frequency is Frequency.WEEKLY:
        days = [formats.weekday(_MONDAY + dt.timedelta(days=day)) for day in rule.weekdays or (first.weekday(),)]
        weekly = ngettext(
            "every week on %(days)s at %(time)s", "every %(count)d weeks on %(days)s at %(time)s", rule.interval
        )
        return weekly % {**said, "days": format_list(days, locale=formats.locale)}
    week = _LAST if rule.last else (first.day - 1) // 7 + 1
    monthly = ngettext(
        "every month on the %(which)s %(day)s at %(time)s",
        "every %(count)d months on the %(which)s %(day)s at %(time)s",
        rule.interval,
    )
    return monthly % {**said, "which": _WEEKS[week], "day": formats.weekday(first.date())}


def _usual(starts: Sequence[dt.datetime]) -> dt.datetime:
    """The first of those on the most common day of the week and at the most common time."""
    common = Counter((each.weekday(), each.time()) for each in starts).most_common(1)[0][0]
    return next(each for each in starts if (each.weekday(), each.time()) == common)
