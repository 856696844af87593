"""Who belongs to the team, and who is asked to. For whoever keeps it."""

import datetime as dt
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from bookme.core.actor import Actor
from bookme.core.errors import FieldError
from bookme.core.fetch import one
from bookme.core.permissions import Permission
from bookme.locations.models import Location
from bookme.staff.models import Staff
from bookme.staff.selectors import kept_by
from bookme.team.links import id_and_version
from bookme.team.models import Invitation, InvitationState
from bookme.tenants.context import require_tenant
from bookme.tenants.models import Tenant
from bookme.users.links import spent_link
from bookme.users.models import Membership
from bookme.users.rules import beyond, own_powers, powers_of
from bookme.users.selectors import actor_from_membership, team_of


def members_for(actor: Actor) -> QuerySet[Membership]:
    """The team, in the order in which they came, each with `last_seen`. Demands `team.manage`."""
    actor.demand(Permission.TEAM_MANAGE)
    return team_of(require_tenant())


def member_for(actor: Actor, member_id: UUID) -> Membership:
    """Raises NotFound."""
    return one(members_for(actor), member_id)


def invitations_for(actor: Actor) -> QuerySet[Invitation]:
    """All that were ever sent, the latest first. Demands `team.manage`."""
    actor.demand(Permission.TEAM_MANAGE)
    return Invitation.objects.select_related("staff")


def invitation_for(actor: Actor, invitation_id: UUID) -> Invitation:
    """Raises NotFound."""
    return one(invitations_for(actor), invitation_id)


def calendars_by_user(members: Iterable[Membership]) -> dict[UUID, Staff]:
    """The calendar of each of these people who has one, by their user, in one query."""
    found = Staff.objects.filter(user_id__in=[each.user_id for each in members])
    return {each.user_id: each for each in found if each.user_id}


def calendars_to_give(actor: Actor) -> QuerySet[Staff]:
    """Whose calendar somebody may give and take away: of whom they keep, if they see everybody's bookings there.

    With a calendar come its bookings, its customers and its absence, and nobody gives more than they have.
    """
    return kept_by(actor) if actor.may(Permission.BOOKINGS_READ_ALL) else Staff.objects.none()


def free_calendars(actor: Actor) -> QuerySet[Staff]:
    """Those that nobody has, of who works here: one of the team, or whoever is invited, can be given them."""
    return calendars_to_give(actor).filter(is_active=True, user_id=None)


def offered_by(*, token: str, tenant: Tenant, now: dt.datetime) -> Invitation:
    """The invitation that a link is about, while it can be accepted.

    Raises Invalid (`link_invalid`) for a link that is forged, another business's, or of an earlier mail, and for an
    invitation that is closed or too old, or whose sender could not send it any more.
    """
    invitation_id, version = id_and_version(token=token, tenant=tenant)
    found = Invitation.objects.select_related("staff").filter(pk=invitation_id, version=version).first()
    if found is None or found.state_at(now) is not InvitationState.OPEN or not still_vouched_for(found, tenant):
        raise spent_link()
    return found


def still_vouched_for(invitation: Invitation, tenant: Tenant) -> bool:
    """Whether who sent it still keeps the team, and has what it gives, powers and calendar; the platform always has."""
    if invitation.invited_by is None:
        return True
    sender = team_of(tenant).filter(user=invitation.invited_by, user__is_active=True).first()
    if sender is None:
        return False
    actor = actor_from_membership(sender)
    if not actor.may(Permission.TEAM_MANAGE) or any(beyond(powers_of(invitation), own_powers(actor))):
        return False
    return invitation.staff_id is None or calendars_to_give(actor).filter(pk=invitation.staff_id).exists()


def scope_faults(*, location_ids: Iterable[UUID] | None, staff_ids: Iterable[UUID] | None) -> Iterator[FieldError]:
    """Each id that is of no place, or of nobody, of this business."""
    for name, model, ids in (("location_ids", Location, location_ids), ("staff_ids", Staff, staff_ids)):
        wanted = list(ids or ())
        known = set(model._default_manager.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
        for index, each in enumerate(wanted):
            if each not in known:
                yield FieldError(f"/{name}/{index}", "does_not_exist", "There is no such row.")


def scope_names() -> dict[str, str]:
    """What the places and people of this business are called, by id."""
    models = (Location, Staff)
    return {str(key): name for each in models for key, name in each._default_manager.values_list("pk", "name")}


def calendar_faults(staff_id: UUID | None) -> Iterator[FieldError]:
    """Unless it is somebody's of this business, or none."""
    if staff_id is not None and not Staff.objects.filter(pk=staff_id).exists():
        yield FieldError("/staff", "does_not_exist", "There is no such row.")


def own_reach(actor: Actor) -> dict[str, list[UUID] | None]:
    """The scopes that somebody gives who names none: as wide as their own."""
    own = own_powers(actor)
    scopes = {"location_ids": own.location_ids, "staff_ids": own.staff_ids}
    return {name: None if ids is None else sorted(ids) for name, ids in scopes.items()}
