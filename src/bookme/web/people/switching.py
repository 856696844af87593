"""From one of one's businesses to another: asked for here, continued there by a press of a button.

A form must not lead to another site (`form-action`), so the answer here is a page that goes on by itself. No link signs
anybody in: else a stranger could send somebody theirs, and watch what they write down there.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import Invalid, NotFound
from bookme.core.http.client import origin_of
from bookme.core.time import now
from bookme.tenants.context import require_tenant
from bookme.users.actions import sign_in_by_link
from bookme.users.authentication import page_actor
from bookme.users.links import LinkPurpose, account_url, one_time_token, user_of_link
from bookme.users.models import Membership
from bookme.users.selectors import other_teams_of, person
from bookme.web.account.coming_in import account_page, come_in
from bookme.web.team.doors import asked_id, team_page


@team_page(methods=("POST",))
def switch_business(request: HttpRequest, actor: Actor) -> HttpResponse:
    """To the `business`, which must be another one of whose team they are; the way there is good for a minute."""
    wanted = asked_id(request.POST.get("business"))
    member = next((each for each in other_teams(actor) if each.tenant_id == wanted), None)
    user = person(actor.id) if actor.id else None
    if member is None or user is None:
        raise NotFound
    token = one_time_token(user=user, tenant=member.tenant, purpose=LinkPurpose.HAND_OVER)
    url = account_url(member.tenant, reverse("team-continue", args=[token]))
    return render(request, "people/leaving.html", {"url": url, "there": member.tenant})


@account_page
def continue_here(request: HttpRequest, token: str) -> HttpResponse:
    """GET asks whether to go on as whom; POST signs in, and spends the way here."""
    tenant, purpose = require_tenant(), LinkPurpose.HAND_OVER
    try:
        if request.method == "POST":
            return come_in(
                request,
                lambda: sign_in_by_link(
                    token=token, tenant=tenant, origin=origin_of(request), now=now(), purpose=purpose
                ),
                onward=reverse("team-agenda"),
            )
        who = user_of_link(token=token, tenant=tenant, purpose=purpose)
    except Invalid:
        return render(request, "people/continue.html", {}, status=404)
    if page_actor(request).id == who.pk:
        return redirect(reverse("team-agenda"))
    return render(request, "people/continue.html", {"who": who})


def other_teams(actor: Actor) -> list[Membership]:
    """The other businesses of whose team somebody is, by name."""
    if actor.kind is not ActorKind.USER or actor.id is None:
        return []
    return list(other_teams_of(actor.id, but=require_tenant()))
