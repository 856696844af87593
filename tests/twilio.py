"""Twilio on loopback: a real small HTTP server with its own books, that can misbehave.

It is strict where the real one is: it knows its account, wants numbers in E.164, sends nothing to who answered STOP,
and by WhatsApp only approved texts to who has not written in a day. `moods` are how the next messages are taken, one
after another; then all is well. While it `is_mute` it does not say what it has. What it has accepted is in `messages`,
what was asked of it in `asked`.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import format_datetime
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from django.http import HttpResponse
from django.test import Client

ACCOUNT, TOKEN = "AC" + "0" * 31 + "1", "the-auth-token"
SMS_FROM, WHATSAPP_FROM = "+15005550006", "+15005550007"
_NUMBER = re.compile(r"(?:whatsapp:)?\+[0-9]{8,15}")
_GSM = re.compile(r"[\n\r -Za-z@£$¥èéùìòÇØøÅåÆæßÉÄÖÑÜ§¿äöñüà_¡]*")
_DAY = dt.timedelta(days=1)
# How long it hangs: longer than who asks has patience in a test.
HANGS_SECONDS = 0.6


class Mood(StrEnum):
    """`CUT`: it hangs up after accepting; `LATE`: it answers when nobody listens any more."""

    BUSY = "429"
    BROKEN = "500 without accepting"
    FAILS = "500 after accepting"
    CUT = "cut off after accepting"
    LATE = "time-out after accepting"


@dataclass
class Message:
    """One that was accepted, in Twilio's words."""

    sid: str
    to: str
    sender: str
    body: str
    callback: str
    created: dt.datetime
    content: str = ""
    status: str = "queued"
    error: int | None = None

    @property
    def segments(self) -> int:
        one, more = (160, 153) if _GSM.fullmatch(self.body) else (70, 67)
        return 1 if len(self.body) <= one else -(-len(self.body) // more)

    def written(self) -> dict[str, Any]:
        when = format_datetime(self.created)
        return {
            "sid": self.sid,
            "account_sid": ACCOUNT,
            "to": self.to,
            "from": self.sender,
            "body": self.body,
            "status": self.status,
            "direction": "outbound-api",
            "num_segments": str(self.segments),
            "error_code": self.error,
            "date_created": when,
            "date_sent": None,
            "date_updated": when,
        }


class _RefusalError(Exception):
    def __init__(self, status: int, code: int) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code


@dataclass
class Twilio:
    """`refusing` are codes by number; `contents` are texts by id, with `{{1}}`, and `approvals` what became of them."""

    port: int = 0
    moods: deque[Mood] = field(default_factory=deque)
    is_mute: bool = False
    refusing: dict[str, int] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    approvals: dict[str, str] = field(default_factory=dict)
    stopped: set[str] = field(default_factory=set)
    wrote: dict[str, dt.datetime] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def to(self, number: str) -> list[Message]:
        return [each for each in self.messages if each.to == number]

    def accept(self, form: Mapping[str, str]) -> Message:
        """Raises _RefusalError, as the real one does before it takes a message."""
        to, sender = form.get("To", ""), form.get("From", "") or form.get("MessagingServiceSid", "")
        if not _NUMBER.fullmatch(to):
            raise _RefusalError(400, 21211)
        if not sender:
            raise _RefusalError(400, 21603)
        if code := self.refusing.get(to):
            raise _RefusalError(400, code)
        if to in self.stopped:
            raise _RefusalError(400, 21610)
        message = Message(
            sid=f"SM{uuid4().hex}",
            to=to,
            sender=sender,
            body=self._body(form),
            callback=form.get("StatusCallback", ""),
            created=dt.datetime.now(dt.UTC).replace(microsecond=0),
            content=form.get("ContentSid", ""),
        )
        with self.lock:
            self.messages.append(message)
        return message

    def tell(self, message: Message, status: str, *, error: int | None = None, token: str = TOKEN) -> HttpResponse:
        """Post to the address that the message came with how it stands, as it is told to be."""
        message.status, message.error = status, error
        form = {"MessageSid": message.sid, "MessageStatus": status, "AccountSid": ACCOUNT, "To": message.to}
        return post(message.callback, form | ({"ErrorCode": str(error)} if error else {}), token=token)

    def run_its_course(self, message: Message) -> None:
        """What becomes of it: by WhatsApp nothing of one's own words outside of a day after they wrote."""
        self.tell(message, "sent")
        at = self.wrote.get(message.to)
        may_say_anything = not message.to.startswith("whatsapp:") or (at and at > dt.datetime.now(dt.UTC) - _DAY)
        if message.content or may_say_anything:
            self.tell(message, "delivered")
        else:
            self.tell(message, "failed", error=63016)

    def hear(self, url: str, number: str, text: str, *, token: str = TOKEN) -> HttpResponse:
        """Somebody writes: `number` with `whatsapp:` before it where it is by that."""
        self.wrote[number] = dt.datetime.now(dt.UTC)
        if text.strip().upper() == "STOP":
            self.stopped.add(number)
        elif text.strip().upper() == "START":
            self.stopped.discard(number)
        form = {"MessageSid": f"SM{uuid4().hex}", "AccountSid": ACCOUNT, "From": number, "To": SMS_FROM, "Body": text}
        return post(url, form, token=token)

    def _body(self, form: Mapping[str, str]) -> str:
        content = form.get("ContentSid", "")
        if not content:
            if not form.get("Body", "").strip():
                raise _RefusalError(400, 21602)
            return form["Body"]
        if self.approvals.get(content) != "approved":
            raise _RefusalError(400, 63027)
        values = json.loads(form.get("ContentVariables", "{}"))
        if not all(values.values()):
            raise _RefusalError(400, 21656)
        return re.sub(r"\{\{(\d+)\}\}", lambda found: values[found[1]], self.contents[content])


def post(url: str, form: Mapping[str, str], *, token: str) -> HttpResponse:
    """As Twilio posts to an address: signed for that address, with these fields."""
    there = urlsplit(url)
    headers = {"host": there.netloc, "x-twilio-signature": signature(url, form, token=token)}
    return Client(headers=headers).post(there.path, dict(form))


def signature(url: str, form: Mapping[str, str], *, token: str) -> str:
    said = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), said.encode(), hashlib.sha1).digest()).decode()


