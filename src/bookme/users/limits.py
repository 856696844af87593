"""Failed sign-ins: counted before the password is looked at, so that a thousand at once are counted as well.

The narrow limit is on account and address together, so that a stranger cannot lock anybody out elsewhere; the wide one
is on the address alone, over all accounts and all businesses.
"""

from bookme.core.errors import TooMany
from bookme.core.limits import Limit, count, forget, network_of, take_back

PER_ACCOUNT = Limit("sign-in-account", most=10, seconds=15 * 60)
PER_ADDRESS = Limit("sign-in-address", most=100, seconds=15 * 60)


def count_attempt(*, email: str, address: str) -> None:
    """Count a try as if it failed. Raises TooMany once there were too many."""
    network = network_of(address)
    for limit, counted in (
        (PER_ACCOUNT, count(PER_ACCOUNT, email, network)),
        (PER_ADDRESS, count(PER_ADDRESS, network)),
    ):
        if counted.is_over(limit):
            raise TooMany(
                "Too many failed attempts. Try again later.",
                retry_after=counted.seconds_left,
                is_first=counted.number == limit.most + 1,
            )


def forgive_attempt(*, email: str, address: str) -> None:
    """It succeeded: the account begins anew here, and the address gets its one try back."""
    forget(PER_ACCOUNT, email, network_of(address))
    take_back(PER_ADDRESS, network_of(address))


WRONG_KEYS = Limit("api-key-wrong", most=100, seconds=15 * 60)


def count_wrong_key(*, address: str) -> None:
    """Count an API key that does not hold. Raises TooMany once there were too many from that network."""
    counted = count(WRONG_KEYS, network_of(address))
    if counted.is_over(WRONG_KEYS):
        raise TooMany(
            "Too many keys that do not hold. Try again later.",
            retry_after=counted.seconds_left,
            is_first=counted.number == WRONG_KEYS.most + 1,
        )


MAILS_PER_CONTACT = Limit("account-mail", most=5, seconds=60 * 60)
MAILS_PER_NETWORK = Limit("account-mail-network", most=50, seconds=60 * 60)


def count_mail(*, email: str, address: str) -> None:
    """Count a mail that somebody asks us to send, known or not, before anything is looked up. Raises TooMany."""
    for limit, counted in (
        (MAILS_PER_NETWORK, count(MAILS_PER_NETWORK, network_of(address))),
        (MAILS_PER_CONTACT, count(MAILS_PER_CONTACT, email)),
    ):
        if counted.is_over(limit):
            raise TooMany("Too many mails were asked for. Try again later.", retry_after=counted.seconds_left)


CODES_PER_NETWORK = Limit("second-factor", most=5, seconds=15 * 60)
CODES_PER_PERSON = Limit("second-factor-person", most=50, seconds=60 * 60)


def count_code(*, account: str, address: str) -> None:
    """Count a code of a second factor as if it were wrong. Raises TooMany.

    The wide limit is on the account, over all networks: six digits could be guessed from many. Only who has given the
    first factor comes that far, and `account` changes with it, so that a new password is the way out for its owner.
    """
    network = network_of(address)
    for limit, counted in (
        (CODES_PER_NETWORK, count(CODES_PER_NETWORK, account, network)),
        (CODES_PER_PERSON, count(CODES_PER_PERSON, account)),
    ):
        if counted.is_over(limit):
            raise TooMany(
                "Too many wrong codes. Try again later.",
                retry_after=counted.seconds_left,
                is_first=counted.number == limit.most + 1,
            )


def forgive_code(*, account: str, address: str) -> None:
    """It was right: the network begins anew, and the account gets its one try back."""
    forget(CODES_PER_NETWORK, account, network_of(address))
    take_back(CODES_PER_PERSON, account)
