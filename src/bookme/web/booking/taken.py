"""What was free as the form was shown, and is not as it comes back: why, and what is free nearby."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.availability import Cause
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.courses import course_for
from bookme.bookings.selectors.openings import with_alternatives
from bookme.bookings.selectors.sessions import session_for, sessions
from bookme.bookings.wishes import SlotUnavailable
from bookme.tenants.context import require_tenant
from bookme.web.booking.choice import Choice
from bookme.web.booking.flow import address
from bookme.web.sessions import SessionCard


@dataclass(frozen=True)
class Taken:
    """Why it could not be booked, with what is free nearby: starts, or sessions of a class.

    `where_url` leads to where the postcode is asked for, if nobody comes to the one that was given; `wait_url` to the
    waitlist of a class that is full.
    """

    message: str
    starts: Sequence[dt.datetime] = ()
    sessions: Sequence[SessionCard] = ()
    where_url: str = ""
    wait_url: str = ""


def taken_by(choice: Choice, error: SlotUnavailable, at: dt.datetime, *, postcode: str) -> Taken:
    """Said kindly, with the nearest times at the same place."""
    if choice.is_settled:
        error = SlotUnavailable(wish=choice.unsettled().wish(error.wish.start), causes=error.causes)
    found = with_alternatives(error, now=at).extra["alternatives"]
    here = str(choice.place.id)
    starts = sorted({dt.datetime.fromisoformat(each["start"]) for each in found if each["location"] == here})
    if Cause.AREA in error.causes:
        return _out_of_reach(choice, starts, postcode)
    if choice.session is None:
        return Taken(_time_gone(error), starts)
    cards = [SessionCard(each) for each in sessions().filter(pk__in=[each["session"] for each in found])]
    session = session_for(choice.session.pk)
    return Taken(_class_gone(error, session), sessions=cards, wait_url=_wait_url(error, session))


def course_gone(course_id: UUID, at: dt.datetime) -> Taken:
    """Of a course in which fewer places are left than were asked for."""
    left = course_for(course_id, now=at).seats_left
    if not left:
        return Taken(_("This course has just filled up."))
    told = ngettext(
        "Only %(count)d place is left in this course. Come with fewer people, or look for another one.",
        "Only %(count)d places are left in this course. Come with fewer people, or look for another one.",
        left,
    )
    return Taken(told % {"count": left})


def _time_gone(error: SlotUnavailable) -> str:
    if Cause.NOTICE in error.causes:
        return _("It is too late to book that time here. What you entered is kept: pick another time.")
    return _("That time has just been taken. What you entered is kept: pick another time.")


def _class_gone(error: SlotUnavailable, session: Appointment) -> str:
    if Cause.NOTICE in error.causes:
        return _("It is too late to book this class here. What you entered is kept: pick another date.")
    left = max(session.capacity - session.seats_taken, 0)
    if not left:
        return _("This class has just filled up. What you entered is kept: pick another date.")
    told = ngettext(
        "Only %(count)d place is left in this class. Come with fewer people, or pick another date.",
        "Only %(count)d places are left in this class. Come with fewer people, or pick another date.",
        left,
    )
    return told % {"count": left}


def _wait_url(error: SlotUnavailable, session: Appointment) -> str:
    may_wait = require_tenant().config.features.waitlist and Cause.NOTICE not in error.causes
    return reverse("wait-for-class", args=[session.pk]) if may_wait else ""


def _out_of_reach(choice: Choice, starts: list[dt.datetime], postcode: str) -> Taken:
    if starts:
        message = _("Nobody can come to %(postcode)s then. What you entered is kept: pick another time.")
    elif choice.staff:
        message = _("%(name)s does not come to %(postcode)s. Look who does, or ask us.")
    else:
        message = _("Nobody comes to %(postcode)s. Try another postcode, or ask us.")
    name = choice.staff.name if choice.staff else ""
    where_url = address("book-where", replace(choice.draft, postcode=postcode))
    return Taken(message % {"postcode": postcode, "name": name}, starts, where_url=where_url)
