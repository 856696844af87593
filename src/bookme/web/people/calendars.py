"""The calendar of somebody of the team: one that is there and free, none, or a new one."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.staff.actions import make_person
from bookme.staff.models import Staff

NEW = "new"


def may_make_calendar(actor: Actor) -> bool:
    """Whether they may make one, and give it: a new one is nobody's within a bound."""
    needed = (Permission.STAFF_MANAGE, Permission.BOOKINGS_READ_ALL)
    return not actor.is_bound and all(actor.may(each) for each in needed)


def calendar_choices(calendars: Iterable[Staff], *, with_new: bool) -> list[tuple[str, str]]:
    """For a form; what it gives is for `chosen_calendar`."""
    new = [(NEW, _("Make a new calendar with this name"))] if with_new else []
    return [("", _("No calendar")), *new, *((str(each.pk), each.name) for each in calendars)]


def chosen_calendar(chosen: str, *, name: str, actor: Actor) -> UUID | None:
    """Which one that is; a new one is made, for somebody of that name. Joins the transaction."""
    if chosen == NEW:
        return make_person(values={"name": name}, actor=actor).pk
    return UUID(chosen) if chosen else None
