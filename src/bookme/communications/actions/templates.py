"""The texts that a business writes for its messages. What was written is never changed, only followed."""

from django.db import connection

from bookme.communications.events import MessagesChanged
from bookme.communications.models import MessageTemplate
from bookme.communications.rules import text_faults
from bookme.communications.selectors.texts import Place, text_in_force, texts_of, versions_of
from bookme.communications.templating import Texts
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, NotFound
from bookme.core.permissions import Permission
from bookme.eventlog.changes import Change, make_row, publish_change
from bookme.tenants.context import require_tenant


def save_template(
    *, name: str, channel: str, language: str, texts: Texts, actor: Actor, expected: int | None = None
) -> MessageTemplate:
    """A new version that holds from now on; the same text again is no new one. Joins the transaction, locks the text.

    `expected` is the version that the writer has seen, 0 for the built-in text: another raises Conflict
    `version_conflict`. Publishes MessagesChanged. Raises NotAllowed, NotFound, and Invalid with pointers to `/subject`,
    `/heading` and `/body`.
    """
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    place = text_in_force(actor, name=name, channel=channel, language=language).place
    Invalid.unless_good(text_faults(texts, channel=place.channel, vocabulary=place.vocabulary))
    current = _locked(place)
    if expected is not None and expected != (current.version if current else 0):
        raise Conflict("Somebody else has changed this text. Look at it again.", code="version_conflict")
    if current is not None and texts_of(current) == texts:
        return current
    return _followed(place, current, texts, actor)


def restore_version(*, name: str, channel: str, language: str, version: int, actor: Actor) -> MessageTemplate:
    """An earlier text holds again, as a new version. Raises NotFound where there is none, and as `save_template`."""
    place = text_in_force(actor, name=name, channel=channel, language=language).place
    found = versions_of(actor, place).filter(version=version).first()
    if found is None:
        raise NotFound
    return save_template(name=name, channel=channel, language=language, texts=texts_of(found), actor=actor)


def reset_template(*, name: str, channel: str, language: str, actor: Actor) -> None:
    """The built-in text holds again; what was written stays in the history. Joins the transaction, locks the text.

    Publishes MessagesChanged if there was one of their own. Raises NotAllowed, NotFound.
    """
    actor.demand_everywhere(Permission.MESSAGES_MANAGE)
    current = _locked(text_in_force(actor, name=name, channel=channel, language=language).place)
    if current is None:
        return
    _put_aside(current)
    changes = {each: [getattr(current, each), None] for each in ("name", "channel", "language", "version")}
    publish_change(MessagesChanged, row=current, change=Change.REMOVED, changes=changes, actor=actor)


def _locked(place: Place) -> MessageTemplate | None:
    """What holds, which nobody else changes meanwhile: not even by the first one."""
    key = f"{require_tenant().pk}:text:{place.name}:{place.channel}:{place.language}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
    found = MessageTemplate.objects.filter(name=place.name, channel=place.channel, language=place.language)
    return found.filter(is_current=True).first()


def _followed(place: Place, current: MessageTemplate | None, texts: Texts, actor: Actor) -> MessageTemplate:
    newest = MessageTemplate.objects.filter(name=place.name, channel=place.channel, language=place.language).first()
    if current is not None:
        _put_aside(current)
    values = {
        "name": place.name,
        "channel": place.channel.value,
        "language": place.language,
        "version": newest.version + 1 if newest else 1,
        "subject": texts.subject,
        "heading": texts.heading,
        "body": texts.body,
        "made_by": actor.name,
    }
    return make_row(row=MessageTemplate(), values=values, event=MessagesChanged, actor=actor, unsaid=("made_by",))


def _put_aside(current: MessageTemplate) -> None:
    MessageTemplate.objects.filter(pk=current.pk).update(is_current=False)
