"""Who acts. The only thing that selectors and actions know of a caller."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_noop

from bookme.core.errors import NotAllowed
from bookme.core.permissions import PERMISSIONS_OF, TEAM_ROLES, Permission, Role


class ActorKind(StrEnum):
    USER = "user"
    GUEST = "guest"
    KEY = "key"
    OPERATOR = "operator"
    SYSTEM = "system"


def shown_name(kind: str, name: str) -> str:
    """Who acted, as histories say it: whoever reads of an operator sees that it was nobody of the business."""
    match kind:
        case ActorKind.OPERATOR:
            return f"BookMe ({name})"
        case ActorKind.SYSTEM:
            return "BookMe"
        case _:
            return name


@dataclass(frozen=True)
class Origin:
    """Where somebody comes from: the network address (empty if unknown) and the browser's name for itself."""

    address: str = ""
    agent: str = ""


OUT_OF_REACH = gettext_noop("Your role here does not reach this.")
UNKNOWN_ORIGIN = Origin()


@dataclass(frozen=True)
class Actor:
    """A caller with their powers in the current business.

    `location_ids` and `staff_ids` bound what they may see and change; None means everything. Whoever is bounded, or
    sees their own calendar only, sees the customers who come there, unless they see `all_customers`. `visit_id` is set
    for a guest who came with a manage link: that visit, and no other, is theirs. `email` is the verified address of
    somebody who signed in. `lacks_two_factor`: the business wants it of them, and until they have it they have no
    powers.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    role: Role | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    location_ids: frozenset[UUID] | None = None
    staff_ids: frozenset[UUID] | None = None
    all_customers: bool = False
    visit_id: UUID | None = None
    email: str = ""
    lacks_two_factor: bool = False
    origin: Origin = field(default=UNKNOWN_ORIGIN, compare=False)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def demand(self, permission: Permission) -> None:
        """Raises NotAllowed if this actor lacks the permission."""
        if permission not in self.permissions:
            raise self.refusal(permission)

    def demand_everywhere(self, permission: Permission) -> None:
        """As `demand`, for what is the whole business's: raises NotAllowed `out_of_scope` for who reaches a part."""
        self.demand(permission)
        if self.is_bound:
            raise NotAllowed(OUT_OF_REACH, code="out_of_scope")

    def demand_operator(self) -> None:
        """Raises NotAllowed unless this is somebody of the platform, with the second factor that it wants of them."""
        if self.kind is not ActorKind.OPERATOR:
            raise NotAllowed("This is for operators of the platform.", code="operators_only")
        if self.lacks_two_factor:
            raise _two_factor_required()

    def refusal(self, permission: Permission) -> NotAllowed:
        """What is said to an actor who lacks the permission: `two_factor_required` where setting that up is the way."""
        if self.lacks_two_factor:
            return _two_factor_required()
        return NotAllowed(extra={"permission": permission.value})

    def coming_from(self, origin: Origin) -> "Actor":
        return replace(self, origin=origin)

    def for_themselves(self) -> "Actor":
        """The same person as a customer, whatever they may do for the business; who is no person stays who they are."""
        if self.kind is not ActorKind.USER:
            return self
        return Actor(
            kind=self.kind, id=self.id, name=self.name, role=Role.CUSTOMER, email=self.email, origin=self.origin
        )

    def called(self, name: str) -> "Actor":
        """A guest who came without a link has no name but the one that they give here; anybody else keeps theirs."""
        return replace(self, name=name) if self.kind is ActorKind.GUEST and not self.name else self

    @property
    def is_bound(self) -> bool:
        """Whether some places, or some calendars, are all that they reach."""
        return self.location_ids is not None or self.staff_ids is not None

    @property
    def sees_all_bookings(self) -> bool:
        return self.may(Permission.BOOKINGS_READ_ALL) and not self.is_bound

    @property
    def is_team(self) -> bool:
        """Owner, manager, staff, a key of the business, or an operator acting for it; nobody who `lacks_two_factor`."""
        if self.lacks_two_factor:
            return False
        return self.kind in {ActorKind.OPERATOR, ActorKind.KEY} or self.role in TEAM_ROLES


def _two_factor_required() -> NotAllowed:
    return NotAllowed("Set up two-factor sign-in first.", code="two_factor_required")


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM, name="BookMe", permissions=PERMISSIONS_OF[Role.OWNER], all_customers=True)
