"""What the policy of a booking allows, when, and at what price. Pure: a policy and instants in, terms out."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from bookme.bookings.states import UPCOMING, Status
from bookme.core.money import percent_of, rounded
from bookme.core.time import MINUTE
from bookme.tenants.config import Deposit, DepositKind, Policy


@dataclass(frozen=True)
class CancelTerms:
    """Whether a customer may cancel now, until which instant it is free, and what it costs now."""

    allowed: bool
    free_until: dt.datetime
    fee: Decimal

    @property
    def is_free(self) -> bool:
        return self.fee == 0


@dataclass(frozen=True)
class MoveTerms:
    """Whether a customer may move the booking now, until when, and how often still. `reason` says why not.

    `reason` is empty or one of `wrong_status`, `too_late`, `too_often`.
    """

    allowed: bool
    until: dt.datetime
    moves_left: int
    reason: str = ""


def cancel_terms(
    *, policy: Policy, status: Status, starts_at: dt.datetime, price: Decimal, currency: str, now: dt.datetime
) -> CancelTerms:
    """Free until the cut-off, from then on at the late fee; not at all once it has begun or is over."""
    free_until = starts_at - policy.cancellation.free_until_minutes * MINUTE
    late = now > free_until
    fee = percent_of(price, Decimal(policy.cancellation.late_fee_percent), currency) if late else Decimal(0)
    return CancelTerms(allowed=status in UPCOMING and now < starts_at, free_until=free_until, fee=fee)


def move_terms(
    *, policy: Policy, status: Status, starts_at: dt.datetime, times_moved: int, now: dt.datetime
) -> MoveTerms:
    """Until the cut-off, and as often as the policy says."""
    until = starts_at - policy.reschedule.allowed_until_minutes * MINUTE
    left = max(policy.reschedule.max_times - times_moved, 0)
    reason = ""
    if status not in {Status.PENDING, Status.CONFIRMED}:
        reason = "wrong_status"
    elif now > until or now >= starts_at:
        reason = "too_late"
    elif left == 0:
        reason = "too_often"
    return MoveTerms(allowed=not reason, until=until, moves_left=left, reason=reason)


def payment_due(*, deposit: Deposit, price: Decimal, currency: str) -> Decimal:
    """What is due when booking: never more than the price."""
    amounts = {
        DepositKind.NONE: Decimal(0),
        DepositKind.FIXED: rounded(deposit.value, currency),
        DepositKind.PERCENT: percent_of(price, deposit.value, currency),
        DepositKind.FULL: price,
    }
    return min(amounts[deposit.kind], price)


def no_show_fee(*, policy: Policy, price: Decimal, currency: str) -> Decimal:
    return percent_of(price, Decimal(policy.cancellation.no_show_fee_percent), currency)
