"""Template tags: amounts, days and times in the page's own way of writing them."""

import datetime as dt
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import phonenumbers
from django import template
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from bookme.bookings.cancel_wording import (
    Deadline,
    cancellation_text,
    cancellation_text_before,
    cancellation_text_for,
    cancellation_text_of,
    deadline_text_for,
    deadline_text_of,
)
from bookme.bookings.models import Booking
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.selectors.terms import still_ahead
from bookme.bookings.wording import place_text
from bookme.communications.models import Channel
from bookme.communications.wording import CHANNELS
from bookme.core.formats import Formats, ahead_text, city_of, duration_text
from bookme.core.models import Translated
from bookme.core.time import MINUTE, now
from bookme.locations.models import Location
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.tenants.config import Policy
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url
from bookme.web.account.doors import with_next
from bookme.web.booking.choice import Choice
from bookme.web.devices import device_name
from bookme.web.reach import Reach
from bookme.web.site.discovery import alternates
from bookme.web.team.cards import LOOKS, Look
from bookme.web.widget import frames

register = template.Library()


@register.simple_tag(takes_context=True)
def price(context: Context, amount: Decimal) -> str:
    return _formats(context).price(amount)


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal) -> str:
    return _formats(context).money(amount)


@register.simple_tag(takes_context=True)
def cancelling(context: Context, choice: Choice) -> str:
    """What cancelling will cost, from which moment on once there is a time; without a sure price in percentages.

    Several dates have moments of their own: of them it is the rule.
    """
    asked = [
        (each.service, each.policy.cancellation, each.sure_price(choice.draft.party_size)) for each in choice.lines
    ]
    if choice.starts_at is None:
        return cancellation_text_for(asked, formats=_formats(context))
    if choice.visits > 1 or choice.course is not None:
        return f"{_('Of each date:')} {cancellation_text_for(asked, formats=_formats(context))}"
    return deadline_text_for(asked, deadline=Deadline(choice.starts_at, now(), _formats(context)))


@register.simple_tag(takes_context=True)
def cancelling_of(context: Context, bookings: Sequence[Booking]) -> str:
    """The same of bookings that go together, under the policies that they were booked under."""
    return deadline_text_of(bookings, now=now(), formats=_formats(context))


@register.simple_tag(takes_context=True)
def cancelling_so_far(context: Context, reach: Reach) -> str:
    """The same of one way to cancel. Several dates have moments of their own: of them it is the rule."""
    bookings = still_ahead(reach.bookings)
    if not reach.is_several:
        return deadline_text_of(bookings, now=reach.now, formats=_formats(context))
    first = [each for each in bookings if each.visit_id == reach.first.visit_id]
    return cancellation_text_of(first, formats=_formats(context))


@register.simple_tag(takes_context=True)
def cancelling_by(context: Context, policy: Policy) -> str:
    """The business's rule, in percentages."""
    return cancellation_text(policy.cancellation, None, formats=_formats(context))


@register.simple_tag(takes_context=True)
def cancelling_before(context: Context, service: Service) -> str:
    """The rule of one service before anything is booked, in percentages."""
    return cancellation_text_before([service], formats=_formats(context))


@register.simple_tag(takes_context=True)
def cancelling_at(context: Context, service: Service, start: dt.datetime) -> str:
    """The same once it is known when it would begin, in the wall time of its place."""
    asked = [(service, policy_of(service).cancellation, None)]
    return deadline_text_for(asked, deadline=Deadline(start, now(), _formats(context)))


@register.simple_tag(takes_context=True)
def page_url(context: Context, path: str) -> str:
    """That page of the business, on its own domain."""
    return business_url(context["business"].tenant, path)


@register.simple_tag(takes_context=True)
def alternates_of(context: Context, path: str) -> list[tuple[str, str]]:
    """The same page in each language of the business: code and address; none where there is only one."""
    page = context["business"]
    return alternates(business_url(page.tenant, path), page.config.languages)


@register.simple_tag(takes_context=True)
def away(context: Context) -> SafeString:
    """For a link that leaves the booking: in a frame of another site it opens a tab."""
    return format_html(' target="{}" rel="noopener"', "_blank") if context["framed"] else SafeString("")


@register.simple_tag(takes_context=True)
def in_language(context: Context, code: str) -> str:
    """This page with all that its address says, in that language."""
    return frames.in_language(context["request"], code)


@register.simple_tag(takes_context=True)
def own_address(context: Context) -> str:
    """This page's address, outside of frames."""
    return frames.outside(context["request"])


@register.filter
def as_data(value: object) -> SafeString:
    """As JSON that may stand in a script."""
    escapes = {ord(each): f"\\u{ord(each):04X}" for each in "<>&\u2028\u2029"}
    return mark_safe(json.dumps(value, ensure_ascii=False).translate(escapes))  # noqa: S308 - escaped above


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
    """`form` is `moment`, `moment_short` or `moment_dated`."""
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


@register.simple_tag(takes_context=True)
def both_times(context: Context, value: dt.datetime, own: dt.tzinfo | None) -> str:
    """A moment here and where the visitor is; nothing where that is the same."""
    return _formats(context).both_times(value, own)


@register.simple_tag(takes_context=True)
def city(context: Context, zone: dt.tzinfo) -> str:
    return city_of(zone, _formats(context).locale)


@register.filter
def in_zone(value: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    return value.astimezone(zone)


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
def place_line(place: Location) -> str:
    """Where it is, in one line."""
    return place_text(place)


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
    """Its first word; all of it where that has no letter."""
    first = name.strip().partition(" ")[0]
    return first if any(map(str.isalpha, first)) else name.strip()


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
