"""By whose account with a provider messages go."""

import json

from django.conf import settings

from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.tenants.context import current_tenant


def account_of(channel: Channel) -> ChannelAccount | None:
    """The business's own, if it is in use; else the platform's, of the environment, which has no row; else None."""
    own = None
    if current_tenant() is not None:
        own = ChannelAccount.objects.filter(channel=channel, is_active=True).first()
    return own or _platform_account(channel)


def _platform_account(channel: Channel) -> ChannelAccount | None:
    sender = settings.TWILIO_SENDERS.get(channel.value)
    if not (settings.TWILIO_ACCOUNT_SID and sender):
        return None
    credentials = {"account_sid": settings.TWILIO_ACCOUNT_SID, "auth_token": settings.TWILIO_AUTH_TOKEN}
    return ChannelAccount(channel=channel, provider=Provider.TWILIO, sender=sender, credentials=json.dumps(credentials))
