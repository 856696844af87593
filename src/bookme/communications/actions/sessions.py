"""Telling the business of a session."""

from datetime import datetime

from bookme.bookings.events import SessionCancelled, SessionChanged
from bookme.communications.actions.sending import deliver, message_id_of, was_sent
from bookme.communications.channels import Outgoing
from bookme.communications.models import Channel, Notification
from bookme.communications.selectors import sender_of, session_facts
from bookme.communications.session_letter import render_session
from bookme.communications.told import BUSINESS_SUFFIX
from bookme.core.languages import written_language
from bookme.tenants.context import require_tenant


def tell_of_session(*, key: str, kind: str, event: SessionChanged | SessionCancelled, now: datetime) -> None:
    """Tell the business, at its own address, of a session that was changed or called off; otherwise as `tell`."""
    tenant = require_tenant()
    if was_sent(key) or not tenant.config.contact.email:
        return
    notification = Notification.objects.filter(key=key).first() or Notification(
        key=key,
        kind=f"{kind}{BUSINESS_SUFFIX}",
        channel=Channel.EMAIL,
        to=tenant.config.contact.email,
        language=written_language(tenant.config.language),
    )
    facts = session_facts(event, language=notification.language)
    rendered = render_session(sender=sender_of(tenant), session=facts, language=notification.language)
    outgoing = Outgoing(
        channel=Channel.EMAIL,
        tenant=tenant.slug,
        to=notification.to,
        to_name=tenant.name,
        from_name=tenant.name,
        reply_to=notification.to,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        calendar=b"",
        message_id=message_id_of(key),
    )
    deliver(notification, outgoing, recorded=rendered, now=now)
