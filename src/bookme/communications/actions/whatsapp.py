"""The texts that WhatsApp has approved, and what became of those that are to be."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction

from bookme.communications.channels import Approver, NotTakenError, approver
from bookme.communications.events import MessagesChanged
from bookme.communications.kinds import Audience, Kind, message_name
from bookme.communications.models import (
    ApprovalState,
    Channel,
    LastInbound,
    Notification,
    WhatsAppTemplate,
)
from bookme.communications.rules import whatsapp_faults
from bookme.communications.selectors.routes import channel_is_on
from bookme.communications.selectors.whatsapp import WINDOW, whatsapp_templates_for
from bookme.core.actor import SYSTEM, Actor
from bookme.core.errors import Conflict
from bookme.core.limits import Limit, count, refuse_over
from bookme.core.permissions import Permission
from bookme.eventlog.changes import Change, change_row, make_row, plain, publish_change
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import enqueue_again

ASK_APPROVALS_TASK = "communications.ask_approvals"
REFRESHES = Limit("whatsapp-approvals", most=60, seconds=60 * 60)
# Of why a provider did not say: what another try may mend.
_LATER = frozenset({"busy", "unreachable"})

_log = structlog.get_logger(__name__)


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
    publish_change(MessagesChanged, row=template, change=Change.REMOVED, changes=told, actor=actor)
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
    provider = approver()
    if provider is None:
        raise Conflict("There is no account with a provider that carries WhatsApp.", code="channel_off")
    try:
        _ask(provider, actor)
    except NotTakenError as error:
        raise Conflict("The provider did not say what was approved.", code=f"provider_{error.code}") from None


def plan_approvals(*, now: dt.datetime) -> bool:
    """Have the provider of this business asked, if it writes by WhatsApp: by the outbox, each business by itself."""
    if not channel_is_on(Channel.WHATSAPP) or not WhatsAppTemplate.objects.exists():
        return False
    with transaction.atomic():
        enqueue_again(task=ASK_APPROVALS_TASK, args={}, key="whatsapp-approvals", due_at=now, now=now)
    return True


def ask_approvals() -> None:
    """What became of its texts, once a day. Talks to the network, so outside of a transaction.

    Publishes MessagesChanged for each that is another. Raises NotTakenError where the provider may say later.
    """
    provider = approver()
    if provider is None:
        return
    try:
        _ask(provider, SYSTEM)
    except NotTakenError as error:
        if error.code in _LATER:
            raise
        _log.warning("approvals_not_told", reason=error.code)


def heed_refusal(*, notification: Notification, state: ApprovalState, at: dt.datetime) -> None:
    """The provider refused what went out then, since its text was not approved: the next one goes by the next channel.

    What went in words of the business's own, in answer to somebody, says that their day is over. A text that was
    changed since is another. Joins the transaction, locks the text; publishes MessagesChanged.
    """
    answered = LastInbound.objects.filter(address=notification.to, at__gt=at - WINDOW, at__lte=at)
    if state is ApprovalState.PENDING and answered.delete()[0]:
        return
    name = message_name(Kind(notification.kind), Audience(notification.audience))
    found = WhatsAppTemplate.objects.filter(name=name, language=notification.language, updated_at__lte=at)
    for each in found.filter(state=ApprovalState.APPROVED):
        change_row(row=each, values={"state": state.value}, event=MessagesChanged, actor=SYSTEM)


def _ask(provider: Approver, actor: Actor) -> None:
    found = provider.approvals()
    with transaction.atomic():
        for each in whatsapp_templates_for(actor):
            state = found.get(each.content_id, ApprovalState.PENDING)
            change_row(row=each, values={"state": state.value}, event=MessagesChanged, actor=actor)
