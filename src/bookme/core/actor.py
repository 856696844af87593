"""Who acts. The only thing that selectors and actions know of a caller."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

from bookme.core.errors import NotAllowed
from bookme.core.permissions import PERMISSIONS_OF, Permission, Role


class ActorKind(StrEnum):
    USER = "user"
    GUEST = "guest"
    KEY = "key"
    OPERATOR = "operator"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """A caller with their powers in the current business.

    `location_ids` and `staff_ids` bound what they may see and change; None means everything. `visit_id` is set for a
    guest who came with a manage link: that visit, and no other, is theirs. `proven`: their e-mail address was verified.
    """

    kind: ActorKind
    id: UUID | None = None
    name: str = ""
    role: Role | None = None
    permissions: frozenset[Permission] = field(default_factory=frozenset)
    location_ids: frozenset[UUID] | None = None
    staff_ids: frozenset[UUID] | None = None
    visit_id: UUID | None = None
    proven: bool = False

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def demand(self, permission: Permission) -> None:
        """Raises NotAllowed if this actor lacks the permission."""
        if permission not in self.permissions:
            raise NotAllowed(extra={"permission": permission.value})

    def called(self, name: str) -> "Actor":
        """A guest who came without a link has no name but the one that they give here; anybody else keeps theirs."""
        return replace(self, name=name) if self.kind is ActorKind.GUEST and not self.name else self

    @property
    def is_team(self) -> bool:
        """Owner, manager, staff, or an operator acting for the business."""
        return self.kind is ActorKind.OPERATOR or self.role in {Role.OWNER, Role.MANAGER, Role.STAFF}


GUEST = Actor(ActorKind.GUEST)
SYSTEM = Actor(ActorKind.SYSTEM, name="BookMe", permissions=PERMISSIONS_OF[Role.OWNER])
