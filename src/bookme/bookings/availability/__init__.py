"""Which times can be booked, and why others cannot. Pure: a snapshot in, slots out; no ORM, no clock.

Time is a row of bits in one Python integer, one bit per minute. Opening hours, hours, breaks, closures, time off and
blocked ranges are masks; the starts at which a block fits come from shifts and ANDs. The list, the check before
booking and the explanation read the same masks.
"""

from bookme.bookings.availability.board import Board
from bookme.bookings.availability.causes import OUTSIDE_HOURS, OVERBOOKING, Cause
from bookme.bookings.availability.chain import Chain, Leg, Plan
from bookme.bookings.availability.explain import explain
from bookme.bookings.availability.search import (
    Slot,
    candidates,
    nearest,
    offered,
    takers,
)
from bookme.bookings.availability.snapshot import (
    Group,
    Hours,
    Id,
    Person,
    Place,
    Snapshot,
    Span,
    Unit,
)
from bookme.bookings.availability.waiving import board_of, taken_then

__all__ = [
    "OUTSIDE_HOURS",
    "OVERBOOKING",
    "Board",
    "Cause",
    "Chain",
    "Group",
    "Hours",
    "Id",
    "Leg",
    "Person",
    "Place",
    "Plan",
    "Slot",
    "Snapshot",
    "Span",
    "Unit",
    "board_of",
    "candidates",
    "explain",
    "nearest",
    "offered",
    "taken_then",
    "takers",
]
