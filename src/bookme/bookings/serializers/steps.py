"""What the steps of a booking take."""

from rest_framework import serializers

from bookme.bookings.serializers.fields import StaffChoice
from bookme.bookings.serializers.who import ForcedInput
from bookme.core.http.fields import InstantField, PlainText
from bookme.core.http.serializers import InputSerializer


class NothingInput(InputSerializer):
    """No body is needed."""


class ReasonInput(InputSerializer):
    reason = PlainText(max_length=500, required=False, allow_blank=True, default="")


class RescheduleInput(ForcedInput):
    """The new start, and who is to do it: the same person unless another, or `any`, is named. Or a class's session."""

    start = InstantField(required=False, allow_null=True, default=None)
    session = serializers.UUIDField(required=False, allow_null=True, default=None)
    staff = StaffChoice(required=False)
    location = serializers.UUIDField(required=False, allow_null=True, default=None)


class UndoInput(InputSerializer):
    """Whether what was cancelled is to overbook what has its time now."""

    overbook = serializers.BooleanField(required=False, default=False)
