"""What booking takes and answers."""

from bookme.bookings.serializers.inputs import (
    BookingChanges,
    BookingInput,
    ExplainQuery,
    NothingInput,
    ReasonInput,
    RescheduleInput,
    SessionsQuery,
    SlotsQuery,
)
from bookme.bookings.serializers.outputs import (
    BookingOutput,
    ExplainOutput,
    HistoryOutput,
    NewBookingOutput,
    SessionOutput,
    SlotsOutput,
    TeamBookingOutput,
)

__all__ = [
    "BookingChanges",
    "BookingInput",
    "BookingOutput",
    "ExplainOutput",
    "ExplainQuery",
    "HistoryOutput",
    "NewBookingOutput",
    "NothingInput",
    "ReasonInput",
    "RescheduleInput",
    "SessionOutput",
    "SessionsQuery",
    "SlotsOutput",
    "SlotsQuery",
    "TeamBookingOutput",
]
