"""Handing a message to what carries it, and writing down how that went.

The order is send, then record: a crash in between sends once more and records once, unless the provider can be asked
whether it had taken it. The record is never ahead of the truth, and nothing is lost.
"""

import datetime as dt
import hashlib
import re
from dataclasses import replace
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import translation

from bookme.communications.actions.leasing import give_back_lease, ours, renew_lease, take_lease
from bookme.communications.actions.recording import end, keep_try, known, note_try
from bookme.communications.actions.spending import give_back, number_is_full, reserve, spend_held
from bookme.communications.actions.stopping import stop_address
from bookme.communications.actions.whatsapp import heed_refusal
from bookme.communications.channels import (
    Carrier,
    ChannelOffError,
    NotTakenError,
    Outgoing,
    Receipt,
    UnclearError,
    UndeliverableError,
    carrier_of,
)
from bookme.communications.kinds import MAY_WAIT
from bookme.communications.letters import Rendered, on_record, render, render_parts
from bookme.communications.links import callback_url
from bookme.communications.models import (
    AttemptOutcome,
    Channel,
    Notification,
    NotificationStatus,
    StopReason,
    WhatsAppTemplate,
)
from bookme.communications.rationing import NoRoomError
from bookme.communications.selectors.queue import tries_of, unclear_channels, waits_until, why_outdated
from bookme.communications.selectors.routes import address_by, channels_ahead, obstacle, refusal
from bookme.communications.selectors.texts import texts_for
from bookme.communications.selectors.whatsapp import approved_template, is_in_window
from bookme.communications.tellings import told_of
from bookme.communications.tellings.bookings import stands
from bookme.communications.told import LINK_ON_RECORD, Told
from bookme.core.time import now as read_clock
from bookme.tenants.context import require_tenant
from bookme.tenants.outbox import NotYet

SEND_MESSAGE_TASK = "communications.send_message"
# Then the next channel carries it; the last one is tried for about a day.
TRIES_OF_CHANNEL = 5
TRIES_OF_LAST = 30

_SAYS_LITTLE = frozenset({"no_address", "channel_off"})

# What is left out of the record, and what a provider may have put between the lines of it.
_GAPS = re.compile(rf"\n|{re.escape(LINK_ON_RECORD)}")


def send(*, notification: Notification, now: dt.datetime) -> None:
    """Send a message that waits, by the first of its channels that carries it, and record how it went.

    What is no longer true, or was overtaken, is withdrawn. Must run outside of a transaction: it talks to the network.
    Raises what the carrier raised where another try may succeed, and NotYet in the quiet hours of whoever gets it, of
    what can wait, and while it, or another about the same to the same reader, is on its way: they go one after another.
    A refusal for good by every channel is recorded and is the end of it.
    """
    if take_lease(notification):
        send_leased(notification=notification, told=None, now=now)


def send_leased(*, notification: Notification, told: Told | None, now: dt.datetime) -> None:
    """The same of one that the caller has the lease of, which ends; `told` is what it tells, if it was just read."""
    try:
        with translation.override(notification.language):
            _send(notification, told, now)
    finally:
        give_back_lease(notification)


def message_id_of(notification: Notification) -> str:
    """The same for every try of a message, and telling nothing about it."""
    text = f"{require_tenant().pk}:{notification.key}:{notification.edition}"
    return hashlib.sha256(text.encode()).hexdigest()[:40]


def _send(notification: Notification, just_read: Told | None, now: dt.datetime) -> None:
    if outdated := why_outdated(notification, now=now):
        return _withdraw(notification, outdated, now)
    reason = "no_address"
    for channel in channels_ahead(notification):
        told, just_read = just_read or told_of(notification, now=now), None
        if told is None:
            return _withdraw(notification, "no_longer_true", now)
        if told.versions and notification.edition == 1:
            notification.booking_ids = list(told.versions)
        if refused := refusal(told):
            return _end(notification, NotificationStatus.SKIPPED, reason=refused, now=now)
        if (until := waits_until(notification, told, now=now)) > now:
            raise NotYet("whoever gets it is not to be disturbed now", seconds=(until - now).total_seconds())
        in_the_way = obstacle(channel, told.kind, told.to)
        given_up = "" if in_the_way else _carried(notification, told, channel, now)
        if not in_the_way and not given_up:
            return None
        reason = given_up or _more_telling(notification, reason, in_the_way)
        spend_held(notification=notification)
        notification.tried.append(channel.value)
        ours(notification).update(tried=notification.tried)  # whatever becomes of the next one
    over = NotificationStatus.FAILED if notification.attempts else NotificationStatus.SKIPPED
    return _end(notification, over, reason=reason, now=now)


def _more_telling(notification: Notification, reason: str, in_the_way: str) -> str:
    """What a carrier said, or why not to that number, tells more than that there is no other way."""
    says_little = in_the_way in _SAYS_LITTLE and reason not in _SAYS_LITTLE
    return reason if notification.attempts or says_little else in_the_way


