"""Where providers tell how a message went, and what was answered to it: on the business's own domain."""

from bookme.communications.models import Channel, Notification, Provider
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url

CALLBACKS = "/webhooks/messages"


def callback_url(notification: Notification) -> str:
    """Of this message, as it is sent now. Empty for an e-mail: its provider tells of all of them in one place."""
    if notification.channel == Channel.EMAIL:
        return ""
    return business_url(require_tenant(), callback_path(notification))


def callback_path(notification: Notification) -> str:
    return f"{CALLBACKS}/twilio/{notification.pk}/{notification.edition}/{notification.channel}/"


def provider_url(provider: Provider) -> str:
    """Where a provider is to tell what comes in: of e-mail how all mails went, of Twilio what people write.

    Empty for a mail server, which tells nothing.
    """
    if provider is Provider.SMTP:
        return ""
    return business_url(require_tenant(), f"{CALLBACKS}/{provider.value}/")
