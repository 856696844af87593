"""What a password has to be, and that it is somebody's."""

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookme.core.errors import FieldError, Invalid, NotAllowed
from bookme.users.limits import count_attempt, forgive_attempt
from bookme.users.models import SignIn, User

MAX_PASSWORD = 256  # characters, at every door: what one takes, another must not refuse
FRESH = dt.timedelta(minutes=10)


def demand_good_password(password: str, user: User) -> None:
    """Raises Invalid `weak_password`, pointing to `/password`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        faults = [FieldError("/password", "weak_password", _weakness(each)) for each in error.error_list]
        raise Invalid("This password is too weak.", code="weak_password", errors=faults) from error


def _weakness(fault: ValidationError) -> str:
    """In our words: Django's own are not in all the languages that we write in."""
    told = {
        "password_too_short": _("At least ten characters."),
        "password_too_common": _("This password is among those that are tried first."),
        "password_too_similar": _("This password is too much like your name or your address."),
    }
    return told.get(fault.code or "") or " ".join(fault.messages)


def demand_same_person(*, sign_in: SignIn, password: str, now: dt.datetime) -> None:
    """Before what a stranger at an unlocked screen must not do: their password, or, of who has none, a fresh sign-in.

    Raises Invalid `wrong_password`, NotAllowed `sign_in_again`, and TooMany as for signing in.
    """
    user = sign_in.user
    if not user.has_usable_password():
        if not is_fresh(sign_in, now=now):
            raise NotAllowed("Sign in again first: this sign-in is too old for that.", code="sign_in_again")
        return
    address = sign_in.address or ""
    count_attempt(email=user.email, address=address)
    if not user.check_password(password):
        raise Invalid.field("/current_password", "This is not your password.", code="wrong_password")
    forgive_attempt(email=user.email, address=address)


def demand_fresh(*, sign_in: SignIn, password: str, now: dt.datetime) -> None:
    """As `demand_same_person`, which a sign-in of the last ten minutes is proof enough for."""
    if not is_fresh(sign_in, now=now):
        demand_same_person(sign_in=sign_in, password=password, now=now)


def is_fresh(sign_in: SignIn, *, now: dt.datetime) -> bool:
    """Whether they have just proven who they are, and are asked for nothing more; coming over proves nothing."""
    return sign_in.proven_at is not None and now - sign_in.proven_at <= FRESH
