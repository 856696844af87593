"""The second factor: giving it when signing in, and what one sets up for oneself."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.http.views import write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.users import actions
from bookme.users.models import SignIn, SignInKind, TwoFactor
from bookme.users.selectors import recovery_codes_left, two_factor_demanded, two_factor_uri
from bookme.users.serializers import (
    CodeInput,
    RecoveryCodesOutput,
    SetupInput,
    SetupOutput,
    TokensOutput,
    TurnOffInput,
    TwoFactorOutput,
    VerifyInput,
)
from bookme.users.views.base import AccountView


class TwoFactorView(AccountView):
    """Whether the caller signs in with a second factor, and whether they have to."""

    permissions = {"GET": Access.PERSON}
    serializer_class = TwoFactorOutput

    @extend_schema(operation_id="auth_two_factor", responses=TwoFactorOutput)
    def get(self, request: Request) -> Response:
        return Response(TwoFactorOutput(_state_of(self.sign_in)).data)


class TwoFactorSetupView(AccountView):
    """Begin: a secret for an authenticator app. Nothing changes until a code of it confirms it, within the hour.

    `current_password` is demanded of whoever signed in more than ten minutes ago.
    """

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = SetupInput

    @extend_schema(operation_id="auth_two_factor_setup", request=SetupInput, responses=SetupOutput)
    def post(self, request: Request) -> Response:
        given, sign_in = self.read_input(), self.sign_in
        begun = actions.begin_two_factor(**given, sign_in=sign_in, now=now())
        uri = two_factor_uri(begun, tenant=self.tenant if sign_in.tenant_id else None)
        return Response(SetupOutput({"secret": begun.secret, "uri": uri}).data)


class TwoFactorConfirmView(AccountView):
    """Turn it on by a code of the secret. The recovery codes are shown this once."""

    permissions = {"POST": Access.PERSON}
    serializer_class = CodeInput

    @extend_schema(operation_id="auth_two_factor_confirm", request=CodeInput, responses=RecoveryCodesOutput)
    def post(self, request: Request) -> Response:
        given, sign_in = self.read_input(), self.sign_in
        with write():
            codes = actions.confirm_two_factor(**given, sign_in=sign_in, origin=self.origin, now=now())
        return Response(RecoveryCodesOutput({"recovery_codes": codes}).data)


class TwoFactorVerifyView(AccountView):
    """Go on signing in with the `challenge` that signing in answered. `code` may be a recovery code."""

    permissions = {"POST": Access.ANYONE}
    authentication_classes = ()
    limited = frozenset({"POST"})
    serializer_class = VerifyInput

    @extend_schema(operation_id="auth_two_factor_verify", request=VerifyInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        sign_in = actions.pass_second_factor(
            **given, tenant=self.tenant, kind=SignInKind.API, operators=self.operators, origin=self.origin, now=at
        )
        return Response(TokensOutput(actions.token_pair(sign_in=sign_in, now=at)).data)


class RecoveryCodesView(AccountView):
    """Ten new recovery codes, shown this once; those of before are worthless. Needs a code, or one of those."""

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = CodeInput

    @extend_schema(operation_id="auth_recovery_codes", request=CodeInput, responses=RecoveryCodesOutput)
    def post(self, request: Request) -> Response:
        codes = actions.remake_recovery_codes(**self.read_input(), sign_in=self.sign_in, origin=self.origin, now=now())
        return Response(RecoveryCodesOutput({"recovery_codes": codes}).data)


class TwoFactorDisableView(AccountView):
    """Sign in by one factor again. Needs a code or a recovery code, and `current_password` as for a new password.

    Where a second factor is demanded, the caller has no powers from then on.
    """

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = TurnOffInput

    @extend_schema(operation_id="auth_two_factor_disable", request=TurnOffInput, responses={204: None})
    def post(self, request: Request) -> Response:
        actions.turn_off_two_factor(**self.read_input(), sign_in=self.sign_in, origin=self.origin, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _state_of(sign_in: SignIn) -> dict[str, Any]:
    is_on = sign_in.user.has_two_factor
    factor: TwoFactor | None = sign_in.user.two_factor if is_on else None
    return {
        "is_on": is_on,
        "since": factor.confirmed_at if factor else None,
        "recovery_codes_left": recovery_codes_left(sign_in.user) if is_on else 0,
        "is_demanded": two_factor_demanded(sign_in),
    }