def _carried(notification: Notification, told: Told, channel: Channel, now: dt.datetime) -> str:
    """Empty once it is handed over; else the code of why the next channel is to be tried."""
    notification.channel, notification.to = channel.value, address_by(channel, told.to)
    try:
        carrier = carrier_of(channel)
    except ChannelOffError as error:
        notification.error = str(error)
        return "not_set_up"
    approved = None
    if carrier.has_window and not is_in_window(notification.to, now=now):
        approved = approved_template(told.kind, told.audience, language=notification.language)
        if approved is None:
            return "no_approved_template"
    rendered = _rendered(notification, told, approved)
    notification.subject = on_record(rendered.subject, told)[:300]
    notification.text = on_record(rendered.text, told)
    notification.segments = rendered.segments.count if rendered.segments else 0
    try:
        receipt = _handed_over(carrier, _outgoing(notification, told, rendered), notification, told, now)
    except _NextChannel as reason:
        return str(reason)
    except NotYet:
        raise
    except Exception as error:
        return _failed(notification, told, error)
    _sent(notification, receipt, now)
    return ""


def _withdraw(notification: Notification, reason: str, now: dt.datetime) -> None:
    """It is not to go out any more. What an earlier try handed over after all is sent; where nobody can say, the reason
    does.

    Raises what the carrier raised where it may say later.
    """
    for channel in unclear_channels(notification):
        carrier = _carrier_to_ask(notification, channel)
        if carrier is None:
            reason = "unclear"
        elif channel.value not in notification.tried:  # of one that was given up it was asked before
            try:
                receipt = _asked(carrier, notification)
            except NotTakenError as error:
                note_try(notification, AttemptOutcome.UNCLEAR, f"{type(error).__name__}: it is asked again")
                if _is_worth_another(notification):
                    raise
                reason = "unclear"
            else:
                if receipt is not None:
                    return _sent(notification, receipt, now)
    return _end(notification, NotificationStatus.WITHDRAWN, reason=reason, now=now)


def _carrier_to_ask(notification: Notification, channel: Channel) -> Carrier | None:
    try:
        carrier = carrier_of(channel)
    except ChannelOffError:
        return None
    return carrier if carrier.can_be_asked and notification.text else None


def _asked(carrier: Carrier, notification: Notification) -> Receipt | None:
    """Whether it was taken, by what is on record of it; what it was surely not to cost is given back."""
    message = Outgoing(
        channel=Channel(notification.channel),
        tenant=require_tenant().slug,
        to=notification.to,
        to_name="",
        from_name="",
        reply_name="",
        reply_to="",
        subject=notification.subject,
        text=notification.text,
        said=tuple(filter(str.strip, _GAPS.split(notification.text))),
        **_of_its_tries(notification),
    )
    try:
        receipt = carrier.taken(message)
    except UndeliverableError as error:
        note_try(notification, AttemptOutcome.REFUSED, str(error))
        _heed(notification, error)
        return None
    if receipt is None:
        give_back(notification=notification)
    return receipt


def _failed(notification: Notification, told: Told, error: Exception) -> str:
    """Why this channel does not carry it; raises the error where another try may succeed."""
    if isinstance(error, UndeliverableError):
        note_try(notification, AttemptOutcome.REFUSED, str(error))
        _heed(notification, error)
        return "refused"
    is_unclear = isinstance(error, UnclearError)
    outcome = AttemptOutcome.UNCLEAR if is_unclear or isinstance(error, StillUnclearError) else AttemptOutcome.FAILED
    note_try(notification, outcome, type(error).__name__)
    if is_unclear or _is_worth_another(notification, told):
        raise error
    return "gave_up"


def _rendered(notification: Notification, told: Told, approved: WhatsAppTemplate | None) -> Rendered:
    if approved is not None:
        return render_parts(told=told, template=approved.content_id, names=approved.variables)
    channel = Channel(notification.channel)
    texts = texts_for(told.kind, told.audience, channel=channel, language=notification.language)
    return render(told=told, texts=texts, channel=channel)


class _NextChannel(Exception):
    """It does not go by this one; says the code of why."""


def _handed_over(
    carrier: Carrier, message: Outgoing, notification: Notification, told: Told, now: dt.datetime
) -> Receipt:
    """Ask first whether an earlier try was taken; look once more, at the last moment, whether it is still true.

    What it costs is reserved before, and given back where it was surely not taken. After too many tries, and over the
    cap of the month, the next channel carries it. One that is unclear is asked before each try, and before it is given
    up; where it does not answer that either, two channels may have carried it.
    """
    if notification.attempts and (receipt := _taken_before(carrier, message, notification)):
        return receipt
    if not _is_worth_another(notification, told):
        raise _NextChannel("gave_up")
    cost = carrier.price * max(notification.segments, 1)
    if not reserve(notification=notification, cost=cost, cap=carrier.cap, now=now):
        raise _NextChannel("over_cap")
    if cost and number_is_full(notification):
        give_back(notification=notification)
        raise _NextChannel("number_full")
    # Counted before, so that whoever dies with it leaves it to be asked for; the provider may tell how it went at once.
    notification.attempts += 1
    renew_lease(notification, **known(notification, ("attempts", "channel", "to", "subject", "text")))
    return _given(carrier, message, notification, told)


