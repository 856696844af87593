"""What is announced about invitations; that somebody belongs to the business is told by `users`."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.utils.translation import gettext as _

from bookme.eventlog.events import AuditEvent, AuditTopic
from bookme.users.wording import role_word


@dataclass(frozen=True)
class InvitationChanged(AuditEvent):
    """`change` is `sent`, `sent_again`, `revoked`, `accepted` or `declined`."""

    name: ClassVar[str] = "invitation.changed"
    subject: ClassVar[str] = "invitation_id"
    topic = AuditTopic.TEAM
    invitation_id: UUID
    email: str
    role: str
    change: str

    def sentence(self, who: str) -> str:
        said = {
            "sent": _("%(email)s was invited as %(role)s"),
            "sent_again": _("%(email)s was invited again as %(role)s"),
            "revoked": _("The invitation of %(email)s was taken back"),
            "accepted": _("%(email)s accepted the invitation as %(role)s"),
            "declined": _("%(email)s declined the invitation"),
        }
        told = said.get(self.change) or _("The invitation of %(email)s was changed")
        return told % {"email": self.email, "role": role_word(self.role)}
