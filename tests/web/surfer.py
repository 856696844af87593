"""A browser that goes from host to host: a business, the platform, a provider; each with its own cookies."""

import html
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.conf import settings
from django.http import HttpResponse
from django.test import Client

from bookme.eventlog.models import Event
from bookme.users.models import SignIn

_REFRESH = re.compile(r'http-equiv="refresh" content="0; url=([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')
_ACTION = re.compile(r'<form method="post" action="([^"]+)">')
PROVIDER = "127.0.0.1"
BEGIN = "/account/social/{}/"
NAMES = ("google", "apple", "microsoft")


@dataclass
class Surfer:
    """`went` is every address that it was led to."""

    clients: dict[str, Client] = field(default_factory=dict)
    went: list[str] = field(default_factory=list)

    def at(self, host: str) -> Client:
        return self.clients.setdefault(host, Client(headers={"host": host}))

    def press(self, path: str, host: str = "salon.localhost", data: dict[str, Any] | None = None) -> str:
        """Press a provider's button; the address that the page leads on to."""
        answer = self.at(host).post(path, data or {"x": "x"})
        found = _REFRESH.search(answer.content.decode())
        assert found, (answer.status_code, answer.content.decode()[:3000])
        return html.unescape(found[1])

    def go(self, url: str, *, until: str = "") -> HttpResponse | str:
        """Follow on to a page; or to the first address that has `until` in it, which is not asked for any more."""
        for _step in range(10):
            self.went.append(url)
            if until and until in url:
                return url
            host = urlsplit(url).hostname or ""
            if host == PROVIDER:
                answer = requests.get(url, allow_redirects=False, timeout=5)
                assert answer.status_code in {200, 302}, answer.text
                if answer.status_code == 200:
                    return self._post_back(answer.text, until)
                url = answer.headers["Location"]
                continue
            page = self.at(host).get(url.partition(urlsplit(url).netloc)[2])
            if page.status_code not in {302, 303}:
                return page
            url = _absolute(page["Location"], host)
        raise AssertionError(self.went)

    def _post_back(self, text: str, until: str) -> HttpResponse | str:
        """As Apple's page does by itself."""
        action = _ACTION.search(text)
        assert action
        given = {name: html.unescape(value) for name, value in _HIDDEN.findall(text)}
        url = html.unescape(action[1])
        page = self.at(urlsplit(url).hostname or "").post(urlsplit(url).path, given)
        if page.status_code != 303:
            return page
        return self.go(page["Location"], until=until)

    def come(self, path: str, host: str = "salon.localhost") -> HttpResponse:
        """From the button to the page where it ends."""
        page = self.go(self.press(path, host))
        assert not isinstance(page, str)
        return page


def _absolute(url: str, host: str) -> str:
    return f"http://{host}:{settings.PUBLIC_PORT}{url}" if url.startswith("/") else url


def named(*names: str) -> Any:
    return pytest.mark.parametrize("provider", names, indirect=True)


def facts(name: str) -> list[dict[str, Any]]:
    return list(Event.objects.filter(name=name).order_by("pk").values_list("payload", flat=True))


def refused(page: Any, heading: str, status: int = 403) -> None:
    """A kind page with a way on, and nobody is in."""
    text = page.content.decode()
    assert (page.status_code, f"<h1>{heading}</h1>" in text) == (status, True), text
    assert "btn" in text
    assert not SignIn.objects.exists()
