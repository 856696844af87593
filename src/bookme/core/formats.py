"""Amounts, days and times as people in that place write them."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import (
    format_date,
    format_skeleton,
    format_time,
    format_timedelta,
    get_day_names,
    get_timezone_location,
)
from babel.numbers import format_currency
from django.utils.translation import get_language_bidi, ngettext
from django.utils.translation import gettext as _

from bookme.core.money import digits, rounded
from bookme.core.time import zone as zone_named
from bookme.core.time import zone_names

WORLD_ENGLISH = "en_GB"
# Where CLDR wants a space that Babel does not put: `MAD 80` (https://unicode.org/reports/tr35/tr35-numbers.html, 3.2).
_LETTER_BY_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """The locale of a language in a country; English where it is not at home is written the British way.

    A language with a region of its own, such as `pt-BR`, is of that region.
    """
    tongue, *region = language.split("-")
    at_home = "_".join((tongue, *(region or [country])))
    for name in (at_home, WORLD_ENGLISH if tongue == "en" else tongue):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(WORLD_ENGLISH)


@dataclass(frozen=True)
class Formats:
    """How one page writes things: `locale` decides the words and their order, `currency` is ISO 4217."""

    locale: Locale
    currency: str

    def price(self, amount: Decimal) -> str:
        """`£58`, `£58.50`, `Free`."""
        exact = rounded(amount, self.currency)
        if not exact:
            return _("Free")
        return self.money(exact)

    def money(self, amount: Decimal) -> str:
        """An amount, also nought: `£0`. From right to left it takes no part in the order of what stands beside it."""
        text = self._money(amount)
        return f"\u2067{text}\u200e\u2069" if self.locale.text_direction == "rtl" else text

    def _money(self, amount: Decimal) -> str:
        exact = rounded(amount, self.currency)
        if digits(self.currency) and exact == exact.to_integral_value():
            pattern = self.locale.currency_formats["standard"].pattern.replace(".00", "")
            text = format_currency(exact, self.currency, pattern, locale=self.locale, currency_digits=False)
        else:
            text = format_currency(exact, self.currency, locale=self.locale)
        return _LETTER_BY_DIGIT.sub("\u00a0", text)

    def clock(self, moment: dt.datetime | dt.time) -> str:
        """`13:30`, or `1:30 PM` where that is the custom."""
        return format_time(moment.timetz() if isinstance(moment, dt.datetime) else moment, "short", locale=self.locale)

    def day(self, day: dt.date) -> str:
        """`Thursday 12 November`."""
        leads = re.match(r"EEEE([^\w']*)", self.locale.date_formats["full"].pattern)
        if "MMMMEEEEd" in self.locale.datetime_skeletons or not leads:
            return self._skeleton(day, "MMMMEEEEd")
        return f"{self.weekday(day)}{leads[1]}{self._skeleton(day, 'MMMMd')}"

    def day_short(self, day: dt.date) -> str:
        """`Thu 12 Nov`."""
        return self._skeleton(day, "MMMEd").replace(",", "")

    def day_year(self, day: dt.date) -> str:
        """`12 November 2026`."""
        return format_date(day, "long", locale=self.locale)

    def month(self, day: dt.date) -> str:
        """`November 2026`."""
        return self._skeleton(day, "yMMMM")

    def month_name(self, day: dt.date) -> str:
        """`November` by itself."""
        return format_date(day, "LLLL", locale=self.locale)

    def month_of_day(self, day: dt.date) -> str:
        """`November` as it is said after the number of its day, which in some languages is another case."""
        return format_date(day, "MMMM", locale=self.locale)

    def weekday(self, day: dt.date) -> str:
        return format_date(day, "EEEE", locale=self.locale)

    def weekday_short(self, day: dt.date) -> str:
        return format_date(day, "EEE", locale=self.locale)

    def moment(self, moment: dt.datetime) -> str:
        """`Thursday 12 November, 13:30`."""
        return _("%(day)s, %(time)s") % {"day": self.day(moment.date()), "time": self.clock(moment)}

    def moment_short(self, moment: dt.datetime) -> str:
        """`Thu 12 Nov, 13:30`."""
        return _("%(day)s, %(time)s") % {"day": self.day_short(moment.date()), "time": self.clock(moment)}

    def moment_dated(self, moment: dt.datetime) -> str:
        """`Thu 12 Nov 2026, 13:30`, of what may be years away."""
        day = self._skeleton(moment.date(), "yMMMEd").replace(",", "")
        return _("%(day)s, %(time)s") % {"day": day, "time": self.clock(moment)}

    def span(self, start: dt.datetime, end: dt.datetime) -> str:
        """`Thursday 12 November, 13:30 to 14:15`; with both days where it ends on another."""
        if end.date() != start.date():
            return _("%(start)s until %(end)s") % {"start": self.moment(start), "end": self.moment(end)}
        times = {"start": self.clock(start), "end": self.clock(end)}
        return _("%(day)s, %(start)s to %(end)s") % {"day": self.day(start.date()), **times}

    def clock_span(self, start: dt.datetime, end: dt.datetime) -> str:
        """`13:30 to 14:15`, where the day stands elsewhere; with the day of its end where that is another."""
        if end.date() != start.date():
            return _("%(start)s until %(end)s") % {"start": self.clock(start), "end": self.moment(end)}
        return _("%(start)s to %(end)s") % {"start": self.clock(start), "end": self.clock(end)}

    def until(self, moment: dt.datetime, now: dt.datetime) -> str:
        """How long until then, by the days of its zone: `Today, in 3 hours`, `Tomorrow`, `In 5 days`, `In 3 weeks`."""
        today = now.astimezone(moment.tzinfo)
        days = (moment.date() - today.date()).days
        if moment <= now:
            return _("Now")
        if days == 1:
            return _("Tomorrow")
        ahead = dt.timedelta(days=days) or moment.astimezone(dt.UTC) - now
        granularity: Literal["day", "minute"] = "day" if days else "minute"
        said = format_timedelta(ahead, granularity, threshold=2, add_direction=True, locale=self.locale)
        if not days:
            return _("Today, %(said)s") % {"said": said}
        return said[:1].upper() + said[1:]

    def zone_name(self, zone: dt.tzinfo, at: dt.datetime) -> str:
        """`London time (GMT)`, `Casablanca time (GMT+01)`."""
        city = city_of(zone, self.locale)
        name = at.astimezone(zone).tzname() or ""
        offset = name if name.isalpha() else f"GMT{name}"
        return _("%(city)s time (%(offset)s)") % {"city": city, "offset": offset}

    def both_times(self, moment: dt.datetime, own: dt.tzinfo | None) -> str:
        """`10:00 in London · 12:00 for you (Helsinki)`, of a moment in one zone and somebody in another.

        With days where they are not the same; nothing where their clocks show the same, or `own` is not known.
        """
        if (
            own is None
            or moment.tzinfo is None
            or moment.astimezone(own).replace(tzinfo=None) == moment.replace(tzinfo=None)
        ):
            return ""
        there = moment.astimezone(own)
        told = self.clock if there.date() == moment.date() else self.moment_short
        return _("%(time)s in %(city)s · %(own_time)s for you (%(own_city)s)") % {
            "time": told(moment),
            "city": city_of(moment.tzinfo, self.locale),
            "own_time": told(there),
            "own_city": city_of(own, self.locale),
        }

    def moment_of_both(self, moment: dt.datetime, own: dt.tzinfo | None) -> str:
        """`Thursday 12 November, 10:00 in London · 12:00 for you (Helsinki)`; as `moment` without two times."""
        both = self.both_times(moment, own)
        if own is None or not both:
            return self.moment(moment)
        is_same_day = moment.astimezone(own).date() == moment.date()
        return _("%(day)s, %(time)s") % {"day": self.day(moment.date()), "time": both} if is_same_day else both

    @property
    def first_weekday(self) -> int:
        """The day on which a week begins here; Monday is 0."""
        return int(self.locale.first_week_day)

    def weekday_heads(self) -> list[tuple[str, str]]:
        """Short and full names of the days, in the order in which a week is written here."""
        short = get_day_names("short", context="stand-alone", locale=self.locale)
        wide = get_day_names("wide", context="stand-alone", locale=self.locale)
        order = [(self.first_weekday + step) % 7 for step in range(7)]
        return [(short[day], wide[day]) for day in order]

    def _skeleton(self, day: dt.date, skeleton: str) -> str:
        return format_skeleton(skeleton, day, locale=self.locale, fuzzy=True)


def city_of(zone: dt.tzinfo, locale: Locale) -> str:
    """The city that a zone is named after, in that language."""
    return get_timezone_location(zone, locale=locale, return_city=True)


def zone_choices(locale: Locale, own: str = "") -> list[tuple[str, str]]:
    """Every zone once, with its city in that language, by city: to choose from.

    Some have more names than one: `own`, if it is another name of one of them, stands in its stead.
    """
    cities = dict(_cities(locale))
    if own in zone_names():
        cities.pop(get_global("zone_aliases").get(own, own), None)
        cities[own] = city_of(zone_named(own), locale)
    return sorted(cities.items(), key=lambda each: each[1].casefold())


@lru_cache(maxsize=32)
def _cities(locale: Locale) -> Mapping[str, str]:
    """By the name of their zone that is in use; `Etc/GMT+5` is none, and five hours behind."""
    names = zone_names().intersection(get_global("zone_territories"))
    return {each: city_of(zone_named(each), locale) for each in names if not each.startswith("Etc/GMT")}


def in_line(texts: Iterable[str]) -> str:
    """Those that are not empty, each once, with the comma of the language that is active between them."""
    return _(", ").join(dict.fromkeys(filter(None, texts)))


def left_to_right(number: str) -> str:
    """A telephone number whose `+` stays before it, also where people write from right to left."""
    return f"\u200e{number}" if number and get_language_bidi() else number


def duration_text(minutes: int) -> str:
    """`45 min`, `1 h`, `1 h 30 min`."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)d min") % {"minutes": rest}
    if not rest:
        return _("%(hours)d h") % {"hours": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def ahead_text(minutes: int) -> str:
    """How long before: `2 days`, `24 hours`, `45 minutes`."""
    if minutes >= 2 * 1440 and minutes % 1440 == 0:
        return ngettext("%(days)d day", "%(days)d days", minutes // 1440) % {"days": minutes // 1440}
    if minutes >= 60 and minutes % 60 == 0:
        return ngettext("%(hours)d hour", "%(hours)d hours", minutes // 60) % {"hours": minutes // 60}
    return ngettext("%(minutes)d minute", "%(minutes)d minutes", minutes) % {"minutes": minutes}
