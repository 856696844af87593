"""What a message tells, read when it is sent: nothing that has become untrue since is told."""

import datetime as dt
from dataclasses import replace

from bookme.communications.kinds import MESSAGES, Audience, Family, Kind, may_refuse
from bookme.communications.models import Notification
from bookme.communications.tellings.bookings import told_of_bookings
from bookme.communications.tellings.sessions import told_of_session
from bookme.communications.tellings.waiting import told_of_waiting
from bookme.communications.told import Told
from bookme.communications.unsubscribing import topic_of, unsubscribe_url

_OF_FAMILY = {
    Family.BOOKING: told_of_bookings,
    Family.WAITING: told_of_waiting,
    Family.SESSION: told_of_session,
}


def told_of(notification: Notification, *, now: dt.datetime) -> Told | None:
    """What it tells, in the language that is active; None where it is not true any more."""
    told = _OF_FAMILY[MESSAGES[Kind(notification.kind)].family](notification, now=now)
    return _with_unsubscribing(told) if told else None


def _with_unsubscribing(told: Told) -> Told:
    """What a customer may refuse has a link that does."""
    person_id = told.to.person_id
    if told.audience is not Audience.CUSTOMER or person_id is None or not may_refuse(told.kind, told.audience):
        return told
    url = unsubscribe_url(customer_id=person_id, topic=topic_of(told.kind))
    return replace(told, unsubscribe_url=url, links=told.links | {url})
