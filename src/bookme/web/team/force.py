"""A time that is not offered: why it is not, and what the team confirms to have it all the same."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TypedDict

from django.utils.translation import gettext as _

from bookme.bookings.availability import OUTSIDE_HOURS, OVERBOOKING
from bookme.bookings.selectors.openings import causes_against
from bookme.bookings.wishes import Wish
from bookme.bookings.wording import cause_text
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.staff.models import Staff
from bookme.web.team.wanted import Wanted

_FLAGS = {"hours": (True, False), "over": (False, True), "both": (True, True)}


class Flags(TypedDict):
    """What actions take."""

    outside_hours: bool
    overbook: bool


@dataclass(frozen=True)
class Refusal:
    """The causes as sentences. `confirms` is what a form says to have it all the same; empty where it cannot be had.

    `is_for_managers`: by others it can.
    """

    causes: list[str]
    confirms: str
    is_for_managers: bool

    @property
    def question(self) -> str:
        """What is confirmed."""
        if self.confirms == "hours":
            return _("Outside of the offered hours, on purpose")
        return _("Over what is booked or taken then, on purpose")


def refusal_of(causes: Collection[str], actor: Actor, person: Staff | None) -> Refusal | None:
    """None where nothing is in the way; without the causes where it is about a calendar that this actor does not see.

    `person` is whose it is, None: anybody's.
    """
    if not causes:
        return None
    if not (actor.may(Permission.BOOKINGS_READ_ALL) or (person is not None and person.user_id == actor.id)):
        return Refusal([], "", is_for_managers=False)
    outside, over = bool(OUTSIDE_HOURS & set(causes)), bool(OVERBOOKING & set(causes))
    can_be_forced = set(causes) <= OUTSIDE_HOURS | OVERBOOKING
    is_for_managers = can_be_forced and over and not actor.may(Permission.BOOKINGS_OVERBOOK)
    flag = next(flag for flag, flags in {"": (False, False), **_FLAGS}.items() if flags == (outside, over))
    confirms = flag if can_be_forced and not is_for_managers else ""
    return Refusal([cause_text(each) for each in causes], confirms, is_for_managers)


def refusal_against(wanted: Wanted, actor: Actor, now: dt.datetime) -> Refusal | None:
    """What stands against the time that is wanted, before anybody asks for it."""
    if wanted.start is None or wanted.is_class:
        return None
    wish = Wish(
        service=wanted.service,
        start=wanted.start,
        staff_id=wanted.person.pk if wanted.person else None,
        location_id=wanted.place.pk if wanted.place else None,
        party_size=wanted.party_size,
        extra_minutes=wanted.extra_minutes,
        point=wanted.point,
    )
    return refusal_of(causes_against(wish.within_scopes_of(actor), now=now), actor, wanted.person)


def flags_of(form: Mapping[str, str]) -> Flags:
    """What a form confirms: no more than the page that it is on has said."""
    outside, over = _FLAGS.get(form.get("force", ""), (False, False))
    return {"outside_hours": outside, "overbook": over}


def wall_instant(form: Mapping[str, str], zone: dt.tzinfo) -> dt.datetime | None:
    """The day `on` and the time `at` of a form, on the clock of that zone; None for what is none."""
    try:
        day, clock = dt.date.fromisoformat(form.get("on", "")), dt.time.fromisoformat(form.get("at", "")[:5])
        return dt.datetime.combine(day, clock, tzinfo=zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
