"""Coming in by a provider: who it is here, and which providers somebody has added.

A provider is one factor, as a password is. What it says of an address counts where it vouches for it; where it does
not, our own mail has to.
"""

import datetime as dt
from uuid import UUID

from django.db import IntegrityError, transaction

from bookme.core.actor import Origin
from bookme.core.errors import NotAllowed
from bookme.core.fetch import one
from bookme.core.permissions import Role
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.actions.accounts import ask_to_register
from bookme.users.actions.entering import admit, note_failure
from bookme.users.actions.members import forget_unverified_password, join
from bookme.users.events import AccountChanged
from bookme.users.mails import AccountMail, mail_account
from bookme.users.models import Membership, SignIn, SignInKind, SocialIdentity, User
from bookme.users.selectors import acting_as, actor_of
from bookme.users.social.proof import Proof
from bookme.users.social.stops import FAILURES, Stop, Stopped


def sign_in_by_provider(
    *, proof: Proof, tenant: Tenant, joins: bool, language: str, origin: Origin, now: dt.datetime
) -> SignIn:
    """Sign in to the pages whoever the provider proves it is; `joins`: as a customer, if they are no member yet.

    An address that the provider vouches for is theirs: the identity is added to the account that has it, or to a new
    one. Raises Stopped (`unconfirmed`, `no_address`, `no_member`, `removed`, `closed`), and nothing is changed; and
    SecondFactorNeeded as `admit`. Publishes AccountChanged, MemberJoined, SignedIn, SignInFailed; who had an account is
    told by mail of what is added to it.
    """
    try:
        member = _once_more_if_clashing(proof, tenant, joins=joins, language=language, origin=origin, now=now)
    except Stopped as stopped:
        note_stop(stop=stopped.stop, email=proof.email, origin=origin)
        raise
    return admit(who=member, tenant=tenant, kind=SignInKind.PAGE, origin=origin, way=proof.provider, now=now)


def add_provider(*, sign_in: SignIn, proof: Proof, origin: Origin, now: dt.datetime) -> None:
    """From now on that provider signs them in as well, whatever address it knows. Once more changes nothing.

    Raises Stopped (`taken`, `closed`). Publishes AccountChanged; they are told by mail.
    """
    user = sign_in.user
    if user.is_staff:
        raise Stopped(Stop.CLOSED)
    try:
        with transaction.atomic():
            known = _known(proof)
            if known is None:
                _add(user, proof, origin, now)
    except IntegrityError:
        known = _known(proof)
    if known is not None and known.user_id != user.pk:
        note_stop(stop=Stop.TAKEN, email=user.email, origin=origin)
        raise Stopped(Stop.TAKEN)


def add_confirmed(*, user: User, proof: Proof, origin: Origin, now: dt.datetime) -> None:
    """The same for whoever has followed the link in our mail to the address that the provider did not vouch for.

    What is another's stays theirs. Joins the transaction. Publishes AccountChanged; they are told by mail.
    """
    if not user.is_staff and user.email == proof.email and _known(proof) is None:
        _add(user, proof, origin, now)


def remove_provider(*, sign_in: SignIn, identity_id: UUID, origin: Origin) -> SocialIdentity:
    """It signs them in no more; a link by mail always does. Raises NotFound. Publishes AccountChanged."""
    found = one(SocialIdentity.objects.filter(user=sign_in.user_id), identity_id)
    with transaction.atomic():
        SocialIdentity.objects.filter(pk=found.pk).delete()
        told = AccountChanged(user_id=sign_in.user_id, what="social_removed")
        publish(told, actor=actor_of(sign_in).coming_from(origin))
    return found


def ask_to_confirm(
    *, proof: Proof, tenant: Tenant, language: str, origin: Origin, onward: str, now: dt.datetime
) -> UUID:
    """Have our own mail ask at an address that the provider does not vouch for; returns the request's id.

    The link in it makes a customer with an account, as registering does, known or not. Raises TooMany.
    """
    return ask_to_register(
        email=proof.email,
        password=None,
        name=proof.name,
        phone="",
        language=language,
        tenant=tenant,
        origin=origin,
        onward=onward,
        now=now,
    )


def note_stop(*, stop: Stop, email: str, origin: Origin) -> None:
    """Write down what is no accident. Publishes SignInFailed (`social`)."""
    if stop in FAILURES:
        note_failure(email=email, reason="social", origin=origin)


def _once_more_if_clashing(
    proof: Proof, tenant: Tenant, *, joins: bool, language: str, origin: Origin, now: dt.datetime
) -> Membership:
    """Of two at once who are new, one makes the account and the other finds it."""
    try:
        with transaction.atomic():
            return _member(proof, tenant, joins=joins, language=language, origin=origin, now=now)
    except IntegrityError:
        with transaction.atomic():
            return _member(proof, tenant, joins=joins, language=language, origin=origin, now=now)


def _member(
    proof: Proof, tenant: Tenant, *, joins: bool, language: str, origin: Origin, now: dt.datetime
) -> Membership:
    known = _known(proof)
    user = known.user if known else _owner_of_address(proof)
    if user is not None and (not user.is_active or user.is_staff):
        raise Stopped(Stop.CLOSED)
    if not joins:
        member = Membership.objects.filter(user=user, tenant=tenant, is_active=True).first() if user else None
        if user is None or member is None:
            raise Stopped(Stop.NO_MEMBER)
    is_new = user is None
    if user is None:
        user = _make_account(proof, language, now)
    if known is None:
        _add(user, proof, origin, now, is_new=is_new)
    return _joined(user, tenant, origin)


def _joined(user: User, tenant: Tenant, origin: Origin) -> Membership:
    try:
        member = join(user=user, tenant=tenant, role=Role.CUSTOMER, actor=acting_as(user, origin))
    except NotAllowed as error:
        raise Stopped(Stop.REMOVED) from error
    member.user = user
    return member


def _known(proof: Proof) -> SocialIdentity | None:
    found = SocialIdentity.objects.select_related("user__two_factor")
    return found.filter(provider=proof.provider, subject=proof.subject).first()


def _owner_of_address(proof: Proof) -> User | None:
    """Who has the address that the provider vouches for. Locks them."""
    if not proof.email:
        raise Stopped(Stop.NO_ADDRESS)
    if not proof.email_is_verified:
        raise Stopped(Stop.UNCONFIRMED)
    return User.objects.select_for_update(of=("self",)).filter(email=proof.email).first()


def _make_account(proof: Proof, language: str, now: dt.datetime) -> User:
    user = User(email=proof.email, name=proof.name, language=language, email_verified_at=now)
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


def _add(user: User, proof: Proof, origin: Origin, now: dt.datetime, *, is_new: bool = False) -> None:
    """Whoever gave that address a password before it was verified to be theirs cannot use it any more."""
    if proof.email_is_verified and proof.email == user.email and user.email_verified_at is None:
        forget_unverified_password(user_id=user.pk)
        User.objects.filter(pk=user.pk).update(email_verified_at=now)
        user.refresh_from_db()
    added = SocialIdentity.objects.create(user=user, provider=proof.provider, subject=proof.subject, email=proof.email)
    what = "registered" if is_new else "social"
    publish(AccountChanged(user_id=user.pk, what=what), actor=acting_as(user, origin))
    if not is_new:
        mail_account(mail=AccountMail.SOCIAL_ADDED, id=added.pk, now=now)
