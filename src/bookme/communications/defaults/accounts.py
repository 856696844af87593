"""The mails of accounts, and what invites somebody to a team."""

from django.utils.translation import gettext as _

from bookme.communications.kinds import Audience, Kind
from bookme.communications.templating import Texts, either


def account_texts(kind: Kind, _audience: Audience) -> Texts:
    texts = {**_links(), **_notices()}
    subject, told, then = _invitation() if kind is Kind.INVITATION else texts[kind]
    hello = either("name", _("Hello {{ name }},"), _("Hello,"))
    return Texts(subject=subject, heading=subject, body="\n\n".join([hello, told, then]))


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
                "You have an account already, with a password of your own. This link signs you in with it;"
                " the password that was typed just now is not kept."
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
    warning = _("If it was not you, ask for a new password at {{ business }} at once.")
    return {
        Kind.ADDRESS_CHANGED: (
            _("Your address was changed"),
            _("You sign in with {{ email }} from now on, and no longer with this address."),
            warning,
        ),
        Kind.PASSWORD_CHANGED: (
            _("Your password was changed"),
            _("Your password was changed, and every other device was signed out."),
            warning,
        ),
        Kind.TWO_FACTOR_ON: (
            _("Two-factor sign-in is on"),
            _("From now on you sign in with a code as well, and every other device was signed out."),
            warning,
        ),
        Kind.TWO_FACTOR_OFF: (
            _("Two-factor sign-in is off"),
            _("Signing in needs no code any more."),
            warning,
        ),
        Kind.RECOVERY_CODE_USED: (
            _("A recovery code was used"),
            _("Somebody signed in with one of your recovery codes. It is not good any more."),
            warning,
        ),
        # Here a new password would not help: what was added is still there after it.
        Kind.SOCIAL_ADDED: (
            _("{{ provider }} was added to your account"),
            _("From now on {{ provider }} signs you in to {{ business }} as well."),
            _("If it was not you, remove it here, and choose a new password:"),
        ),
    }


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
