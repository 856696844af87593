"""Waiting for a place: joining, leaving, taking what is offered; and the line, for the team."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings import actions
from bookme.bookings.filters import WaitlistFilter
from bookme.bookings.links import waitlist_token
from bookme.bookings.models import WaitlistEntry
from bookme.bookings.selectors.waiting import entry_of_token, waitlist_entries, waitlist_for, waitlist_visible_to
from bookme.bookings.serializers.steps import NothingInput
from bookme.bookings.serializers.waitlist import (
    NewWaitlistOutput,
    RankInput,
    TeamWaitlistOutput,
    WaitlistInput,
    WaitlistOutput,
)
from bookme.bookings.views.requests import asked_for
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotFound
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Access, Permission
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView

TOKEN = OpenApiParameter("token", OpenApiTypes.STR, description="The token of who waits, or of their link.")


class WaitlistBase(IdempotentView):
    """What people said of themselves stays on the entry: the record of answers keeps none of it."""

    secrets = frozenset({"contact", "notes", "answers", "address", "token"})

    @property
    def output(self) -> type[serializers.Serializer[Any]]:
        return TeamWaitlistOutput if self.actor.may(Permission.BOOKINGS_READ) else WaitlistOutput

    def told(self, entry_id: UUID) -> dict[str, Any]:
        """The entry as it is now, for whoever was let in to it."""
        return dict(self.written(self.output, one(waitlist_entries(), entry_id)))

    def reveal(self, answer: dict[str, Any]) -> dict[str, Any]:
        told = self.told(UUID(answer["id"]))
        return answer | {name: told[name] for name in self.secrets if name in told}

    def reached(self, entry_id: UUID) -> tuple[WaitlistEntry, Actor]:
        """The entry and who acts on it: the guest of `?token=`, unless the team is signed in. Raises NotFound."""
        token = self.request.query_params.get("token")
        if token is None or self.actor.may(Permission.BOOKINGS_READ):
            return waitlist_for(self.actor, entry_id), self.actor
        entry = entry_of_token(token)
        if entry.pk != entry_id:
            raise NotFound
        return entry, Actor(kind=ActorKind.GUEST, name=entry.contact_name)

    def step(self, entry_id: UUID, act: Callable[..., WaitlistEntry], **values: Any) -> Response:
        entry, caller = self.reached(entry_id)

        def run() -> dict[str, Any]:
            act(entry=entry, actor=caller, **values)
            return self.told(entry.pk)

        return self.once(run, caller=caller)


class WaitlistView(WaitlistBase):
    """Who waits, in the order of the lines, and joining them."""

    permissions = {"GET": Access.SIGNED_IN, "POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = WaitlistInput
    filterset_class = WaitlistFilter
    queryset = WaitlistEntry.objects.none()

    @extend_schema(operation_id="waitlist_list", responses=TeamWaitlistOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(waitlist_visible_to(self.actor).order_by("rank", "created_at", "id"), self.output)

    @extend_schema(operation_id="waitlist_join", request=WaitlistInput, responses={201: NewWaitlistOutput})
    def post(self, request: Request) -> Response:
        given = self.read_input()
        wanted = asked_for(request, given)

        def run() -> dict[str, Any]:
            entry = actions.join_waitlist(request=wanted, date=given["date"], actor=self.actor, now=now())
            return self.told(entry.pk)

        return self.once(run, status=201)

    def told(self, entry_id: UUID) -> dict[str, Any]:
        entry = one(waitlist_entries(), entry_id)
        return {**self.written(self.output, entry), "token": waitlist_token(entry)}


class OneWaitingView(WaitlistBase):
    """One who waits: for the team, for the customer, or for whoever has the link."""

    permissions = {"GET": Access.ANYONE, "PATCH": Permission.BOOKINGS_MANAGE}
    serializer_class = RankInput

    @extend_schema(operation_id="waitlist_read", parameters=[TOKEN], responses=TeamWaitlistOutput)
    def get(self, request: Request, entry_id: UUID) -> Response:
        entry, _ = self.reached(entry_id)
        return Response(self.written(self.output, entry))

    @extend_schema(operation_id="waitlist_rank", request=RankInput, responses=TeamWaitlistOutput)
    def patch(self, request: Request, entry_id: UUID) -> Response:
        given = self.read_input()
        with write():
            entry = waitlist_for(self.actor, entry_id)
            actions.rank_entry(entry=entry, actor=self.actor, **given)
            return Response(self.told(entry.pk))


class LeaveView(WaitlistBase):
    """Wait no more; what is offered is turned down with it."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = NothingInput

    @extend_schema(operation_id="waitlist_leave", parameters=[TOKEN], request=None, responses=TeamWaitlistOutput)
    def post(self, request: Request, entry_id: UUID) -> Response:
        return self.step(entry_id, actions.leave_waitlist)


class AcceptView(WaitlistBase):
    """Take what is offered: it is booked."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = NothingInput

    @extend_schema(operation_id="waitlist_accept", parameters=[TOKEN], request=None, responses=TeamWaitlistOutput)
    def post(self, request: Request, entry_id: UUID) -> Response:
        return self.step(entry_id, actions.accept_offer, now=now())


class DeclineOfferView(WaitlistBase):
    """Turn down what is offered: the next in line is asked."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = NothingInput

    @extend_schema(operation_id="waitlist_decline", parameters=[TOKEN], request=None, responses=TeamWaitlistOutput)
    def post(self, request: Request, entry_id: UUID) -> Response:
        return self.step(entry_id, actions.decline_offer, now=now())


class OfferView(WaitlistBase):
    """Offer a free place to this one now, whoever is before them."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class = NothingInput

    @extend_schema(operation_id="waitlist_offer", request=None, responses=TeamWaitlistOutput)
    def post(self, request: Request, entry_id: UUID) -> Response:
        return self.step(entry_id, actions.offer_to, now=now())


class RemoveView(WaitlistBase):
    """Take somebody off the waitlist."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class = NothingInput

    @extend_schema(operation_id="waitlist_remove", request=None, responses=TeamWaitlistOutput)
    def post(self, request: Request, entry_id: UUID) -> Response:
        return self.step(entry_id, actions.leave_waitlist)
