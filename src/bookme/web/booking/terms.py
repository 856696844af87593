"""What a choice comes to by the policies of its services, before it is booked."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bookme.bookings.policies import no_show_fee, payment_due
from bookme.bookings.selectors.sessions import seat_price
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import Choice


@dataclass(frozen=True)
class Terms:
    """The policy in figures: what not coming costs, what is due now, and until when it can be moved, if it can still.

    The moment is in the wall time of the place; None without a start.
    """

    no_show_fee: Decimal
    due: Decimal
    move_until: dt.datetime | None
    may_move: bool


def terms_of(choice: Choice) -> Terms:
    """The policies of this booking with its own figures: each service is charged by its own."""
    currency = require_tenant().config.currency
    priced = [(each.policy, each.total(choice.draft.party_size).amount) for each in choice.lines]
    charged = priced
    if choice.course is not None:
        prices = [seat_price(each) * choice.draft.party_size for each in choice.course.ahead]
        charged = [(choice.first.policy, price) for price in prices]
    move_until = choice.move_until
    return Terms(
        move_until=move_until,
        may_move=move_until is None or now() <= move_until,
        # Not coming is of one visit, what is due of all of them.
        no_show_fee=_sum(no_show_fee(policy=policy, price=price, currency=currency) for policy, price in priced),
        due=choice.visits
        * _sum(payment_due(deposit=policy.deposit, price=price, currency=currency) for policy, price in charged),
    )


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))
