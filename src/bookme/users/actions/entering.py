"""Coming in and going out."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F, Q

from bookme.core.actor import GUEST, Actor, Origin
from bookme.core.errors import NotSignedIn, TooMany
from bookme.core.forgetting import forget
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.challenge import SecondFactorNeeded, challenge_token
from bookme.users.events import SignedIn, SignedOut, SignInFailed
from bookme.users.limits import count_attempt, count_form, forgive_attempt, remember_network
from bookme.users.links import LinkPurpose, spent_link, user_of_link
from bookme.users.models import EmailChange, Membership, SignIn, SignInKind, User
from bookme.users.selectors import actor_of, candidate, user_of
from bookme.users.tokens import TokenType, lifetime, new_token_id


def sign_in(
    *,
    email: str,
    password: str,
    tenant: Tenant | None,
    kind: SignInKind,
    origin: Origin,
    now: dt.datetime,
    operators: bool = False,
) -> SignIn:
    """Sign a person in to this business by password: for the API or for the pages, the team and customers alike.

    With `operators`, which is the platform's host, an operator's sign-in is good in every business. Takes as long, and
    answers the same, for an unknown e-mail, a wrong password and a person of another business: NotSignedIn
    (`wrong_credentials`). Raises TooMany after too many failures, and SecondFactorNeeded as `admit`. Publishes SignedIn
    or SignInFailed.
    """
    email = email.lower()
    with noting_too_many(email=email, origin=origin):
        count_attempt(email=email, address=origin.address)
    who = candidate(email, tenant, operators=operators)
    if who is None:
        make_password(password)  # as slow as a wrong one
    if who is None or not user_of(who).check_password(password):
        note_failure(email=email, reason="credentials", origin=origin)
        raise NotSignedIn("E-mail and password do not match.", code="wrong_credentials")
    forgive_attempt(email=email, address=origin.address)
    return admit(who=who, tenant=tenant, kind=kind, origin=origin, way="password", now=now)


def sign_in_by_link(
    *,
    token: str,
    tenant: Tenant,
    origin: Origin,
    now: dt.datetime,
    kind: SignInKind = SignInKind.PAGE,
    purpose: LinkPurpose = LinkPurpose.SIGN_IN,
) -> SignIn:
    """Sign a member in by a one-time link, which is spent by it: of two at once, one wins.

    Their address counts as verified: the link came there, or from an operator. Who is handed over from another host of
    ours gave their second factor there.

    Raises Invalid (`link_invalid`), TooMany, and SecondFactorNeeded as `admit`. Only for a POST: those who preview
    mails follow every GET.
    """
    count_form(address=origin.address)
    user = user_of_link(token=token, tenant=tenant, purpose=purpose)
    membership = Membership.objects.select_related("user").filter(user=user, tenant=tenant, is_active=True).first()
    with transaction.atomic():
        spent = User.objects.filter(pk=user.pk, last_login=user.last_login).update(last_login=now)
        if membership is None or not spent:
            raise spent_link()
        User.objects.filter(pk=user.pk, email_verified_at=None).update(email_verified_at=now)
        membership.user.refresh_from_db()
    if purpose is LinkPurpose.HAND_OVER:
        return open_sign_in(who=membership, kind=kind, origin=origin, way="switch", now=now)
    return admit(who=membership, tenant=tenant, kind=kind, origin=origin, way="link", now=now)


def admit(
    *,
    who: Membership | User,
    tenant: Tenant | None,
    kind: SignInKind,
    origin: Origin,
    way: str,
    now: dt.datetime,
) -> SignIn:
    """The sign-in of somebody who has proven who they are by one factor; `way` as in SignedIn.

    Raises SecondFactorNeeded of whoever has a second one: nobody comes in by one alone, whatever it was.
    """
    user = user_of(who)
    if user.has_two_factor:
        token = challenge_token(
            user=user, is_operator=not isinstance(who, Membership), kind=kind, way=way, tenant=tenant
        )
        raise SecondFactorNeeded(token)
    return open_sign_in(who=who, kind=kind, origin=origin, way=way, now=now)


def open_sign_in(
    *,
    who: Membership | User,
    kind: SignInKind,
    origin: Origin,
    now: dt.datetime,
    way: str = "password",
    two_factor: bool = False,
) -> SignIn:
    """A sign-in of a member, or of an operator as a User, who has proven all there is to prove. Publishes SignedIn."""
    membership = who if isinstance(who, Membership) else None
    user = user_of(who)
    remember_network(email=user.email, address=origin.address)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(last_login=now)
        opened = SignIn.objects.create(
            user=user,
            tenant_id=membership.tenant_id if membership else None,
            membership=membership,
            kind=kind,
            refresh_jti=new_token_id() if kind is SignInKind.API else "",
            address=origin.address or None,
            agent=origin.agent[:200],
            proven_at=None if way == "switch" else now,
            expires_at=now + lifetime(TokenType.REFRESH),
        )
        publish(
            SignedIn(user_id=user.pk, sign_in_id=opened.pk, way=way, kind=kind.value, two_factor=two_factor),
            actor=actor_of(opened).coming_from(origin),
        )
    return opened


def sign_out(*, sign_in_id: UUID, now: dt.datetime, by: Actor | None = None) -> None:
    """End a sign-in with all its tokens, or its session, at once. Once more changes nothing.

    Publishes SignedOut if somebody asked for it.
    """
    with transaction.atomic():
        ended = SignIn.objects.filter(pk=sign_in_id, revoked_at=None)
        user_id = ended.values_list("user_id", flat=True).first()
        if ended.update(revoked_at=now) and by is not None and user_id is not None:
            publish(SignedOut(user_id=user_id), actor=by)


def sign_out_everywhere(*, sign_in: SignIn, origin: Origin, now: dt.datetime) -> None:
    """End all sign-ins of the person, this one too, in every business and in the admin. Publishes SignedOut."""
    with transaction.atomic():
        end_sign_ins(user_id=sign_in.user_id, now=now)
        User.objects.filter(pk=sign_in.user_id).update(token_version=F("token_version") + 1)
        publish(SignedOut(user_id=sign_in.user_id, everywhere=True), actor=actor_of(sign_in).coming_from(origin))


def end_sign_ins(*, user_id: UUID, now: dt.datetime, but: UUID | None = None) -> None:
    """All of the person's that are open, except for one.

    A new address that was asked for and not confirmed is forgotten: whoever is signed out may have been who asked.
    """
    EmailChange.objects.filter(user=user_id, confirmed_at=None).delete()
    ending = SignIn.objects.filter(user=user_id, revoked_at=None)
    (ending.exclude(pk=but) if but else ending).update(revoked_at=now)


def note_failure(*, email: str, reason: str, origin: Origin) -> None:
    """Write down that somebody did not get in, whether or not the address is known. Publishes SignInFailed."""
    user_id = User.objects.filter(email=email).values_list("pk", flat=True).first()
    with transaction.atomic():
        publish(SignInFailed(user_id=user_id, email=email, reason=reason), actor=GUEST.coming_from(origin))


@contextmanager
def noting_too_many(*, email: str, origin: Origin) -> Iterator[None]:
    """Write down the first try that is refused as one too many. Publishes SignInFailed."""
    try:
        yield
    except TooMany as error:
        if error.is_first:
            note_failure(email=email, reason="too_many", origin=origin)
        raise


def forget_ended_sign_ins(*, now: dt.datetime) -> int:
    """Delete the sign-ins that were revoked or ran out: nothing signs in by them any more. Returns how many."""
    return forget(SignIn.objects.filter(Q(expires_at__lt=now) | Q(revoked_at__lt=now)))
