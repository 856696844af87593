"""What is told of who comes in, and of who may do what. In the history of the business where it happened.

What happens on the platform's own host is in the public schema. No fact holds a secret.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.eventlog.events import AuditEvent, AuditTopic, FieldChange
from bookme.users.wording import change_text, role_word


@dataclass(frozen=True)
class SignedIn(AuditEvent):
    """`way` is `password`, `link`, `registration`, `reset`, `invitation`, `switch` or the name of a provider.

    `kind` is that of the SignIn.
    """

    name: ClassVar[str] = "account.signed_in"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.SIGN_IN
    user_id: UUID
    sign_in_id: UUID
    way: str
    kind: str
    two_factor: bool = False

    def sentence(self, who: str) -> str:
        said = _said_of_way(self.way) % {"who": who, "way": self.way.title()}
        return _("%(said)s, with a second factor") % {"said": said} if self.two_factor else said


def _said_of_way(way: str) -> str:
    ways = {
        "password": _("%(who)s signed in with a password"),
        "link": _("%(who)s signed in by a link from a mail"),
        "registration": _("%(who)s registered and signed in"),
        "reset": _("%(who)s signed in with a new password"),
        "invitation": _("%(who)s signed in by an invitation"),
        "switch": _("%(who)s came over from another business"),
    }
    return ways.get(way) or _("%(who)s signed in with %(way)s")


@dataclass(frozen=True)
class SignInFailed(AuditEvent):
    """`reason` is `credentials`, `two_factor`, `too_many`, `social` or `api_key`; the subject is who has that address.

    Of an API key there is no address; the actor is the key, if its secret was right.
    """

    name: ClassVar[str] = "account.sign_in_failed"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.FAILURE
    user_id: UUID | None
    email: str
    reason: str

    @classmethod
    def told_in_feed(cls, payload: Mapping[str, Any]) -> dict[str, Any]:
        """Whether somebody has an account under that address is not for a business to learn."""
        return super().told_in_feed(payload) | {"user_id": None}

    def sentence(self, who: str) -> str:
        told = {"who": who, "email": self.email or _("somebody")}  # an erased person's is gone
        match self.reason:
            case "api_key" if who:
                return _("The key %(who)s was refused: it is revoked or has expired") % told
            case "api_key":
                return _("A key that does not hold was refused")
            case "too_many" if self.email or self.user_id:
                return _("Too many failed sign-ins as %(email)s: refused for a while") % told
            case "too_many":
                return _("Too many keys that do not hold: refused for a while")
            case "social" if self.email or self.user_id:
                return _("Sign-in as %(email)s was refused: by a provider") % told
            case "social":
                return _("A sign-in by a provider was refused")
            case "two_factor":
                return _("Sign-in as %(email)s was refused: wrong code of the second factor") % told
        return _("Sign-in as %(email)s was refused: e-mail and password do not match") % told


@dataclass(frozen=True)
class SignedOut(AuditEvent):
    """`everywhere`: all sign-ins of the person ended, in every business."""

    name: ClassVar[str] = "account.signed_out"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.SIGN_IN
    user_id: UUID
    everywhere: bool = False

    def sentence(self, who: str) -> str:
        if self.everywhere:
            return _("%(who)s signed out everywhere") % {"who": who}
        return _("%(who)s signed out") % {"who": who}


@dataclass(frozen=True)
class RefreshReused(AuditEvent):
    """A refresh token came again: somebody may hold a copy, and the whole sign-in was ended."""

    name: ClassVar[str] = "account.refresh_reused"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.FAILURE
    user_id: UUID
    sign_in_id: UUID

    def sentence(self, who: str) -> str:
        return _("A sign-in of %(who)s was ended: its token came twice, so somebody may have a copy") % {"who": who}


@dataclass(frozen=True)
class AccountChanged(AuditEvent):
    """`what` is `registered`, `password`, `email`, `email_undone`, `two_factor_on`, `two_factor_off`, `recovery_codes`,
    `social` or `social_removed`.

    By an operator, in the platform's admin: `profile`, `deactivated`, `reactivated`, `operator_made`,
    `operator_ended`; and `two_factor_forgotten`, which each of their businesses is told as well.
    """

    name: ClassVar[str] = "account.changed"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.ACCOUNT
    user_id: UUID
    what: str

    def sentence(self, who: str) -> str:
        said = {
            "registered": _("%(who)s proved the address and has an account"),
            "password": _("%(who)s has a new password"),
            "email": _("%(who)s signs in under a new address"),
            "email_undone": _("%(who)s took back a change of address, and has a new password"),
            "two_factor_on": _("%(who)s turned two-factor sign-in on"),
            "two_factor_off": _("%(who)s turned two-factor sign-in off"),
            "two_factor_forgotten": _("The second factor of %(who)s was taken away: app and recovery codes were lost"),
            "recovery_codes": _("%(who)s has new recovery codes"),
            "social": _("%(who)s linked an account elsewhere"),
            "social_removed": _("%(who)s unlinked an account elsewhere"),
            "profile": _("The name or contact data of %(who)s were changed"),
            "deactivated": _("The account of %(who)s was closed"),
            "reactivated": _("The account of %(who)s was opened again"),
            "operator_made": _("%(who)s became an operator of the platform"),
            "operator_ended": _("%(who)s is no operator of the platform any more"),
        }
        return (said.get(self.what) or _("The account of %(who)s was changed")) % {"who": who}


@dataclass(frozen=True)
class MemberJoined(AuditEvent):
    """Somebody belongs to the business from now on, or again."""

    name: ClassVar[str] = "member.joined"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.TEAM
    user_id: UUID
    role: str

    def sentence(self, who: str) -> str:
        return _("%(who)s joined as %(role)s") % {"who": who, "role": role_word(self.role)}


@dataclass(frozen=True)
class MemberChanged(AuditEvent):
    """Their role, powers or calendar. `changes` maps a field to `[before, after]`: what differs, `staff` among it.

    With another role also what is `denied`, if anything is. `names` are those that places and people had then, by id.
    """

    name: ClassVar[str] = "member.changed"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.TEAM
    user_id: UUID
    changes: dict[str, Any]
    names: dict[str, str] = field(default_factory=dict)

    def told_changes(self) -> list[FieldChange]:
        return [
            FieldChange(name, before, after, change_text(name, before, after, names=self.names))
            for name, (before, after) in self.changes.items()
        ]

    def sentence(self, who: str) -> str:
        if "role" not in self.changes:
            return _("What %(who)s may see and do was changed") % {"who": who}
        before, after = (role_word(each) for each in self.changes["role"])
        return _("%(who)s is now %(role)s, and was %(before)s") % {"who": who, "role": after, "before": before}


@dataclass(frozen=True)
class MemberRemoved(AuditEvent):
    """`left`: they went themselves."""

    name: ClassVar[str] = "member.removed"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.TEAM
    user_id: UUID
    role: str
    left: bool = False

    def sentence(self, who: str) -> str:
        said = _("%(who)s left the team, and was %(role)s") if self.left else _("%(who)s was removed, and was %(role)s")
        return said % {"who": who, "role": role_word(self.role)}


@dataclass(frozen=True)
class ApiKeyChanged(AuditEvent):
    """`change` is `made` or `revoked`; `permissions` are what it may do."""

    name: ClassVar[str] = "api_key.changed"
    subject: ClassVar[str] = "key_id"
    topic = AuditTopic.KEY
    key_id: UUID
    key_name: str
    change: str
    permissions: list[str] = field(default_factory=list)

    def sentence(self, who: str) -> str:
        said = _("The key %(key)s was revoked") if self.change == "revoked" else _("The key %(key)s was made")
        return said % {"key": self.key_name}


@dataclass(frozen=True)
class ApiKeyUsed(AuditEvent):
    """Told of the first use, and then at most once an hour for each address."""

    name: ClassVar[str] = "api_key.used"
    subject: ClassVar[str] = "key_id"
    topic = AuditTopic.KEY
    key_id: UUID
    key_name: str

    def sentence(self, who: str) -> str:
        return _("The key %(key)s was used") % {"key": self.key_name}


@dataclass(frozen=True)
class OperatorEntered(AuditEvent):
    """Somebody of the platform looked into the business; told at most once an hour."""

    name: ClassVar[str] = "operator.entered"
    subject: ClassVar[str] = "user_id"
    topic = AuditTopic.OPERATOR
    user_id: UUID

    def sentence(self, who: str) -> str:
        return _("%(who)s looked into the business for the platform") % {"who": who}
