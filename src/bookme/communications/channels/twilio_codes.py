"""Twilio's words and codes, and what they mean here. Pure."""

from bookme.communications.channels.base import UndeliverableError
from bookme.communications.models import ApprovalState, NotificationStatus

# Before a number that is on WhatsApp.
WHATSAPP = "whatsapp:"
STOPPED = 21610
# No such number, or one that no text can reach.
BOUNCES = frozenset({21211, 21217, 21614, 30005, 30006, 63024})
# Over, and not delivered.
OVER = frozenset({"failed", "undelivered", "canceled"})
# Of a message that Twilio has: from `accepted` on it is theirs.
STATUSES = {
    "accepted": NotificationStatus.SENT,
    "scheduled": NotificationStatus.SENT,
    "queued": NotificationStatus.SENT,
    "sending": NotificationStatus.SENT,
    "sent": NotificationStatus.SENT,
    "delivered": NotificationStatus.DELIVERED,
    "read": NotificationStatus.DELIVERED,
    **dict.fromkeys(OVER, NotificationStatus.FAILED),
}
# Of a text that WhatsApp is to approve; what has another word, such as `received`, waits.
APPROVALS = {
    "approved": ApprovalState.APPROVED,
    "rejected": ApprovalState.REJECTED,
    "paused": ApprovalState.PAUSED,
    "disabled": ApprovalState.PAUSED,
}

# Of a message by a text that is not approved any more: it was taken for words of one's own outside of the day, is not
# there, or was rejected, paused, or switched off for good.
UNAPPROVED = {
    63016: ApprovalState.PENDING,
    21655: ApprovalState.PENDING,
    63027: ApprovalState.PENDING,
    63040: ApprovalState.REJECTED,
    63041: ApprovalState.PAUSED,
    63042: ApprovalState.PAUSED,
}


def refused(code: int) -> UndeliverableError:
    """A refusal for good, by its code; 0 if there is none."""
    return UndeliverableError(
        f"Twilio refused it ({code})",
        is_bounce=code in BOUNCES,
        is_stop=code == STOPPED,
        approval=UNAPPROVED.get(code),
    )
