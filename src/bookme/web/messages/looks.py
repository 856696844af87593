"""How messages look on the pages of the team: never by colour alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.communications.kinds import Kind
from bookme.communications.models import AttemptOutcome, Channel, NotificationStatus
from bookme.communications.wording import OUTCOMES, STATUSES
from bookme.core.actor import Actor
from bookme.core.permissions import Permission
from bookme.web.team.cards import Look

_STATUS_SIGNS: Mapping[NotificationStatus, tuple[str, str]] = {
    NotificationStatus.QUEUED: ("hourglass", "brand"),
    NotificationStatus.SENT: ("check", "ok"),
    NotificationStatus.DELIVERED: ("check-check", "ok"),
    NotificationStatus.FAILED: ("circle-alert", "bad"),
    NotificationStatus.BOUNCED: ("mail-x", "bad"),
    NotificationStatus.SKIPPED: ("circle-slash", "warn"),
    NotificationStatus.WITHDRAWN: ("circle-x", ""),
}
STATUS_LOOKS = {each: Look(STATUSES[each].label, *signs) for each, signs in _STATUS_SIGNS.items()}

# No status of a message: there is none on record yet.
PLANNED_LOOK = Look(_("Planned"), "calendar-clock")

_OUTCOME_SIGNS: Mapping[AttemptOutcome, tuple[str, str]] = {
    AttemptOutcome.SENT: ("check", "ok"),
    AttemptOutcome.REFUSED: ("ban", "bad"),
    AttemptOutcome.FAILED: ("refresh-cw", "warn"),
    AttemptOutcome.UNCLEAR: ("circle-question-mark", "warn"),
}
OUTCOME_LOOKS = {each: Look(OUTCOMES[each], *signs) for each, signs in _OUTCOME_SIGNS.items()}

CHANNEL_ICONS: Mapping[Channel, str] = {
    Channel.EMAIL: "mail",
    Channel.SMS: "message-square",
    Channel.WHATSAPP: "message-circle",
}

KIND_ICONS: Mapping[Kind, str] = {
    Kind.REQUESTED: "inbox",
    Kind.CONFIRMED: "calendar-check",
    Kind.DECLINED: "circle-slash",
    Kind.RESCHEDULED: "calendar-clock",
    Kind.CANCELLED: "calendar-x-2",
    Kind.EXPIRED: "timer-off",
    Kind.REMINDER: "bell",
    Kind.HOLD_ENDING: "timer",
    Kind.NO_SHOW: "user-x",
    Kind.FOLLOW_UP: "heart",
    Kind.WAIT_JOINED: "list-ordered",
    Kind.WAIT_OFFERED: "sparkles",
    Kind.WAIT_MOVED: "calendar-clock",
    Kind.WAIT_CLOSED: "list-x",
    Kind.SESSION_CHANGED: "calendar-clock",
    Kind.SESSION_CANCELLED: "calendar-x-2",
    Kind.INVITATION: "user-plus",
}


_TABS = (
    (Permission.NOTIFICATIONS_READ, "team-messages", "send", _("What went out")),
    (Permission.MESSAGES_MANAGE, "team-message-texts", "pencil-line", _("Texts")),
    (Permission.CONFIG_MANAGE, "team-message-settings", "settings-2", _("Settings")),
    (Permission.CONFIG_MANAGE, "team-message-accounts", "plug", _("Accounts")),
    (Permission.MESSAGES_MANAGE, "team-message-whatsapp", "message-circle", _("WhatsApp")),
    (Permission.MESSAGES_MANAGE, "team-message-stopped", "ban", _("Stopped addresses")),
)


@dataclass(frozen=True)
class Tab:
    """One of the pages about messages."""

    url: str
    icon: str
    label: Promise | str
    is_current: bool


def tabs_for(actor: Actor, here: str) -> list[Tab]:
    """Those that this actor can use; none where there is only one."""
    may = [each for each in _TABS if actor.may(each[0])]
    tabs = [Tab(reverse(name), icon, label, name == here) for _needed, name, icon, label in may]
    return tabs if len(tabs) > 1 else []
