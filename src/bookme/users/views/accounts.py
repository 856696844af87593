"""Registering, following links, and changing one's own account."""

from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from bookme.core.errors import NotSignedIn
from bookme.core.http.views import write
from bookme.core.permissions import Access
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users import actions
from bookme.users.authentication import start_session
from bookme.users.models import SignIn, SignInKind
from bookme.users.selectors import person
from bookme.users.serializers import (
    DetailOutput,
    EmailInput,
    MeInput,
    MeOutput,
    NewEmailInput,
    NewPasswordInput,
    RegisterInput,
    ResetInput,
    TokenInput,
    TokensOutput,
    VerifyEmailInput,
)
from bookme.users.views.base import AccountView

WRITTEN = gettext_lazy("We have written to this address. Follow the link in the mail; it is good for a day.")
VERIFIED = gettext_lazy("Your address is verified. You can sign in now.")
PASSWORD_SET = gettext_lazy("Your new password is set. You can sign in with it now.")
EMAIL_CHANGED = gettext_lazy("From now on you sign in with your new address.")
EMAIL_UNDONE = gettext_lazy("You sign in with your former address again, and with your new password.")


class RegisterView(AccountView):
    """Become a customer of this business, by a link in a mail. The answer is the same whether the address is known."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = RegisterInput

    @extend_schema(operation_id="auth_register", request=RegisterInput, responses={202: DetailOutput}, auth=[])
    def post(self, request: Request) -> Response:
        actions.ask_to_register(
            **self.read_input(), language=self.language, tenant=require_tenant(), origin=self.origin, now=now()
        )
        return Response({"detail": WRITTEN}, status=status.HTTP_202_ACCEPTED)


class VerifyEmailView(AccountView):
    """Take the token of the link that registering sent: the account is made, and its address verified.

    A `password` that is given here takes the place of the one that was given before the address was verified.
    """

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = VerifyEmailInput

    @extend_schema(operation_id="auth_verify_email", request=VerifyEmailInput, responses=DetailOutput, auth=[])
    def post(self, request: Request) -> Response:
        given = self.read_input()
        with write():
            actions.verify_registration(**given, tenant=require_tenant(), origin=self.origin, now=now())
        return Response({"detail": VERIFIED})


class SignInLinkView(AccountView):
    """Ask for a link that signs in without a password. The answer is the same whether the address is known."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = EmailInput

    @extend_schema(operation_id="auth_sign_in_link", request=EmailInput, responses={202: DetailOutput}, auth=[])
    def post(self, request: Request) -> Response:
        actions.ask_to_sign_in(
            **self.read_input(), language=self.language, tenant=require_tenant(), origin=self.origin, now=now()
        )
        return Response({"detail": WRITTEN}, status=status.HTTP_202_ACCEPTED)


