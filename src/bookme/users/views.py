"""Signing in to the API of one business. What is answered to a guest never tells whether an address is known."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import NotSignedIn
from bookme.core.http.client import client_address, client_agent
from bookme.core.http.views import ApiView, write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users import actions
from bookme.users.authentication import audiences, end_session, serves_operators
from bookme.users.models import SignIn, SignInKind
from bookme.users.selectors import person
from bookme.users.serializers import (
    DetailOutput,
    LoginInput,
    LogoutInput,
    MeOutput,
    RefreshInput,
    RegisterInput,
    TokensOutput,
)

REGISTERED = "Thank you. You can sign in now, unless this address was in use already with another password."


def origin_of(request: Request) -> actions.Origin:
    """Where a request comes from, for limits and for the list of sign-ins."""
    return actions.Origin(address=client_address(request._request), agent=client_agent(request._request))


class LoginView(ApiView):
    """Sign in by e-mail and password. A token that is sent along, such as one that has expired, does not matter."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = LoginInput

    @extend_schema(operation_id="auth_login", request=LoginInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        sign_in = actions.sign_in(
            **given,
            tenant=require_tenant(),
            kind=SignInKind.API,
            origin=origin_of(request),
            operators=serves_operators(request._request),
            now=at,
        )
        return Response(TokensOutput(actions.token_pair(sign_in=sign_in, now=at)).data)


class RefreshView(ApiView):
    """New tokens for a refresh token. It is good once: using it again ends the sign-in."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = RefreshInput

    @extend_schema(operation_id="auth_refresh", request=RefreshInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given = self.read_input()
        counted = audiences(operators=serves_operators(request._request))
        with write():
            pair = actions.rotate_tokens(
                refresh=given["refresh"], tenant_id=require_tenant().id, audiences=counted, now=now()
            )
        if pair is None:
            raise NotSignedIn("This token was used before. Sign in again.", code="token_reused")
        return Response(TokensOutput(pair).data)


class LogoutView(ApiView):
    """End the sign-in of the token, of the session, or of the refresh token in the body."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = LogoutInput

    @extend_schema(operation_id="auth_logout", request=LogoutInput, responses={204: None})
    def post(self, request: Request) -> Response:
        refresh, sign_in = self.read_input().get("refresh"), cast(SignIn | None, request.auth)
        counted = audiences(operators=serves_operators(request._request))
        with write():
            if sign_in is not None:
                actions.sign_out(sign_in_id=sign_in.id, now=now())
            elif refresh is not None:
                actions.sign_out_by(refresh=refresh, tenant_id=require_tenant().id, audiences=counted, now=now())
            else:
                raise NotSignedIn
        if sign_in is not None and sign_in.kind == SignInKind.PAGE:
            end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class RegisterView(ApiView):
    """Become a customer of this business. The answer is the same whether or not the address is known."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = RegisterInput

    @extend_schema(operation_id="auth_register", request=RegisterInput, responses={202: DetailOutput}, auth=[])
    def post(self, request: Request) -> Response:
        actions.register_customer(**self.read_input(), tenant=require_tenant(), origin=origin_of(request))
        return Response({"detail": REGISTERED}, status=status.HTTP_202_ACCEPTED)


class MeView(ApiView):
    """Who is signed in, and what they may do here."""

    permissions = {"GET": Access.SIGNED_IN}
    serializer_class = MeOutput

    @extend_schema(operation_id="auth_me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        return Response(MeOutput(self._described()).data)

    def _described(self) -> dict[str, Any]:
        actor = self.actor
        if actor.id is None:
            raise NotSignedIn
        user = person(actor.id)
        return {
            "id": user.id,
            "kind": actor.kind.value,
            "email": user.email,
            "name": user.name,
            "phone": user.phone,
            "email_verified": user.email_verified_at is not None,
            "role": actor.role.value if actor.role else None,
            "permissions": sorted(actor.permissions),
            "location_ids": None if actor.location_ids is None else sorted(actor.location_ids),
            "staff_ids": None if actor.staff_ids is None else sorted(actor.staff_ids),
            "tenant": require_tenant(),
        }
