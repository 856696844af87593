"""What the policy of a booking allows, when, and at what price. Pure: a policy and instants in, terms out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookme.bookings.states import UPCOMING, Status
from bookme.core.money import percent_of, rounded
from bookme.core.time import MINUTE
from bookme.tenants.config import Cancellation, Deposit, DepositKind, FeeStep, Policy


@dataclass(frozen=True)
class CancelTerms:
    """Whether a customer may cancel now, until which instant it is free, and what it costs now.

    Of what was paid, `kept` stays with the business, the fee in it, and `refund` is given back.
    """

    allowed: bool
    free_until: dt.datetime
    fee: Decimal
    kept: Decimal
    refund: Decimal

    @classmethod
    def of_all(cls, terms: "Sequence[CancelTerms]") -> "CancelTerms":
        """Of several that are cancelled together, of one currency: all or none, free as long as each is."""
        return cls(
            allowed=all(each.allowed for each in terms),
            free_until=min(each.free_until for each in terms),
            fee=sum((each.fee for each in terms), Decimal(0)),
            kept=sum((each.kept for each in terms), Decimal(0)),
            refund=sum((each.refund for each in terms), Decimal(0)),
        )

    @property
    def is_free(self) -> bool:
        return self.fee == 0 and self.kept == 0


@dataclass(frozen=True)
class MoveTerms:
    """Whether a customer may move the booking now, until when, and how often still. `reason` says why not.

    `reason` is empty or one of `wrong_status`, `too_late`, `too_often`.
    """

    allowed: bool
    until: dt.datetime
    moves_left: int
    reason: str = ""

    @classmethod
    def of_all(cls, terms: "Sequence[MoveTerms]") -> "MoveTerms":
        """Of several that move together."""
        reason = next((each.reason for each in terms if each.reason), "")
        until, left = min(each.until for each in terms), min(each.moves_left for each in terms)
        return cls(allowed=not reason, until=until, moves_left=left, reason=reason)


def cancel_terms(
    *,
    policy: Policy,
    status: Status,
    starts_at: dt.datetime,
    price: Decimal,
    currency: str,
    now: dt.datetime,
    paid: Decimal = Decimal(0),
) -> CancelTerms:
    """Free until the cut-off, from then on at the fee of the last stage; not at all once it has begun or is over.

    Cancelled late, the refund share of what was `paid` is given back, but never so much that less than the fee stays.
    """
    cancellation = policy.cancellation
    free_until = starts_at - cancellation.free_until_minutes * MINUTE
    fee = kept = Decimal(0)
    if now > free_until:
        reached = [each for each in fee_stages(cancellation) if now >= starts_at - each.minutes_before * MINUTE]
        fee = percent_of(price, Decimal(reached[-1].percent), currency)
        share = percent_of(paid, Decimal(100 - cancellation.refund_percent), currency)
        kept = min(paid, max(fee, share))
    return CancelTerms(
        allowed=status in UPCOMING and now < starts_at, free_until=free_until, fee=fee, kept=kept, refund=paid - kept
    )


@dataclass(frozen=True)
class LateTerms:
    """What being late with cancelling changes: `stages` are those at which it begins to cost something else.

    `free_until_minutes` before the start the first of it begins; None where it is free until the start. `keeps`: of
    what was paid, a part stays with the business from then on.
    """

    free_until_minutes: int | None
    stages: tuple[FeeStep, ...]
    keeps: bool


def late_terms(cancellation: Cancellation, *, price: Decimal | None) -> LateTerms:
    """Without a price it is some price, not nothing."""
    free_until = cancellation.free_until_minutes
    if price == 0 or not free_until:
        return LateTerms(None, (), keeps=False)
    stages: list[FeeStep] = []
    for stage in fee_stages(cancellation):
        if stage.percent != (stages[-1].percent if stages else 0):
            stages.append(stage)
    if cancellation.refund_percent < 100:
        return LateTerms(free_until, tuple(stages), keeps=True)
    return LateTerms(stages[0].minutes_before if stages else None, tuple(stages), keeps=False)


def fee_stages(cancellation: Cancellation) -> list[FeeStep]:
    """From when on cancelling costs what, the earliest first; before the first of them it is free."""
    free_until = cancellation.free_until_minutes
    percents = {free_until: cancellation.late_fee_percent}
    for step in cancellation.fee_steps:
        percents[min(step.minutes_before, free_until)] = step.percent
    return [FeeStep(minutes, percent) for minutes, percent in percents.items()]


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
