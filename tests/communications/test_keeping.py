"""A round of the outbox has one conversation with the mail server, and any other mail one of its own."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from bookme.bookings.events import BookingConfirmed
from bookme.communications.channels import keeping
from bookme.communications.channels.keeping import conversation
from bookme.tenants.models import Tenant
from bookme.tenants.tasks import deliver_outbox, tidy_outbox
from tests.communications.conftest import Moody, happen
from tests.factories.bookings import BookingFactory


class Counting(Moody):
    """Knows which mail came by which connection."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.came_by.append(session.peer)
        return await super().handle_DATA(server, session, envelope)

    def __init__(self, place: Path) -> None:
        super().__init__(place)
        self.came_by: list[Any] = []


@pytest.fixture
def counting(tmp_path: Path, settings: Any) -> Iterator[Counting]:
    with Counting(tmp_path / "counting") as server:
        settings.EMAIL_PORT = server.port
        yield server


def _three_mails() -> None:
    for _ in range(3):
        happen(BookingConfirmed, BookingFactory(), deliver=False)


def test_a_round_of_a_worker_keeps_it_and_hangs_up_afterwards(salon: Tenant, counting: Counting) -> None:
    _three_mails()
    deliver_outbox.apply()
    assert len(counting.came_by) >= 3
    assert len(set(counting.came_by)) == 1
    assert keeping._kept.connection is None


def test_control_outside_of_a_round_each_mail_has_its_own(salon: Tenant, counting: Counting) -> None:
    _three_mails()
    deliver_outbox()
    assert len(set(counting.came_by)) == len(counting.came_by) >= 3


def test_a_server_that_hung_up_is_called_again(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping._kept, "is_on", True)
    with conversation() as first:
        pass
    with conversation() as again:
        assert again is first
    first.connection.sock.shutdown(socket.SHUT_RDWR)
    with conversation() as second:
        assert second is not first
        assert second.connection.noop()[0] == 250
    keeping._end_round()


def test_what_went_wrong_is_not_kept(counting: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping._kept, "is_on", True)
    with pytest.raises(ZeroDivisionError), conversation():
        raise ZeroDivisionError
    assert keeping._kept.connection is None


def test_other_tasks_keep_nothing(salon: Tenant, counting: Counting) -> None:
    tidy_outbox.apply()
    assert keeping._kept.is_on is False
