"""The texts that WhatsApp has approved, and what became of those that are to be."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bookme.communications.channels import NotTakenError, approver_of
from bookme.communications.events import MessagesChanged
from bookme.communications.models import ApprovalState, Channel, WhatsAppTemplate
from bookme.communications.rules import whatsapp_faults
from bookme.communications.selectors.accounts import account_of
from bookme.communications.selectors.whatsapp import whatsapp_templates_for
from bookme.core.actor import Actor
from bookme.core.errors import Conflict
from bookme.core.limits import Limit, count, refuse_over
from bookme.core.permissions import Permission
from bookme.eventlog.changes import Change, change_row, make_row, plain, tell
from bookme.tenants.context import require_tenant

REFRESHES = Limit("whatsapp-approvals", most=60, seconds=60 * 60)


def make_whatsapp_template(*, values: Mapping[str, Any], actor: Actor) -> WhatsAppTemplate:
    """A text by the provider's id of it, which waits until it is known to be approved. Joins the transaction.

    Publishes MessagesChanged. Raises NotAllowed, and Invalid by the member.
    """
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    return make_row(row=WhatsAppTemplate(), values=values, event=MessagesChanged, actor=actor, rule=whatsapp_faults)


def change_whatsapp_template(
    *, template: WhatsAppTemplate, values: Mapping[str, Any], actor: Actor
) -> WhatsAppTemplate:
    """Another text waits again. Joins the transaction, locks the row; publishes and raises as making one does."""
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    is_other = values.get("content_id", template.content_id) != template.content_id
    waits = {"state": ApprovalState.PENDING.value} if is_other else {}
    return change_row(
        row=template, values={**values, **waits}, event=MessagesChanged, actor=actor, rule=whatsapp_faults
    )


def remove_whatsapp_template(*, template: WhatsAppTemplate, actor: Actor) -> None:
    """Joins the transaction. Publishes MessagesChanged; raises NotAllowed."""
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    told = {each: [plain(getattr(template, each)), None] for each in ("name", "language", "content_id")}
    tell(MessagesChanged, row=template, change=Change.REMOVED, changes=told, actor=actor)
    template.delete()


def refresh_whatsapp_templates(*, actor: Actor) -> None:
    """Ask the provider what was approved. What it does not know waits, and is not sent.

    Talks to the network, so outside of a transaction. Publishes MessagesChanged for each that is another. Raises
    NotAllowed, TooMany after 60 in an hour of one business, Conflict `channel_off` where no provider carries WhatsApp,
    and Conflict `provider_unreachable`, `…_busy`, `…_credentials` or `…_refused` where it does not say.
    """
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    detail = "This was asked often enough for now. Try again later."
    refuse_over(REFRESHES, count(REFRESHES, str(require_tenant().pk)), detail, code="too_many_checks")
    account = account_of(Channel.WHATSAPP)
    if account is None:
        raise Conflict("There is no account with a provider that carries WhatsApp.", code="channel_off")
    try:
        found = approver_of(account).approvals()
    except NotTakenError as error:
        raise Conflict("The provider did not say what was approved.", code=f"provider_{error.code}") from None
    with transaction.atomic():
        for each in whatsapp_templates_for(actor):
            state = found.get(each.content_id, ApprovalState.PENDING)
            change_row(row=each, values={"state": state.value}, event=MessagesChanged, actor=actor)
