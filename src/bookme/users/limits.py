"""What is counted so that nobody guesses, and nobody floods: before anything is looked up, known or unknown alike.

A guess is counted before it is looked at, so that a thousand at once are counted as well. A password three times:
narrowly, for an account from one network, so that a stranger cannot lock anybody out elsewhere; for a network, over all
accounts and all businesses, and of IPv6 for the /48 around it; and for an account from everywhere. The last two shut
out only networks that the account has not been used from, and the way in from there is a link in a mail. See
docs/decisions/0026.
"""

from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_noop

from bookme.core.limits import (
    Limit,
    count,
    forget,
    is_remembered,
    network_of,
    refuse_over,
    remember,
    take_back,
    with_site,
)
from bookme.tenants.models import Tenant
from bookme.users.codes import may_be_guessed

KNOWN_SECONDS = 30 * 86400
PER_ACCOUNT = Limit("sign-in-account", most=10, seconds=15 * 60)
PER_NETWORK = Limit("sign-in-network", most=100, seconds=15 * 60)
EVERYWHERE = Limit("sign-in-everywhere", most=100, seconds=60 * 60, counts_others=True)
CODES_PER_NETWORK = Limit("second-factor", most=5, seconds=15 * 60)
CODES_PER_PERSON = Limit("second-factor-person", most=50, seconds=24 * 60 * 60, counts_others=True)
WRONG_KEYS = Limit("api-key-wrong", most=100, seconds=15 * 60)
FORMS_PER_NETWORK = Limit("account-form-network", most=600, seconds=10 * 60)
MAILS_PER_NETWORK = Limit("account-mail-network", most=50, seconds=60 * 60)
MAILS_PER_CONTACT = Limit("account-mail", most=5, seconds=60 * 60, counts_others=True)
LINKS_PER_PERSON = Limit("account-link", most=5, seconds=60 * 60, counts_others=True)
_ATTEMPTS = "too_many_attempts"
_MAILS = "too_many_mails"
_KNOWN = "network"
_GAVE_CODE = "second-factor-network"


def count_attempt(*, email: str, address: str) -> None:
    """Count a try of a password as if it failed, by each limit only if the one before lets it through.

    Raises TooMany; with code `use_sign_in_link` if what is too many are the account's failures elsewhere, or those of
    others in this network. From a network that the account has been used from, these do not matter.
    """
    network = network_of(address)
    detail = gettext_noop("Too many failed attempts. Try again later.")
    refuse_over(PER_ACCOUNT, count(PER_ACCOUNT, email, network), detail, code=_ATTEMPTS)
    for limit, part in (*with_site(PER_NETWORK, address), (EVERYWHERE, email)):
        counted = count(limit, part)
        if counted.is_over(limit) and not is_remembered(_KNOWN, email, network):
            detail = gettext_noop(
                "Too many failed attempts. Ask for a link by mail to sign in with, or try again later."
            )
            refuse_over(limit, counted, detail, code="use_sign_in_link")


def forgive_attempt(*, email: str, address: str) -> None:
    """It was right: the account begins anew here, and everybody gets this one try back."""
    forget(PER_ACCOUNT, email, network_of(address))
    for limit, part in (*with_site(PER_NETWORK, address), (EVERYWHERE, email)):
        take_back(limit, part)


def remember_network(*, email: str, address: str) -> None:
    """They have proven who they are from there: for 30 days what strangers do does not shut them out of it."""
    remember(_KNOWN, email, network_of(address), seconds=KNOWN_SECONDS)


def count_code(*, person: UUID, code: str, address: str) -> None:
    """Count a code of a second factor as if it were wrong.

    Narrowly for the person from one network; and what may be guessed, being six digits, for the person from everywhere,
    whatever became of their password since: who reads their mail chooses a new one as often as they like. As with
    passwords, the wide limit shuts out only networks that no right code came from, and never a recovery code.

    Raises TooMany; with code `use_recovery_code` if what is too many are the person's codes from everywhere.
    """
    account, network = str(person), network_of(address)
    counted = count(CODES_PER_NETWORK, account, network)
    refuse_over(CODES_PER_NETWORK, counted, gettext_noop("Too many wrong codes. Try again later."), code=_ATTEMPTS)
    if may_be_guessed(code):
        counted = count(CODES_PER_PERSON, account)
        if counted.is_over(CODES_PER_PERSON) and not is_remembered(_GAVE_CODE, account, network):
            detail = gettext_noop("Too many wrong codes. Give a recovery code, or try again later.")
            refuse_over(CODES_PER_PERSON, counted, detail, code="use_recovery_code")


def forgive_code(*, person: UUID, code: str, address: str) -> None:
    """It was right: the network begins anew, and the person gets this one try back."""
    account = str(person)
    forget(CODES_PER_NETWORK, account, network_of(address))
    if may_be_guessed(code):
        take_back(CODES_PER_PERSON, account)
    remember_code(person=person, address=address)


def remember_code(*, person: UUID, address: str) -> None:
    """A right code came from there: for 30 days wrong ones from elsewhere do not shut them out of it."""
    remember(_GAVE_CODE, str(person), network_of(address), seconds=KNOWN_SECONDS)


def count_wrong_key(*, address: str) -> None:
    """Count an API key that does not hold. Raises TooMany once there were too many from that network."""
    _count_network(
        WRONG_KEYS, address, gettext_noop("Too many keys that do not hold. Try again later."), code=_ATTEMPTS
    )


def count_form(*, address: str) -> None:
    """Count what anybody may send about an account, known or not. Raises TooMany."""
    _count_network(FORMS_PER_NETWORK, address)


def count_mail(*, email: str, address: str, business: str | None) -> None:
    """Count a mail that somebody asks us to send, known or not, before anything is looked up. Raises TooMany.

    `business` is where they ask, empty for the platform; None where it is the business that has it sent.
    """
    _count_mail(MAILS_PER_CONTACT, email, address=address)
    if business is not None:
        _count_for_business(email=email, address=address, business=business)


def business_key(tenant: Tenant | None) -> str:
    """Where mails are asked for: empty for the platform."""
    return str(tenant.pk) if tenant else ""


def count_link(*, email: str, address: str, business: str) -> None:
    """The same of a link by which only who belongs to that business comes in. Raises TooMany.

    Each business counts for itself. So whoever asks until nothing is left has sent the person links that are good:
    asking where nobody is written to must not take away the way in elsewhere.
    """
    _count_mail(LINKS_PER_PERSON, email, business, address=address)
    _count_for_business(email=email, address=address, business=business)


def _count_mail(per_contact: Limit, *parts: str, address: str) -> None:
    detail = gettext_noop("Too many mails were asked for. Try again later.")
    count_form(address=address)
    _count_network(MAILS_PER_NETWORK, address, detail, code=_MAILS)
    refuse_over(per_contact, count(per_contact, *parts), detail, code=_MAILS)


def _count_for_business(*, email: str, address: str, business: str) -> None:
    """What strangers cause there, from however many networks; who has used the account in this one goes on."""
    most = settings.ACCOUNT_MAILS_PER_HOUR
    limit = Limit("account-mail-business", most=most, seconds=60 * 60, counts_others=True)
    counted = count(limit, business)
    if counted.is_over(limit) and not is_remembered(_KNOWN, email, network_of(address)):
        refuse_over(limit, counted, gettext_noop("Too many mails were asked for here. Try again later."), code=_MAILS)


def _count_network(limit: Limit, address: str, detail: str = "", *, code: str = "") -> None:
    for each, network in with_site(limit, address):
        refuse_over(each, count(each, network), detail, code=code)
