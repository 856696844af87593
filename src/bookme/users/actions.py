"""Signing in and out, and becoming a customer.

What looks at a password is slow on purpose: it opens its short transaction by itself, and must not be called in one.
"""

import datetime as dt
from collections.abc import Set
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from bookme.core.errors import FieldError, Invalid, NotSignedIn
from bookme.core.permissions import Role
from bookme.tenants.models import Tenant
from bookme.users.limits import count_attempt, forgive_attempt
from bookme.users.links import SPENT_LINK, user_of_link
from bookme.users.models import Membership, SignIn, SignInKind, User
from bookme.users.selectors import audience_of, sign_in_of
from bookme.users.tokens import Audience, Claims, TokenPair, TokenType, encode, lifetime, new_token_id, verify

MAX_PASSWORD = 256  # characters, at every door: what one takes, another must not refuse


@dataclass(frozen=True)
class Origin:
    """Where a sign-in comes from: the network address (empty if unknown) and the browser's name for itself."""

    address: str = ""
    agent: str = ""


def sign_in(
    *,
    email: str,
    password: str,
    tenant: Tenant,
    kind: SignInKind,
    origin: Origin,
    now: dt.datetime,
    operators: bool = False,
) -> SignIn:
    """Sign a person in to this business by password: for the API or for the pages, the team and customers alike.

    With `operators`, which is the platform's host, an operator's sign-in is good in every business. Takes as long, and
    answers the same, for an unknown e-mail, a wrong password and a person of another business: NotSignedIn
    (`wrong_credentials`). Raises TooMany after too many failures.
    """
    email = email.lower()
    count_attempt(email=email, address=origin.address)
    who = _candidate(email, tenant, operators)
    if who is None:
        make_password(password)  # as slow as a wrong one
    if who is None or not _user_of(who).check_password(password):
        raise NotSignedIn("E-mail and password do not match.", code="wrong_credentials")
    forgive_attempt(email=email, address=origin.address)
    return open_sign_in(who=who, kind=kind, origin=origin, now=now)


def sign_in_by_link(*, token: str, tenant: Tenant, origin: Origin, now: dt.datetime) -> SignIn:
    """Sign a member in to the pages by a one-time link, which is spent by it: of two at once, one wins.

    Their address counts as verified: the link came there, or from an operator.

    Raises Invalid (`link_invalid`). Only for a POST: those who preview mails follow every GET.
    """
    user = user_of_link(token=token, tenant=tenant)
    membership = Membership.objects.select_related("user").filter(user=user, tenant=tenant, is_active=True).first()
    with transaction.atomic():
        spent = User.objects.filter(pk=user.pk, last_login=user.last_login).update(last_login=now)
        if membership is None or not spent:
            raise Invalid(SPENT_LINK, code="link_invalid")
        User.objects.filter(pk=user.pk, email_verified_at=None).update(email_verified_at=now)
        return open_sign_in(who=membership, kind=SignInKind.PAGE, origin=origin, now=now)


def open_sign_in(*, who: Membership | User, kind: SignInKind, origin: Origin, now: dt.datetime) -> SignIn:
    """A sign-in of somebody who has proven who they are: a member, or an operator as a User."""
    membership = who if isinstance(who, Membership) else None
    user = _user_of(who)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_login=now)
        return SignIn.objects.create(
            user=user,
            tenant_id=membership.tenant_id if membership else None,
            membership=membership,
            kind=kind,
            refresh_jti=new_token_id() if kind is SignInKind.API else "",
            address=origin.address or None,
            agent=origin.agent[:200],
            expires_at=now + lifetime(TokenType.REFRESH),
        )


def token_pair(*, sign_in: SignIn, now: dt.datetime) -> TokenPair:
    """The tokens of a sign-in; its user and membership are loaded. The refresh token is the one good one."""
    return TokenPair(
        access=encode(_claims(sign_in, TokenType.ACCESS, new_token_id()), now=now),
        refresh=encode(_claims(sign_in, TokenType.REFRESH, sign_in.refresh_jti), now=now),
    )


