"""`/mailbox/` on the platform's host, in local mode: what was sent, to whom, by which business; and answers to it."""

import datetime as dt
import re
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from bookme.communications.actions import hear
from bookme.communications.models import Channel
from bookme.communications.selectors.stopped import stopped_addresses
from bookme.communications.selectors.whatsapp import is_in_window
from bookme.core.http.views import write
from bookme.core.phones import phone_number
from bookme.core.time import now
from bookme.tenants.context import tenant_scope
from bookme.tenants.models import Tenant
from bookme.tenants.selectors import tenant_by_slug
from bookme.web.mail_policy import MAIL_POLICY

SHOWN = 200
LONGEST_ANSWER = 1600
# How an e-mail looks to who prefers it so, whatever the one who looks at it prefers.
_SCHEMES = {"light": "not all", "dark": "all"}
_PREFERRED = re.compile(r"\(prefers-color-scheme:\s*dark\)")
CHANNELS = {"email": "E-mail", "sms": "SMS", "whatsapp": "WhatsApp"}
_NAME = re.compile(r"[A-Za-z0-9._=-]{1,200}")


@dataclass(frozen=True)
class MailFile:
    """What came with a message."""

    name: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class Choice:
    """One part of the list, or all of it."""

    label: str
    url: str
    is_current: bool


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
    files: tuple["MailFile", ...]
    sent_at: dt.datetime

    def as_data(self) -> dict[str, str]:
        fields = ("tenant", "channel", "to", "subject", "text")
        return {each: getattr(self, each) for each in fields} | {"sent_at": self.sent_at.isoformat()}

    @property
    def is_mail(self) -> bool:
        return self.channel == "email"

    @property
    def preview(self) -> str:
        """The beginning of the text, below its first line."""
        return " ".join(self.text.split("\n", 1)[-1].split())[:140]


@dataclass(frozen=True)
class Phone:
    """What the business knows of the number that a message went to: it said STOP, or wrote in the last day."""

    is_stopped: bool
    is_in_window: bool


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """The messages, newest first, of one business with `?tenant=`, by one channel with `?channel=`.

    JSON for who asks for it, the list for htmx.
    """
    found = _mails()
    slug, channel = request.GET.get("tenant", ""), request.GET.get("channel", "")
    shown = [mail for mail in found if slug in {"", mail.tenant} and channel in {"", mail.channel}]
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        return JsonResponse([mail.as_data() for mail in shown], safe=False)
    slugs = sorted({mail.tenant for mail in found if mail.tenant})
    context = {
        "mails": shown[:SHOWN],
        "hidden": max(len(shown) - SHOWN, 0),
        "businesses": [Choice(each or "All", _list_url(each, channel), each == slug) for each in ("", *slugs)],
        "channels": [
            Choice(label, _list_url(slug, each), each == channel) for each, label in {"": "All", **CHANNELS}.items()
        ],
        "is_narrowed": bool(slug or channel),
    }
    refreshes = "HX-Request" in request.headers
    return render(request, "platform/_mails.html" if refreshes else "platform/mailbox.html", context)


def _list_url(slug: str, channel: str) -> str:
    query = {name: value for name, value in (("tenant", slug), ("channel", channel)) if value}
    return "/mailbox/" + (f"?{urlencode(query)}" if query else "")


@never_cache
@require_safe
def mailbox_message(request: HttpRequest, name: str) -> HttpResponse:
    """One message as it looks, in light or dark with `?look=`, and as plain text."""
    mail, look = _mail(name), request.GET.get("look", "")
    looks = [
        Choice(label, f"?look={each}" if each else "?", each == look)
        for each, label in (("", "As your device"), ("light", "Light"), ("dark", "Dark"))
    ]
    context = {
        "mail": mail,
        "look": look if look in _SCHEMES else "",
        "looks": looks,
        "phone": _phone_of(mail),
        "longest": LONGEST_ANSWER,
    }
    return render(request, "platform/mail.html", context)


@require_POST
def mailbox_answer(request: HttpRequest, name: str) -> HttpResponse:
    """What whoever has the phone answers with `text`: heard as if Twilio had handed it in. Of a mail, 404."""
    mail, text = _mail(name), request.POST.get("text", "")[:LONGEST_ANSWER]
    tenant = _answered(mail)
    if tenant is None:
        raise Http404
    with tenant_scope(tenant), write():
        hear(channel=Channel(mail.channel), number=mail.to, text=text, now=now())
    return redirect("mailbox-message", name)


@require_safe
@xframe_options_sameorigin
def mailbox_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of a message, for a frame, in light or dark with `?look=`."""
    html, scheme = _mail(name).html, _SCHEMES.get(request.GET.get("look", ""))
    if scheme:
        html = _PREFERRED.sub(scheme, html)
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_safe
def mailbox_file(_request: HttpRequest, name: str, number: int) -> HttpResponse:
    """What came with a message, to be kept: never shown here."""
    files = _mail(name).files
    if number >= len(files):
        raise Http404
    found = files[number]
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=found.name)}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)


def _answered(mail: Mail) -> Tenant | None:
    """To whom one answers it; to a mail, here, to nobody."""
    if mail.is_mail or mail.channel not in Channel.values or phone_number(mail.to) != mail.to:
        return None
    tenant = tenant_by_slug(mail.tenant)
    return tenant if tenant is not None and tenant.schema_is_current else None


def _phone_of(mail: Mail) -> Phone | None:
    tenant = _answered(mail)
    if tenant is None:
        return None
    with tenant_scope(tenant):
        return Phone(
            is_stopped=stopped_addresses(Channel(mail.channel), mail.to).exists(),
            is_in_window=mail.channel == Channel.WHATSAPP and is_in_window(mail.to, now=now()),
        )


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
        subject=str(message["Subject"] or "").strip(),  # one that is folded at once begins with a space
        text=_part(message, "plain"),
        html=_part(message, "html"),
        files=tuple(_file(part) for part in message.iter_attachments()),
        sent_at=dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
    )


def _file(part: Any) -> MailFile:
    kind = part.get_content_type()
    return MailFile(part.get_filename() or kind, kind, part.get_payload(decode=True) or b"")


def _part(message: Any, subtype: str) -> str:
    part: EmailMessage | None = message.get_body((subtype,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
