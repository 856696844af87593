"""The business's own accounts with providers. What they are told of it is never told again, to nobody."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from bookme.communications.channels import NotTakenError, account_carrier
from bookme.communications.credentials import faults_of
from bookme.communications.events import MessagesChanged
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.reach import reach_of
from bookme.core.actor import Actor
from bookme.core.errors import Invalid
from bookme.core.limits import Limit, count, refuse_over
from bookme.core.permissions import Permission
from bookme.eventlog.changes import Change, change_row, make_row, publish_change
from bookme.tenants.context import require_tenant

TRIES = Limit("account-test", most=20, seconds=60 * 60)
_UNSAID = ("credentials",)


def set_account(
    *,
    channel: Channel,
    provider: Provider,
    sender: str,
    credentials: Mapping[str, str] | None,
    price: Decimal,
    is_active: bool,
    actor: Actor,
) -> ChannelAccount:
    """Have the channel carried by that account from now on; without `credentials`, those that it has are kept.

    Joins the transaction, locks the row. Publishes MessagesChanged, which says that credentials changed and not to
    what. Raises NotAllowed, and Invalid by the member: what another provider was told is of no use to this one.
    """
    actor.demand_everywhere(Permission.CONFIG_MANAGE)
    known = ChannelAccount.objects.select_for_update().filter(channel=channel).first()
    if credentials is None and known is not None and known.provider == provider:
        credentials = known.members
    given = {name: text for name, text in (credentials or {}).items() if text}
    faults = faults_of(
        channel=channel,
        provider=provider,
        sender=sender,
        credentials=given,
        price=price,
        is_local=settings.LOCAL_MODE,
    )
    Invalid.unless_good(faults)
    values: dict[str, Any] = {
        "provider": provider.value,
        "sender": sender,
        "credentials": json.dumps(given, sort_keys=True),
        "price": price,
        "is_active": is_active,
    }
    if known is None:
        row, values = ChannelAccount(), {"channel": channel.value, **values}
        return make_row(row=row, values=values, event=MessagesChanged, actor=actor, unsaid=_UNSAID)
    return change_row(row=known, values=values, event=MessagesChanged, actor=actor, unsaid=_UNSAID)


def remove_account(*, account: ChannelAccount, actor: Actor) -> None:
    """Forget it, with its credentials: the platform's carries the channel, or nobody. Joins the transaction."""
    actor.demand_everywhere(Permission.CONFIG_MANAGE)
    publish_change(
        MessagesChanged, row=account, change=Change.REMOVED, changes={"channel": [account.channel, None]}, actor=actor
    )
    account.delete()


def try_account(*, account: ChannelAccount, actor: Actor) -> str:
    """Whether the provider lets us in: empty if it does, else `unreachable`, `busy`, `credentials` or `refused`.

    Nothing is sent, and nothing of what the other end says is answered. One that works is left alone no longer.
    Talks to the network, so outside of a transaction. Raises NotAllowed, and TooMany after 20 in an hour of a business.
    """
    actor.demand_everywhere(Permission.CONFIG_MANAGE)
    detail = "This was tried often enough for now. Try again later."
    refuse_over(TRIES, count(TRIES, str(require_tenant().pk)), detail, code="too_many_checks")
    try:
        account_carrier(account).check()
    except NotTakenError as error:
        return error.code
    reach_of(account).note_answer()
    return ""
