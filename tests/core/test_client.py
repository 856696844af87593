"""The caller's address is what our own proxies say, never what the caller claims."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from bookme.core.http.client import BelievedForwarding, client_address, client_agent
from bookme.tenants.models import Tenant

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
        (1, "203.0.113.5:4711", "10.0.0.1", "203.0.113.5"),
        (1, "[2001:db8::1]:4711", "10.0.0.1", "2001:db8::1"),
        (1, "[2001:db8::1]", "10.0.0.1", "2001:db8::1"),
        (1, "198.51.100.9,203.0.113.1", "10.0.0.1", "203.0.113.1"),
        (1, "198.51.100.9, , 203.0.113.1,", "10.0.0.1", "203.0.113.1"),
        (1, "203.0.113.1, unknown", "10.0.0.1", ""),
        (1, "203.0.113.1, ٢٠٣.0.113.1", "10.0.0.1", ""),
        (1, "203.0.113.1, 0x7f.1", "10.0.0.1", ""),
        (1, "203.0.113.1, 127.0.0.1 ", "10.0.0.1", "127.0.0.1"),
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


@pytest.mark.parametrize(
    ("proxies", "forwarded", "remote", "address"),
    [
        (1, CLAIM, "10.0.0.1", "10.0.0.2"),
        (2, CLAIM, "10.0.0.1", "203.0.113.1"),
        (2, "198.51.100.9, 203.0.113.1", "10.0.0.1", "203.0.113.1"),  # nobody of ours appended the first one
        (1, CLAIM, "192.0.2.1", "192.0.2.1"),
        (9, CLAIM, "192.0.2.1", "192.0.2.1"),
        (9, CLAIM, "10.0.0.1", "203.0.113.1"),
        (1, "203.0.113.1", "2001:db8:1::7", "203.0.113.1"),
        (1, "203.0.113.1", "2001:db8:2::7", "2001:db8:2::7"),
        (1, "203.0.113.1", "::ffff:10.0.0.1", "203.0.113.1"),
        (1, "203.0.113.1", "", ""),
        (1, "203.0.113.1", "unix:", ""),
        (0, "203.0.113.1", "10.0.0.1", "10.0.0.1"),
        (1, "10.0.0.9", "10.0.0.1", "10.0.0.9"),
    ],
)
def test_whoever_is_no_proxy_of_ours_is_not_believed(
    settings: Any, proxies: int, forwarded: str, remote: str, address: str
) -> None:
    settings.TRUSTED_PROXY_COUNT, settings.TRUSTED_PROXIES = proxies, ["10.0.0.0/24", "2001:db8:1::/64"]
    request = RequestFactory().get("/", headers={"x-forwarded-for": forwarded}, REMOTE_ADDR=remote)
    assert client_address(request) == address


@pytest.mark.parametrize(
    ("proxies", "said", "remote", "secure"),
    [
        (1, "https", "10.0.0.1", True),
        (1, "HTTPS", "10.0.0.1", True),
        (1, "https, https", "10.0.0.1", True),
        (1, "https, http", "10.0.0.1", False),
        (1, "http, https", "10.0.0.1", False),
        (1, "http", "10.0.0.1", False),
        (1, "", "10.0.0.1", False),
        (1, "https", "192.0.2.1", False),
        (1, "https", "", False),
        (0, "https", "10.0.0.1", False),
    ],
)
def test_https_is_what_our_proxy_says(settings: Any, proxies: int, said: str, remote: str, secure: bool) -> None:
    settings.TRUSTED_PROXY_COUNT, settings.TRUSTED_PROXIES = proxies, ["10.0.0.0/24"]
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    request = RequestFactory().get("/", headers={"x-forwarded-proto": said}, REMOTE_ADDR=remote)
    assert isinstance(BelievedForwarding(lambda _: HttpResponse())(request), HttpResponse)
    assert request.is_secure() is secure


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-host", "x-original-url", "x-rewrite-url"])
def test_no_header_but_host_says_which_business_it_is(client: Client, salon: Tenant, header: str) -> None:
    answer = client.get(
        "/api/v1/config/", headers={header: "host=rival.localhost" if header == "forwarded" else "rival.localhost"}
    )
    assert answer.json()["name"] == salon.name
