"""Links with which a guest manages a visit: nothing is stored, and each can be made again for every message.

Signed with the business's own key, so that a link is void in any other; void, too, once the visit's `link_version`
was raised. A token is as short as can be, since an SMS carries it: 128 bits of HMAC-SHA256, which nobody guesses, the
id as its 16 bytes, and the version.
"""

import base64
import binascii
from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

from bookme.bookings.models import Visit, WaitlistEntry
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotFound
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url

_MAX_LENGTH = 60
_SEAL, _ID = 16, 16
_MANAGE, _WAITLIST = "bookme.manage-link", "bookme.waitlist-link"


def manage_token(visit: Visit) -> str:
    """What opens the visit to whoever has it: 44 letters, digits, `-` and `_`, or few more."""
    return _token(visit.pk, visit.link_version, _MANAGE)


def manage_url(visit: Visit) -> str:
    """The page on which whoever booked sees, moves or cancels the visit: absolute, on the business's own domain."""
    return business_url(require_tenant(), f"/m/{manage_token(visit)}/")


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
    return _token(entry.pk, entry.link_version, _WAITLIST)


def waitlist_url(entry: WaitlistEntry) -> str:
    """The page behind that token: absolute, on the business's own domain."""
    return business_url(require_tenant(), f"/w/{waitlist_token(entry)}/")


def waiting_for_token(token: str) -> UUID:
    """The id of the entry of a waitlist link; raises NotFound for a forged, revoked or foreign one."""
    entry_id, version = _read(token, _WAITLIST)
    if not WaitlistEntry.objects.filter(pk=entry_id, link_version=version).exists():
        raise NotFound
    return entry_id


def _token(row_id: UUID, version: int, salt: str) -> str:
    told = row_id.bytes + version.to_bytes((version.bit_length() + 7) // 8)
    return _written(_seal(told, salt) + told)


def _read(token: str, salt: str) -> tuple[UUID, int]:
    """What it tells, of one that we wrote. Raises NotFound."""
    if len(token) > _MAX_LENGTH:
        raise NotFound
    try:
        data = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotFound from error
    seal, told = data[:_SEAL], data[_SEAL:]
    if _written(data) != token or len(told) <= _ID or not constant_time_compare(seal, _seal(told, salt)):
        raise NotFound
    return UUID(bytes=told[:_ID]), int.from_bytes(told[_ID:])


def _written(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _seal(told: bytes, salt: str) -> bytes:
    """By the business's own key alone."""
    return salted_hmac(salt, told, secret=require_tenant().link_key, algorithm="sha256").digest()[:_SEAL]
