"""An account that keeps silent is left alone for a while, and its messages have their tries all the same."""

import datetime as dt
import smtplib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import caches

from bookme.bookings.events import BookingConfirmed
from bookme.communications import reach
from bookme.communications.channels import NotTakenError, carrier_of, platform_mail, smtp
from bookme.communications.models import Attempt, Channel, ChannelAccount, Notification
from bookme.communications.reach import reach_of
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import OutboxMessage, Tenant
from bookme.tenants.outbox import NextRound
from bookme.tenants.tasks import deliver_outbox
from tests.communications.conftest import configure, happen
from tests.communications.test_mail_accounts import make_outgoing, smtp_account
from tests.factories.bookings import BookingFactory
from tests.factories.users import Person
from tests.slow_mail import SlowMail, Trouble, slow_mail

ACCOUNT = "communications/accounts/email/"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """What takes a tenth of a second holds up others."""
    settings.EMAIL_TIMEOUT = 0.15
    monkeypatch.setattr(smtp, "CONVERSATION_SECONDS", 0.3)
    monkeypatch.setattr(reach, "HELD_SECONDS", 0.1)


@pytest.fixture
def server(salon: Tenant) -> Iterator[SlowMail]:
    """The business's own; it says nothing."""
    configure(salon, contact={"email": ""})
    with slow_mail(Trouble.SILENT) as running:
        smtp_account(running.port).save()
        yield running


def _send(*, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(NotTakenError) as caught:
            carrier_of(Channel.EMAIL).send(make_outgoing())
        assert caught.value.code == "unreachable"


def _pass_by(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    at = time.time() + seconds
    monkeypatch.setattr(reach.time, "time", lambda: at)


def test_after_three_silences_it_is_left_alone(server: SlowMail, monkeypatch: pytest.MonkeyPatch) -> None:
    _send(times=3)
    assert server.calls == 3
    _send(times=5)
    assert server.calls == 3

    _pass_by(monkeypatch, reach.ALONE_SECONDS + 1)
    _send(times=3)
    assert server.calls == 4, "one sees whether it answers again"
    _pass_by(monkeypatch, reach.ALONE_SECONDS + 1)
    _send()
    assert server.calls == 4, "and is waited for longer each time"
    server.trouble = Trouble.NONE
    _pass_by(monkeypatch, 2 * reach.ALONE_SECONDS + 2)
    for _ in range(3):
        carrier_of(Channel.EMAIL).send(make_outgoing())
    assert len(server.taken) == 3


def test_control_without_its_state_it_is_called_each_time(server: SlowMail) -> None:
    for _ in range(5):
        _send()
        caches["tenant"].delete(reach_of(ChannelAccount.objects.get()).key)
    assert server.calls == 5


def test_an_answer_between_begins_anew(server: SlowMail) -> None:
    _send(times=2)
    server.trouble = Trouble.NONE
    carrier_of(Channel.EMAIL).send(make_outgoing())
    server.trouble = Trouble.HANGS_BEFORE
    _send(times=2)
    assert server.calls == 5


def test_a_changed_account_begins_anew(server: SlowMail) -> None:
    _send(times=4)
    account = ChannelAccount.objects.get()
    account.sender = "desk@salon.example"
    account.save()
    _send()
    assert server.calls == 4


def test_what_holds_up_nobody_is_asked_again(salon: Tenant) -> None:
    """A connection that is refused is no silence to wait for, and yet it is told."""
    with slow_mail(Trouble.NONE) as gone:
        pass
    smtp_account(gone.port).save()
    _send(times=5)
    known = reach_of(ChannelAccount.objects.get())
    assert known.silence().is_long
    assert known.silence().until == 0


def test_another_business_knows_nothing_of_it(server: SlowMail, rival: Tenant) -> None:
    from_salon = ChannelAccount.objects.get()
    _send(times=3)
    assert reach_of(from_salon).silence().is_long
    with tenant_scope(rival):
        assert not reach_of(from_salon).silence().is_long


def test_one_message_at_a_time_and_the_others_are_not_tried(server: SlowMail) -> None:
    known = reach_of(ChannelAccount.objects.get())
    assert known.begin()
    with pytest.raises(NextRound):
        carrier_of(Channel.EMAIL).send(make_outgoing())
    for _ in range(2):
        happen(BookingConfirmed, BookingFactory(visit__contact_email="amelia@mail.example"), deliver=False)
    deliver_outbox()
    assert server.calls == 0
    assert not Attempt.objects.exists()
    assert set(Notification.objects.values_list("attempts", "leased_until", "held_cost")) == {(0, None, 0)}
    server.trouble = Trouble.NONE
    known.end()
    deliver_outbox()
    assert len(server.taken) == 2


def test_messages_have_their_tries_and_go_by_the_next_channel(
    salon: Tenant, server: SlowMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(salon, features={"sms": True}, messages={"channels": ["email", "sms"]})
    booking = BookingFactory(visit__contact_email="amelia@mail.example", visit__contact_phone="+447700900123")
    happen(BookingConfirmed, booking, deliver=False)
    for _ in range(8):
        deliver_outbox()
        OutboxMessage.objects.filter(done_at=None, due_at__lt=now() + dt.timedelta(hours=1)).update(due_at=now())
    told = Notification.objects.get()
    assert (told.channel, told.status, told.tried) == ("sms", "sent", ["email"])
    assert server.calls == 3
    assert Attempt.objects.filter(notification=told, channel="email", outcome="failed").count() == 5


def test_the_platforms_own_is_left_alone_too(salon: Tenant, settings: Any) -> None:
    with slow_mail(Trouble.SILENT) as server:
        settings.EMAIL_PORT = server.port
        for _ in range(3):
            with pytest.raises(smtplib.SMTPServerDisconnected):
                platform_mail().send(make_outgoing())
        with pytest.raises(NotTakenError):
            platform_mail().send(make_outgoing())
        assert server.calls == 3


def test_a_lost_cache_stops_nothing(server: SlowMail, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise ConnectionError

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(caches["tenant"], name, lost)
    _send(times=4)
    assert server.calls == 4
    server.trouble = Trouble.NONE
    carrier_of(Channel.EMAIL).send(make_outgoing())
    assert len(server.taken) == 1


def test_the_team_sees_it_until_it_works(server: SlowMail, owner: Person) -> None:
    assert owner.api.get(ACCOUNT).json()["unreachable_since"] is None
    began = now().replace(microsecond=0)
    _send(times=3)
    since = dt.datetime.fromisoformat(owner.api.get(ACCOUNT).json()["unreachable_since"])
    assert began <= since <= now()
    server.trouble = Trouble.NONE
    assert owner.api.post(f"{ACCOUNT}test/").json()["works"]
    assert owner.api.get(ACCOUNT).json()["unreachable_since"] is None
    carrier_of(Channel.EMAIL).send(make_outgoing())
    assert len(server.taken) == 1
