"""What a message tells, read when it is sent: nothing that has become untrue since is told."""

import datetime as dt

from bookme.communications.kinds import MESSAGES, Family, Kind
from bookme.communications.models import Notification
from bookme.communications.tellings.bookings import told_of_bookings
from bookme.communications.tellings.sessions import told_of_session
from bookme.communications.tellings.waiting import told_of_waiting
from bookme.communications.told import Told

_OF_FAMILY = {
    Family.BOOKING: told_of_bookings,
    Family.WAITING: told_of_waiting,
    Family.SESSION: told_of_session,
}


def told_of(notification: Notification, *, now: dt.datetime) -> Told | None:
    """What it tells, in the language that is active; None where it is not true any more."""
    return _OF_FAMILY[MESSAGES[Kind(notification.kind)].family](notification, now=now)
