"""What one of the team wants to be told of their own calendar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.communications.actions import choose_staff_messages
from bookme.communications.selectors.wishes import own_calendar, staff_wishes
from bookme.core.actor import Actor
from bookme.core.http.views import write
from bookme.tenants.context import require_tenant
from bookme.web.team.doors import team_page
from bookme.web.team.shell import show, tell
from bookme.web.wishes import WishesFields


@team_page()
def own_messages_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET shows it; POST changes it. Who has no calendar here is told of none."""
    calendar = own_calendar(actor)
    form = WishesFields(request.POST if request.method == "POST" else None)
    form.add_messages(staff_wishes(actor) if calendar else {}, config=require_tenant().config)
    if request.method == "POST" and calendar and form.is_valid():
        with write():
            choose_staff_messages(wanted=form.wanted(), actor=actor)
        tell(request, _("Saved."))
        return redirect(reverse("team-own-messages"))
    context = {"here": "team-own-messages", "form": form, "calendar": calendar}
    return show(request, actor, "team/own_messages.html", context)