def rotate_tokens(
    *, refresh: str, tenant_id: UUID | None, audiences: Set[Audience], now: dt.datetime
) -> TokenPair | None:
    """New tokens for a refresh token, which is worthless from then on.

    None if it had been used before: then somebody else may hold a copy, and the whole sign-in has been revoked, which
    the caller must commit. Raises NotSignedIn for a token that does not hold.
    """
    claims = verify(refresh, type=TokenType.REFRESH, tenant_id=tenant_id, audiences=audiences)
    sign_in = sign_in_of(claims, now=now)
    if sign_in is None:
        raise NotSignedIn("This sign-in has ended.", code="signed_out")
    fresh, expires_at = new_token_id(), now + lifetime(TokenType.REFRESH)
    good = SignIn.objects.filter(pk=sign_in.pk, refresh_jti=claims.token_id, revoked_at=None)
    if not good.update(refresh_jti=fresh, used_at=now, expires_at=expires_at):
        sign_out(sign_in_id=sign_in.pk, now=now)
        return None
    sign_in.refresh_jti = fresh
    return token_pair(sign_in=sign_in, now=now)


def sign_out(*, sign_in_id: UUID, now: dt.datetime) -> None:
    """End a sign-in with all its tokens, or its session, at once. Once more changes nothing."""
    SignIn.objects.filter(pk=sign_in_id, revoked_at=None).update(revoked_at=now)


def sign_out_by(*, refresh: str, tenant_id: UUID | None, audiences: Set[Audience], now: dt.datetime) -> None:
    """End the sign-in that a refresh token belongs to, used or not. Raises NotSignedIn if it does not hold."""
    claims = verify(refresh, type=TokenType.REFRESH, tenant_id=tenant_id, audiences=audiences)
    sign_out(sign_in_id=claims.sign_in_id, now=now)


def forget_ended_sign_ins(*, now: dt.datetime) -> int:
    """Delete the sign-ins that were revoked or ran out: nothing signs in by them any more. Returns how many."""
    return SignIn.objects.filter(Q(expires_at__lt=now) | Q(revoked_at__lt=now)).delete()[0]


def register_customer(*, email: str, password: str, name: str, phone: str, tenant: Tenant, origin: Origin) -> None:
    """Make a customer of this business, who may sign in at once; their e-mail counts as not verified.

    Nothing here tells the caller whether the address was known; signing in after it does, until addresses are verified
    (docs/decisions/0010). Whoever is known and gives their own password (a customer
    of another business) becomes a customer here as well; for anybody else nothing changes. Raises Invalid for a weak
    password, and TooMany as for signing in, since this asks for a password just as well.
    """
    email = email.lower()
    _demand_good_password(password, User(email=email, name=name))
    count_attempt(email=email, address=origin.address)
    known = User.objects.filter(email=email).first()
    if known is not None:
        if known.check_password(password) and known.is_active:
            Membership.objects.get_or_create(user=known, tenant=tenant, defaults={"role": Role.CUSTOMER})
        return
    hashed = make_password(password)
    try:
        with transaction.atomic():
            user = User.objects.create(email=email, password=hashed, name=name, phone=phone)
            Membership.objects.create(user=user, tenant=tenant, role=Role.CUSTOMER)
    except IntegrityError:
        return  # somebody else was registered under this address in between


def forget_unproven_password(*, user_id: UUID) -> None:
    """Before somebody is given rights over a business: whoever registered this address may not be who owns it.

    Unless the address is verified, its password is dropped and its sign-ins end; a link sent there leads in.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.email_verified_at is None and user.has_usable_password():
        user.set_unusable_password()
        user.save(update_fields=["password"])


def make_operator(*, user_id: UUID) -> None:
    """Let a person act in every business, from the platform's host. Drops a password not proven to be theirs."""
    with transaction.atomic():
        forget_unproven_password(user_id=user_id)
        User.objects.filter(pk=user_id).update(is_staff=True)


def _candidate(email: str, tenant: Tenant, operators: bool) -> Membership | User | None:
    if operators and (user := User.objects.filter(email=email, is_active=True, is_staff=True).first()):
        return user
    members = Membership.objects.select_related("user").filter(user__email=email, user__is_active=True)
    return members.filter(tenant=tenant, is_active=True).first()


def _user_of(who: Membership | User) -> User:
    return who.user if isinstance(who, Membership) else who


def _demand_good_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        faults = [FieldError("/password", "weak_password", " ".join(each.messages)) for each in error.error_list]
        raise Invalid("This password is too weak.", code="weak_password", errors=faults) from error


def _claims(sign_in: SignIn, type_: TokenType, token_id: str) -> Claims:
    return Claims(
        type=type_,
        audience=audience_of(sign_in.membership),
        user_id=sign_in.user_id,
        tenant_id=sign_in.tenant_id,
        sign_in_id=sign_in.pk,
        version=sign_in.user.secrets_version,
        token_id=token_id,
    )
