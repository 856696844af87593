"""What the policies of a business, or those that a service overrides, may say. Pure: data in, faults out."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from bookme.core.errors import FieldError
from bookme.core.money import decimals_text, fits
from bookme.tenants.config import DepositKind

MINUTES_OF_A_YEAR = 525_600
MAX_FEE_STEPS = 10
MAX_REPEATS, MAX_REPEAT_WEEKS = 6, 12

# Least and most of each number, by its path in `policies`. The published JSON Schema says the same; a test compares.
POLICY_BOUNDS: dict[tuple[str, ...], tuple[int, int]] = {
    ("slot_interval_minutes",): (1, 1440),
    ("min_notice_minutes",): (0, MINUTES_OF_A_YEAR),
    ("max_days_ahead",): (1, 730),
    ("cancellation", "free_until_minutes"): (0, MINUTES_OF_A_YEAR),
    ("cancellation", "late_fee_percent"): (0, 100),
    ("cancellation", "no_show_fee_percent"): (0, 100),
    ("cancellation", "refund_percent"): (0, 100),
    ("reschedule", "allowed_until_minutes"): (0, MINUTES_OF_A_YEAR),
    ("reschedule", "max_times"): (0, 100),
    ("hold_minutes",): (1, 1440),
    ("max_per_day",): (1, 1000),
    ("max_per_customer",): (1, 1000),
    ("travel_minutes",): (0, 1440),
    ("max_gap_minutes",): (0, 1440),
    ("decide_minutes",): (0, MINUTES_OF_A_YEAR),
    ("offer_minutes",): (5, 10080),
}
# The same for each of `fee_steps`.
STEP_BOUNDS: dict[str, tuple[int, int]] = {"minutes_before": (0, MINUTES_OF_A_YEAR), "percent": (0, 100)}


def policy_faults(
    policy: Mapping[str, Any], currency: str, *, free_until_minutes: int, pointer: str = "/policy"
) -> Iterator[FieldError]:
    """Of policies in the form of `Policy.to_data`, whole or in part.

    `free_until_minutes` is what holds where these do not say it.
    """
    for path, bounds in POLICY_BOUNDS.items():
        value: Any = policy
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        yield from _bound_faults(value, bounds, "/".join((pointer, *path)))
    cancellation = policy.get("cancellation", {})
    for index, step in enumerate(cancellation.get("fee_steps", [])):
        for name, bounds in STEP_BOUNDS.items():
            yield from _bound_faults(step[name], bounds, f"{pointer}/cancellation/fee_steps/{index}/{name}")
    yield from fee_step_faults(
        [each["minutes_before"] for each in cancellation.get("fee_steps", [])],
        free_until_minutes=cancellation.get("free_until_minutes", free_until_minutes),
        pointer=f"{pointer}/cancellation/fee_steps",
    )
    if "deposit" in policy:
        yield from deposit_faults(policy["deposit"], currency, pointer=f"{pointer}/deposit")


def fee_step_faults(
    minutes_before: Sequence[int | None], *, free_until_minutes: int, pointer: str
) -> Iterator[FieldError]:
    """When the steps of a fee begin: each once, and none while cancelling is free. None is one that is not known."""
    if len(minutes_before) > MAX_FEE_STEPS:
        yield FieldError(pointer, "max_length", f"This must have at most {MAX_FEE_STEPS} entries.")
    for index, minutes in enumerate(minutes_before):
        where = f"{pointer}/{index}/minutes_before"
        if minutes is not None and minutes in minutes_before[:index]:
            yield FieldError(where, "twice", "This is there twice.")
        elif minutes is not None and minutes > free_until_minutes:
            yield FieldError(where, "max_value", f"This must be at most {free_until_minutes}: until then it is free.")


def _bound_faults(value: int | None, bounds: tuple[int, int], where: str) -> Iterator[FieldError]:
    least, most = bounds
    if value is not None and value < least:
        yield FieldError(where, "min_value", f"This must be at least {least}.")
    elif value is not None and value > most:
        yield FieldError(where, "max_value", f"This must be at most {most}.")


def deposit_faults(deposit: Mapping[str, Any], currency: str, *, pointer: str) -> Iterator[FieldError]:
    """`kind`, and `value` as text: an amount for `fixed`, a percentage for `percent`, and absent for the others."""
    kind, where = deposit["kind"], f"{pointer}/value"
    if (kind in {DepositKind.FIXED, DepositKind.PERCENT}) != ("value" in deposit):
        yield FieldError(where, "value_of_kind", "Fixed and percent have a value, and nothing else has.")
    elif "value" in deposit:
        yield from _value_faults(kind, _amount(deposit["value"]), currency, where)


def _value_faults(kind: str, value: Decimal | None, currency: str, where: str) -> Iterator[FieldError]:
    if value is None:
        yield FieldError(where, "invalid", "This must be an amount as text, such as 58.00.")
    elif value <= 0:
        yield FieldError(where, "min_value", 'This must be more than 0; no deposit is {"kind": "none"}.')
    elif kind == DepositKind.PERCENT and value > 100:
        yield FieldError(where, "max_value", "This must be at most 100.")
    elif kind == DepositKind.FIXED and not fits(value, currency):
        yield FieldError(where, "too_many_decimals", f"This must have {decimals_text(currency)}.")


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < 10**9 else None
