"""The team: who belongs to it, who is asked to, and what a link in such a mail leads to."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.actor import ActorKind
from bookme.core.errors import NotSignedIn
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access, Permission, Role
from bookme.core.time import now
from bookme.eventlog.views import IdempotentView
from bookme.team import actions, selectors
from bookme.team.models import Invitation
from bookme.team.serializers import (
    AcceptInput,
    InvitationInput,
    InvitationOfferOutput,
    InvitationOutput,
    MemberInput,
    MemberOutput,
)
from bookme.tenants.context import require_tenant
from bookme.users.actions import demand_same_person
from bookme.users.authentication import end_session
from bookme.users.models import Membership, SignInKind
from bookme.users.serializers import DetailOutput, SamePersonInput, TokenInput
from bookme.users.views.base import AccountView

MANAGE = Permission.TEAM_MANAGE
JOINED = gettext_lazy("You belong to the team now. Sign in with this address.")
JOINED_AS_THEMSELVES = gettext_lazy("You belong to the team now. Sign in anew.")
DECLINED = gettext_lazy("You have declined. Nothing was changed.")


class MemberView(ApiView):
    """The base of what answers members, with their calendars."""

    serializer_class = MemberOutput

    def get_serializer_context(self) -> dict[str, Any]:
        return {**super().get_serializer_context(), "calendars": {}}

    def told(self, members: list[Membership]) -> list[Any]:
        context = self.get_serializer_context() | {"calendars": selectors.calendars_by_user(members)}
        return list(MemberOutput(members, many=True, context=context).data)


class MembersView(MemberView):
    """Who belongs to the team, in the order in which they came."""

    permissions = {"GET": MANAGE}
    lists_rows = True

    @extend_schema(operation_id="members_list", responses=MemberOutput(many=True))
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(selectors.members_for(self.actor))
        return self.get_paginated_response(self.told(list(page or ())))


class OneMemberView(MemberView):
    """Somebody of the team."""

    permissions = {"GET": MANAGE, "PATCH": MANAGE, "DELETE": MANAGE}

    @extend_schema(operation_id="members_read", responses=MemberOutput)
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002
        return Response(self._shown(id))

    @extend_schema(operation_id="members_change", request=MemberInput, responses=MemberOutput)
    def patch(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """Another role, other powers, or a calendar. Nobody gives more than they have, nor changes their own powers."""
        given = self.read_input(MemberInput)
        with write():
            member = selectors.member_for(self.actor, id)
            actions.change_member(member=member, values=given, actor=self.actor)
            return Response(self._shown(id))

    @extend_schema(operation_id="members_remove", responses={204: None})
    def delete(self, request: Request, id: UUID) -> Response:  # noqa: A002
        """They are out at once, wherever they are signed in to this business. Their calendar and its bookings stay."""
        with write():
            actions.remove_member(member=selectors.member_for(self.actor, id), actor=self.actor, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _shown(self, member_id: UUID) -> Any:
        return self.told([selectors.member_for(self.actor, member_id)])[0]


class LeaveView(AccountView):
    """Leave the team oneself, at once and wherever one is signed in here; the last owner cannot: 409 `last_owner`."""

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = SamePersonInput

    @extend_schema(operation_id="members_me_leave", request=SamePersonInput, responses={204: None})
    def post(self, request: Request) -> Response:
        given, sign_in, at = self.read_input(), self.sign_in, now()
        demand_same_person(sign_in=sign_in, password=given["current_password"], now=at)
        with write():
            actions.leave_team(actor=self.actor, tenant=require_tenant(), now=at)
        if sign_in.kind == SignInKind.PAGE:
            end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitationsView(IdempotentView):
    """Who was asked to join the team, the latest first."""

    permissions = {"GET": MANAGE, "POST": MANAGE}
    limited = frozenset({"POST"})
    serializer_class = InvitationOutput
    lists_rows = True

    @extend_schema(operation_id="invitations_list", responses=InvitationOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(selectors.invitations_for(self.actor), InvitationOutput)

    @extend_schema(operation_id="invitations_create", request=InvitationInput, responses={201: InvitationOutput})
    def post(self, request: Request) -> Response:
        """Write to an address, and let who reads its mail join the team."""
        given = self.read_input(InvitationInput)
        return self.once(lambda: self._made(given), status=status.HTTP_201_CREATED)

    def _made(self, given: dict[str, Any]) -> Any:
        named = {name: given.pop(name) for name in ("email", "name", "language")}
        role, staff_id = Role(given.pop("role")), given.pop("staff")
        made = actions.invite(
            **named, role=role, staff_id=staff_id, powers=given, tenant=require_tenant(), actor=self.actor, now=now()
        )
        return self.written(InvitationOutput, made)


class OneInvitationView(ApiView):
    """One invitation."""

    permissions = {"GET": MANAGE}
    serializer_class = InvitationOutput

    @extend_schema(operation_id="invitations_read", responses=InvitationOutput)
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002
        return Response(self.written(InvitationOutput, selectors.invitation_for(self.actor, id)))


class InvitationStep(IdempotentView):
    """The base of what is done to one invitation."""

    permissions = {"POST": MANAGE}
    serializer_class = InvitationOutput

    def done(self, invitation: Invitation) -> Invitation:
        raise NotImplementedError

    def step(self, invitation_id: UUID) -> Response:
        found = selectors.invitation_for(self.actor, invitation_id)
        return self.once(lambda: self.written(InvitationOutput, self.done(found)))


class ResendView(InvitationStep):
    """Send it again: by a new link, good for a week; the one before is worthless."""

    limited = frozenset({"POST"})

    @extend_schema(operation_id="invitations_resend", request=None, responses=InvitationOutput)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002
        return self.step(id)

    def done(self, invitation: Invitation) -> Invitation:
        return actions.send_again(invitation=invitation, tenant=require_tenant(), actor=self.actor, now=now())


class RevokeView(InvitationStep):
    """Take it back: its link is worthless."""

    @extend_schema(operation_id="invitations_revoke", request=None, responses=InvitationOutput)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002
        return self.step(id)

    def done(self, invitation: Invitation) -> Invitation:
        return actions.revoke(invitation=invitation, tenant=require_tenant(), actor=self.actor, now=now())


class LookView(AccountView):
    """What the link of an invitation offers. It says nothing of whether there is an account for the address."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = TokenInput

    @extend_schema(operation_id="invitations_look", request=TokenInput, responses=InvitationOfferOutput, auth=[])
    def post(self, request: Request) -> Response:
        tenant = require_tenant()
        found = selectors.offered_by(**self.read_input(), tenant=tenant, now=now())
        told = {
            "business": tenant.name,
            "email": found.email,
            "name": found.name,
            "role": found.role,
            "invited_by": found.invited_by_name,
            "expires_at": found.expires_at,
        }
        return Response(InvitationOfferOutput(told).data)


