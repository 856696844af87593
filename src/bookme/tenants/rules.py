"""What the policies of a business, or those that a service overrides, may say. Pure: data in, faults out."""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bookme.core.errors import FieldError
from bookme.core.money import decimals_text, fits
from bookme.tenants.config import DepositKind

MINUTES_OF_A_YEAR = 525_600

# Least and most of each number, by its path in `policies`. The published JSON Schema says the same; a test compares.
POLICY_BOUNDS: dict[tuple[str, ...], tuple[int, int]] = {
    ("slot_interval_minutes",): (1, 1440),
    ("min_notice_minutes",): (0, MINUTES_OF_A_YEAR),
    ("max_days_ahead",): (1, 730),
    ("cancellation", "free_until_minutes"): (0, MINUTES_OF_A_YEAR),
    ("cancellation", "late_fee_percent"): (0, 100),
    ("cancellation", "no_show_fee_percent"): (0, 100),
    ("reschedule", "allowed_until_minutes"): (0, MINUTES_OF_A_YEAR),
    ("reschedule", "max_times"): (0, 100),
    ("hold_minutes",): (1, 1440),
}


def policy_faults(policy: Mapping[str, Any], currency: str, *, pointer: str = "/policy") -> Iterator[FieldError]:
    """Of policies in the form of `Policy.to_data`, whole or in part."""
    for path, (least, most) in POLICY_BOUNDS.items():
        value: Any = policy
        for name in path:
            value = value.get(name) if isinstance(value, Mapping) else None
        where = "/".join((pointer, *path))
        if value is not None and value < least:
            yield FieldError(where, "min_value", f"This must be at least {least}.")
        elif value is not None and value > most:
            yield FieldError(where, "max_value", f"This must be at most {most}.")
    if "deposit" in policy:
        yield from deposit_faults(policy["deposit"], currency, pointer=f"{pointer}/deposit")


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
