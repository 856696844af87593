"""What the team does with a booking: one POST a step, with the version that the page showed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookme.bookings import actions
from bookme.bookings.models import Booking
from bookme.bookings.selectors.bookings import booking_for
from bookme.bookings.wishes import SlotUnavailable
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.text import has_control_characters
from bookme.core.time import now
from bookme.web.reach import asked_reach
from bookme.web.team.around import around
from bookme.web.team.cards import Step
from bookme.web.team.doors import go_on, require_seen, team_page
from bookme.web.team.shell import complain, tell, tell_of

MAX_REASON = 500

_ACTS: dict[Step, Callable[..., Booking]] = {
    Step.CONFIRM: actions.confirm_booking,
    Step.ARRIVE: actions.arrive_booking,
    Step.COMPLETE: actions.complete_booking,
    Step.NO_SHOW: actions.miss_booking,
    Step.DECLINE: actions.decline_booking,
    Step.CANCEL: actions.cancel_booking,
    Step.UNDO: actions.undo_booking,
}
_SAID = {
    Step.CONFIRM: gettext_lazy("%(name)s is confirmed."),
    Step.ARRIVE: gettext_lazy("%(name)s is here."),
    Step.COMPLETE: gettext_lazy("%(name)s is done."),
    Step.NO_SHOW: gettext_lazy("%(name)s did not come."),
    Step.DECLINE: gettext_lazy("The request of %(name)s is declined."),
    Step.CANCEL: gettext_lazy("The booking of %(name)s is cancelled."),
    Step.UNDO: gettext_lazy("Taken back: %(name)s is as before."),
}


@team_page(Permission.BOOKINGS_MANAGE, methods=("POST",))
def take_step(request: HttpRequest, actor: Actor, booking_id: UUID, step: str) -> HttpResponse:
    """Acts and goes back; what cannot be done is said on the page one comes back to."""
    if step not in set(Step):
        raise NotFound
    wanted = Step(step)
    try:
        with write():
            booking = booking_for(actor, booking_id)
            require_seen(booking, request.POST.get("version", ""))
            if wanted is Step.CANCEL and _goes_further(request, booking):
                text = _cancel_more(request, booking, actor)
            else:
                _ACTS[wanted](booking=booking, actor=actor, **_more(request, wanted))
                text = ""
        if text:
            tell(request, text)
        else:
            tell_of(request, booking, str(_SAID[wanted]) % {"name": booking.visit.contact_name})
    except (Conflict, Invalid) as error:
        complain(request, why_not(error))
    return go_on(request, default=reverse("team-booking", args=[booking_id]))


def _goes_further(request: HttpRequest, booking: Booking) -> bool:
    """More than the booking alone is meant, which its own id stands for."""
    return request.POST.get("what", "") not in {"", str(booking.pk)}


def _cancel_more(request: HttpRequest, booking: Booking, actor: Actor) -> str:
    """Cancels the visit, or more of its series; what is said of it. Raises NotFound for what there is not."""
    at, reason = now(), read_reason(request)
    reach = asked_reach(around(actor, booking, now=at).reaches, request.POST["what"])
    if reach is None:
        raise NotFound
    bookings, count = reach.bookings, len(reach.visits)
    actions.cancel_visits(bookings=bookings, actor=actor, now=at, reason=reason)
    name = booking.visit.contact_name
    if count == 1:
        return _("The visit of %(name)s is cancelled.") % {"name": name}
    return _("%(count)d dates of %(name)s are cancelled.") % {"name": name, "count": count}


def why_not(error: Conflict | Invalid) -> str:
    """A refusal in words for the team."""
    if isinstance(error, SlotUnavailable) or error.code == "unknown_session":
        return _("That time is not free any more. Move the booking, or book another time.")
    if error.code == "stale_version":
        return _("Somebody has just changed this booking. This is how it is now.")
    if error.code == "wrong_status":
        return _("This booking is no longer in a state that allows this.")
    if error.code == "shared_appointment":
        return _("Others share this appointment. Move the booking instead.")
    return error.detail


def _more(request: HttpRequest, step: Step) -> dict[str, Any]:
    if step is Step.DECLINE:
        return {"reason": read_reason(request)}
    if step is Step.CANCEL:
        return {"reason": read_reason(request), "now": now()}
    return {} if step is Step.UNDO else {"now": now()}


def read_reason(request: HttpRequest) -> str:
    """Raises Invalid for one that cannot be kept."""
    reason = " ".join(request.POST.get("reason", "").split())
    if len(reason) > MAX_REASON:
        raise Invalid(_("The reason is too long: at most %(count)d characters.") % {"count": MAX_REASON})
    if has_control_characters(reason):
        raise Invalid(_("The reason has characters that cannot be shown."))
    return reason
