"""The mails of accounts, and what invites somebody to a team."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts, either


def account_texts(kind: Kind, _audience: Audience) -> Texts:
    texts = {**_links(), **_notices()}
    subject, told, then = _invitation() if kind is Kind.INVITATION else texts[kind]
    hello = either("name", _("Hello {{ name }},"), _("Hello,"))
    return Texts(subject=subject, heading=subject, body="\n\n".join([hello, told, then]))


def account_button(kind: Kind) -> str:
    """What the button says; empty where there is nowhere to go."""
    return {
        Kind.REGISTRATION: _("Confirm my address"),
        Kind.KNOWN_REGISTRATION: _("Sign in"),
        Kind.SIGN_IN_LINK: _("Sign in"),
        Kind.NEW_PASSWORD: _("Choose a new password"),
        Kind.NEW_ADDRESS: _("Confirm my new address"),
        Kind.ADDRESS_CHANGED: _("Undo the change"),
        Kind.PASSWORD_CHANGED: _("Choose a new password"),
        Kind.TWO_FACTOR_OFF: _("Choose a new password"),
        Kind.TWO_FACTOR_FORGOTTEN: _("Sign in"),
        Kind.RECOVERY_CODE_USED: _("Choose a new password"),
        Kind.SOCIAL_ADDED: _("See how I sign in"),
        Kind.INVITATION: _("See the invitation"),
    }.get(kind, "")


def _links() -> dict[Kind, tuple[str, str, str]]:
    unasked = _("The link is good for a day. If you did not ask for it, do nothing: nothing happens without it.")
    account = _("Your account with {{ business }}")
    return {
        Kind.REGISTRATION: (
            account,
            _("Follow this link to confirm your address and open your account."),
            unasked,
        ),
        Kind.KNOWN_REGISTRATION: (
            account,
            _(
                "You have an account already. This link signs you in with it;"
                " nothing of it is changed by what was typed just now."
            ),
            unasked,
        ),
        Kind.SIGN_IN_LINK: (_("Sign in to {{ business }}"), _("This link signs you in, once."), unasked),
        Kind.NEW_PASSWORD: (
            _("A new password for {{ business }}"),
            _("Follow this link to choose a new password."),
            unasked,
        ),
        Kind.NEW_ADDRESS: (
            _("Confirm your new address"),
            _("Follow this link to sign in to {{ business }} with this address from now on."),
            unasked,
        ),
    }


def _notices() -> dict[Kind, tuple[str, str, str]]:
    """Each with what helps whoever did not want it: for that its button is, where a page helps."""
    return {**_notices_of_addresses(), **_notices_of_two_factor(), **_notices_of_ways_in()}


def _notices_of_addresses() -> dict[Kind, tuple[str, str, str]]:
    return {
        Kind.ADDRESS_CHANGED: (
            _("Your address was changed"),
            _("You sign in with {{ email }} from now on, and no longer with this address."),
            _(
                "If it was not you, undo it by this link within 7 days: this address signs you in again, everybody is"
                " signed out, and you choose a new password."
            ),
        ),
        Kind.ADDRESS_UNDONE: (
            _("Your address was changed back"),
            _(
                "By the link that went to your former address, the change to this one was undone. Everybody was signed"
                " out, and the password is another."
            ),
            _tell_the_business(),
        ),
    }


def _notices_of_two_factor() -> dict[Kind, tuple[str, str, str]]:
    # Whoever turned it on is asked for a code after a new password; whoever was shut out is not helped by one.
    return {
        Kind.TWO_FACTOR_ON: (
            _("Two-factor sign-in is on"),
            _("From now on you sign in with a code as well, and every other device was signed out."),
            either(
                "contact",
                _(
                    "If it was not you, a new password is not enough: a code would be asked for as well. Tell"
                    " {{ business }} at once ({{ contact }}): they can have BookMe take the second factor away."
                ),
                _(
                    "If it was not you, a new password is not enough: a code would be asked for as well. Tell"
                    " {{ business }} at once: they can have BookMe take the second factor away."
                ),
            ),
        ),
        Kind.TWO_FACTOR_OFF: (
            _("Two-factor sign-in is off"),
            _("Signing in needs no code any more."),
            _("If it was not you, choose a new password at once, and turn it on again:"),
        ),
        Kind.TWO_FACTOR_FORGOTTEN: (
            _("BookMe has taken your second factor away"),
            _(
                "An operator of BookMe did it for whoever has lost app and recovery codes. Signing in needs no code any"
                " more, and every device was signed out. Turn it on again once you are signed in."
            ),
            _tell_the_business(),
        ),
        Kind.RECOVERY_CODE_USED: (
            _("A recovery code was used"),
            _("Somebody signed in with one of your recovery codes. It is not good any more."),
            _("If it was not you, choose a new password at once, and make new recovery codes:"),
        ),
    }


def _notices_of_ways_in() -> dict[Kind, tuple[str, str, str]]:
    return {
        Kind.PASSWORD_CHANGED: (
            _("Your password was changed"),
            _("Your password was changed, and every other device was signed out."),
            _("If it was not you, choose another one at once:"),
        ),
        # Here a new password would not help: what was added is still there after it.
        Kind.SOCIAL_ADDED: (
            _("{{ provider }} was added to your account"),
            _("From now on {{ provider }} signs you in to {{ business }} as well."),
            _("If it was not you, remove it here, and choose a new password:"),
        ),
    }


def _tell_the_business() -> str:
    return either(
        "contact",
        _("If you did not want that, tell {{ business }} at once: {{ contact }}."),
        _("If you did not want that, tell {{ business }} at once."),
    )


def _invitation() -> tuple[str, str, str]:
    """`by` is empty where the platform asks."""
    return (
        _("Join {{ business }} on BookMe"),
        either(
            "by",
            _("{{ by }} asks you to join {{ business }} on BookMe. Your role there: {{ role }}."),
            _("You are asked to join {{ business }} on BookMe. Your role there: {{ role }}."),
        ),
        _("The link is good until {{ until }}. If you know nothing of this, do nothing."),
    )