class StillUnclearError(Exception):
    """An earlier try may have been taken, and what could say so does not."""


def _taken_before(carrier: Carrier, message: Outgoing, notification: Notification) -> Receipt | None:
    """Whether an earlier try was taken. That it could not be asked does not say that it was not."""
    try:
        return carrier.taken(message)
    except NotTakenError as error:
        if notification.channel in unclear_channels(notification):
            raise StillUnclearError(str(error)) from error
        raise


def _given(carrier: Carrier, message: Outgoing, notification: Notification, told: Told) -> Receipt:
    """A try that is counted already; uncounted again where its turn has not come."""
    try:
        return carrier.send(replace(message, last_look=partial(_look_once_more, told)))
    except UnclearError:
        raise
    except NotYet as wait:
        said = {"reason": "no_room"} if isinstance(wait, NoRoomError) else {}
        ours(notification).update(attempts=notification.attempts - 1, **said)
        give_back(notification=notification)
        raise
    except Exception:
        give_back(notification=notification)
        raise


def _look_once_more(told: Told) -> None:
    if not stands(told):
        raise NotYet("what it tells has just changed", seconds=0)


def _sent(notification: Notification, receipt: Receipt, now: dt.datetime) -> None:
    """Unless its provider was faster, and has told more of it, or that it could not be delivered."""
    notification.segments = receipt.segments or notification.segments
    notification.provider_id, notification.sent_at = receipt.provider_id, now
    notification.error = notification.reason = ""
    not_given_up = ~Q(tried__contains=[notification.channel])
    with transaction.atomic():
        if end(notification, NotificationStatus.SENT, still=not_given_up, also=("provider_id", "sent_at")):
            keep_try(notification, AttemptOutcome.SENT)
            return
    note_try(notification, AttemptOutcome.SENT, "")


def _heed(notification: Notification, error: UndeliverableError) -> None:
    """Nothing more goes to an address that is none, or whose owner said so, nor by a text that is not approved; of who
    is erased by now no address is kept."""
    if not (error.is_bounce or error.is_stop or error.approval):
        return
    with transaction.atomic():
        if ours(notification).select_for_update(no_key=True).first() is None:
            return
        if error.approval:
            heed_refusal(notification=notification, state=error.approval, at=read_clock())
        else:
            reason = StopReason.STOP if error.is_stop else StopReason.BOUNCED
            channel = Channel(notification.channel)
            stop_address(channel=channel, address=notification.to, reason=reason, notification_id=notification.pk)


def _is_worth_another(notification: Notification, told: Told | None = None) -> bool:
    """Fewer tries where another channel is there that could carry it."""
    if not notification.attempts:
        return True
    tries = tries_of(notification).filter(channel=notification.channel).count()
    if tries < TRIES_OF_CHANNEL:
        return True
    others = [each for each in channels_ahead(notification) if each != notification.channel]
    is_last = not any(told is None or not obstacle(each, told.kind, told.to) for each in others)
    return is_last and tries < TRIES_OF_LAST


def _outgoing(notification: Notification, told: Told, rendered: Rendered) -> Outgoing:
    return Outgoing(
        channel=Channel(notification.channel),
        tenant=require_tenant().slug,
        to=notification.to,
        to_name=told.to.name,
        from_name=told.sender.name,
        reply_name=told.reply_name,
        reply_to=told.reply_to,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=rendered.calendar,
        callback_url=callback_url(notification),
        template=rendered.template,
        parts=rendered.parts,
        can_wait=told.kind in MAY_WAIT,
        headers=_one_click(told) if notification.channel == Channel.EMAIL else {},
        **_of_its_tries(notification),
    )


def _of_its_tries(notification: Notification) -> dict[str, Any]:
    """By what a try of it is known."""
    return {
        "message_id": message_id_of(notification),
        "first_tried_at": notification.due_at or notification.created_at,
        "other_ids": frozenset(filter(None, [notification.provider_id])),
        "reference": f"{notification.pk}:{notification.edition}",
    }


def _one_click(told: Told) -> dict[str, str]:
    """By which a mail program shows a button that unsubscribes at once (RFC 2369 and RFC 8058)."""
    if not told.unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{told.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _end(notification: Notification, status: NotificationStatus, *, reason: str, now: dt.datetime) -> None:
    """Over for good."""
    notification.reason, notification.ended_at = reason, now
    end(notification, status)
