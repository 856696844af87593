"""The sessions of classes: published, changed, cancelled, and decided where they need a minimum of people."""

from bookme.bookings.actions.sessions.cancelling import cancel_session
from bookme.bookings.actions.sessions.changing import SessionChanges, change_session
from bookme.bookings.actions.sessions.deciding import DECIDE_TASK, decide_session
from bookme.bookings.actions.sessions.planning import Clash, LeftOut, SessionsClash
from bookme.bookings.actions.sessions.publishing import Published, SessionsRequest, publish_sessions
from bookme.bookings.actions.sessions.runs import WeeklyRun, publish_runs

__all__ = [
    "DECIDE_TASK",
    "Clash",
    "LeftOut",
    "Published",
    "SessionChanges",
    "SessionsClash",
    "SessionsRequest",
    "WeeklyRun",
    "cancel_session",
    "change_session",
    "decide_session",
    "publish_runs",
    "publish_sessions",
]
