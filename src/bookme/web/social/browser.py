"""What only the browser that began holds: a secret in its session, and what waits there for our own mail."""

from dataclasses import asdict
from uuid import UUID

from django.http import HttpRequest

from bookme.users.social.handing import new_browser_secret
from bookme.users.social.proof import Proof

_SECRET = "social"  # noqa: S105 - a name
_WAITING = "social_waiting"


def browser_secret(request: HttpRequest) -> str:
    """Of this browser; empty if it never began here."""
    return str(request.session.get(_SECRET, ""))


def make_browser_secret(request: HttpRequest) -> str:
    """One for all that it begins until somebody signs in: two tabs do not disturb each other."""
    found = browser_secret(request) or new_browser_secret()
    request.session[_SECRET] = found
    return found


def let_wait(request: HttpRequest, proof: Proof, *, request_id: UUID) -> None:
    """Until the link of that request is followed, in this very browser."""
    request.session[_WAITING] = {"request": str(request_id), "proof": asdict(proof)}


def waiting_for(request: HttpRequest, *, request_id: UUID) -> Proof | None:
    """What waits here for that request; nothing in any other browser, whoever follows the link there."""
    found = request.session.get(_WAITING)
    return Proof(**found["proof"]) if found and found["request"] == str(request_id) else None
