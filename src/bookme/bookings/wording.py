"""What booking says in words, in the language that is active: where it is, why a time is not offered, how one waits."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bookme.bookings.availability import Cause
from bookme.bookings.models import Booking, Waiting
from bookme.bookings.states import TAKES_PLACE
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.core.formats import Formats, locale_of
from bookme.locations.models import Location
from bookme.tenants.context import require_tenant

_OF_ADDRESS = ("line1", "line2", "city", "county", "postcode")
_CAUSES: dict[str, Promise] = {
    Cause.HOURS: gettext_lazy("Not in the hours of the person and the place."),
    Cause.BREAK: gettext_lazy("In a break."),
    Cause.CLOSURE: gettext_lazy("The business, or the place, is closed then."),
    Cause.TIME_OFF: gettext_lazy("The person is away."),
    Cause.BOOKING: gettext_lazy("Something is booked then."),
    Cause.PADDING: gettext_lazy("Too close to another booking: some time before or after it is kept free."),
    Cause.NOTICE: gettext_lazy("Too soon: it has to be booked earlier."),
    Cause.HORIZON: gettext_lazy("Too far ahead."),
    Cause.GRID: gettext_lazy("Bookings do not begin at this minute."),
    Cause.RESOURCE: gettext_lazy("A room or a thing that it needs is taken."),
    Cause.CAPACITY: gettext_lazy("Not enough places are left."),
    Cause.EXTERNAL: gettext_lazy("Another calendar of the person is busy then."),
    Cause.RULE: gettext_lazy("The service is not given at this time, or on this date."),
    Cause.DAY_LIMIT: gettext_lazy("This day has as many bookings of the service as it may have."),
    Cause.AREA: gettext_lazy("The person does not go there on this day of the week."),
    Cause.TRAVEL: gettext_lazy("Too little time to come from another place, or to go to the next."),
    Cause.STAFF: gettext_lazy("Too few people are free to do it together."),
    SESSIONS_ONLY: gettext_lazy("A class is booked by its sessions, and there is none then."),
}


def address_text(address: Mapping[str, str] | None) -> str:
    """The address of a visit in one line; empty where it has none."""
    return ", ".join(filter(None, ((address or {}).get(each) for each in _OF_ADDRESS)))


def place_text(place: Location) -> str:
    """Where a place is, in one line; of one that is online, the link to it."""
    if place.online:
        return place.meeting_url
    parts = [place.address_line1, place.address_line2, place.town]
    return ", ".join(part for part in parts if part)


def meeting_url_of(booking: Booking) -> str:
    """Where one comes to it online; empty where it is not online, and unless the business has said yes to it."""
    place = booking.appointment.location
    return place.meeting_url if place.online and booking.state in TAKES_PLACE else ""


def cause_text(code: str) -> str:
    """A cause of `availability.Cause`, or SESSIONS_ONLY, as a sentence for the team."""
    return str(_CAUSES[code])


def taken_by_line_text(line: int) -> str:
    """Why a line of a file has no place in the calendar: an earlier one has it."""
    return _("Line %(line)d has this time.") % {"line": line}


_STANDINGS: dict[Waiting, Promise] = {
    Waiting.OFFERED: gettext_lazy("A place is held for you."),
    Waiting.ACCEPTED: gettext_lazy("You took the place."),
    Waiting.DECLINED: gettext_lazy("You turned the place down."),
    Waiting.LAPSED: gettext_lazy("The offer ran out."),
    Waiting.LEFT: gettext_lazy("You are not waiting any more."),
    Waiting.CLOSED: gettext_lazy("There is nothing to wait for any more."),
}


def position_text(status: Waiting, position: int) -> str:
    """How it stands with somebody who waits, as a sentence to them; of who is in the line, which place is theirs."""
    if status is not Waiting.WAITING:
        return str(_STANDINGS[status])
    return _("You are next in line.") if position == 1 else _("You are number %(place)d in line.") % {"place": position}


def formats_here(currency: str = "") -> Formats:
    """As the language of the request is written in the business's country; amounts in its currency, or another."""
    business = require_tenant().config
    return Formats(locale_of(get_language() or "", business.country), currency or business.currency)


_CLASHES: dict[str, Promise] = {
    Cause.BOOKING: gettext_lazy("%(name)s is busy"),
    Cause.TIME_OFF: gettext_lazy("%(name)s is away"),
    Cause.EXTERNAL: gettext_lazy("%(name)s is busy in another calendar"),
    Cause.RESOURCE: gettext_lazy("%(name)s is not free"),
    Cause.CLOSURE: gettext_lazy("closed: %(name)s"),
    "skipped": gettext_lazy("the clocks go forward: there is no such time"),
}


def clash_text(code: str, name: str = "") -> str:
    """Why a session cannot be on a date; `name` is whose time, which unit or what closure."""
    return str(_CLASHES[code]) % {"name": name}


def too_few_text(min_to_run: int) -> str:
    """Why a session was called off."""
    told = ngettext(
        "Too few people have booked: it takes at least %d person.",
        "Too few people have booked: it takes at least %d people.",
        min_to_run,
    )
    return told % min_to_run
