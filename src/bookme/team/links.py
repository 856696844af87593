"""The link of an invitation: good in its business alone, and of the last mail alone."""

import datetime as dt
from uuid import UUID

from django.conf import settings

from bookme.team.models import Invitation
from bookme.tenants.models import Tenant
from bookme.users.links import account_url, row_of_token, row_token, spent_link

_AGE = dt.timedelta(days=settings.INVITATION_DAYS)


def invitation_token(*, invitation: Invitation, tenant: Tenant) -> str:
    """Its version is in plain sight, and signed with the id."""
    signed = row_token(row_id=invitation.pk, tenant=tenant, kind=_kind(invitation.version))
    return f"{invitation.version}.{signed}"


def invitation_url(*, invitation: Invitation, tenant: Tenant) -> str:
    token = invitation_token(invitation=invitation, tenant=tenant)
    return account_url(tenant, f"/team/invitation/{token}/")


def id_and_version(*, token: str, tenant: Tenant) -> tuple[UUID, int]:
    """What the token is about; raises Invalid `link_invalid` for one that is forged, or another business's."""
    text, _dot, signed = token.partition(".")
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise spent_link()
    return row_of_token(token=signed, tenant=tenant, kind=_kind(int(text)), age=_AGE), int(text)


def _kind(version: int) -> str:
    return f"invitation.{version}"
