"""Inviting, and what the mails of it say."""

from email.message import EmailMessage
from typing import Any

from django.http import HttpResponse

from bookme.communications.actions import send_account_mail
from bookme.core.ids import uuid7
from bookme.eventlog.models import Event
from bookme.team.links import invitation_token
from bookme.team.models import Invitation
from bookme.tenants.models import Tenant
from bookme.users.mails import AccountMail
from bookme.users.models import Membership, User
from tests.factories.users import Person, Stranger
from tests.servers import MAIL

NEW = "new@people.example"


def invited(by: Person, email: str = NEW, role: str = "staff", **more: Any) -> HttpResponse:
    return by.api.post("invitations/", {"email": email, "role": role, **more})


def token_of(salon: Tenant, email: str = NEW) -> str:
    """What the last mail to that address has in its link."""
    return invitation_token(invitation=Invitation.objects.filter(email=email).latest("created_at"), tenant=salon)


def accepted(stranger: Stranger, token: str, **more: str) -> HttpResponse:
    return stranger.api.post("invitations/accept/", {"token": token, **more})


def told(name: str) -> list[dict[str, Any]]:
    """The payloads of these facts, in order."""
    return list(Event.objects.filter(name=name).order_by("occurred_at", "id").values_list("payload", flat=True))


def state() -> tuple[Any, ...]:
    """What a refusal must leave alone."""
    members = Membership.objects.order_by("pk").values_list("user_id", "role", "denied", "is_active", "staff_ids")
    users = User.objects.order_by("pk").values_list("pk", "email", "password")
    invitations = Invitation.objects.order_by("pk").values_list("pk", "version", "accepted_at", "revoked_at", "staff")
    return tuple(members), tuple(users), tuple(invitations), Event.objects.exclude(name="account.signed_in").count()


def mailed(invitation: Invitation) -> list[EmailMessage]:
    """What is sent for it now."""
    before = len(MAIL.messages())
    send_account_mail(mail=AccountMail.INVITATION, id=invitation.pk, mailing=uuid7())
    return MAIL.messages()[before:]


def refused(answer: Any, status: int, code: str, before: Any) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert state() == before
    return dict(answer.json())
