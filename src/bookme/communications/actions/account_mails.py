"""Sending the mails of accounts. What they are about is looked up now, so that nothing of it is kept with the message.

They are on no list that a team reads: what is between a person and their account is not the business's.
"""

from dataclasses import dataclass, field
from uuid import UUID

from babel.dates import format_date
from django.utils import translation

from bookme.communications.channels import Outgoing, platform_mail
from bookme.communications.defaults import account_button
from bookme.communications.kinds import Audience, Kind
from bookme.communications.letters import Rendered, render
from bookme.communications.models import Channel
from bookme.communications.selectors.facts import platform_sender, sender_of
from bookme.communications.selectors.texts import texts_for
from bookme.communications.told import Layout, Recipient, Sender, Told
from bookme.core.formats import in_line, left_to_right, locale_of
from bookme.core.languages import written_language
from bookme.core.permissions import Role
from bookme.core.text import name_text
from bookme.team.links import invitation_url
from bookme.team.models import Invitation
from bookme.team.wording import ROLE_NAMES
from bookme.tenants.context import current_tenant, require_tenant
from bookme.tenants.models import Tenant
from bookme.users.links import account_url, one_time_token, reset_token, row_token
from bookme.users.mails import AccountMail
from bookme.users.models import AccountRequest, AccountRequestKind, EmailChange, SocialIdentity, User
from bookme.users.selectors import candidate, person, user_of
from bookme.users.social.providers import title_of


@dataclass(frozen=True)
class _Addressed:
    """One mail, whom it is for, and where its button leads; `invitation` is what only that says."""

    kind: Kind
    to: str
    name: str
    language: str
    url: str = ""
    email: str = ""
    provider: str = ""
    invitation: Invitation | None = field(default=None)


def send_account_mail(*, mail: AccountMail, id: UUID, mailing: UUID) -> None:  # noqa: A002
    """Write to the person, in the name of the business that is entered, or of the platform; the platform carries it.

    Nobody is written to for what is gone.

    Raises what the carrier raises. A repeat of the same `mailing` is the same mail, by its Message-ID.
    """
    tenant = current_tenant()
    found = _WRITERS[mail](mail, id, tenant)
    if found is None:
        return
    sender = sender_of(tenant) if tenant else platform_sender()
    language = written_language(*filter(None, (found.language, tenant.config.language if tenant else "")))
    platform_mail().send(_outgoing(found, _rendered(found, sender, language), sender, tenant, mailing))


def _rendered(found: _Addressed, sender: Sender, language: str) -> Rendered:
    with translation.override(language):
        told = Told(
            kind=found.kind,
            audience=Audience.PERSON,
            to=Recipient(name=name_text(found.name), email=found.to),
            sender=sender,
            variables=_variables(found, sender, language),
            layout=Layout(rows=[]),
            button=(account_button(found.kind), found.url) if found.url else ("", ""),
        )
        texts = texts_for(found.kind, Audience.PERSON, channel=Channel.EMAIL, language=language)
        return render(told=told, texts=texts, channel=Channel.EMAIL)


def _variables(found: _Addressed, sender: Sender, language: str) -> dict[str, str | bool]:
    asked = found.invitation
    until = ""
    if asked:
        zone = require_tenant().config.zone
        day = asked.expires_at.astimezone(zone).date()
        until = format_date(day, "long", locale=locale_of(language, sender.country))
    return {
        "name": name_text(found.name),
        "email": found.email,
        "contact": in_line((sender.email, left_to_right(sender.phone))),
        "provider": found.provider,
        "role": str(ROLE_NAMES[Role(asked.role)]) if asked else "",
        "by": name_text(asked.invited_by_name) if asked else "",
        "until": until,
    }


