"""Whoever carries a message looks once more when all is ready to hand it over; by mail, when the server listens."""

from collections.abc import Callable
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from bookme.communications.channels import Carrier, account_carrier
from bookme.communications.channels.email import EmailChannel, MailboxChannel
from bookme.communications.channels.twilio import TwilioChannel
from bookme.communications.models import Channel, ChannelAccount, Provider
from bookme.communications.selectors.channel_accounts import account_of
from bookme.tenants.models import Tenant
from tests.communications.conftest import Moody
from tests.communications.test_mail_accounts import BY_API, make_account, make_outgoing, smtp_account
from tests.mail_providers import MailProvider
from tests.twilio import Twilio

PHONE = "+447700900123"


class Attentive(Moody):
    """A mail server that knows when it has greeted whoever called."""

    listens = False

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name, self.listens = hostname, True  # type: ignore[assignment]
        return responses


class _NoLongerTrueError(Exception):
    pass


def _no_longer_true() -> None:
    raise _NoLongerTrueError


def _looked_at(carrier: Carrier, books: Callable[[], int], **message: Any) -> None:
    """What the look refuses is on no books, and what it does not refuse is."""
    with pytest.raises(_NoLongerTrueError):
        carrier.send(make_outgoing(**message, last_look=_no_longer_true))
    assert books() == 0
    carrier.send(make_outgoing(**message))
    assert books() == 1


@pytest.mark.parametrize(
    ("carrier", "message"),
    [(lambda _: EmailChannel(), {}), (lambda _: MailboxChannel(), {"channel": Channel.SMS, "to": PHONE}),
     (lambda port: account_carrier(smtp_account(port)), {})],
    ids=["platform", "mailbox", "own"],
)  # fmt: skip
def test_by_smtp(tmp_path: Any, settings: Any, carrier: Callable[[int], Carrier], message: dict[str, Any]) -> None:
    listened = []
    with Attentive(tmp_path / "mail") as server:
        settings.EMAIL_PORT = server.port
        carrier(server.port).send(make_outgoing(**message, last_look=lambda: listened.append(server.listens)))
        assert listened == [True], "not before it has answered"
        server.empty()
        _looked_at(carrier(server.port), lambda: len(server.messages()), **message)


@pytest.mark.parametrize("name", BY_API)
def test_by_a_provider_of_mail(provider: MailProvider, name: Provider) -> None:
    _looked_at(account_carrier(make_account(name)), lambda: len(provider.taken))


def test_by_twilio(salon: Tenant, twilio: Twilio) -> None:
    account = account_of(Channel.SMS)
    assert isinstance(account, ChannelAccount)
    _looked_at(TwilioChannel(account), lambda: len(twilio.messages), channel=Channel.SMS, to=PHONE)
