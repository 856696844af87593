"""Template tags: amounts, days and times in the page's own way of writing them."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import phonenumbers
from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language_info

from bookme.bookings.models import Booking
from bookme.bookings.wording import cancellation_text, cancellation_text_of
from bookme.communications.models import Channel
from bookme.communications.wording import CHANNELS
from bookme.core.formats import Formats, ahead_text, duration_text
from bookme.core.models import Translated
from bookme.core.time import MINUTE
from bookme.locations.selectors import zone_of
from bookme.tenants.config import Cancellation
from bookme.tenants.context import require_tenant
from bookme.web.account.doors import with_next
from bookme.web.devices import device_name
from bookme.web.team.cards import LOOKS, Look

register = template.Library()


@register.simple_tag(takes_context=True)
def price(context: Context, amount: Decimal) -> str:
    return _formats(context).price(amount)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal) -> str:
    return _formats(context).money(amount)


@register.simple_tag(takes_context=True)
def cancelling(context: Context, cancellation: Cancellation, price: Decimal | None) -> str:
    """What cancelling costs and when; without a price in percentages alone."""
    return cancellation_text(cancellation=cancellation, price=price, formats=_formats(context))


@register.simple_tag(takes_context=True)
def cancelling_of(context: Context, bookings: Sequence[Booking]) -> str:
    """The same of bookings that go together, under the policies that they were booked under."""
    return cancellation_text_of(bookings, formats=_formats(context))


@register.simple_tag(takes_context=True)
def day(context: Context, value: dt.date, form: str = "day") -> str:
    """`form` is the name of a method of Formats that takes a day."""
    return str(getattr(_formats(context), form)(value))


@register.simple_tag(takes_context=True)
def clock(context: Context, value: dt.datetime) -> SafeString:
    return format_html("<time datetime='{}'>{}</time>", value.isoformat(), _formats(context).clock(value))


@register.simple_tag(takes_context=True)
def clock_time(context: Context, value: dt.time) -> str:
    """A time of every week, of no day in particular."""
    return _formats(context).clock(value)


@register.simple_tag(takes_context=True)
def moment(context: Context, value: dt.datetime, form: str = "moment") -> SafeString:
    """`form` is `moment` or `moment_short`."""
    return format_html("<time datetime='{}'>{}</time>", value.isoformat(), getattr(_formats(context), form)(value))


@register.simple_tag(takes_context=True)
def text(context: Context, row: Translated, field: str = "name") -> str:
    """A text of a row in the visitor's language."""
    return row.text(field, context["language"])


@register.simple_tag(takes_context=True)
def moment_text(context: Context, value: dt.datetime) -> str:
    """`Thu 12 Nov, 13:30` for an attribute."""
    return _formats(context).moment_short(value)


@register.simple_tag(takes_context=True)
def zone_name(context: Context, zone: dt.tzinfo, at: dt.datetime) -> str:
    return _formats(context).zone_name(zone, at)


@register.filter
def starts_at(booking: Booking) -> dt.datetime:
    """In the wall time of its place."""
    return booking.appointment.starts_at.astimezone(zone_of(booking.appointment.location))


@register.filter
def ends_at(booking: Booking) -> dt.datetime:
    """In the wall time of its place."""
    return booking.appointment.ends_at.astimezone(zone_of(booking.appointment.location))


@register.filter
def lasts(booking: Booking) -> int:
    """So many minutes."""
    return (booking.appointment.ends_at - booking.appointment.starts_at) // MINUTE


@register.filter
def look(booking: Booking) -> Look:
    """Its status as the team sees it."""
    return LOOKS[booking.state]


@register.filter
def phone_text(number: str) -> str:
    """A number in E.164 as people write it: `+44 20 7946 0101`."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@register.filter
def site_text(url: str) -> str:
    """An address as people say it: `www.example.com`."""
    return url.partition("://")[2].removesuffix("/")


@register.filter
def onward(path: str) -> str:
    """A query that leads on to that path afterwards; nothing of none."""
    return with_next("", path)


@register.filter
def at_home(value: dt.datetime) -> dt.datetime:
    """In the wall time of the business."""
    return value.astimezone(require_tenant().config.zone)


@register.filter
def device(agent: str) -> str:
    return device_name(agent)


@register.filter
def direction(language: str) -> str:
    """`rtl` or `ltr`."""
    return "rtl" if get_language_info(language)["bidi"] else "ltr"


@register.filter
def channel_name(channel: str) -> str:
    return str(CHANNELS[Channel(channel)])


@register.filter
def first_name(name: str) -> str:
    return name.strip().partition(" ")[0]


@register.filter
def duration(minutes: int) -> str:
    return duration_text(minutes)


@register.filter
def ahead(minutes: int) -> str:
    return ahead_text(minutes)


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word: `AO`."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def hue(name: object) -> int:
    """A hue of its own for a name, always the same."""
    return sum(ord(letter) * (7 + place) for place, letter in enumerate(str(name))) * 47 % 360


def _formats(context: Any) -> Formats:
    formats: Formats = context["business"].formats
    return formats
