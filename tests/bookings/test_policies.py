"""What a policy allows, to the second and to the penny."""

import datetime as dt
from decimal import Decimal

import pytest

from bookme.bookings.policies import CancelTerms, cancel_terms, move_terms, no_show_fee, payment_due
from bookme.bookings.states import Status
from bookme.tenants.config import Cancellation, Deposit, DepositKind, FeeStep, Policy, Reschedule

START = dt.datetime(2030, 1, 7, 10, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
POLICY = Policy(
    cancellation=Cancellation(free_until_minutes=1440, late_fee_percent=50, no_show_fee_percent=100),
    reschedule=Reschedule(allowed_until_minutes=240, max_times=2),
)
CUT_OFF = START - dt.timedelta(days=1)
MOVE_UNTIL = START - dt.timedelta(hours=4)


@pytest.mark.parametrize(
    ("status", "now", "allowed", "fee"),
    [
        (Status.CONFIRMED, CUT_OFF, True, "0"),
        (Status.CONFIRMED, CUT_OFF + SECOND, True, "14.63"),
        (Status.PENDING, START - SECOND, True, "14.63"),
        (Status.HELD, CUT_OFF, True, "0"),
        (Status.CONFIRMED, START, False, "14.63"),
        (Status.ARRIVED, CUT_OFF, False, "0"),
        (Status.CANCELLED, CUT_OFF, False, "0"),
    ],
)
def test_cancelling(status: Status, now: dt.datetime, allowed: bool, fee: str) -> None:
    """Half of 29.25 is 14.625: rounded half up."""
    terms = cancel_terms(policy=POLICY, status=status, starts_at=START, price=Decimal("29.25"), currency="GBP", now=now)
    assert (terms.allowed, terms.fee, terms.free_until) == (allowed, Decimal(fee), CUT_OFF)
    assert terms.is_free is (fee == "0")


STEPS = Cancellation(
    free_until_minutes=1440,
    late_fee_percent=10,
    fee_steps=(FeeStep(720, 25), FeeStep(120, 100)),
    refund_percent=80,
)


@pytest.mark.parametrize(
    ("minutes_before", "second", "percent"),
    [
        (1440, 0, 0),
        (1440, 1, 10),
        (721, 0, 10),
        (720, -1, 10),
        (720, 0, 25),
        (719, 0, 25),
        (120, -1, 25),
        (120, 0, 100),
        (1, 0, 100),
    ],
)
def test_the_last_step_that_was_reached_counts(minutes_before: int, second: int, percent: int) -> None:
    now = START - dt.timedelta(minutes=minutes_before) + second * SECOND
    assert _terms(STEPS, now=now).fee == percent


def test_a_step_at_the_cut_off_takes_the_late_fees_place() -> None:
    steps = Cancellation(free_until_minutes=60, late_fee_percent=10, fee_steps=(FeeStep(60, 30),))
    at = START - dt.timedelta(minutes=60)
    assert (_terms(steps, now=at).fee, _terms(steps, now=at + SECOND).fee) == (0, 30)


def test_steps_that_were_meant_for_a_longer_notice_begin_when_it_is_free_no_more() -> None:
    steps = Cancellation(free_until_minutes=60, late_fee_percent=10, fee_steps=(FeeStep(600, 20), FeeStep(120, 30)))
    assert _terms(steps, now=START - dt.timedelta(minutes=100)).fee == 0
    assert _terms(steps, now=START - dt.timedelta(minutes=59)).fee == 30


@pytest.mark.parametrize(
    ("price", "currency", "paid", "minutes_before", "fee", "kept"),
    [
        ("58.00", "GBP", "58.00", 1440, "0", "0"),
        ("58.00", "GBP", "58.00", 1439, "5.80", "11.60"),
        ("58.00", "GBP", "58.00", 600, "14.50", "14.50"),
        ("58.00", "GBP", "10.00", 600, "14.50", "10.00"),
        ("58.00", "GBP", "0", 600, "14.50", "0"),
        ("0.00", "GBP", "0", 60, "0", "0"),
        ("9005", "JPY", "1003", 1439, "901", "901"),
        ("9005", "JPY", "9005", 1439, "901", "1801"),
        ("1.005", "KWD", "1.005", 600, "0.251", "0.251"),
        ("1.005", "KWD", "1.005", 60, "1.005", "1.005"),
    ],
)
def test_what_stays_of_what_was_paid(
    price: str, currency: str, paid: str, minutes_before: int, fee: str, kept: str
) -> None:
    """A fifth stays, but at least the fee, and never more than was paid."""
    now = START - dt.timedelta(minutes=minutes_before)
    terms = _terms(STEPS, now=now, price=price, currency=currency, paid=paid)
    assert (terms.fee, terms.kept, terms.refund) == (Decimal(fee), Decimal(kept), Decimal(paid) - Decimal(kept))
    assert terms.is_free is (fee == kept == "0")


def _terms(
    cancellation: Cancellation, *, now: dt.datetime, price: str = "100", currency: str = "GBP", paid: str = "0"
) -> CancelTerms:
    return cancel_terms(
        policy=Policy(cancellation=cancellation),
        status=Status.CONFIRMED,
        starts_at=START,
        price=Decimal(price),
        currency=currency,
        now=now,
        paid=Decimal(paid),
    )


@pytest.mark.parametrize(
    ("status", "now", "moved", "reason", "left"),
    [
        (Status.CONFIRMED, MOVE_UNTIL, 0, "", 2),
        (Status.PENDING, MOVE_UNTIL, 1, "", 1),
        (Status.CONFIRMED, MOVE_UNTIL + SECOND, 0, "too_late", 2),
        (Status.CONFIRMED, MOVE_UNTIL, 2, "too_often", 0),
        (Status.CONFIRMED, MOVE_UNTIL, 5, "too_often", 0),
        (Status.HELD, MOVE_UNTIL, 0, "wrong_status", 2),
        (Status.COMPLETED, MOVE_UNTIL, 0, "wrong_status", 2),
    ],
)
def test_moving(status: Status, now: dt.datetime, moved: int, reason: str, left: int) -> None:
    terms = move_terms(policy=POLICY, status=status, starts_at=START, times_moved=moved, now=now)
    assert (terms.allowed, terms.reason, terms.moves_left, terms.until) == (not reason, reason, left, MOVE_UNTIL)


def test_no_move_once_it_has_begun_even_without_a_cut_off() -> None:
    policy = Policy(reschedule=Reschedule(allowed_until_minutes=0, max_times=2))
    assert move_terms(policy=policy, status=Status.CONFIRMED, starts_at=START, times_moved=0, now=START).reason
    before = START - SECOND
    assert move_terms(policy=policy, status=Status.CONFIRMED, starts_at=START, times_moved=0, now=before).allowed


@pytest.mark.parametrize(
    ("deposit", "price", "currency", "due"),
    [
        (Deposit(), "58.00", "GBP", "0"),
        (Deposit(DepositKind.FIXED, Decimal("20.00")), "58.00", "GBP", "20.00"),
        (Deposit(DepositKind.FIXED, Decimal("20.00")), "12.00", "GBP", "12.00"),
        (Deposit(DepositKind.PERCENT, Decimal("12.5")), "58.20", "GBP", "7.28"),
        (Deposit(DepositKind.PERCENT, Decimal(33)), "9000", "JPY", "2970"),
        (Deposit(DepositKind.PERCENT, Decimal("33.3")), "1.000", "KWD", "0.333"),
        (Deposit(DepositKind.FULL), "58.00", "GBP", "58.00"),
    ],
)
def test_what_is_due(deposit: Deposit, price: str, currency: str, due: str) -> None:
    assert payment_due(deposit=deposit, price=Decimal(price), currency=currency) == Decimal(due)


def test_not_coming() -> None:
    assert no_show_fee(policy=POLICY, price=Decimal("29.25"), currency="GBP") == Decimal("29.25")
