"""A mail server that a business names is listened to for so long, and no longer, whatever it does."""

import threading
import time
from typing import Any

import pytest

from bookme.communications.actions import leasing
from bookme.communications.channels import NotTakenError, UnclearError, account_carrier, anymail, smtp, twilio
from bookme.core.outbound import Conversation
from bookme.tenants import actions as outbox
from tests.communications.test_mail_accounts import make_outgoing, smtp_account
from tests.slow_mail import Trouble, slow_mail

WHOLE, STEP = 0.6, 0.3


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.EMAIL_TIMEOUT = STEP
    monkeypatch.setattr(smtp, "CONVERSATION_SECONDS", WHOLE)


def _seconds_of(trouble: Trouble, error: type[Exception]) -> float:
    """How long it was listened to; with the error that says what became of the mail."""
    with slow_mail(trouble) as server:
        carrier, began = account_carrier(smtp_account(server.port)), time.monotonic()
        with pytest.raises(error) as caught:
            carrier.send(make_outgoing())
        assert getattr(caught.value, "is_silent", False)
        return time.monotonic() - began


def test_one_that_drips_is_cut_off() -> None:
    """Each byte comes long before the time-out of a step. Under TLS: `test_mail_tls.py`."""
    assert WHOLE <= _seconds_of(Trouble.DRIPS, NotTakenError) < 3 * WHOLE


def test_control_by_the_time_out_of_a_step_it_would_be_listened_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conversation, "_cut", lambda self: None)
    over: list[float] = []
    with slow_mail(Trouble.DRIPS) as server:

        def call() -> None:
            with pytest.raises(NotTakenError):
                account_carrier(smtp_account(server.port)).send(make_outgoing())
            over.append(time.monotonic())

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(3 * WHOLE)
        assert over == []
    thread.join(5)
    assert len(over) == 1


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (Trouble.SILENT, NotTakenError),
        (Trouble.FLOODS, NotTakenError),
        (Trouble.HANGS_BEFORE, NotTakenError),
        (Trouble.HANGS_AFTER, UnclearError),
        (Trouble.LONG_ANSWER, UnclearError),
    ],
)
def test_what_became_of_the_mail_is_said_by_how_far_it_came(trouble: Trouble, error: type[Exception]) -> None:
    assert _seconds_of(trouble, error) < 3 * WHOLE


def test_trying_an_account_is_over_as_soon() -> None:
    with slow_mail(Trouble.DRIPS) as server, pytest.raises(NotTakenError) as caught:
        account_carrier(smtp_account(server.port)).check()
    assert caught.value.code == "unreachable"


def test_nothing_is_left_of_a_conversation() -> None:
    with slow_mail(Trouble.NONE) as server:
        account_carrier(smtp_account(server.port)).send(make_outgoing())
        assert len(server.taken) == 1
        assert not any(isinstance(each, threading.Timer) for each in threading.enumerate())


def test_a_lease_is_longer_than_what_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asking what was taken, then sending: each connects, and waits for an answer."""
    monkeypatch.undo()
    longest = max(smtp.CONVERSATION_SECONDS, 2 * 2 * twilio.SECONDS, 2 * anymail.TIMEOUT_SECONDS)
    assert longest < leasing.LEASE.total_seconds()
    assert longest < outbox.LEASE.total_seconds()
    assert anymail.ses_client()["config"]["read_timeout"] == anymail.TIMEOUT_SECONDS
