"""What booking says in words, in the language that is active: what cancelling costs, and why a time is not offered."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from bookme.bookings.availability import Cause
from bookme.bookings.models import Booking, Waiting
from bookme.bookings.policies import fee_stages
from bookme.bookings.selectors.offer import policy_of
from bookme.bookings.states import TAKES_PLACE
from bookme.bookings.wishes import SESSIONS_ONLY
from bookme.core.formats import Formats, ahead_text, locale_of
from bookme.core.money import percent_of
from bookme.locations.models import Location
from bookme.services.models import Service
from bookme.tenants.config import Cancellation, FeeStep, Policy
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
    parts = [place.address_line1, place.address_line2, f"{place.city} {place.postcode}".strip()]
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


def cancellation_text_of(bookings: Sequence[Booking], *, formats: Formats) -> str:
    """The rule of bookings that go together: said once where it is the same for all, else of each service."""
    by_rule: dict[Cancellation, list[Booking]] = {}
    for each in bookings:
        by_rule.setdefault(Policy.from_data(each.policy).cancellation, []).append(each)
    texts = []
    for rule, same in by_rule.items():
        price = sum((each.price for each in same), Decimal(0))
        text = cancellation_text(cancellation=rule, price=price, formats=formats)
        texts.append((text, [each.appointment.service for each in same]))
    return _of_services(texts)


def cancellation_text_before(services: Sequence[Service], *, formats: Formats) -> str:
    """The same before anything is booked, when the price is open: in percentages."""
    by_rule: dict[Cancellation, list[Service]] = {}
    for each in services:
        by_rule.setdefault(policy_of(each).cancellation, []).append(each)
    return _of_services(
        [(cancellation_text(cancellation=rule, price=None, formats=formats), same) for rule, same in by_rule.items()]
    )


def _of_services(texts: Sequence[tuple[str, Sequence[Service]]]) -> str:
    if len(texts) == 1:
        return texts[0][0]
    language = get_language() or ""
    return " ".join(f"{', '.join(each.text('name', language) for each in same)}: {text}" for text, same in texts)


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


def cancellation_text(*, cancellation: Cancellation, price: Decimal | None, formats: Formats) -> str:
    """Until when cancelling is free, what it costs from when on, and what of the money that was paid is given back.

    The one sentence for it, wherever customers are told. Without a price, only percentages are said.
    """
    stages = _told_stages(cancellation, price)
    keeps = cancellation.refund_percent < 100 and price != 0 and cancellation.free_until_minutes > 0
    if not stages and not keeps:
        return _("Cancelling is free until it begins.")
    free = cancellation.free_until_minutes if keeps or not stages else stages[0].minutes_before
    sentences = [_("Cancelling is free until %(time)s before.") % {"time": ahead_text(free)}]
    sentences += [_stage_text(each, price, formats) for each in stages]
    if keeps:
        back = _("Of what was paid, at most %(percent)d %% is given back after that.")
        sentences.append(back % {"percent": cancellation.refund_percent})
    return " ".join(sentences)


def _told_stages(cancellation: Cancellation, price: Decimal | None) -> list[FeeStep]:
    """Those that change what it costs."""
    told: list[FeeStep] = []
    if price == 0 or not cancellation.free_until_minutes:
        return told
    for stage in fee_stages(cancellation):
        if stage.percent != (told[-1].percent if told else 0):
            told.append(stage)
    return told


def _stage_text(stage: FeeStep, price: Decimal | None, formats: Formats) -> str:
    told: dict[str, object] = {"time": ahead_text(stage.minutes_before), "percent": stage.percent}
    if price is None or stage.percent in {0, 100}:
        return _("From %(time)s before, it costs %(percent)d %%.") % told
    told["fee"] = formats.money(percent_of(price, Decimal(stage.percent), formats.currency))
    return _("From %(time)s before, it costs %(percent)d %% (%(fee)s).") % told
