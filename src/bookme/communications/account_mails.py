"""What the mails of accounts say: plain values in, subject and text out. One built-in text each."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookme.core.formats import locale_of
from bookme.core.permissions import Role
from bookme.team.wording import ROLE_NAMES


@dataclass(frozen=True)
class AccountLetter:
    """`text` is what is sent."""

    subject: str
    text: str


def registration(*, business: str, name: str, url: str, has_account: bool) -> AccountLetter:
    """The link that verifies the address; whoever has an account is told that it leads there."""
    subject = _("Your account with %(business)s") % {"business": business}
    if has_account:
        told = _(
            "You have an account already, with a password of your own. This link signs you in with it;"
            " the password that was typed just now is not kept."
        )
    else:
        told = _("Follow this link to confirm your address and open your account.")
    return _letter(subject, name, told, url)


def sign_in_link(*, business: str, name: str, url: str) -> AccountLetter:
    return _letter(_("Sign in to %(business)s") % {"business": business}, name, _("This link signs you in, once."), url)


def new_password(*, business: str, name: str, url: str) -> AccountLetter:
    return _letter(
        _("A new password for %(business)s") % {"business": business},
        name,
        _("Follow this link to choose a new password."),
        url,
    )


def new_address(*, business: str, name: str, url: str) -> AccountLetter:
    return _letter(
        _("Confirm your new address"),
        name,
        _("Follow this link to sign in to %(business)s with this address from now on.") % {"business": business},
        url,
    )


def address_changed(*, business: str, name: str, email: str) -> AccountLetter:
    told = _("You sign in with %(email)s from now on, and no longer with this address.") % {"email": email}
    return _notice(_("Your address was changed"), name, told, business)


def password_changed(*, business: str, name: str) -> AccountLetter:
    told = _("Your password was changed, and every other device was signed out.")
    return _notice(_("Your password was changed"), name, told, business)


def two_factor_on(*, business: str, name: str) -> AccountLetter:
    told = _("From now on you sign in with a code as well, and every other device was signed out.")
    return _notice(_("Two-factor sign-in is on"), name, told, business)


def two_factor_off(*, business: str, name: str) -> AccountLetter:
    told = _("Signing in needs no code any more.")
    return _notice(_("Two-factor sign-in is off"), name, told, business)


def recovery_code_used(*, business: str, name: str) -> AccountLetter:
    told = _("Somebody signed in with one of your recovery codes. It is not good any more.")
    return _notice(_("A recovery code was used"), name, told, business)


def social_added(*, business: str, name: str, provider: str, url: str) -> AccountLetter:
    """Here a new password would not help: what was added is still there after it."""
    told = _("From now on %(provider)s signs you in to %(business)s as well.")
    warning = _("If it was not you, remove it here, and choose a new password:")
    text = told % {"provider": provider, "business": business}
    subject = _("%(provider)s was added to your account") % {"provider": provider}
    return AccountLetter(subject, _text(name, text, warning, url))


# The notices that are about a person alone, by the name of the mail.
NOTICES: dict[str, Callable[..., AccountLetter]] = {
    "password_changed": password_changed,
    "two_factor_on": two_factor_on,
    "two_factor_off": two_factor_off,
    "recovery_code_used": recovery_code_used,
}


def invitation(
    *, business: str, name: str, by: str, role: Role, url: str, until: dt.date, country: str
) -> AccountLetter:
    """`by` is who asks, or empty for the platform; `until` is the last day of the link, told as that country writes."""
    told = _("%(by)s asks you to join %(business)s on BookMe. Your role there: %(role)s.") if by else ""
    told = told or _("You are asked to join %(business)s on BookMe. Your role there: %(role)s.")
    text = told % {"by": by, "business": business, "role": ROLE_NAMES[role]}
    day = format_date(until, "long", locale=locale_of(get_language() or "", country))
    good = _("The link is good until %(until)s. If you know nothing of this, do nothing.") % {"until": day}
    return AccountLetter(_("Join %(business)s on BookMe") % {"business": business}, _text(name, text, url, good))


def _letter(subject: str, name: str, told: str, url: str) -> AccountLetter:
    unasked = _("The link is good for a day. If you did not ask for it, do nothing: nothing happens without it.")
    return AccountLetter(subject, _text(name, told, url, unasked))


def _notice(subject: str, name: str, told: str, business: str) -> AccountLetter:
    warning = _("If it was not you, ask for a new password at %(business)s at once.") % {"business": business}
    return AccountLetter(subject, _text(name, told, warning))


def _text(name: str, *parts: str) -> str:
    hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
    return "\n\n".join([hello, *parts]) + "\n"