class SignInLinkConfirmView(AccountView):
    """Take the token of such a link, once, for tokens of the API. As signing in, for whoever has a second factor."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = TokenInput

    @extend_schema(operation_id="auth_sign_in_link_confirm", request=TokenInput, responses=TokensOutput, auth=[])
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        sign_in = actions.sign_in_by_link(
            **given, tenant=require_tenant(), origin=self.origin, kind=SignInKind.API, now=at
        )
        return Response(TokensOutput(actions.token_pair(sign_in=sign_in, now=at)).data)


class PasswordResetView(AccountView):
    """Ask for a link to a new password. The answer is the same whether the address is known."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = EmailInput

    @extend_schema(operation_id="auth_password_reset", request=EmailInput, responses={202: DetailOutput}, auth=[])
    def post(self, request: Request) -> Response:
        actions.ask_to_reset(
            **self.read_input(), language=self.language, tenant=self.tenant, origin=self.origin, now=now()
        )
        return Response({"detail": WRITTEN}, status=status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(AccountView):
    """Set the new password with the token of such a link. Every sign-in of the person ends."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = ResetInput

    @extend_schema(operation_id="auth_password_reset_confirm", request=ResetInput, responses=DetailOutput, auth=[])
    def post(self, request: Request) -> Response:
        actions.reset_password(**self.read_input(), tenant=self.tenant, origin=self.origin, now=now())
        return Response({"detail": PASSWORD_SET})


class PasswordView(AccountView):
    """Change one's password; every other sign-in ends. New tokens, for those of before are worthless.

    `current_password` is demanded of whoever has one; who has none must have signed in within the last ten minutes.
    """

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = NewPasswordInput

    @extend_schema(operation_id="auth_password", request=NewPasswordInput, responses={200: TokensOutput, 204: None})
    def post(self, request: Request) -> Response:
        given, at = self.read_input(), now()
        sign_in = actions.change_password(**given, sign_in=self.sign_in, origin=self.origin, now=at)
        return self._still_signed_in(sign_in)

    def _still_signed_in(self, sign_in: SignIn) -> Response:
        if sign_in.kind == SignInKind.PAGE:
            start_session(self.request._request, sign_in)
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(TokensOutput(actions.token_pair(sign_in=sign_in, now=now())).data)


class EmailView(AccountView):
    """Ask to sign in under another address: a link goes there. `current_password` as for a new password."""

    permissions = {"POST": Access.PERSON}
    limited = frozenset({"POST"})
    serializer_class = NewEmailInput

    @extend_schema(operation_id="auth_email", request=NewEmailInput, responses={202: DetailOutput})
    def post(self, request: Request) -> Response:
        actions.request_email(
            **self.read_input(), sign_in=self.sign_in, tenant=self.tenant, origin=self.origin, now=now()
        )
        return Response({"detail": WRITTEN}, status=status.HTTP_202_ACCEPTED)


class EmailConfirmView(AccountView):
    """Take the token of the link at the new address: it is the one to sign in with from now on."""

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = TokenInput

    @extend_schema(operation_id="auth_email_confirm", request=TokenInput, responses=DetailOutput, auth=[])
    def post(self, request: Request) -> Response:
        actions.confirm_email(**self.read_input(), tenant=self.tenant, origin=self.origin, now=now())
        return Response({"detail": EMAIL_CHANGED})


class EmailUndoView(AccountView):
    """Take the token of the link that went to the former address: it is theirs again, with this password.

    Good for a week after the change, once. Every sign-in of the person ends, and later changes are undone as well.
    """

    permissions = {"POST": Access.ANYONE}
    limited = frozenset({"POST"})
    authentication_classes = ()
    serializer_class = ResetInput

    @extend_schema(operation_id="auth_email_undo", request=ResetInput, responses=DetailOutput, auth=[])
    def post(self, request: Request) -> Response:
        actions.undo_email(**self.read_input(), tenant=self.tenant, origin=self.origin, now=now())
        return Response({"detail": EMAIL_UNDONE})


class MeView(AccountView):
    """Who is signed in, and what they may do here; a key of the business has no e-mail and no role."""

    permissions = {"GET": Access.SIGNED_IN, "PATCH": Access.PERSON}
    serializer_class = MeOutput

    @extend_schema(operation_id="auth_me", responses=MeOutput)
    def get(self, request: Request) -> Response:
        return Response(MeOutput(self._described()).data)

    @extend_schema(operation_id="auth_me_change", request=MeInput, responses=MeOutput)
    def patch(self, request: Request) -> Response:
        given, user = self.read_input(MeInput), self.sign_in.user
        with write():
            actions.update_profile(user=user, values=given)
        return Response(MeOutput(self._described()).data)

    def _described(self) -> dict[str, Any]:
        actor = self.actor
        if actor.id is None:
            raise NotSignedIn
        user = person(actor.id)
        return {
            "id": actor.id,
            "kind": actor.kind.value,
            "email": user.email if user else None,
            "name": user.name if user else actor.name,
            "phone": user.phone if user else "",
            "language": user.language if user else "",
            "timezone": user.timezone if user else "",
            "email_verified": bool(user and user.email_verified_at),
            "two_factor": bool(user and user.has_two_factor),
            "two_factor_required": actor.lacks_two_factor,
            "has_password": bool(user and user.has_usable_password()),
            "role": actor.role.value if actor.role else None,
            "permissions": sorted(actor.permissions),
            "location_ids": None if actor.location_ids is None else sorted(actor.location_ids),
            "staff_ids": None if actor.staff_ids is None else sorted(actor.staff_ids),
            "all_customers": actor.all_customers,
            "tenant": self.tenant,
        }
