"""Links with which a guest manages a visit: nothing is stored, and each can be made again for every message.

Signed with the business's own key, so that a link is void in any other; void, too, once the visit's `link_version`
was raised.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookme.bookings.models import Visit, WaitlistEntry
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotFound
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url

_MAX_LENGTH = 200
_MANAGE, _WAITLIST = "bookme.manage-link", "bookme.waitlist-link"


def manage_token(visit: Visit) -> str:
    """What opens the visit to whoever has it: letters, digits, `-`, `_` and `:`."""
    return _signer(_MANAGE).sign(f"{visit.pk.hex}:{visit.link_version}")


def manage_url(visit: Visit) -> str:
    """The page on which whoever booked sees, moves or cancels the visit: absolute, on the business's own domain."""
    return business_url(require_tenant(), f"/manage/{manage_token(visit)}/")


def visit_for_token(token: str) -> Visit:
    """The visit of a manage link; raises NotFound for a forged, revoked or foreign one."""
    visit_id, version = _read(token, _MANAGE)
    found = Visit.objects.filter(pk=visit_id, link_version=version).first()
    if found is None:
        raise NotFound
    return found


def guest_for_token(token: str) -> Actor:
    """The guest who came with that link: that visit is theirs, and no other. Raises NotFound."""
    visit = visit_for_token(token)
    return Actor(kind=ActorKind.GUEST, name=visit.contact_name, visit_id=visit.pk)


def waitlist_token(entry: WaitlistEntry) -> str:
    """The token with which whoever waits sees their place in the line, and takes or turns down what is offered."""
    return _signer(_WAITLIST).sign(f"{entry.pk.hex}:{entry.link_version}")


def waitlist_url(entry: WaitlistEntry) -> str:
    """The page behind that token: absolute, on the business's own domain."""
    return business_url(require_tenant(), f"/waitlist/{waitlist_token(entry)}/")


def waiting_for_token(token: str) -> UUID:
    """The id of the entry of a waitlist link; raises NotFound for a forged, revoked or foreign one."""
    entry_id, version = _read(token, _WAITLIST)
    if not WaitlistEntry.objects.filter(pk=entry_id, link_version=version).exists():
        raise NotFound
    return entry_id


def _read(token: str, salt: str) -> tuple[UUID, int]:
    if len(token) > _MAX_LENGTH:
        raise NotFound
    try:
        row_id, version = _signer(salt).unsign(token).split(":")
    except BadSignature as error:
        raise NotFound from error
    return UUID(row_id), int(version)


def _signer(salt: str) -> Signer:
    """Without the platform's fallback keys: a link is the business's own."""
    return Signer(key=require_tenant().link_key, salt=salt, fallback_keys=[])
