"""Who is of the team, who is asked to be, and asking somebody."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from bookme.core.actor import Actor
from bookme.core.errors import DomainError, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission, Role
from bookme.core.time import now
from bookme.locations.models import Location
from bookme.staff.models import Staff
from bookme.team import actions
from bookme.team.models import OPEN, Invitation, InvitationState
from bookme.team.selectors import (
    calendars_by_user,
    free_calendars,
    invitation_for,
    invitations_for,
    members_for,
)
from bookme.team.wording import ROLE_NAMES
from bookme.tenants.context import require_tenant
from bookme.users.models import Membership
from bookme.users.rules import Powers, own_powers, powers_of, reaches
from bookme.web.people.calendars import chosen_calendar
from bookme.web.people.forms import InviteForm
from bookme.web.people.words import customers_text, may_text, told
from bookme.web.team.doors import asked_id, team_page
from bookme.web.team.shell import complain, show, tell

_RANK = {Role.OWNER: 0, Role.MANAGER: 1, Role.STAFF: 2}


class Names:
    """What the ids of places and people stand for, read at once."""

    def __init__(self, language: str) -> None:
        self.places = {each.pk: each.text("name", language) for each in Location.objects.all()}
        self.people = {each.pk: each.name for each in Staff.objects.all()}

    def of(self, known: Mapping[UUID, str], ids: frozenset[UUID] | None) -> str:
        """In the business's order; nothing of who is not bounded."""
        return "" if ids is None else ", ".join(name for key, name in known.items() if key in ids) or _("none")


@dataclass(frozen=True)
class Reach:
    """What somebody may, in words."""

    role: str
    may: str
    places: str
    people: str
    customers: str


@dataclass(frozen=True)
class MemberCard:
    """`can_change`: the one who looks may give them other powers, or remove them."""

    member: Membership
    reach: Reach
    calendar: Staff | None
    is_self: bool
    can_change: bool
    has_two_factor: bool

    @property
    def name(self) -> str:
        return self.member.user.name or self.member.user.email


@dataclass(frozen=True)
class InvitationCard:
    """One that nobody has answered yet."""

    row: Invitation
    reach: Reach
    is_expired: bool
    can_change: bool


@team_page(Permission.TEAM_MANAGE)
def people_page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET shows the team; POST invites somebody. `?again=` fills in the form for somebody who was removed."""
    calendars, again = list(free_calendars(actor)), _again(request)
    form = InviteForm(
        request.POST or None,
        actor=actor,
        calendars=calendars,
        given=powers_of(again) if again else None,
        known=_known(request, again),
    )
    if request.method == "POST" and form.is_valid():
        try:
            with write():
                made = _invited(form, actor)
            tell(request, _("We have written to %(email)s.") % {"email": made.email})
            return redirect(reverse("team-people"))
        except DomainError as error:
            form.take_refusal(error)
    return _page(request, actor, form, is_open=bool(form.errors or again))


@team_page(Permission.TEAM_MANAGE, methods=("POST",))
def invitation_step(request: HttpRequest, actor: Actor, invitation_id: UUID, step: str) -> HttpResponse:
    """`send-again` or `revoke`."""
    act = {"send-again": actions.send_again, "revoke": actions.revoke}.get(step)
    if act is None:
        raise NotFound
    try:
        with write():
            row = act(invitation=invitation_for(actor, invitation_id), tenant=require_tenant(), actor=actor, now=now())
        done = _("The invitation of %(email)s is revoked.") if row.is_closed else _("We have written to %(email)s.")
        tell(request, done % {"email": row.email})
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        complain(request, told(error))
    return redirect(reverse("team-people"))


def reach_of(powers: Powers, names: Names) -> Reach:
    return Reach(
        role=str(ROLE_NAMES[powers.role]),
        may=may_text(powers),
        places=names.of(names.places, powers.location_ids),
        people=names.of(names.people, powers.staff_ids),
        customers=customers_text(powers),
    )


def card_of(member: Membership, actor: Actor, names: Names, calendar: Staff | None) -> MemberCard:
    powers, is_self = powers_of(member), member.user_id == actor.id
    return MemberCard(
        member=member,
        reach=reach_of(powers, names),
        calendar=calendar,
        is_self=is_self,
        can_change=not is_self and reaches(own_powers(actor), powers),
        has_two_factor=member.user.has_two_factor,
    )


def _page(request: HttpRequest, actor: Actor, form: InviteForm, *, is_open: bool) -> HttpResponse:
    names, members, at = Names(request.LANGUAGE_CODE), list(members_for(actor)), now()
    calendars = calendars_by_user(members)
    cards = [card_of(each, actor, names, calendars.get(each.user_id)) for each in members]
    context = {
        "here": "team-people",
        "members": sorted(cards, key=lambda each: (_RANK[Role(each.member.role)], each.name.casefold())),
        "invitations": [_invitation(each, actor, names, at) for each in invitations_for(actor).filter(OPEN)],
        "form": form,
        "opens_form": is_open,
        "can_take_calendar": len(form["staff"]) > 1,
    }
    return show(request, actor, "people/list.html", context, status=422 if form.errors else 200)


def _invitation(row: Invitation, actor: Actor, names: Names, at: dt.datetime) -> InvitationCard:
    powers = powers_of(row)
    is_expired = row.state_at(at) is InvitationState.EXPIRED
    return InvitationCard(row, reach_of(powers, names), is_expired, reaches(own_powers(actor), powers))


def _invited(form: InviteForm, actor: Actor) -> Invitation:
    given = form.cleaned_data
    return actions.invite(
        email=given["email"],
        name=given["name"],
        role=Role(given["role"]),
        staff_id=chosen_calendar(given["staff"], name=given["name"], actor=actor),
        powers=form.values(),
        tenant=require_tenant(),
        actor=actor,
        now=now(),
    )


def _again(request: HttpRequest) -> Membership | None:
    """Somebody who was removed, with what they could do then."""
    wanted = asked_id(request.GET.get("again"))
    if wanted is None:
        return None
    gone = Membership.objects.select_related("user").filter(tenant=require_tenant(), is_active=False)
    return gone.filter(pk=wanted, role__in=_RANK).first()


def _known(request: HttpRequest, again: Membership | None) -> dict[str, str]:
    if again is None:
        return {}
    return {"email": again.user.email, "name": again.user.name, "staff": request.GET.get("staff", "")}
