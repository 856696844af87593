"""A booking as the team's pages show it: in wall time, its status in words, and what can be done with it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.bookings.models import Booking
from bookme.bookings.states import UNDO, UPCOMING, Status, steps_from
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.core.time import MINUTE
from bookme.locations.selectors import zone_of


@dataclass(frozen=True)
class Look:
    """A status as people see it: never by colour alone."""

    label: Promise
    icon: str
    tone: str = ""


LOOKS: Mapping[Status, Look] = {
    Status.HELD: Look(_("Held"), "timer", "warn"),
    Status.PENDING: Look(_("To confirm"), "hourglass", "warn"),
    Status.CONFIRMED: Look(_("Confirmed"), "calendar-check", "ok"),
    Status.ARRIVED: Look(_("Here"), "user-check", "brand"),
    Status.COMPLETED: Look(_("Done"), "check"),
    Status.NO_SHOW: Look(_("No-show"), "user-x", "bad"),
    Status.CANCELLED: Look(_("Cancelled"), "circle-x"),
    Status.DECLINED: Look(_("Declined"), "circle-slash"),
    Status.EXPIRED: Look(_("Expired"), "timer-off"),
}
OVER = frozenset({Status.CANCELLED, Status.DECLINED, Status.EXPIRED})


class Step(StrEnum):
    """What can be done with a booking; the value is the last part of its address."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    ARRIVE = "arrive"
    COMPLETE = "complete"
    NO_SHOW = "no-show"
    CANCEL = "cancel"
    UNDO = "undo"


LEADS_TO: Mapping[Step, Status] = {
    Step.CONFIRM: Status.CONFIRMED,
    Step.ARRIVE: Status.ARRIVED,
    Step.COMPLETE: Status.COMPLETED,
    Step.NO_SHOW: Status.NO_SHOW,
    Step.DECLINE: Status.DECLINED,
    Step.CANCEL: Status.CANCELLED,
}


@dataclass(frozen=True)
class Action:
    """A step as a button; `asks_why` leads to a form with a reason first."""

    step: Step
    label: Promise
    icon: str
    asks_why: bool = False


ACTIONS: Mapping[Step, Action] = {
    Step.CONFIRM: Action(Step.CONFIRM, _("Confirm"), "check"),
    Step.ARRIVE: Action(Step.ARRIVE, _("Check in"), "user-check"),
    Step.COMPLETE: Action(Step.COMPLETE, _("Done"), "check-check"),
    Step.NO_SHOW: Action(Step.NO_SHOW, _("No-show"), "user-x"),
    Step.DECLINE: Action(Step.DECLINE, _("Decline"), "x", asks_why=True),
    Step.CANCEL: Action(Step.CANCEL, _("Cancel booking"), "calendar-x-2", asks_why=True),
    Step.UNDO: Action(Step.UNDO, _("Undo"), "undo-2"),
}


def _steps(status: Status, *, has_begun: bool) -> list[Step]:
    """What can be done with a booking, the usual thing first."""
    possible = [step for step, leads_to in LEADS_TO.items() if leads_to in steps_from(status, has_begun=has_begun)]
    if status is Status.PENDING:
        possible.remove(Step.CANCEL)  # a request is declined
    return possible + ([Step.UNDO] if status in UNDO else [])


@dataclass(frozen=True)
class Card:
    """One booking for one actor at one moment."""

    booking: Booking
    actor: Actor
    now: dt.datetime

    @cached_property
    def zone(self) -> ZoneInfo:
        return zone_of(self.booking.appointment.location)

    @property
    def starts_at(self) -> dt.datetime:
        return self.booking.appointment.starts_at.astimezone(self.zone)

    @property
    def ends_at(self) -> dt.datetime:
        return self.booking.appointment.ends_at.astimezone(self.zone)

    @property
    def duration_minutes(self) -> int:
        return (self.booking.appointment.ends_at - self.booking.appointment.starts_at) // MINUTE

    @property
    def look(self) -> Look:
        return LOOKS[self.booking.state]

    @property
    def is_over(self) -> bool:
        """It gave its seats back."""
        return self.booking.state in OVER

    @property
    def is_now(self) -> bool:
        appointment = self.booking.appointment
        return not self.is_over and appointment.starts_at <= self.now < appointment.ends_at

    @property
    def has_notes(self) -> bool:
        return bool(self.booking.visit.notes or self.booking.internal_notes)

    @property
    def held_until(self) -> dt.datetime | None:
        """When the hold runs out that it is."""
        end = self.booking.hold_expires_at
        return end.astimezone(self.zone) if end and self.booking.state is Status.HELD else None

    @property
    def is_due(self) -> bool:
        return self.booking.still_due > 0

    @cached_property
    def actions(self) -> list[Action]:
        if not self.actor.may(Permission.BOOKINGS_MANAGE):
            return []
        has_begun = self.booking.appointment.starts_at <= self.now
        return [ACTIONS[step] for step in _steps(self.booking.state, has_begun=has_begun)]

    @property
    def can_lengthen(self) -> bool:
        """Whether it may end at another time: what others share keeps its own."""
        is_there = self.booking.state in {Status.PENDING, Status.CONFIRMED, Status.ARRIVED}
        return is_there and not self.booking.appointment.published and self.actor.may(Permission.BOOKINGS_MANAGE)

    @property
    def first_action(self) -> Action | None:
        """The usual next thing, where it needs no words."""
        return next((each for each in self.actions if not each.asks_why and each.step is not Step.UNDO), None)

    @property
    def more_actions(self) -> list[Action]:
        return [each for each in self.actions if each is not self.first_action]

    @property
    def can_move(self) -> bool:
        return self.actor.may(Permission.BOOKINGS_MANAGE) and self.booking.state in UPCOMING - {Status.HELD}
