"""Signing in to the API, new tokens, signing out."""

from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import NotSignedIn
from bookme.core.fetch import one
from bookme.core.http.views import write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.users import actions
from bookme.users.authentication import audiences, end_session
from bookme.users.models import SignIn, SignInKind
from bookme.users.selectors import sign_ins_of
from bookme.users.serializers import (
    LoginInput,
    LogoutInput,
    RefreshInput,
    SignInOutput,
    TokensOutput,
)
from bookme.users.views.base import AccountView, sign_in_of


class LoginView(AccountView):
    """Sign in by e-mail and password. A token that is sent along, such as one that has expired, does not matter.

    Whoever has a second factor gets 401 `two_factor_required` with a `challenge` for `auth/2fa/verify/`.
    """

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = LoginInput

    @extend_schema(operation_id="auth_login", request=LoginInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        sign_in = actions.sign_in(
            **given, tenant=self.tenant, kind=SignInKind.API, origin=self.origin, operators=self.operators, now=at
        )
        return Response(TokensOutput(actions.token_pair(sign_in=sign_in, now=at)).data)


class RefreshView(AccountView):
    """New tokens for a refresh token. It is good once: using it again ends the sign-in."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    serializer_class = RefreshInput

    @extend_schema(operation_id="auth_refresh", request=RefreshInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            pair = actions.rotate_tokens(
                refresh=given["refresh"],
                tenant_id=self.tenant.id if self.tenant else None,
                audiences=audiences(operators=self.operators),
                origin=self.origin,
                now=now(),
            )
        if pair is None:
            raise NotSignedIn("This token was used before. Sign in again.", code="token_reused")
        return Response(TokensOutput(pair).data)


class LogoutView(AccountView):
    """End the sign-in of the token, of the session, or of the refresh token in the body."""

    permissions = {"POST": Access.ANYONE}
    serializer_class = LogoutInput

    @extend_schema(operation_id="auth_logout", request=LogoutInput, responses={204: None})
    def post(self, request: Request) -> Response:
        refresh, sign_in = self.read_input().get("refresh"), sign_in_of(request)
        with write():
            if sign_in is not None:
                actions.sign_out(sign_in_id=sign_in.id, by=self.actor, now=now())
            elif refresh is not None:
                actions.sign_out_by(
                    refresh=refresh,
                    tenant_id=self.tenant.id if self.tenant else None,
                    audiences=audiences(operators=self.operators),
                    origin=self.origin,
                    now=now(),
                )
            else:
                raise NotSignedIn
        if sign_in is not None and sign_in.kind == SignInKind.PAGE:
            end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogoutEverywhereView(AccountView):
    """End every sign-in of the caller, this one too, in every business."""

    permissions = {"POST": Access.PERSON}

    @extend_schema(operation_id="auth_logout_everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        sign_in = self.sign_in
        with write():
            actions.sign_out_everywhere(sign_in=sign_in, origin=self.origin, now=now())
        if sign_in.kind == SignInKind.PAGE:
            end_session(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignInsView(AccountView):
    """Where the caller is signed in to this business now, the newest first."""

    permissions = {"GET": Access.PERSON}
    serializer_class = SignInOutput

    @extend_schema(operation_id="auth_sign_ins", responses=SignInOutput(many=True))
    def get(self, request: Request) -> Response:
        return self.paged(self.rows(), SignInOutput)

    def rows(self) -> QuerySet[SignIn]:
        return sign_ins_of(self.sign_in, now=now())


class OneSignInView(AccountView):
    """One of them, to be ended."""

    permissions = {"DELETE": Access.PERSON}

    @extend_schema(operation_id="auth_sign_ins_end", responses={204: None})
    def delete(self, request: Request, sign_in_id: UUID) -> Response:
        found = one(sign_ins_of(self.sign_in, now=now()), sign_in_id)
        with write():
            actions.sign_out(sign_in_id=found.pk, by=self.actor, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)