class AcceptView(AccountView):
    """Join the team by the token of the link, with the account of the invited address, or a new one.

    Who has an account keeps its password; `name` and `password` are for a new one. Who has one under another address
    signs in with it, and joins `as_myself`. Sign in afterwards: tokens of before hold no more.
    """

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    serializer_class = AcceptInput

    @extend_schema(operation_id="invitations_accept", request=AcceptInput, responses=DetailOutput)
    def post(self, request: Request) -> Response:
        given = self.read_input()
        account = self._person() if given.pop("as_myself") else None
        actions.accept(**given, account=account, tenant=require_tenant(), origin=self.origin, now=now())
        return Response({"detail": JOINED_AS_THEMSELVES if account else JOINED})

    def _person(self) -> UUID:
        """Who is signed in to this business; no key, and nobody of the platform."""
        if self.actor.kind is not ActorKind.USER or self.actor.id is None:
            raise NotSignedIn
        return self.actor.id


class DeclineView(AccountView):
    """Say no by the token of the link, which is spent by it."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = TokenInput

    @extend_schema(operation_id="invitations_decline", request=TokenInput, responses=DetailOutput, auth=[])
    def post(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            actions.decline(**given, tenant=require_tenant(), origin=self.origin, now=now())
        return Response({"detail": DECLINED})
