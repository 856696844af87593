"""One session: its time, who gives it, where and its places; and calling it off."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.actions.sessions import cancel_session, change_session
from bookme.bookings.models import Appointment
from bookme.bookings.selectors.team import enrolled_in, session_of_team
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, NotAllowed
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.web.context import formats_in
from bookme.web.sessions import SessionCard
from bookme.web.team.classes import day_url
from bookme.web.team.doors import team_page
from bookme.web.team.publishing import people_for, places_of
from bookme.web.team.session_forms import SessionForm, why_not
from bookme.web.team.shell import complain, show, tell
from bookme.web.team.steps import read_reason


@team_page(Permission.BOOKINGS_MANAGE)
def session_page(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """GET shows, POST changes; everybody who booked it is told of another time, person or place."""
    session = session_of_team(actor, session_id)
    card = SessionCard(session)
    if session.starts_at <= now():
        complain(request, _("It has begun already."))
        return redirect(day_url(card.starts_at.date()))
    form = _form(request, actor, session)
    if request.method == "POST" and form.is_valid():
        changed = _changed(request, actor, session, form)
        if changed is not None:
            tell(request, _("The class is changed."))
            return redirect(day_url(SessionCard(changed).starts_at.date()) + f"#s-{session_id}")
    context = {
        "here": "team-classes",
        "card": card,
        "session": session,
        "form": form,
        "told": len(enrolled_in(actor, [session])[session.pk]),
        "back_url": day_url(card.starts_at.date()) + f"#s-{session_id}",
    }
    return show(request, actor, "team/session.html", context, status=422 if form.errors else 200)


@team_page(Permission.BOOKINGS_MANAGE, methods=("POST",))
def call_off_session(request: HttpRequest, actor: Actor, session_id: UUID) -> HttpResponse:
    """Cancels it with everybody's bookings, if it is still as the page showed it."""
    session = session_of_team(actor, session_id)
    try:
        with write():
            if request.POST.get("version", "") != str(session.version):
                raise Conflict(code="stale_version")
            told = cancel_session(session=session, actor=actor, now=now(), reason=read_reason(request))
    except (Conflict, Invalid) as error:
        complain(request, why_not(error))
        return redirect(reverse("team-session", args=[session_id]))
    said = ngettext(
        "The class is called off with %(count)d booking.", "The class is called off with %(count)d bookings.", told
    )
    tell(request, said % {"count": told} if told else _("The class is called off."))
    return redirect(day_url(SessionCard(session).starts_at.date()))


def _form(request: HttpRequest, actor: Actor, session: Appointment) -> SessionForm:
    people = {each.pk: each for each in people_for(actor, [session.service])} | {session.staff_id: session.staff}
    places = {each.pk: each for each in places_of(actor)} | {session.location_id: session.location}
    return SessionForm(
        request.POST if request.method == "POST" else None,
        session=session,
        people=people.values(),
        places=places.values(),
    )


def _changed(request: HttpRequest, actor: Actor, session: Appointment, form: SessionForm) -> Appointment | None:
    """Changes it; else the form says why not."""
    try:
        with write():
            return change_session(
                session=session,
                changes=form.changes(),
                actor=actor,
                now=now(),
                version=form.cleaned_data["version"],
            )
    except (Conflict, Invalid, NotAllowed) as error:
        form.refuse(error, formats_in(request.LANGUAGE_CODE))
    return None