@contextmanager
def twilio_on_loopback() -> Iterator[Twilio]:
    world = Twilio()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"world": world}))
    world.port = int(server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield world
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


_BOOKS = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
_RIGHT = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()


class _Handler(BaseHTTPRequestHandler):
    world: Twilio

    def do_GET(self) -> None:
        there = urlsplit(self.path)
        self.world.asked.append(f"GET {there.path}")
        if not self._is_known():
            return None
        if self.world.is_mute:
            return self._refuse(503, 20503)
        if there.path == f"{_BOOKS}.json":
            return self._list(parse_qs(there.query))
        if there.path == f"/2010-04-01/Accounts/{ACCOUNT}.json":
            return self._answer(200, {"sid": ACCOUNT, "status": "active"})
        if there.path == "/v1/ContentAndApprovals":
            return self._approvals()
        one = next((each for each in self.world.messages if there.path == f"{_BOOKS}/{each.sid}.json"), None)
        return self._answer(200, one.written()) if one else self._refuse(404, 20404)

    def do_POST(self) -> None:
        self.world.asked.append(f"POST {self.path}")
        given = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if not self._is_known():
            return None
        if self.path != f"{_BOOKS}.json":
            return self._refuse(404, 20404)
        form = {name: values[0] for name, values in parse_qs(given).items()}
        with self.world.lock:
            mood = self.world.moods.popleft() if self.world.moods else None
        if mood is Mood.BUSY:
            return self._refuse(429, 20429)
        if mood is Mood.BROKEN:
            return self._refuse(500, 20500)
        try:
            message = self.world.accept(form)
        except _RefusalError as error:
            return self._refuse(error.status, error.code)
        return self._after_accepting(message, mood)

    def _after_accepting(self, message: Message, mood: Mood | None) -> None:
        if mood is Mood.FAILS:
            return self._refuse(500, 20500)
        if mood in {Mood.CUT, Mood.LATE}:
            time.sleep(HANGS_SECONDS if mood is Mood.LATE else 0)
            self.close_connection = True
            return None
        return self._answer(201, message.written())

    def _list(self, asked: dict[str, list[str]]) -> None:
        found = [each for each in reversed(self.world.messages) if each.to in asked.get("To", [each.to])]
        page = found[: int(asked.get("PageSize", ["50"])[0])]
        self._answer(200, {"messages": [each.written() for each in page], "next_page_uri": None})

    def _approvals(self) -> None:
        if self.world.moods and self.world.moods.popleft() is Mood.BUSY:
            return self._refuse(429, 20429)
        told = [
            {"sid": sid, "account_sid": ACCOUNT, "approval_requests": {"name": "bookme", "status": status}}
            for sid, status in self.world.approvals.items()
        ]
        return self._answer(200, {"contents": told, "meta": {"key": "contents", "next_page_url": None}})

    def _is_known(self) -> bool:
        if self.headers.get("Authorization") == _RIGHT:
            return True
        self._refuse(401, 20003)
        return False

    def _refuse(self, status: int, code: int) -> None:
        self._answer(status, {"code": code, "message": "No.", "status": status})

    def _answer(self, status: int, told: Mapping[str, Any]) -> None:
        text = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: Any) -> None:
        """The books are kept above."""
