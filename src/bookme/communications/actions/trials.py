"""Sending somebody of the team a sample of a text, to themselves."""

import datetime as dt
from collections.abc import Collection
from dataclasses import replace

import structlog
from django.utils import translation
from django.utils.translation import gettext as _

from bookme.communications.actions.spending import one_more_fills, spend, unspend
from bookme.communications.channels import ChannelOffError, Outgoing, UnclearError, UndeliverableError, carrier_of
from bookme.communications.letters import Rendered
from bookme.communications.models import Channel
from bookme.communications.selectors.previews import rendered_sample
from bookme.communications.selectors.routes import address_by, obstacle
from bookme.communications.selectors.texts import text_in_force
from bookme.communications.selectors.whatsapp import is_in_window
from bookme.communications.templating import Texts
from bookme.communications.told import Recipient, Told
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Conflict
from bookme.core.ids import uuid7
from bookme.core.limits import Limit, count, refuse_over
from bookme.staff.models import Staff
from bookme.tenants.context import require_tenant

TRIALS = Limit("test-messages", most=20, seconds=3600)

_log = structlog.get_logger(__name__)


def send_test(
    *,
    name: str,
    channel: str,
    language: str,
    texts: Texts | None = None,
    flags: Collection[str] = (),
    actor: Actor,
    now: dt.datetime,
) -> str:
    """Send a sample, marked as a test, to the caller's own address or, by SMS and WhatsApp, to the number of their own
    row of the staff; returns where it went. It is on no record. Must run outside of a transaction.

    Raises as `preview`; TooMany `too_many_tests`; Conflict `no_address`, `channel_off`, `not_set_up`, `stopped`,
    `country_off`, `costly_number`, `outside_window` where nothing can reach them so, `number_full` where
    enough went there in a day, `over_cap` where it may cost nothing more, and `not_sent` where it was not taken: what
    that would have cost is given back.
    """
    found = text_in_force(actor, name=name, channel=channel, language=language)
    with translation.override(found.place.language):
        note = _("This is a test. Nothing was booked.")
    told, rendered = rendered_sample(found, texts=texts, flags=flags, now=now, note=note)
    told = replace(told, to=_themselves(actor))
    if reason := obstacle(found.place.channel, told.kind, told.to):
        raise Conflict(_WHY.get(reason, "This cannot be sent to you."), code=reason)
    refuse_over(TRIALS, count(TRIALS, str(require_tenant().pk), str(actor.id)), code="too_many_tests")
    _hand_over(_outgoing(found.place.channel, told, rendered), _segments(rendered), now)
    return address_by(found.place.channel, told.to)


_WHY = {
    "no_address": "There is no address of yours to send it to.",
    "channel_off": "This channel is not switched on.",
    "country_off": "Your number is of a country to which this business does not write.",
    "costly_number": "Nothing goes to a number of this kind.",
    "stopped": "Nothing goes to your address by this channel any more.",
}


def _themselves(actor: Actor) -> Recipient:
    """A key and an operator have nothing here that a message could be sent to."""
    if actor.kind is not ActorKind.USER:
        return Recipient(name=actor.name)
    own = Staff.objects.filter(user_id=actor.id).first()
    return Recipient(name=actor.name, email=actor.email, phone=own.phone if own else "")


def _outgoing(channel: Channel, told: Told, rendered: Rendered) -> Outgoing:
    return Outgoing(
        channel=channel,
        tenant=require_tenant().slug,
        to=address_by(channel, told.to),
        to_name=told.to.name,
        from_name=told.sender.name,
        reply_name=told.sender.name,
        reply_to=told.sender.email,
        subject=_("Test: %(subject)s") % {"subject": rendered.subject} if rendered.subject else "",
        text=rendered.text,
        html=rendered.html,
        message_id=uuid7().hex,
    )


def _segments(rendered: Rendered) -> int:
    return rendered.segments.count if rendered.segments else 1


def _hand_over(message: Outgoing, segments: int, now: dt.datetime) -> None:
    try:
        carrier = carrier_of(message.channel)
    except ChannelOffError as error:
        raise Conflict("Nothing is set up that could carry this.", code="not_set_up") from error
    if carrier.has_window and not is_in_window(message.to, now=now):
        raise Conflict("Write to the business by WhatsApp first: it may answer for a day.", code="outside_window")
    cost = carrier.price * segments
    if cost and one_more_fills(message.to):
        raise Conflict("Enough went to your number today.", code="number_full")
    if not spend(cost=cost, cap=carrier.cap, now=now):
        raise Conflict("The month's cap on what messages cost is reached.", code="over_cap")
    try:
        carrier.send(message)
    except Exception as error:
        if not isinstance(error, UnclearError):
            unspend(cost=cost, now=now)
        raise _not_sent(message, error) from error


def _not_sent(message: Outgoing, error: Exception) -> Conflict:
    if isinstance(error, UndeliverableError):
        return Conflict(f"It was refused: {error}.", code="not_sent")
    _log.warning("test_message_not_sent", channel=message.channel.value, reason=type(error).__name__)
    return Conflict("It could not be handed over. Try again in a moment.", code="not_sent")
