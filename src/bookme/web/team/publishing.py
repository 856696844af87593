"""Publishing a class: once, or until a last day."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookme.bookings.actions.sessions import LeftOut, Published, publish_sessions
from bookme.core.actor import Actor
from bookme.core.errors import Conflict, Invalid, NotAllowed
from bookme.core.formats import Formats
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.locations.models import Location
from bookme.locations.selectors import locations_for, resources_for, zone_of
from bookme.services.models import Service, ServiceKind
from bookme.services.selectors import services_for
from bookme.staff.models import Staff, StaffService
from bookme.staff.selectors import calendars_of
from bookme.web.context import formats_in
from bookme.web.team.classes import day_url
from bookme.web.team.doors import asked_day, team_page
from bookme.web.team.session_forms import PublishForm
from bookme.web.team.shell import show, tell


@team_page(Permission.BOOKINGS_MANAGE)
def publish_class(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET shows the form, for `?day=`; POST publishes, all or nothing, and shows the first day."""
    form = _form(request, actor)
    status = 200
    if request.method == "POST":
        published = _published(request, actor, form)
        if published is not None:
            tell(request, _said(published, formats_in(request.LANGUAGE_CODE)))
            first = published.sessions[0]
            return redirect(day_url(first.starts_at.astimezone(zone_of(first.location)).date()))
        status = 422
    context = {"here": "team-classes", "form": form, "back_url": day_url(asked_day(request, today=_today()))}
    return show(request, actor, "team/publish.html", context, status=status)


def places_of(actor: Actor) -> list[Location]:
    """Where this actor may publish."""
    places = locations_for(actor).filter(is_active=True)
    return [each for each in places if actor.location_ids is None or each.pk in actor.location_ids]


def people_for(actor: Actor, services: Iterable[Service]) -> list[Staff]:
    """Who gives one of these classes, on whose calendar this actor may put it."""
    doing = StaffService.objects.filter(service__in=services)
    return list(calendars_of(actor).filter(pk__in=doing.values("staff")))


def _form(request: HttpRequest, actor: Actor) -> PublishForm:
    places = places_of(actor)
    services = list(services_for(actor).filter(kind=ServiceKind.CLASS, is_active=True))
    units = [each for each in resources_for(actor).filter(is_active=True) if each.location in places]
    return PublishForm(
        request.POST if request.method == "POST" else None,
        initial={"day": asked_day(request, today=_today())},
        services=services,
        people=people_for(actor, services),
        places=places,
        units=units,
    )


def _today() -> dt.date:
    return now().astimezone(zone_of(None)).date()


def _published(request: HttpRequest, actor: Actor, form: PublishForm) -> Published | None:
    """Publishes it; else the form says why not."""
    if not form.is_valid():
        return None
    try:
        with write():
            return publish_sessions(request=form.request(), actor=actor, now=now())
    except (Conflict, Invalid, NotAllowed) as error:
        form.refuse(error, formats_in(request.LANGUAGE_CODE))
    return None


def _said(published: Published, formats: Formats) -> str:
    count = len(published.sessions)
    said = ngettext("The class is published.", "%(count)d classes are published.", count) % {"count": count}
    return f"{said} {_left_out(published.left_out, formats)}".strip()


def _left_out(dates: Sequence[LeftOut], formats: Formats) -> str:
    if not dates:
        return ""
    told = "; ".join(f"{formats.day_short(each.date)} ({each.reason})" for each in dates)
    return _("Left out: %(dates)s.") % {"dates": told}
