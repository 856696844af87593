"""The caller's address is what our own proxies say, never what the caller claims."""

from typing import Any

import pytest
from django.test import RequestFactory

from bookme.core.http.client import client_address, client_agent

CLAIM = "198.51.100.9, 203.0.113.1, 10.0.0.2"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (0, CLAIM, "192.0.2.1", "192.0.2.1"),
        (1, CLAIM, "10.0.0.1", "10.0.0.2"),
        (2, CLAIM, "10.0.0.1", "203.0.113.1"),
        (1, "", "10.0.0.1", "10.0.0.1"),
        (1, None, "10.0.0.1", "10.0.0.1"),
        (9, CLAIM, "10.0.0.1", "198.51.100.9"),
        (1, "nonsense", "10.0.0.1", ""),
        (1, "a" * 5000, "10.0.0.1", ""),
        (0, CLAIM, "", ""),
        (1, "2001:DB8::1", "10.0.0.1", "2001:db8::1"),
        (1, "::ffff:203.0.113.5", "10.0.0.1", "203.0.113.5"),
        (1, "fe80::1%eth0", "10.0.0.1", "fe80::1"),
    ],
)
def test_address(settings: Any, proxies: int, forwarded: str | None, remote: str, address: str) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory().get("/", headers=headers, REMOTE_ADDR=remote)
    assert client_address(request) == address


def test_agent_is_bounded_and_printable() -> None:
    request = RequestFactory().get("/", headers={"user-agent": "Browser\x1b[31m" + "x" * 500})
    assert client_agent(request).startswith("Browser[31mx")
    assert len(client_agent(request)) < 200
