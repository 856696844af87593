"""A person's account: becoming a customer, a new password, their profile. Of a new address: `addresses.py`.

What somebody asks for under an address that is not verified to be theirs is only written down (AccountRequest): the
answer goes to that address by mail, and nobody else learns whether there is an account.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Q

from bookme.core.actor import Origin
from bookme.core.forgetting import forget
from bookme.core.permissions import Role
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant
from bookme.users.actions.entering import end_sign_ins
from bookme.users.actions.members import join
from bookme.users.actions.passwords import demand_good_password, demand_same_person
from bookme.users.events import AccountChanged
from bookme.users.limits import business_key, count_form, count_link, count_mail, remember_network
from bookme.users.links import LINK_AGE, UNDO_AGE, row_of_token, spent_link, user_of_reset
from bookme.users.mails import AccountMail, mail_account
from bookme.users.models import (
    AccountRequest,
    AccountRequestKind,
    EmailChange,
    Membership,
    SignIn,
    SocialIdentity,
    User,
)
from bookme.users.selectors import acting_as, actor_of


def ask_to_register(
    *,
    email: str,
    password: str | None,
    name: str,
    phone: str,
    language: str,
    tenant: Tenant,
    origin: Origin,
    now: dt.datetime,
    onward: str = "",
) -> UUID:
    """Ask to become a customer of this business. The mail leads on; whoever has an account is told so in it.

    Without a password it is chosen when the link is followed, or somebody comes by a provider. Returns the request's
    id. Raises Invalid for a weak password, and TooMany.
    """
    if password is not None:
        demand_good_password(password, User(email=email, name=name))
    count_mail(email=email.lower(), address=origin.address, business=business_key(tenant))
    return _ask(
        AccountRequest(
            kind=AccountRequestKind.REGISTER,
            tenant=tenant,
            email=email.lower(),
            name=name,
            phone=phone,
            password=make_password(password),
            language=language,
            onward=onward,
        ),
        now,
    )


def ask_to_sign_in(
    *, email: str, language: str, tenant: Tenant | None, origin: Origin, now: dt.datetime, onward: str = ""
) -> None:
    """Ask for a link that signs in. Raises TooMany."""
    _count_link(email, tenant, origin)
    kind = AccountRequestKind.SIGN_IN
    _ask(AccountRequest(kind=kind, tenant=tenant, email=email.lower(), language=language, onward=onward), now)


def ask_to_reset(*, email: str, language: str, tenant: Tenant | None, origin: Origin, now: dt.datetime) -> None:
    """Ask for a link to a new password. Raises TooMany."""
    _count_link(email, tenant, origin)
    _ask(AccountRequest(kind=AccountRequestKind.RESET, tenant=tenant, email=email.lower(), language=language), now)


def registration_of(*, token: str, tenant: Tenant) -> AccountRequest:
    """What its link is about. Raises Invalid (`link_invalid`)."""
    request_id = row_of_token(token=token, tenant=tenant, kind=AccountRequestKind.REGISTER, age=LINK_AGE)
    asked = AccountRequest.objects.filter(pk=request_id).first()
    if asked is None:
        raise spent_link()
    return asked


def verify_registration(
    *, token: str, tenant: Tenant, origin: Origin, now: dt.datetime, password: str | None = None
) -> Membership:
    """The link of a registration was followed: the address is theirs, and they are a customer of this business.

    A `password` takes the place of what was typed when registering, which may have been somebody else. Who has an
    account keeps it with its password: the link has proven who they are, nothing more. Raises Invalid (`link_invalid`,
    `weak_password`) and TooMany. Locks the request. Publishes AccountChanged, MemberJoined.
    """
    count_form(address=origin.address)
    chosen = None
    if password is not None:
        said = registration_of(token=token, tenant=tenant)
        demand_good_password(password, User(email=said.email, name=said.name))
        chosen = make_password(password)
    request_id = row_of_token(token=token, tenant=tenant, kind=AccountRequestKind.REGISTER, age=LINK_AGE)
    with transaction.atomic():
        asked = AccountRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
        if asked is None:
            raise spent_link()
        asked.password = chosen or asked.password
        user = _account_for(asked, now)
        AccountRequest.objects.filter(email=asked.email, tenant=tenant, kind=AccountRequestKind.REGISTER).delete()
        actor = acting_as(user, origin)
        publish(AccountChanged(user_id=user.pk, what="registered"), actor=actor)
        return join(user=user, tenant=tenant, role=Role.CUSTOMER, actor=actor)


def verified_account(*, email: str, password: str, now: dt.datetime, **told: str) -> tuple[User, bool]:
    """Whose link was followed, locked, and whether they are new: made with what they told of themselves.

    `password` is as stored. Who has an account keeps it as it is, unless its address was not verified: then
    this password is theirs, and no other. Raises Invalid (`link_invalid`) for a person whom the platform has shut out.
    """
    made = {"password": password, "email_verified_at": now, **told}
    user, is_new = User.objects.select_for_update().get_or_create(email=email, defaults=made)
    if not user.is_active:
        raise spent_link()
    if user.email_verified_at is None:
        user.email_verified_at = now
        user.password = password
        user.name = user.name or told.get("name", "")
        user.save(update_fields=["email_verified_at", "password", "name"])
    return user, is_new


def reset_password(*, token: str, password: str, tenant: Tenant | None, origin: Origin, now: dt.datetime) -> User:
    """A new password for whoever followed the link, whose address is theirs; every sign-in of theirs ends.

    So does every way in that hangs on an account elsewhere: whoever had got in may have added theirs. Their own comes
    back by itself, since it vouches for the same address.

    Raises Invalid (`link_invalid`, `weak_password`) and TooMany. Publishes AccountChanged; they are told by mail.
    """
    count_form(address=origin.address)
    user = user_of_reset(token=token, tenant=tenant)
    demand_good_password(password, user)
    hashed = make_password(password)
    with transaction.atomic():
        unspent = User.objects.filter(pk=user.pk, password=user.password, last_login=user.last_login)
        if not unspent.update(password=hashed, email_verified_at=user.email_verified_at or now):
            raise spent_link()
        user.refresh_from_db()
        end_sign_ins(user_id=user.pk, now=now)
        SocialIdentity.objects.filter(user=user).delete()
        publish(AccountChanged(user_id=user.pk, what="password"), actor=acting_as(user, origin))
        mail_account(mail=AccountMail.PASSWORD_CHANGED, id=user.pk, now=now)
    remember_network(email=user.email, address=origin.address)
    return user


def change_password(
    *, sign_in: SignIn, current_password: str, password: str, origin: Origin, now: dt.datetime
) -> SignIn:
    """Another password, or a first one; every other sign-in of theirs ends, and this one's tokens are worthless.

    Returns it with the changed user: it gets new tokens, or its session a new mark. Raises as `demand_same_person`, and
    Invalid (`weak_password`). Publishes AccountChanged; they are told by mail.
    """
    demand_same_person(sign_in=sign_in, password=current_password, now=now)
    demand_good_password(password, sign_in.user)
    hashed = make_password(password)
    with transaction.atomic():
        User.objects.filter(pk=sign_in.user_id).update(password=hashed)
        sign_in.user.password = hashed
        end_sign_ins(user_id=sign_in.user_id, now=now, but=sign_in.pk)
        publish(AccountChanged(user_id=sign_in.user_id, what="password"), actor=actor_of(sign_in).coming_from(origin))
        mail_account(mail=AccountMail.PASSWORD_CHANGED, id=sign_in.user_id, now=now)
    return sign_in


def update_profile(*, user: User, values: Mapping[str, Any]) -> User:
    """Name, phone, language and time zone, as far as given: what they carry from business to business."""
    for name, value in values.items():
        setattr(user, name, value)
    user.save(update_fields=list(values))
    return user


def forget_old_requests(*, now: dt.datetime) -> int:
    """Delete what was asked for and whose links are too old; returns how many."""
    before = now - LINK_AGE
    changes = Q(confirmed_at=None, created_at__lt=before) | Q(confirmed_at__lt=now - UNDO_AGE)
    asked = forget(AccountRequest.objects.filter(created_at__lt=before))
    return asked + forget(EmailChange.objects.filter(changes))


def _count_link(email: str, tenant: Tenant | None, origin: Origin) -> None:
    count_link(email=email.lower(), address=origin.address, business=business_key(tenant))


def _ask(asked: AccountRequest, now: dt.datetime) -> UUID:
    with transaction.atomic():
        asked.save(force_insert=True)
        mail_account(mail=AccountMail.REQUEST, id=asked.pk, now=now)
    return asked.pk


def _account_for(asked: AccountRequest, now: dt.datetime) -> User:
    """The person of that address: as they are, or made as they said when they registered."""
    told = {"name": asked.name, "phone": asked.phone, "language": asked.language}
    user, _is_new = verified_account(email=asked.email, password=asked.password, now=now, **told)
    return user
