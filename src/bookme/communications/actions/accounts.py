"""Sending the mails of accounts. What they are about is looked up now, so that nothing of it is kept with the message.

They are on no list that a team reads: what is between a person and their account is not the business's.
"""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils import translation

from bookme.communications import account_mails
from bookme.communications.account_mails import AccountLetter
from bookme.communications.channels import Outgoing, carrier_of
from bookme.communications.models import Channel
from bookme.core.languages import written_language
from bookme.core.permissions import Role
from bookme.team.links import invitation_url
from bookme.team.models import Invitation
from bookme.tenants.context import current_tenant
from bookme.tenants.models import Tenant
from bookme.users.links import account_url, one_time_token, reset_token, row_token
from bookme.users.mails import AccountMail
from bookme.users.models import AccountRequest, AccountRequestKind, EmailChange, SocialIdentity, User
from bookme.users.selectors import PLATFORM_NAME, candidate, person, user_of
from bookme.users.social.providers import title_of


@dataclass(frozen=True)
class _Addressed:
    """A letter, still to be written in the language, and whom it is for."""

    write: partial[AccountLetter]
    to: str
    name: str
    language: str


def send_account_mail(*, mail: AccountMail, id: UUID, mailing: UUID) -> None:  # noqa: A002
    """Write to the person, in the business that is entered, or as the platform. Nobody is written to for what is gone.

    Raises what the carrier raises. A repeat of the same `mailing` is the same mail, by its Message-ID.
    """
    tenant = current_tenant()
    found = _WRITERS[mail](mail, id, tenant)
    if found is None:
        return
    config = tenant.config if tenant else None
    language = written_language(*filter(None, (found.language, config.language if config else "")))
    with translation.override(language):
        letter = found.write(business=_name_of(tenant), name=found.name)
    carrier_of(Channel.EMAIL).send(
        Outgoing(
            channel=Channel.EMAIL,
            tenant=tenant.slug if tenant else "",
            to=found.to,
            to_name=found.name,
            from_name=_name_of(tenant),
            reply_to=config.contact.email if config else "",
            subject=letter.subject,
            text=letter.text,
            message_id=mailing.hex,
        )
    )


def _of_request(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """To register anybody is written to; else only who may sign in here.

    By the name of their account alone: what a stranger typed as a name is not ours to send to others.
    """
    asked = AccountRequest.objects.filter(pk=row_id).first()
    if asked is None:
        return None
    if asked.kind == AccountRequestKind.REGISTER:
        known = User.objects.filter(email=asked.email, email_verified_at__isnull=False).first()
        token = row_token(row_id=row_id, tenant=tenant, kind=AccountRequestKind.REGISTER)
        url = account_url(tenant, f"/account/verify/{token}/")
        write = partial(account_mails.registration, url=url, has_account=known is not None)
        return _Addressed(write, asked.email, known.name if known else "", asked.language)
    who = candidate(asked.email, tenant, operators=tenant is None)
    if who is None:
        return None
    user = user_of(who)
    if asked.kind == AccountRequestKind.RESET:
        url = account_url(tenant, f"/account/reset/{reset_token(user=user, tenant=tenant)}/")
        return _Addressed(partial(account_mails.new_password, url=url), user.email, user.name, asked.language)
    onward = f"?request={row_id}" if asked.onward else ""
    url = account_url(tenant, f"/account/link/{one_time_token(user=user, tenant=tenant)}/{onward}")
    return _Addressed(partial(account_mails.sign_in_link, url=url), user.email, user.name, asked.language)


def _of_new_address(mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """Also where the address is another's by now: the link tells, and only them. Without a name, as above."""
    asked = EmailChange.objects.select_related("user").filter(pk=row_id, confirmed_at=None).first()
    if asked is None:
        return None
    url = account_url(tenant, f"/account/email/{row_token(row_id=row_id, tenant=tenant, kind=mail)}/")
    write = partial(account_mails.new_address, url=url)
    return _Addressed(write, asked.email, "", asked.user.language)


def _of_changed_address(_mail: AccountMail, row_id: UUID, _tenant: Tenant | None) -> _Addressed | None:
    asked = EmailChange.objects.select_related("user").filter(pk=row_id).first()
    if asked is None:
        return None
    write = partial(account_mails.address_changed, email=asked.email)
    return _Addressed(write, asked.former, asked.user.name, asked.user.language)


def _of_user(mail: AccountMail, row_id: UUID, _tenant: Tenant | None) -> _Addressed | None:
    user = person(row_id)
    if user is None:
        return None
    return _Addressed(partial(account_mails.NOTICES[mail]), user.email, user.name, user.language)


def _of_invitation(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """Of one that can still be accepted, its last link."""
    asked = Invitation.objects.filter(pk=row_id).first()
    if tenant is None or asked is None or asked.is_closed:
        return None
    write = partial(
        account_mails.invitation,
        by=asked.invited_by_name,
        role=Role(asked.role),
        country=tenant.config.country,
        url=invitation_url(invitation=asked, tenant=tenant),
        until=asked.expires_at.astimezone(tenant.config.zone).date(),
    )
    return _Addressed(write, asked.email, asked.name, asked.language)


def _of_identity(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    added = SocialIdentity.objects.select_related("user").filter(pk=row_id).first()
    if added is None:
        return None
    url = account_url(tenant, "/account/security/")
    write = partial(account_mails.social_added, provider=title_of(added.provider), url=url)
    return _Addressed(write, added.user.email, added.user.name, added.user.language)


_WRITERS = {
    AccountMail.REQUEST: _of_request,
    AccountMail.NEW_ADDRESS: _of_new_address,
    AccountMail.ADDRESS_CHANGED: _of_changed_address,
    AccountMail.PASSWORD_CHANGED: _of_user,
    AccountMail.TWO_FACTOR_ON: _of_user,
    AccountMail.TWO_FACTOR_OFF: _of_user,
    AccountMail.RECOVERY_CODE_USED: _of_user,
    AccountMail.SOCIAL_ADDED: _of_identity,
    AccountMail.INVITATION: _of_invitation,
}


def _name_of(tenant: Tenant | None) -> str:
    return tenant.name if tenant else PLATFORM_NAME
