"""Links with which a guest manages a visit: nothing is stored, and each can be made again for every message.

Signed with the business's own key, so that a link is void in any other; void, too, once the visit's `link_version`
was raised.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookme.bookings.models import Visit
from bookme.core.actor import Actor, ActorKind
from bookme.core.errors import NotFound
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url

_MAX_LENGTH = 200


def manage_token(*, visit_id: UUID, link_version: int) -> str:
    """The token of a visit's manage link: letters, digits, `-`, `_` and `:`."""
    return _signer().sign(f"{visit_id.hex}:{link_version}")


def manage_url(visit: Visit) -> str:
    """The page on which whoever booked sees, moves or cancels the visit: absolute, on the business's own domain."""
    token = manage_token(visit_id=visit.pk, link_version=visit.link_version)
    return business_url(require_tenant(), f"/manage/{token}/")


def visit_for_token(token: str) -> Visit:
    """The visit of a manage link; raises NotFound for a forged, revoked or foreign one."""
    if len(token) > _MAX_LENGTH:
        raise NotFound
    try:
        visit_id, version = _signer().unsign(token).split(":")
    except BadSignature as error:
        raise NotFound from error
    found = Visit.objects.filter(pk=visit_id, link_version=int(version)).first()
    if found is None:
        raise NotFound
    return found


def guest_for_token(token: str) -> Actor:
    """The guest who came with that link: that visit is theirs, and no other. Raises NotFound."""
    visit = visit_for_token(token)
    return Actor(kind=ActorKind.GUEST, name=visit.contact_name, visit_id=visit.pk)


def _signer() -> Signer:
    """Without the platform's fallback keys: a link is the business's own."""
    return Signer(key=require_tenant().link_key, salt="bookme.manage-link", fallback_keys=[])
