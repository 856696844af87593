"""SendGrid, Mailgun and Amazon SES, as small as they can be: one HTTP server on loopback, with its own books.

It knows one account, whoever's it is, and is strict about what it is given. `mood` is what it does with a mail: `ok`,
a status to answer (`429`), `wrong_address`, `late` (takes it and never answers) or `cut` (takes it and hangs up).
"""

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

API_KEY = "SG.key-of-the-salon"
ACCESS_KEY, SECRET_KEY = "AKIASALON", "secret-of-the-salon"


@dataclass
class Taken:
    """A mail on its books: what the provider calls it, and what it says."""

    id: str
    sender: str
    to: str
    subject: str
    reference: str
    parts: set[str]


@dataclass
class MailProvider:
    mood: str = "ok"
    taken: list[Taken] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def urls(self) -> dict[str, str]:
        """The settings under which BookMe finds it."""
        base = f"http://127.0.0.1:{self.port}"
        return {"sendgrid": f"{base}/sendgrid/v3/", "mailgun": f"{base}/mailgun/v3/", "ses": base}

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, Any]:
        """Status and body; `None` where there is no answer."""
        if not _is_known(path, headers):
            self.refused.append(path)
            return 401, {"errors": [{"message": "The provided authorization grant is invalid"}], "message": "no"}
        if body.startswith(b"Action=ConfirmSubscription"):
            self.confirmed.append(parse_qs(body.decode())["TopicArn"][0])
            return 200, _CONFIRMED
        if not body:
            return 200, {"scopes": ["mail.send"], "domain": {"name": "salon.example"}, "SendingEnabled": True}
        if self.mood == "wrong_address":
            return 400, _WRONG[path.split("/")[1]]
        if self.mood.isdigit():
            return int(self.mood), {"message": "not now"}
        mail = _READERS[path.split("/")[1]](body, headers)
        mail.id = mail.id or f"<{len(self.taken)}@provider.example>"
        self.taken.append(mail)
        if path.startswith("/sendgrid"):
            return 202, ""
        return 200, {"id": mail.id, "message": "Queued. Thank you.", "MessageId": mail.id}


_CONFIRMED = """<ConfirmSubscriptionResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">
<ConfirmSubscriptionResult><SubscriptionArn>arn</SubscriptionArn></ConfirmSubscriptionResult>
</ConfirmSubscriptionResponse>"""
_WRONG = {
    "sendgrid": {
        "errors": [{"message": "Does not contain a valid address.", "field": "personalizations.0.to.0.email"}]
    },
    "mailgun": {"message": "to parameter is not a valid address. please check documentation"},
    "v2": {"__type": "BadRequestException", "message": "Illegal address"},
}


def _is_known(path: str, headers: Any) -> bool:
    given = headers.get("Authorization", "")
    if path.startswith("/sendgrid"):
        return bool(given == f"Bearer {API_KEY}")
    if path.startswith("/mailgun"):
        return bool(given == "Basic " + base64.b64encode(f"api:{API_KEY}".encode()).decode())
    return f"Credential={ACCESS_KEY}/" in given and "/eu-west-1/s" in given


def _of_sendgrid(body: bytes, _headers: Any) -> Taken:
    told = json.loads(body)
    (to,) = told["personalizations"]
    named = to["custom_args"]
    kinds = {each["type"].partition(";")[0] for each in told["content"] + told.get("attachments", [])}
    return Taken(
        named["anymail_id"],
        f"{told['from']['name']} <{told['from']['email']}>",
        to["to"][0]["email"],
        told.get("subject") or to["subject"],
        (told.get("custom_args") or named).get("bookme_message", ""),
        kinds,
    )


def _of_mailgun(body: bytes, headers: Any) -> Taken:
    form = message_from_bytes(b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body)
    fields: dict[str, Any] = {}
    kinds = set()
    for part in form.get_payload():
        name = part.get_param("name", header="content-disposition")
        fields[name] = part.get_payload(decode=True).decode()
        kinds |= {"text/plain"} if name == "text" else {"text/html"} if name == "html" else set()
        kinds |= {part.get_content_type()} if name == "attachment" else set()
    return Taken("", fields["from"], fields["to"], fields["subject"], fields.get("v:bookme_message", ""), kinds)


def _of_ses(body: bytes, _headers: Any) -> Taken:
    raw = base64.b64decode(json.loads(body)["Content"]["Raw"]["Data"])
    mail: EmailMessage = BytesParser(_class=EmailMessage, policy=default).parsebytes(raw)
    assert mail.as_bytes(policy=SMTP)
    named = json.loads(mail.get("X-Metadata", "{}"))
    kinds = {part.get_content_type() for part in mail.walk() if not part.is_multipart()}
    to = mail["To"].addresses[0].addr_spec
    return Taken("", str(mail["From"]), to, str(mail["Subject"]), named.get("bookme_message", ""), kinds)


_READERS = {"sendgrid": _of_sendgrid, "mailgun": _of_mailgun, "v2": _of_ses}


@contextmanager
def running_mail_provider() -> Iterator[MailProvider]:
    """On a free port of this machine, until the block ends."""
    provider = MailProvider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    provider: MailProvider

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, body: bytes) -> None:
        status, told = self.provider.answer(urlsplit(self.path).path, self.headers, body)
        if body and status < 300 and self.provider.mood == "late":
            time.sleep(1.0)
        if body and status < 300 and self.provider.mood == "cut":
            self.connection.close()
            return
        text = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        if status == 429:
            self.send_header("x-amzn-ErrorType", "TooManyRequestsException")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """A test says what went wrong by itself."""
