"""What cancelling costs, in the active language: by the rule while the start is open, else with the exact moments.

It says what `policies.cancel_terms` reckons: of what is cancelled together, each price is charged by itself.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookme.bookings.models import Booking
from bookme.bookings.policies import LateTerms, late_terms
from bookme.bookings.selectors.offer import policy_of
from bookme.core.formats import Formats, ahead_text, in_line
from bookme.core.money import percent_of
from bookme.core.time import MINUTE
from bookme.locations.selectors import zone_of
from bookme.services.models import Service
from bookme.tenants.config import Cancellation, FeeStep, Policy

# A service, the rule it is under, and its price; None while that is open.
Ruled = tuple[Service, Cancellation, Decimal | None]


def cancellation_text_of(bookings: Sequence[Booking], *, formats: Formats) -> str:
    """The rule of bookings that go together: said once where it is the same for all, else of each service."""
    return cancellation_text_for(_ruled(bookings), formats=formats)


def cancellation_text_before(services: Sequence[Service], *, formats: Formats) -> str:
    """The same before anything is booked, when the price is open: in percentages."""
    return cancellation_text_for([(each, policy_of(each).cancellation, None) for each in services], formats=formats)


def cancellation_text_for(asked: Sequence[Ruled], *, formats: Formats) -> str:
    """The same of services under these rules at these prices; in percentages where one of them is open."""
    return _of_each_rule(asked, lambda rule, prices: cancellation_text(rule, prices, formats=formats))


def cancellation_text(cancellation: Cancellation, prices: Sequence[Decimal] | None, *, formats: Formats) -> str:
    """Until when cancelling is free, what it costs from when on, and what of the money that was paid is given back.

    The one sentence for it while the start is open. Without prices, only percentages are said.
    """
    late = _late_terms(cancellation, prices)
    if late.free_until_minutes is None:
        return _("Cancelling is free until it begins.")
    sentences = [_("Cancelling is free until %(time)s before.") % {"time": ahead_text(late.free_until_minutes)}]
    sentences += [_stage_text(each, prices, formats) for each in late.stages]
    if late.keeps:
        sentences.append(_kept_text(cancellation))
    return " ".join(sentences)


@dataclass(frozen=True)
class Deadline:
    """When it begins, in the wall time of its place; now; and how moments and amounts are written."""

    starts_at: dt.datetime
    now: dt.datetime
    formats: Formats

    def before(self, minutes: int) -> dt.datetime:
        """So long before it begins, as time passes: clocks may have been changed in between."""
        return self.starts_at.astimezone(dt.UTC) - minutes * MINUTE

    def told(self, moment: dt.datetime) -> dict[str, object]:
        local = moment.astimezone(self.starts_at.tzinfo)
        return {"day": self.formats.day(local.date()), "time": self.formats.clock(local)}


def deadline_text_of(bookings: Sequence[Booking], *, now: dt.datetime, formats: Formats) -> str:
    """Of bookings that are cancelled together: they are as late as the first of them."""
    first = min((each.appointment for each in bookings), key=lambda each: each.starts_at)
    deadline = Deadline(first.starts_at.astimezone(zone_of(first.location)), now, formats)
    return deadline_text_for(_ruled(bookings), deadline=deadline)


def deadline_text_for(asked: Sequence[Ruled], *, deadline: Deadline) -> str:
    """Said once where the rule is the same for all of these services, else of each; in percentages for open prices."""
    return _of_each_rule(asked, lambda rule, prices: deadline_text(rule, prices, deadline=deadline))


def deadline_text(cancellation: Cancellation, prices: Sequence[Decimal] | None, *, deadline: Deadline) -> str:
    """Until which moment cancelling is free, or was, and what it costs from when on; of what costs these prices."""
    late = _late_terms(cancellation, prices)
    if late.free_until_minutes is None:
        begins = deadline.told(deadline.starts_at)
        return _("Cancelling is free until it begins, on %(day)s at %(time)s.") % begins
    free_until = deadline.before(late.free_until_minutes)
    if deadline.now > free_until:
        return " ".join(_late_sentences(cancellation, prices, free_until, deadline))
    sentences = [_("Cancelling is free until %(day)s at %(time)s.") % deadline.told(free_until)]
    for stage in late.stages:
        if stage.minutes_before == late.free_until_minutes:
            sentences.append(_("After that, it costs %(costs)s.") % {"costs": _costs(stage, prices, deadline)})
        else:
            sentences.append(_from_text(stage, prices, deadline))
    if late.keeps:
        sentences.append(_kept_text(cancellation))
    return " ".join(sentences)


def _late_sentences(
    cancellation: Cancellation, prices: Sequence[Decimal] | None, free_until: dt.datetime, deadline: Deadline
) -> list[str]:
    """What is so once it is free no more."""
    late = _late_terms(cancellation, prices)
    reached = [each for each in late.stages if deadline.now >= deadline.before(each.minutes_before)]
    sentences, was = [], deadline.told(free_until)
    if reached and reached[-1].percent:
        sentences.append(
            _("It can no longer be cancelled for free: that was possible until %(day)s at %(time)s.") % was
        )
    if reached:
        sentences.append(_("Cancelling costs %(costs)s.") % {"costs": _costs(reached[-1], prices, deadline)})
    sentences += [_from_text(each, prices, deadline) for each in late.stages[len(reached) :]]
    if late.keeps:
        kept = _("Since %(day)s at %(time)s at most %(percent)d%% of what was paid is given back.")
        sentences.append(kept % {"percent": cancellation.refund_percent, **was})
    return sentences


def _late_terms(cancellation: Cancellation, prices: Sequence[Decimal] | None) -> LateTerms:
    return late_terms(cancellation, price=None if prices is None else sum(prices, Decimal(0)))


def _from_text(stage: FeeStep, prices: Sequence[Decimal] | None, deadline: Deadline) -> str:
    told = deadline.told(deadline.before(stage.minutes_before))
    return _("From %(day)s at %(time)s, it costs %(costs)s.") % {"costs": _costs(stage, prices, deadline), **told}


def _costs(stage: FeeStep, prices: Sequence[Decimal] | None, deadline: Deadline) -> str:
    """`50 % (£20)`, with the sign on the line of its number."""
    if prices is None:
        return _("%(percent)d%%") % {"percent": stage.percent}
    return _("%(percent)d%% (%(fee)s)") % {"percent": stage.percent, "fee": _fee(stage, prices, deadline.formats)}


def _fee(stage: FeeStep, prices: Sequence[Decimal], formats: Formats) -> str:
    fees = (percent_of(price, Decimal(stage.percent), formats.currency) for price in prices)
    return formats.money(sum(fees, Decimal(0)))


def _ruled(bookings: Sequence[Booking]) -> list[Ruled]:
    return [(each.appointment.service, Policy.from_data(each.policy).cancellation, each.price) for each in bookings]


def _of_each_rule(asked: Sequence[Ruled], say: Callable[[Cancellation, list[Decimal] | None], str]) -> str:
    """What is to be said of each rule with the prices under it, None where one is open; by whose rule, of several."""
    by_rule: dict[Cancellation, list[tuple[Service, Decimal | None]]] = {}
    for service, rule, price in asked:
        by_rule.setdefault(rule, []).append((service, price))
    language, texts = get_language() or "", []
    for rule, same in by_rule.items():
        known = [price for _service, price in same if price is not None]
        names = in_line(service.text("name", language) for service, _price in same)
        texts.append((names, say(rule, known if len(known) == len(same) else None)))
    return texts[0][1] if len(texts) == 1 else " ".join(f"{names}: {text}" for names, text in texts)


def _kept_text(cancellation: Cancellation) -> str:
    """What is given back once it is free no more; a sentence that follows."""
    back = _("Of what was paid, at most %(percent)d%% is given back after that.")
    return back % {"percent": cancellation.refund_percent}


def _stage_text(stage: FeeStep, prices: Sequence[Decimal] | None, formats: Formats) -> str:
    told: dict[str, object] = {"time": ahead_text(stage.minutes_before), "percent": stage.percent}
    if prices is None or stage.percent in {0, 100}:
        return _("From %(time)s before, it costs %(percent)d%%.") % told
    told["fee"] = _fee(stage, prices, formats)
    return _("From %(time)s before, it costs %(percent)d%% (%(fee)s).") % told
