"""Messages in words, in the active language: what each is, to whom, by what, how it stands and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.models import ApprovalState, AttemptOutcome, Channel, NotificationStatus, StopReason


@dataclass(frozen=True)
class Said:
    """What a kind of message is called, and when it is sent."""

    label: Promise
    meaning: Promise


KINDS: Mapping[Kind, Said] = {
    Kind.REQUESTED: Said(_("Request received"), _("Somebody asks for a time that you confirm yourselves.")),
    Kind.CONFIRMED: Said(_("Booking confirmed"), _("A booking is made, or you say yes to a request.")),
    Kind.DECLINED: Said(_("Request declined"), _("You say no to a request.")),
    Kind.RESCHEDULED: Said(_("Booking moved"), _("It has another time, another person or another place.")),
    Kind.CANCELLED: Said(_("Booking cancelled"), _("By you or by the customer.")),
    Kind.EXPIRED: Said(_("Request expired"), _("Nobody answered a request before its time came.")),
    Kind.REMINDER: Said(_("Reminder"), _("Some time before the visit, as set below.")),
    Kind.HOLD_ENDING: Said(_("Hold about to end"), _("A place that is held is about to be free again.")),
    Kind.NO_SHOW: Said(_("No-show"), _("You note that somebody did not come.")),
    Kind.FOLLOW_UP: Said(_("Thank you"), _("After the visit, to who has agreed to be written to.")),
    Kind.WAIT_JOINED: Said(_("On the waitlist"), _("Somebody has joined the waitlist.")),
    Kind.WAIT_OFFERED: Said(_("A place is free"), _("A place is held for who waits, for a while.")),
    Kind.WAIT_MOVED: Said(
        _("Moved while waiting"), _("A class that somebody waits for has another time, person or place.")
    ),
    Kind.WAIT_CLOSED: Said(_("Waiting is over"), _("No place became free, or they were taken off the list.")),
    Kind.SESSION_CHANGED: Said(_("Class moved"), _("A class has another time, another person or another place.")),
    Kind.SESSION_CANCELLED: Said(_("Class cancelled"), _("A class is called off, also for want of people.")),
    Kind.REGISTRATION: Said(_("Registration"), _("Somebody makes an account and proves their address.")),
    Kind.KNOWN_REGISTRATION: Said(_("Registration, known already"), _("Somebody registers who has an account.")),
    Kind.SIGN_IN_LINK: Said(_("Sign-in link"), _("Somebody signs in by a link in a mail.")),
    Kind.NEW_PASSWORD: Said(_("New password"), _("Somebody has forgotten theirs.")),
    Kind.NEW_ADDRESS: Said(_("New address to prove"), _("Somebody changes their e-mail address.")),
    Kind.ADDRESS_CHANGED: Said(_("Address changed"), _("To the former address.")),
    Kind.ADDRESS_UNDONE: Said(
        _("Change of address undone"), _("Somebody took the change back from the former address.")
    ),
    Kind.TWO_FACTOR_FORGOTTEN: Said(_("Second factor taken off"), _("BookMe took it off for who had lost it.")),
    Kind.PASSWORD_CHANGED: Said(_("Password changed"), _("So that nobody else can do it unseen.")),
    Kind.TWO_FACTOR_ON: Said(_("Second factor on"), _("So that nobody else can do it unseen.")),
    Kind.TWO_FACTOR_OFF: Said(_("Second factor off"), _("So that nobody else can do it unseen.")),
    Kind.RECOVERY_CODE_USED: Said(_("Recovery code used"), _("So that nobody else can do it unseen.")),
    Kind.SOCIAL_ADDED: Said(_("Way to sign in added"), _("So that nobody else can do it unseen.")),
    Kind.INVITATION: Said(_("Invitation"), _("You invite somebody to the team.")),
}

AUDIENCES: Mapping[Audience, Promise] = {
    Audience.CUSTOMER: _("Customer"),
    Audience.STAFF: _("Team member"),
    Audience.BUSINESS: _("The business"),
    Audience.PERSON: _("Whose account it is"),
}

CHANNELS: Mapping[Channel, Promise] = {
    Channel.EMAIL: _("E-mail"),
    Channel.SMS: _("SMS"),
    Channel.WHATSAPP: _("WhatsApp"),
}

STATUSES: Mapping[NotificationStatus, Said] = {
    NotificationStatus.QUEUED: Said(_("Waiting"), _("It has not gone out yet.")),
    NotificationStatus.SENT: Said(_("Sent"), _("It was handed over. Whether it arrived was not said.")),
    NotificationStatus.DELIVERED: Said(_("Delivered"), _("It has arrived.")),
    NotificationStatus.FAILED: Said(_("Failed"), _("It did not get through, for the reason below.")),
    NotificationStatus.BOUNCED: Said(_("Bounced"), _("It came back: there is no such address.")),
    NotificationStatus.SKIPPED: Said(_("Not sent"), _("Nothing was tried, for the reason below.")),
    NotificationStatus.WITHDRAWN: Said(_("Withdrawn"), _("It was taken back before it went out.")),
}

# Of what waits after a try.
NOT_THROUGH = _("It has not got through yet, and is tried again.")
MAYBE_THROUGH = _("It may have arrived: whoever carries it has not said. They are asked before it is tried again.")

# What a try wrote down that did not work, as far as it means something to who reads it.
_ERRORS: Mapping[str, Promise] = {
    "UnclearError": _("They did not say whether they took it. It may have arrived."),
    "StillUnclearError": _("They did not say whether they took it before, either. It was not sent once more."),
    "NotTakenError": _("It surely was not taken."),
}

# By code, each that a message may end, or go on to its next channel, with.
REASONS: Mapping[str, Promise] = {
    "no_longer_true": _("The booking had changed before it went out: it would have been wrong."),
    "unclear": _("It would be wrong by now. Whether it had gone out before, nobody can say."),
    "overtaken": _("A later message had told the same, as it is now."),
    "too_late": _("What it tells was over before it could go out."),
    "not_wanted": _("Whoever would get it does not want it, or not by this channel."),
    "no_consent": _("They have not agreed to be written to for this."),
    "switched_off": _("This message is switched off."),
    "stopped": _("Nothing goes to this address any more: it bounced, or they asked for it."),
    "channel_off": _("This channel is not switched on here."),
    "no_address": _("There was no address for it."),
    "country_off": _("The number is of a country to which you do not write. Your settings say to which you do."),
    "costly_number": _("Nothing goes to numbers that cost more than others, such as premium-rate ones."),
    "number_full": _("Enough went to this number today."),
    "not_set_up": _("Nothing is set up that could carry it."),
    "over_cap": _("It would have cost more than you allow in a month."),
    "no_approved_template": _("WhatsApp wants a text that it has approved, and there is none."),
    "no_room": _(
        "BookMe has sent as many mails for you as it does in an hour or in a day. It goes out as soon as it may."
    ),
    "business_closed": _("The business was closed before it went out."),
    "refused": _("It was refused for good."),
    "gave_up": _("It was tried often enough."),
    "broken": _("Something here went wrong, however often it was tried."),
    "undelivered": _("Whoever carries it said that it did not arrive."),
}

OUTCOMES: Mapping[AttemptOutcome, Promise] = {
    AttemptOutcome.SENT: _("Handed over"),
    AttemptOutcome.REFUSED: _("Refused for good"),
    AttemptOutcome.FAILED: _("Did not work"),
    AttemptOutcome.UNCLEAR: _("No clear answer"),
}

STOP_REASONS: Mapping[StopReason, Promise] = {
    StopReason.BOUNCED: _("It bounced"),
    StopReason.STOP: _("They answered STOP"),
    StopReason.COMPLAINT: _("They called it spam"),
}

APPROVALS: Mapping[ApprovalState, Promise] = {
    ApprovalState.PENDING: _("Waits for approval"),
    ApprovalState.APPROVED: _("Approved"),
    ApprovalState.REJECTED: _("Rejected"),
    ApprovalState.PAUSED: _("Paused"),
}


def kind_text(kind: str) -> str:
    """What it is called; a kind that is not known any more keeps its name."""
    said = KINDS.get(kind)  # type: ignore[call-overload]
    return str(said.label) if said else kind


def error_text(error: str) -> str:
    """What a try wrote down in words; what has none, such as the words of a provider, as it is."""
    said = _ERRORS.get(error.partition(":")[0])
    return str(said) if said else error


def reason_text(code: str) -> str:
    """Why, in a sentence; of a code that has none, itself."""
    return str(REASONS.get(code, code))
