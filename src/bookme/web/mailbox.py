"""`/mailbox/` on the platform's host, in local mode: what was sent, to whom, by which business."""

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

SHOWN = 200
# A message is from outside: nothing in it runs, and nothing is fetched.
MAIL_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups"
_NAME = re.compile(r"[A-Za-z0-9._=-]{1,200}")


@dataclass(frozen=True)
class Mail:
    """A message in the mailbox; `name` is its file's. An SMS or a WhatsApp message has no HTML."""

    name: str
    tenant: str
    channel: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    files: tuple[str, ...]
    sent_at: dt.datetime

    def as_data(self) -> dict[str, str]:
        fields = ("tenant", "channel", "to", "subject", "text")
        return {each: getattr(self, each) for each in fields} | {"sent_at": self.sent_at.isoformat()}

    @property
    def preview(self) -> str:
        """The beginning of the text, below its first line."""
        return " ".join(self.text.split("\n", 1)[-1].split())[:140]


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The messages, newest first, of one business with `?tenant=`. JSON for who asks for it, the list for htmx."""
    found = _mails()
    slug = request.GET.get("tenant", "")
    shown = [mail for mail in found if mail.tenant == slug] if slug else found
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse([mail.as_data() for mail in shown], safe=False)
    slugs = sorted({mail.tenant for mail in found if mail.tenant})
    context = {"mails": shown[:SHOWN], "hidden": max(len(shown) - SHOWN, 0), "slugs": slugs, "chosen": slug}
    refreshes = "HX-Request" in request.headers
    return render(request, "platform/_mails.html" if refreshes else "platform/mailbox.html", context)


@require_safe
def mailbox_message(request: HttpRequest, name: str) -> HttpResponse:
    """One message: as it looks, and as plain text."""
    return render(request, "platform/mail.html", {"mail": _mail(name)})


@require_safe
@xframe_options_sameorigin
def mailbox_html(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a message, for a frame."""
    return HttpResponse(_mail(name).html, headers={"Content-Security-Policy": MAIL_POLICY})


def _folder() -> Path:
    if not settings.LOCAL_MODE or not settings.MAILBOX_DIR:
        raise Http404
    return Path(settings.MAILBOX_DIR)


def _mails() -> list[Mail]:
    paths = [path for part in ("new", "cur") for path in (_folder() / part).glob("*")]
    return sorted((_read(path) for path in paths), key=lambda mail: mail.sent_at, reverse=True)


def _mail(name: str) -> Mail:
    folder = _folder()
    if _NAME.fullmatch(name):
        for part in ("new", "cur"):
            if (folder / part / name).is_file():
                return _read(folder / part / name)
    raise Http404


@lru_cache(maxsize=2000)
def _read(path: Path) -> Mail:
    """A file of a Maildir is complete as soon as it is there, and never changes."""
    message = message_from_bytes(path.read_bytes(), policy=default)
    return Mail(
        name=path.name,
        tenant=message["X-BookMe-Tenant"] or "",
        channel=message["X-BookMe-Channel"] or "email",
        sender=str(message["From"] or ""),
        to=message["X-BookMe-To"] or message["Delivered-To"] or str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=_part(message, "plain"),
        html=_part(message, "html"),
        files=tuple(part.get_filename() or part.get_content_type() for part in message.iter_attachments()),
        sent_at=dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
    )


def _part(message: Any, subtype: str) -> str:
    part: EmailMessage | None = message.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
