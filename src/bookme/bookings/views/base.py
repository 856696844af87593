"""What the views of bookings share."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from rest_framework import serializers

from bookme.bookings.links import guest_for_token
from bookme.bookings.models import Booking, Visit
from bookme.bookings.selectors.bookings import bookings_of_visit
from bookme.bookings.selectors.openings import with_alternatives
from bookme.bookings.serializers import BookingOutput, TeamBookingOutput
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView


class BookingView(IdempotentView):
    """What people said of themselves stays on the visit and the booking: the record of answers keeps none of it."""

    secrets = frozenset({"contact", "notes", "answers", "address", "internal_notes", "cancel_reason"})

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        visit = one(Visit.objects.all(), UUID(answer["visit"]))
        return answer | self.withheld(one(bookings_of_visit(visit), UUID(answer["id"])))

    def withheld(self, booking: Booking) -> dict[str, Any]:
        """The `secrets` of an answer, as the caller may see them now."""
        told = self.written(self.output, booking)
        return {name: told[name] for name in self.secrets if name in told}

    @property
    def caller(self) -> Actor:
        """Who asks: the guest of `?token=`, unless the team is signed in. Raises NotFound for a bad token."""
        token = self.request.query_params.get("token")
        if token is None or self.actor.may(Permission.BOOKINGS_READ):
            return self.actor
        return guest_for_token(token)

    @property
    def output(self) -> type[serializers.Serializer[Any]]:
        """Internal notes never leave the team."""
        return TeamBookingOutput if self.actor.may(Permission.BOOKINGS_READ) else BookingOutput

    def get_serializer_context(self) -> dict[str, Any]:
        """One instant for all rows of an answer."""
        return {**super().get_serializer_context(), "now": now()}

    @contextmanager
    def alternatives(self) -> Iterator[None]:
        """Around the transaction: a time that is not free is answered with what is, read after it was left."""
        try:
            yield
        except SlotUnavailable as error:
            raise with_alternatives(error, now=now()) from error
