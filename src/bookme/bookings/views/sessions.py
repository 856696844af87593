"""Sessions of classes: what is on, for anybody; published, changed and cancelled by the team."""

import datetime as dt
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.bookings.actions.sessions import (
    SessionChanges,
    SessionsRequest,
    cancel_session,
    change_session,
    publish_sessions,
)
from bookme.bookings.selectors.offer import asked_service
from bookme.bookings.selectors.sessions import session_for, sessions_between
from bookme.bookings.selectors.snapshots import require_range
from bookme.bookings.selectors.team import session_of_team, sessions_told
from bookme.bookings.serializers.sessions import (
    PublishedOutput,
    SessionCancelledOutput,
    SessionChangesInput,
    SessionOutput,
    SessionsInput,
    SessionsQuery,
)
from bookme.bookings.serializers.steps import ReasonInput
from bookme.bookings.views.base import query_data
from bookme.core.http.views import write
from bookme.core.permissions import Access, Permission
from bookme.core.time import day_bounds, now
from bookme.eventlog.views import IdempotentView
from bookme.tenants.context import require_tenant

_SESSION_DAYS = dt.timedelta(days=30)


class SessionsView(IdempotentView):
    """Sessions of classes, by start. The team publishes them: one, or a run at the same local time, all or nothing."""

    permissions = {"GET": Access.ANYONE, "POST": Permission.BOOKINGS_MANAGE}
    serializer_class = SessionsInput

    @extend_schema(operation_id="sessions_list", parameters=[SessionsQuery], responses=SessionOutput(many=True))
    def get(self, request: Request) -> Response:
        asked = self.read_input(SessionsQuery, data=query_data(request.query_params))
        tz = require_tenant().config.zone
        first = asked["first"] or now().astimezone(tz).date()
        last = asked["last"] or first + _SESSION_DAYS
        require_range(first, last)
        if asked["service"]:
            asked_service(asked["service"])
        start, end = day_bounds(first, last, tz)
        found = sessions_between(
            start, end, service_id=asked["service"], staff_id=asked["staff"], location_id=asked["location"]
        )
        return self.paged(found, SessionOutput)

    @extend_schema(operation_id="sessions_publish", request=SessionsInput, responses={201: PublishedOutput})
    def post(self, request: Request) -> Response:
        given = self.read_input()
        asked = SessionsRequest(
            service_id=given["service"],
            staff_id=given["staff"],
            location_id=given["location"],
            start=given["start"],
            capacity=given["capacity"],
            min_to_run=given.get("min_to_run", ...),
            resource_id=given["resource"],
            repeat=given["repeat"],
        )

        def run() -> dict[str, Any]:
            done = publish_sessions(request=asked, actor=self.actor, now=now())
            rows = sessions_told([each.pk for each in done.sessions])
            return dict(self.written(PublishedOutput, {"sessions": rows, "left_out": done.left_out}))

        return self.once(run, status=201)


class SessionView(IdempotentView):
    """One session. The team changes it: everybody who booked it goes with it, and is told."""

    permissions = {"GET": Access.ANYONE, "PATCH": Permission.BOOKINGS_MANAGE}
    serializer_class = SessionChangesInput

    @extend_schema(operation_id="sessions_read", responses=SessionOutput)
    def get(self, request: Request, session_id: UUID) -> Response:
        return Response(self.written(SessionOutput, session_for(session_id)))

    @extend_schema(operation_id="sessions_change", request=SessionChangesInput, responses=SessionOutput)
    def patch(self, request: Request, session_id: UUID) -> Response:
        given = self.read_input()
        changes = SessionChanges(
            start=given.get("start"),
            staff_id=given.get("staff"),
            location_id=given.get("location"),
            capacity=given.get("capacity"),
            min_to_run=given.get("min_to_run", ...),
        )
        with write():
            session = session_of_team(self.actor, session_id)
            change_session(session=session, changes=changes, actor=self.actor, now=now(), version=given.get("version"))
            return Response(self.written(SessionOutput, session_of_team(self.actor, session_id)))


class SessionCancelView(IdempotentView):
    """Cancel a session with everybody's bookings; all are told."""

    permissions = {"POST": Permission.BOOKINGS_MANAGE}
    serializer_class = ReasonInput

    @extend_schema(operation_id="sessions_cancel", request=ReasonInput, responses=SessionCancelledOutput)
    def post(self, request: Request, session_id: UUID) -> Response:
        reason = self.read_input()["reason"]

        def run() -> dict[str, Any]:
            session = session_of_team(self.actor, session_id)
            told = cancel_session(session=session, actor=self.actor, now=now(), reason=reason)
            return dict(self.written(SessionCancelledOutput, {"id": session_id, "cancelled_bookings": told}))

        return self.once(run)
