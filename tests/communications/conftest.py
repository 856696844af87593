"""The mailbox of one test, and a mail server that says no."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.db import transaction

from bookme.bookings.actions.facts import fact_of
from bookme.bookings.events import BookingEvent
from bookme.bookings.models import Booking
from bookme.communications.channels import twilio as twilio_channel
from bookme.core.actor import SYSTEM
from bookme.dev.mailbox import Mailbox
from bookme.eventlog.actions import publish
from bookme.tenants.models import Tenant, TenantConfig
from bookme.tenants.tasks import deliver_outbox
from tests.mail_providers import MailProvider, running_mail_provider
from tests.twilio import ACCOUNT, SMS_FROM, TOKEN, WHATSAPP_FROM, Twilio, twilio_on_loopback


class Moody(Mailbox):
    """A mail server whose answers a test chooses; it keeps what it accepts."""

    to_recipient = "250 OK"
    to_message = "250 Kept"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802
        if self.to_recipient.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.to_message.startswith("2"):
            await super().handle_DATA(server, session, envelope)
        return self.to_message


@pytest.fixture
def moody(tmp_path: Path, settings: Any) -> Iterator[Moody]:
    """Takes the place of the mail server."""
    with Moody(tmp_path / "moody") as server:
        settings.EMAIL_PORT = server.port
        yield server


def happen(kind: type[BookingEvent], booking: Booking, *, deliver: bool = True, **more: Any) -> None:
    """The fact becomes true, and what follows from it is done."""
    with transaction.atomic():
        publish(fact_of(kind, booking, **more), actor=SYSTEM)
    if deliver:
        deliver_outbox()


def configure(tenant: Tenant, **changes: Any) -> None:
    """Change the settings of the business, also for this object of it."""
    data = tenant.tenantconfig.data | changes
    TenantConfig.objects.filter(pk=tenant.pk).update(data=data)
    tenant.tenantconfig.data = data
    tenant.__dict__.pop("config", None)


@pytest.fixture
def twilio(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Twilio]:
    """The platform's account is with it, for SMS and for WhatsApp; who asks it is impatient."""
    with twilio_on_loopback() as world:
        settings.TWILIO_API_URL = world.url
        settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = ACCOUNT, TOKEN
        settings.TWILIO_SENDERS = {"sms": SMS_FROM, "whatsapp": WHATSAPP_FROM}
        settings.TWILIO_MONTHLY_CAPS = {"GBP": Decimal(100)}
        settings.TWILIO_PRICES = {"sms": {"GBP": Decimal("0.04")}, "whatsapp": {"GBP": Decimal("0.03")}}
        monkeypatch.setattr(twilio_channel, "SECONDS", 0.3)
        yield world


@pytest.fixture
def provider(settings: Any) -> Iterator[MailProvider]:
    with running_mail_provider() as running:
        settings.MESSAGE_PROVIDER_URLS = running.urls
        yield running
