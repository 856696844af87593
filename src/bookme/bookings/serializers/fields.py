"""Fields that several of these have."""

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from bookme.bookings.models import Booking
from bookme.core.models import Translated
from bookme.core.money import amount_text

ANY = "any"
CANCELLATION_TEXT = "What cancelling costs, in a sentence; in percentages, for the price is open."

MAX_EXTRAS = 20


@extend_schema_field({"type": "string", "examples": ["any"]})
class StaffChoice(serializers.Field[Any, Any, Any, Any]):
    """An id, or `any` for anybody, which reads as None."""

    default_error_messages = {"invalid": "Give the id of a person, or any."}

    def to_internal_value(self, data: Any) -> Any:
        if data == ANY:
            return None
        try:
            return serializers.UUIDField().to_internal_value(data)
        except serializers.ValidationError:
            self.fail("invalid")

    def to_representation(self, value: Any) -> Any:
        return str(value)


@extend_schema_field(OpenApiTypes.STR)
class Translation(serializers.Field[Any, Any, str, Any]):
    """A name in the caller's language."""

    def __init__(self, **options: Any) -> None:
        super().__init__(read_only=True, **options)

    def to_representation(self, value: Translated) -> str:
        return value.text("name", get_language() or "")


@extend_schema_field({"type": "string", "format": "decimal", "examples": ["58.00"]})
class Amount(serializers.Field[Any, Any, str, Any]):
    """An amount of a booking as a decimal text, in the digits of the booking's own currency."""

    def __init__(self, column: str, **options: Any) -> None:
        self.column = column
        super().__init__(read_only=True, source="*", **options)

    def to_representation(self, value: Booking) -> str:
        return amount_text(getattr(value, self.column), value.currency)
