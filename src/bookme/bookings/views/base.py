"""What the views of bookings share."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from bookme.bookings.links import guest_for_token
from bookme.bookings.models import Booking, Visit
from bookme.bookings.selectors.openings import with_alternatives
from bookme.bookings.selectors.visits import bookings_of_visit
from bookme.bookings.serializers.bookings import BookingOutput, TeamBookingOutput
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView

TOKEN = OpenApiParameter("token", OpenApiTypes.STR, description="The manage token of a guest's visit.")


class LinkView(IdempotentView):
    """Open to the team, to customers, and to guests with the link of their visit, `?token=`."""

    @property
    def caller(self) -> Actor:
        """Who asks: the guest of `?token=`, unless the team is signed in. Raises NotFound for a bad token."""
        token = self.request.query_params.get("token")
        if token is None or self.actor.may(Permission.BOOKINGS_READ):
            return self.actor
        return guest_for_token(token)

    def get_serializer_context(self) -> dict[str, Any]:
        """One instant for all rows of an answer."""
        return {**super().get_serializer_context(), "now": now()}

    @contextmanager
    def alternatives(self) -> Iterator[None]:
        """Around the transaction: a time that is not free is answered with what is, read after it was left."""
        try:
            yield
        except SlotUnavailable as error:
            with_alternatives(error, now=now())
            raise


class BookingView(LinkView):
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
    def output(self) -> type[serializers.Serializer[Any]]:
        """Internal notes never leave the team."""
        return TeamBookingOutput if self.actor.may(Permission.BOOKINGS_READ) else BookingOutput


def query_data(query: QueryDict, lists: Collection[str] = ("extras",)) -> dict[str, Any]:
    """A query as a body: `lists` are repeated members, or one with commas; an empty member is none."""
    data: dict[str, Any] = {name: value for name, value in query.items() if value and name not in lists}
    for name in set(lists) & query.keys():
        data[name] = [each for value in query.getlist(name) for each in value.split(",") if each]
    return data
