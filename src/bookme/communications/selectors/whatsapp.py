"""What WhatsApp lets a business say to whom, and when."""

import datetime as dt

from django.db.models import QuerySet

from bookme.communications.kinds import Audience, Kind, message_name
from bookme.communications.models import ApprovalState, LastInbound, WhatsAppTemplate
from bookme.core.actor import Actor
from bookme.core.permissions import Permission

WINDOW = dt.timedelta(hours=24)


def is_in_window(number: str, *, now: dt.datetime) -> bool:
    """Whether they have written so lately that they may be answered in words of the business's own."""
    return LastInbound.objects.filter(address=number, at__gt=now - WINDOW).exists()


def approved_template(kind: Kind, audience: Audience, *, language: str) -> WhatsAppTemplate | None:
    """What may be said of it at any time, in that language."""
    found = WhatsAppTemplate.objects.filter(name=message_name(kind, audience), language=language)
    return found.filter(state=ApprovalState.APPROVED).first()


def whatsapp_templates_for(actor: Actor) -> QuerySet[WhatsAppTemplate]:
    """By name and language. Raises NotAllowed."""
    actor.demand(Permission.MESSAGES_MANAGE)
    return WhatsAppTemplate.objects.order_by("name", "language", "id")
