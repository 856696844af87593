"""A carrier that is not asked while its account keeps silent."""

import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bookme.communications.channels.base import Carrier, NotTakenError, Outgoing, Receipt, UnclearError
from bookme.communications.reach import Reach
from bookme.tenants.outbox import NextRound


class PatientCarrier:
    """Carries as `carrier` does. What keeps silent is left alone for a while, then one message sees whether it answers.

    `one_at_a_time`: there is one conversation with it at any time, of all workers.
    """

    def __init__(self, carrier: Carrier, reach: Reach, *, one_at_a_time: bool = False) -> None:
        self.price, self.cap = carrier.price, carrier.cap
        self.has_window, self.can_be_asked = carrier.has_window, carrier.can_be_asked
        self._carrier, self._reach, self._one_at_a_time = carrier, reach, one_at_a_time

    def send(self, message: Outgoing) -> Receipt:
        """Raises NextRound while another has its conversation, and at once NotTakenError where it is left alone."""
        with self._talking(one_at_a_time=self._one_at_a_time):
            return self._carrier.send(message)

    def taken(self, message: Outgoing) -> Receipt | None:
        if not self.can_be_asked:
            return None
        with self._talking(one_at_a_time=False):
            return self._carrier.taken(message)

    @contextmanager
    def _talking(self, *, one_at_a_time: bool) -> Iterator[None]:
        silence = self._reach.silence()
        if silence.until > time.time():
            raise _left_alone()
        is_held = one_at_a_time or silence.until > 0
        if is_held and not self._reach.begin():
            if silence.until > 0:
                raise _left_alone()
            raise NextRound("its server has another message in hand")
        try:
            with self._noting():
                yield
        finally:
            if is_held:
                self._reach.end()

    @contextmanager
    def _noting(self) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except Exception as error:
            if _is_silence(error):
                self._reach.note_silence(seconds=time.monotonic() - began)
            else:
                self._reach.note_answer()
            raise
        self._reach.note_answer()


def _left_alone() -> NotTakenError:
    return NotTakenError("it does not answer, and is left alone for a while", code="unreachable")


def _is_silence(error: Exception) -> bool:
    if isinstance(error, UnclearError | NotTakenError):
        return error.is_silent
    if isinstance(error, smtplib.SMTPException):
        return isinstance(error, smtplib.SMTPServerDisconnected)
    return isinstance(error, OSError)
