"""What carries the messages of a business by each channel."""

from dataclasses import dataclass

from django.conf import settings

from bookme.communications.models import Channel, ChannelAccount
from bookme.communications.selectors.accounts import account_of


@dataclass(frozen=True)
class Carrying:
    """By whom, and from which address or number, if that is known. `is_own`: by an account of the business's."""

    provider: str = ""
    sender: str = ""
    is_own: bool = False


def carrying_by(channel: Channel) -> Carrying | None:
    """None where nothing is set up."""
    account = account_of(channel)
    if account is not None:
        is_own = ChannelAccount.objects.filter(pk=account.pk).exists()
        return Carrying(account.get_provider_display(), account.sender, is_own)
    is_ours = channel is Channel.EMAIL or bool(settings.MESSAGE_BACKENDS.get(channel.value))
    return Carrying() if is_ours else None
