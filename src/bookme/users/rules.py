"""How far somebody's powers reach, and that nobody gives more than they have. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import FieldError
from bookme.core.permissions import PERMISSIONS_OF, CustomerScope, Permission, Role

Scope = frozenset[UUID] | None
SCOPES = ("location_ids", "staff_ids")


class HasPowers(Protocol):
    """A membership, or an offer of one, as it is stored."""

    role: str
    denied: Sequence[str]
    location_ids: Sequence[str] | None
    staff_ids: Sequence[str] | None
    customer_scope: str


@dataclass(frozen=True)
class Powers:
    """What a role may here, and where: None is everywhere, everybody. `all_customers`: also those of others."""

    role: Role
    permissions: frozenset[Permission]
    location_ids: Scope = None
    staff_ids: Scope = None
    all_customers: bool = False


def powers_of(row: HasPowers) -> Powers:
    """The powers that a row gives."""
    role = Role(row.role)
    denied = {each for each in Permission if each.value in row.denied}
    return Powers(
        role=role,
        permissions=PERMISSIONS_OF[role] - denied,
        location_ids=scope(row.location_ids),
        staff_ids=scope(row.staff_ids),
        all_customers=row.customer_scope == CustomerScope.ALL,
    )


def own_powers(actor: Actor) -> Powers:
    """The powers that a caller has; an operator is as an owner."""
    for_platform = actor.kind in {ActorKind.OPERATOR, ActorKind.SYSTEM}
    return Powers(
        role=Role.OWNER if for_platform else actor.role or Role.CUSTOMER,
        permissions=actor.permissions,
        location_ids=actor.location_ids,
        staff_ids=actor.staff_ids,
        all_customers=actor.all_customers,
    )


def powers_with(powers: Powers, values: Mapping[str, Any]) -> Powers:
    """The same with some of `role`, `denied`, `location_ids`, `staff_ids`, `customer_scope` another.

    Another role without `denied` keeps what is denied, as far as that role would have it.
    """
    role = Role(values.get("role", powers.role))
    denied = PERMISSIONS_OF[powers.role] - powers.permissions
    if "denied" in values:
        denied = frozenset(Permission(each) for each in values["denied"])
    scopes = {name: scope(values[name]) if name in values else getattr(powers, name) for name in SCOPES}
    chosen = values.get("customer_scope")
    return Powers(
        role=role,
        permissions=PERMISSIONS_OF[role] - denied,
        all_customers=powers.all_customers if chosen is None else chosen == CustomerScope.ALL,
        **scopes,
    )


def stored(powers: Powers) -> dict[str, Any]:
    """The columns of a row that gives these powers."""
    return {
        "role": powers.role.value,
        "denied": sorted(each.value for each in PERMISSIONS_OF[powers.role] - powers.permissions),
        "location_ids": _written(powers.location_ids),
        "staff_ids": _written(powers.staff_ids),
        "customer_scope": (CustomerScope.ALL if powers.all_customers else CustomerScope.OWN).value,
    }


def denied_faults(role: Role, denied: Sequence[str]) -> Iterator[FieldError]:
    """What is denied is something that the role has."""
    known = {each.value for each in PERMISSIONS_OF[role]}
    for index, each in enumerate(denied):
        if each not in known:
            detail = _("A %(role)s has no permission %(permission)s.") % {"role": role.value, "permission": each}
            yield FieldError(f"/denied/{index}", "not_of_role", detail)


def beyond(powers: Powers, own: Powers, *, kept: Powers | None = None) -> Iterator[FieldError]:
    """Where powers go beyond one's own. What somebody has before (`kept`) is not given to them."""
    if powers.role is Role.OWNER and own.role is not Role.OWNER:
        yield FieldError("/role", "beyond_own_powers", "Only an owner makes an owner.")
    more = powers.permissions - (kept.permissions if kept else frozenset()) - own.permissions
    if more:
        names = ", ".join(sorted(more))
        detail = _("You cannot give what you may not do yourself: %(names)s.") % {"names": names}
        yield FieldError("/denied", "beyond_own_powers", detail)
    for name in SCOPES:
        wanted = getattr(powers, name)
        is_new = kept is None or _is_wider(wanted, getattr(kept, name))
        if is_new and _is_wider(wanted, getattr(own, name)):
            yield FieldError(f"/{name}", "beyond_own_powers", "You cannot give more than you see yourself.")
    if powers.all_customers and not (sees_everybody(own) or (kept and kept.all_customers)):
        yield FieldError("/customer_scope", "beyond_own_powers", "You cannot give more than you see yourself.")


def reaches(own: Powers, powers: Powers) -> bool:
    """Whether somebody with these powers is within one's own, to be changed or removed: an owner reaches everybody."""
    return own.role is Role.OWNER or not any(beyond(powers, own))


def sees_everybody(powers: Powers) -> bool:
    """Whether no customer is hidden: by the scope of customers, or since nothing bounds what is seen of bookings."""
    unbound = powers.location_ids is None and powers.staff_ids is None
    return powers.all_customers or (unbound and Permission.BOOKINGS_READ_ALL in powers.permissions)


def scope(ids: Iterable[str | UUID] | None) -> Scope:
    return None if ids is None else frozenset(UUID(str(each)) for each in ids)


def _is_wider(wanted: Scope, bound: Scope) -> bool:
    return bound is not None and (wanted is None or not wanted <= bound)


def _written(ids: Scope) -> list[str] | None:
    return None if ids is None else sorted(map(str, ids))
