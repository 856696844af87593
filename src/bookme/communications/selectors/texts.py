"""The texts of messages: the business's own, or the built-in ones."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import translation

from bookme.communications.defaults import default_mail, default_sms, default_whatsapp
from bookme.communications.kinds import MESSAGES, Audience, Category, Family, Kind, message_name
from bookme.communications.models import Channel, MessageTemplate
from bookme.communications.templating import Texts
from bookme.communications.variables import Vocabulary, vocabulary_of
from bookme.core.actor import Actor
from bookme.core.errors import NotFound
from bookme.core.languages import WRITTEN_IN
from bookme.core.permissions import Permission
from bookme.tenants.context import current_tenant, require_tenant

_DEFAULTS = {Channel.EMAIL: default_mail, Channel.SMS: default_sms, Channel.WHATSAPP: default_whatsapp}


@dataclass(frozen=True)
class Place:
    """Where a text belongs: to one message, by one channel, in one language."""

    kind: Kind
    audience: Audience
    channel: Channel
    language: str

    @property
    def name(self) -> str:
        return message_name(self.kind, self.audience)

    @property
    def family(self) -> Family:
        return MESSAGES[self.kind].family

    @property
    def category(self) -> Category:
        return MESSAGES[self.kind].category

    @property
    def vocabulary(self) -> Vocabulary:
        return vocabulary_of(self.kind, self.audience)


@dataclass(frozen=True)
class TextInForce:
    """Which text holds: the business's own in that `version`, or the built-in one, with 0. `is_off`: it is not sent."""

    place: Place
    own: MessageTemplate | None
    is_off: bool

    @property
    def is_own(self) -> bool:
        return self.own is not None

    @property
    def version(self) -> int:
        return self.own.version if self.own else 0

    @property
    def changed_at(self) -> dt.datetime | None:
        return self.own.created_at if self.own else None

    @property
    def changed_by(self) -> str:
        return self.own.made_by if self.own else ""

    @property
    def texts(self) -> Texts:
        return texts_of(self.own) if self.own else self.built_in

    @property
    def built_in(self) -> Texts:
        return built_in_texts(self.place)


def texts_for(kind: Kind, audience: Audience, *, channel: Channel, language: str) -> Texts:
    """In that language, which is active; the platform has none of its own."""
    return _own(message_name(kind, audience), channel, language) or default_texts(kind, audience, channel=channel)


def default_texts(kind: Kind, audience: Audience, *, channel: Channel) -> Texts:
    """The built-in ones, in the language that is active."""
    return _DEFAULTS[channel](kind, audience)


def built_in_texts(place: Place) -> Texts:
    """The built-in ones in the language of the place, whichever is active."""
    with translation.override(place.language):
        return default_texts(place.kind, place.audience, channel=place.channel)


def texts_of(template: MessageTemplate) -> Texts:
    return Texts(subject=template.subject, heading=template.heading, body=template.body)


def channels_of(kind: Kind, audience: Audience) -> Sequence[Channel]:
    """By which it may go: a team and an account are told by e-mail."""
    is_short = audience is Audience.CUSTOMER and MESSAGES[kind].category is not Category.ACCOUNT
    return list(Channel) if is_short else [Channel.EMAIL]


def written_languages() -> Sequence[str]:
    """The languages of the business that messages are written in; without any, the first that there is."""
    return [each for each in WRITTEN_IN if each in require_tenant().config.languages] or [WRITTEN_IN[0]]


def overview(actor: Actor, *, language: str = "", channel: str = "", name: str = "") -> list[TextInForce]:
    """Every message of the business by channel and language, with the text that holds; some of them only, if given.

    In one query. Raises NotAllowed.
    """
    actor.demand(Permission.MESSAGES_MANAGE)
    own, off = _all_own(), frozenset(require_tenant().config.messages.off)
    return [
        TextInForce(place=place, own=own.get((place.name, place.channel, place.language)), is_off=place.name in off)
        for place in _places()
        if name in {"", place.name} and channel in {"", place.channel} and language in {"", place.language}
    ]


def text_in_force(actor: Actor, *, name: str, channel: str, language: str) -> TextInForce:
    """Of one message. Raises NotAllowed, and NotFound for what this business does not send."""
    found = overview(actor, name=name, channel=channel, language=language) if name and channel and language else []
    if not found:
        raise NotFound
    return found[0]


def versions_of(actor: Actor, place: Place) -> QuerySet[MessageTemplate]:
    """What the business wrote for it, the newest first. Raises NotAllowed."""
    actor.demand(Permission.MESSAGES_MANAGE)
    found = MessageTemplate.objects.filter(name=place.name, channel=place.channel, language=place.language)
    return found.order_by("-version", "-id")


def _places() -> Iterator[Place]:
    for kind, told in MESSAGES.items():
        for audience in told.audiences:
            for channel in channels_of(kind, audience):
                for language in written_languages():
                    yield Place(kind, audience, channel, language)


def _all_own() -> Mapping[tuple[str, str, str], MessageTemplate]:
    found = MessageTemplate.objects.filter(is_current=True)
    return {(each.name, each.channel, each.language): each for each in found}


def _own(name: str, channel: Channel, language: str) -> Texts | None:
    if current_tenant() is None:
        return None
    found = MessageTemplate.objects.filter(name=name, channel=channel, language=language, is_current=True).first()
    return texts_of(found) if found else None
