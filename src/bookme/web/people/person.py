"""One of the team: what they may, and removing them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from bookme.core.actor import Actor
from bookme.core.errors import DomainError, NotAllowed, NotFound
from bookme.core.http.views import write
from bookme.core.permissions import Permission
from bookme.core.time import now
from bookme.team import actions
from bookme.team.selectors import calendars_by_user, calendars_to_give, free_calendars, member_for
from bookme.users.rules import powers_of
from bookme.web.people.calendars import chosen_calendar, may_make_calendar
from bookme.web.people.forms import CalendarForm, PowersForm
from bookme.web.people.listing import MemberCard, Names, card_of
from bookme.web.people.words import told
from bookme.web.team.doors import team_page
from bookme.web.team.shell import complain, show, tell, tell_of_removed


@team_page(Permission.TEAM_MANAGE)
def person_page(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """GET shows what they may, POST changes it; of oneself, and of who may more, it is only shown."""
    member = member_for(actor, member_id)
    calendar = calendars_by_user([member]).get(member.user_id)
    card = card_of(member, actor, Names(request.LANGUAGE_CODE), calendar)
    form = PowersForm(request.POST or None, actor=actor, given=powers_of(member)) if card.can_change else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            with write():
                values = {"role": form.cleaned_data["role"], **form.values()}
                actions.change_member(member=member, values=values, actor=actor)
            tell(request, _("What %(name)s may do is saved.") % {"name": card.name})
            return redirect(reverse("team-people"))
        except DomainError as error:
            if isinstance(error, NotFound):
                raise
            form.take_refusal(error)
    calendars = _calendar_form(request, actor, card)
    context = {"here": "team-people", "card": card, "form": form, "calendar_form": calendars}
    return show(request, actor, "people/person.html", context, status=422 if form and form.errors else 200)


@team_page(Permission.TEAM_MANAGE, methods=("POST",))
def give_person_calendar(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """Another calendar is theirs, or none; one's own, too."""
    member = member_for(actor, member_id)
    calendar = calendars_by_user([member]).get(member.user_id)
    card = card_of(member, actor, Names(request.LANGUAGE_CODE), calendar)
    form = _calendar_form(request, actor, card)
    try:
        if form is None or not form.is_valid():
            raise NotAllowed(code="beyond_own_powers")
        with write():
            chosen = chosen_calendar(form.cleaned_data["staff"], name=card.name, actor=actor)
            actions.change_member(member=member, values={"staff": chosen}, actor=actor)
        tell(request, _("The calendar of %(name)s is saved.") % {"name": card.name})
    except DomainError as error:
        if isinstance(error, NotFound):
            raise
        complain(request, told(error))
    return redirect(reverse("team-person", args=[member_id]))


@team_page(Permission.TEAM_MANAGE, methods=("POST",))
def remove_person(request: HttpRequest, actor: Actor, member_id: UUID) -> HttpResponse:
    """They are out at once; the next page has a way to ask them again, as they were."""
    member = member_for(actor, member_id)
    calendar = calendars_by_user([member]).get(member.user_id)
    try:
        with write():
            actions.remove_member(member=member, actor=actor, now=now())
    except DomainError as error:
        complain(request, told(error))
        return redirect(reverse("team-person", args=[member_id]))
    again = {"again": str(member.pk)} | ({"staff": str(calendar.pk)} if calendar else {})
    name = member.user.name or member.user.email
    tell_of_removed(request, urlencode(again), _("%(name)s does not belong to the team any more.") % {"name": name})
    return redirect(reverse("team-people"))


def _calendar_form(request: HttpRequest, actor: Actor, card: MemberCard) -> CalendarForm | None:
    """None where there is nothing to choose: of who may more, of a calendar that the actor cannot take, without any."""
    current = card.calendar
    if not (card.can_change or card.is_self):
        return None
    if current and not calendars_to_give(actor).filter(pk=current.pk).exists():
        return None
    offered = [*([current] if current else []), *free_calendars(actor)]
    data = request.POST if "staff" in request.POST else None
    with_new = current is None and may_make_calendar(actor)
    return CalendarForm(data, calendars=offered, current=current, with_new=with_new) if offered or with_new else None
