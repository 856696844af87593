"""How a text would look, of a sample; nothing is sent."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from django.utils import translation

from bookme.bookings.links import manage_url
from bookme.bookings.models import Visit
from bookme.communications.letters import Rendered, render
from bookme.communications.rules import text_faults
from bookme.communications.samples import Stage, sample_of
from bookme.communications.selectors.facts import sender_of
from bookme.communications.selectors.texts import TextInForce, text_in_force
from bookme.communications.templating import Texts
from bookme.communications.told import Told
from bookme.core.actor import Actor
from bookme.core.errors import FieldError, Invalid
from bookme.tenants.context import require_tenant


def preview(
    actor: Actor,
    *,
    name: str,
    channel: str,
    language: str,
    texts: Texts | None = None,
    flags: Collection[str] = (),
    now: dt.datetime,
) -> Rendered:
    """One message as it would go out, of a sample with those flags on, and what is there now and then.

    Without `texts` by those that hold.
    Raises NotAllowed, NotFound, and Invalid with pointers to `/subject`, `/heading`, `/body` and `/flags`.
    """
    found = text_in_force(actor, name=name, channel=channel, language=language)
    return rendered_sample(found, texts=texts, flags=flags, now=now)[1]


def rendered_sample(
    found: TextInForce, *, texts: Texts | None, flags: Collection[str], now: dt.datetime, note: str = ""
) -> tuple[Told, Rendered]:
    """What it tells, and how; raises Invalid as `preview`."""
    place = found.place
    known = place.vocabulary.flags | place.vocabulary.now_and_then
    unknown = [each for each in flags if each not in known]
    Invalid.unless_good(FieldError("/flags", "unknown_flag", f"{each[:40]} is no flag of this.") for each in unknown)
    if texts is not None:
        Invalid.unless_good(text_faults(texts, channel=place.channel, vocabulary=place.vocabulary))
    with translation.override(place.language):
        told = sample_of(place.kind, place.audience, stage=_stage(now), language=place.language, flags=flags)
        return told, render(told=told, texts=texts or found.texts, channel=place.channel, note=note)


def _stage(now: dt.datetime) -> Stage:
    """The link is of a visit that there is not: as long as a real one, and opening nothing."""
    tenant = require_tenant()
    config = tenant.config
    link = manage_url(Visit(pk=UUID(int=0)))
    return Stage(sender=sender_of(tenant), zone=config.zone, currency=config.currency, link=link, now=now)
