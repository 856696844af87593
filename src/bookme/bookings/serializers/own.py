"""What somebody who is signed in is told of their own bookings."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.models import Booking
from bookme.bookings.selectors.own import When
from bookme.bookings.selectors.terms import cancel_terms_of, move_terms_of
from bookme.bookings.serializers.bookings import BookingOutput
from bookme.core.http.fields import InstantField
from bookme.core.http.serializers import kept
from bookme.core.money import amount_text

_LEFT_OUT = frozenset(
    {"helpers", "contact", "notes", "answers", "address", "cancellation", "reschedule", "times_moved"}
)


class OwnBookingsQuery(serializers.Serializer[Any]):
    when = serializers.ChoiceField(choices=[each.value for each in When], required=False, default=When.ALL.value)


class MayDoOutput(serializers.Serializer[Any]):
    """What the customer may do with it now, by the policy that it was booked under.

    Cancelling is free until `cancel_free_until`, and costs `cancel_fee` now.
    """

    can_cancel = serializers.BooleanField()
    cancel_free_until = InstantField()
    cancel_fee = serializers.CharField()
    can_move = serializers.BooleanField()
    move_until = InstantField()
    moves_left = serializers.IntegerField()


class OwnAppointmentOutput(BookingOutput):
    """One booking of one's own; `may` is what can be done with it, at `bookings/{id}/cancel/` and `reschedule/`."""

    may = serializers.SerializerMethodField()

    def get_fields(self) -> dict[str, Any]:
        return {name: field for name, field in super().get_fields().items() if name not in _LEFT_OUT}

    @extend_schema_field(MayDoOutput)
    def get_may(self, row: Booking) -> dict[str, Any]:
        cancel = cancel_terms_of([row], now=self.context["now"])
        move = move_terms_of([row], now=self.context["now"])
        told = {
            "can_cancel": cancel.allowed,
            "cancel_free_until": cancel.free_until,
            "cancel_fee": amount_text(cancel.fee, row.currency),
            "can_move": move.allowed,
            "move_until": move.until,
            "moves_left": move.moves_left,
        }
        with kept(MayDoOutput, self.context) as serializer:
            return dict(serializer.to_representation(told))
