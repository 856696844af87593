"""Links by which a customer ends messages that they may refuse. Nothing is stored, and no link runs out.

Signed with the business's own key, so that a link is void in any other.
"""

from dataclasses import dataclass
from uuid import UUID

from django.core.signing import BadSignature, Signer

from bookme.communications.kinds import MESSAGES, Audience, Category, Kind, message_name
from bookme.core.errors import NotFound
from bookme.customers.models import ConsentKind
from bookme.tenants.context import require_tenant
from bookme.tenants.selectors import business_url

MARKETING = ConsentKind.MARKETING.value
_MAX_LENGTH = 200


@dataclass(frozen=True)
class Topic:
    """What a customer unsubscribes from: all marketing, as `marketing`, or one message by its `name`."""

    customer_id: UUID
    name: str


def topic_of(kind: Kind) -> str:
    """What is ended with a message of that kind."""
    return MARKETING if MESSAGES[kind].category is Category.MARKETING else message_name(kind, Audience.CUSTOMER)


def unsubscribe_url(*, customer_id: UUID, topic: str) -> str:
    """Absolute, on the business's own domain."""
    token = _signer().sign(f"{customer_id.hex}:{topic}")
    return business_url(require_tenant(), f"/unsubscribe/{token}/")


def topic_of_token(token: str) -> Topic:
    """Raises NotFound for a forged or foreign one."""
    if len(token) > _MAX_LENGTH:
        raise NotFound
    try:
        customer_id, name = _signer().unsign(token).split(":")
    except BadSignature as error:
        raise NotFound from error
    return Topic(UUID(customer_id), name)


def _signer() -> Signer:
    """Without the platform's fallback keys: a link is the business's own."""
    return Signer(key=require_tenant().link_key, salt="bookme.unsubscribe-link", fallback_keys=[])
