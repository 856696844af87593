"""What was sent by mail, as it arrived at the mailbox."""

import re
from email.message import EmailMessage

from bookme.tenants.tasks import deliver_outbox
from tests.servers import MAIL

_LINK = re.compile(r"http://[^\s]+")


class Letters:
    """What was sent since the test began."""

    def __init__(self) -> None:
        self._before = len(MAIL.messages())

    def all(self) -> list[EmailMessage]:
        return MAIL.messages()[self._before :]

    def to(self, address: str) -> list[EmailMessage]:
        return [each for each in self.all() if address in each["To"]]

    def link_to(self, address: str) -> str:
        """Deliver what waits; the path of the link in the newest letter to that address."""
        deliver_outbox()
        found = _LINK.search(body(self.to(address)[-1]))
        assert found is not None
        return "/" + found[0].split("/", 3)[3]

    def token_to(self, address: str) -> str:
        """The token in that link."""
        return self.link_to(address).partition("?")[0].rstrip("/").rpartition("/")[2]


def body(letter: EmailMessage, subtype: str = "plain") -> str:
    part = letter.get_body((subtype,))
    assert part is not None
    return str(part.get_content())
