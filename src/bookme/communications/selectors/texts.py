"""The texts of messages: the business's own, or the built-in ones."""

from bookme.communications.defaults import default_mail, default_short
from bookme.communications.kinds import Audience, Kind, message_name
from bookme.communications.models import Channel, MessageTemplate
from bookme.communications.templating import Texts
from bookme.tenants.context import current_tenant


def texts_for(kind: Kind, audience: Audience, *, channel: Channel, language: str) -> Texts:
    """In that language, which is active; the platform has none of its own."""
    return _own(message_name(kind, audience), channel, language) or default_texts(kind, audience, channel=channel)


def default_texts(kind: Kind, audience: Audience, *, channel: Channel) -> Texts:
    """The built-in ones, in the language that is active."""
    return default_mail(kind, audience) if channel is Channel.EMAIL else default_short(kind, audience)


def _own(name: str, channel: Channel, language: str) -> Texts | None:
    if current_tenant() is None:
        return None
    found = MessageTemplate.objects.filter(name=name, channel=channel, language=language, is_current=True).first()
    return Texts(subject=found.subject, heading=found.heading, body=found.body) if found else None