def _outgoing(found: _Addressed, rendered: Rendered, sender: Sender, tenant: Tenant | None, mailing: UUID) -> Outgoing:
    return Outgoing(
        channel=Channel.EMAIL,
        tenant=tenant.slug if tenant else "",
        to=found.to,
        to_name=name_text(found.name),
        from_name=sender.name,
        reply_name=sender.name,
        reply_to=sender.email,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        message_id=mailing.hex,
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
        kind = Kind.KNOWN_REGISTRATION if known else Kind.REGISTRATION
        return _Addressed(kind, asked.email, known.name if known else "", asked.language, url)
    who = candidate(asked.email, tenant, operators=tenant is None)
    if who is None:
        return None
    user = user_of(who)
    if asked.kind == AccountRequestKind.RESET:
        url = account_url(tenant, f"/account/reset/{reset_token(user=user, tenant=tenant)}/")
        return _Addressed(Kind.NEW_PASSWORD, user.email, user.name, asked.language, url)
    onward = f"?request={row_id}" if asked.onward else ""
    url = account_url(tenant, f"/account/link/{one_time_token(user=user, tenant=tenant)}/{onward}")
    return _Addressed(Kind.SIGN_IN_LINK, user.email, user.name, asked.language, url)


def _of_new_address(mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """Also where the address is another's by now: the link tells, and only them. Without a name, as above."""
    asked = EmailChange.objects.select_related("user").filter(pk=row_id, confirmed_at=None).first()
    if asked is None:
        return None
    url = account_url(tenant, f"/account/email/{row_token(row_id=row_id, tenant=tenant, kind=mail)}/")
    return _Addressed(Kind.NEW_ADDRESS, asked.email, "", asked.user.language, url)


def _of_changed_address(mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    asked = EmailChange.objects.select_related("user").filter(pk=row_id, undone_at=None).first()
    if asked is None:
        return None
    url = account_url(tenant, f"/account/email-undo/{row_token(row_id=row_id, tenant=tenant, kind=mail)}/")
    user = asked.user
    return _Addressed(Kind.ADDRESS_CHANGED, asked.former, user.name, user.language, url, email=asked.email)


def _of_undone_address(_mail: AccountMail, row_id: UUID, _tenant: Tenant | None) -> _Addressed | None:
    """Without a name: whoever reads it may have taken the account."""
    asked = EmailChange.objects.select_related("user").filter(pk=row_id).first()
    if asked is None:
        return None
    return _Addressed(Kind.ADDRESS_UNDONE, asked.email, "", asked.user.language)


def _of_user(mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """With the page that helps whoever did not do it."""
    user = person(row_id)
    if user is None:
        return None
    kind, path = _NOTICES[mail]
    return _Addressed(kind, user.email, user.name, user.language, account_url(tenant, path) if path else "")


def _of_forgotten_factor(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """To where they sign in: of operators that is the admin."""
    user = person(row_id)
    if user is None:
        return None
    url = account_url(tenant, "/account/sign-in/" if tenant else "/admin/login/")
    return _Addressed(Kind.TWO_FACTOR_FORGOTTEN, user.email, user.name, user.language, url)


def _of_invitation(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    """Of one that can still be accepted, its last link."""
    asked = Invitation.objects.filter(pk=row_id).first()
    if tenant is None or asked is None or asked.is_closed:
        return None
    url = invitation_url(invitation=asked, tenant=tenant)
    return _Addressed(Kind.INVITATION, asked.email, asked.name, asked.language, url, invitation=asked)


def _of_identity(_mail: AccountMail, row_id: UUID, tenant: Tenant | None) -> _Addressed | None:
    added = SocialIdentity.objects.select_related("user").filter(pk=row_id).first()
    if added is None:
        return None
    url = account_url(tenant, "/account/security/")
    user, provider = added.user, title_of(added.provider)
    return _Addressed(Kind.SOCIAL_ADDED, user.email, user.name, user.language, url, provider=provider)


_WRITERS = {
    AccountMail.REQUEST: _of_request,
    AccountMail.NEW_ADDRESS: _of_new_address,
    AccountMail.ADDRESS_CHANGED: _of_changed_address,
    AccountMail.ADDRESS_UNDONE: _of_undone_address,
    AccountMail.PASSWORD_CHANGED: _of_user,
    AccountMail.TWO_FACTOR_ON: _of_user,
    AccountMail.TWO_FACTOR_OFF: _of_user,
    AccountMail.TWO_FACTOR_FORGOTTEN: _of_forgotten_factor,
    AccountMail.RECOVERY_CODE_USED: _of_user,
    AccountMail.SOCIAL_ADDED: _of_identity,
    AccountMail.INVITATION: _of_invitation,
}
_RESET = "/account/reset/"
_NOTICES = {
    AccountMail.PASSWORD_CHANGED: (Kind.PASSWORD_CHANGED, _RESET),
    AccountMail.TWO_FACTOR_ON: (Kind.TWO_FACTOR_ON, ""),
    AccountMail.TWO_FACTOR_OFF: (Kind.TWO_FACTOR_OFF, _RESET),
    AccountMail.RECOVERY_CODE_USED: (Kind.RECOVERY_CODE_USED, _RESET),
}
