"""Requests to hosts that others name reach the public internet, and nothing of ours: promise 32, for small files."""

import socket
import threading
from typing import Any

import dns.rcode
import pytest

from bookme.core import outbound
from bookme.core.outbound import MOST_BYTES, NotReached, is_public, public_addresses, small_file
from tests.internet import LOOPBACK, Internet, Page

HOST, PATH = "salon.example", "/.well-known/proof.txt"

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.255", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:db8::1", "2002:7f00:1::1", "fc00::1", "fd12::1", "fe80::1", "fec0::1", "ff02::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1"]


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is(address: str) -> None:
    assert is_public(address)


def test_a_file_is_read(internet: Internet) -> None:
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.web.pages[HOST, PATH] = Page(b"proof\n")
    assert small_file(HOST, PATH) == b"proof\n"
    assert internet.web.asked == [(HOST, PATH)]


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_is_sent_to_an_address_of_ours(internet: Internet, settings: Any, address: str) -> None:
    settings.OUTBOUND_ALSO_ALLOWED = []
    internet.dns.set(HOST, "AAAA" if ":" in address else "A", address)
    internet.web.pages[HOST, PATH] = Page(b"proof")
    with pytest.raises(NotReached, match="not a public address"):
        small_file(HOST, PATH)
    assert internet.web.joined == []


def test_one_address_of_ours_spoils_the_others(internet: Internet) -> None:
    for others in (["127.0.0.2"], ["10.0.0.1"]):
        internet.dns.set(HOST, "A", LOOPBACK, *others)
        with pytest.raises(NotReached, match="not a public address"):
            small_file(HOST, PATH)
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.dns.set(HOST, "AAAA", "::1")
    with pytest.raises(NotReached, match="not a public address"):
        small_file(HOST, PATH)
    assert internet.web.joined == []


def test_a_name_that_turns_to_us_in_between_is_asked_for_once(internet: Internet) -> None:
    """Rebinding: the second answer would lead to a server of ours, and nobody asks for it."""
    ours = internet.another_web("127.0.0.2")
    internet.dns.turns[HOST, "A"] = [[LOOPBACK], ["127.0.0.2"]]
    internet.dns.set(HOST, "A", "127.0.0.2")
    internet.web.pages[HOST, PATH] = Page(b"theirs")
    ours.pages[HOST, PATH] = Page(b"ours")
    assert small_file(HOST, PATH) == b"theirs"
    assert [kind for _, kind in internet.dns.asked] == ["A", "AAAA"]
    assert (internet.web.joined, ours.joined) == ([LOOPBACK], [])


def test_the_control_reaches_it_where_it_may(internet: Internet, settings: Any) -> None:
    ours = internet.another_web("127.0.0.2")
    ours.pages[HOST, PATH] = Page(b"ours")
    internet.dns.set(HOST, "A", "127.0.0.2")
    settings.OUTBOUND_ALSO_ALLOWED = ["127.0.0.2/32"]
    assert small_file(HOST, PATH) == b"ours"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(internet: Internet, status: int) -> None:
    ours = internet.another_web("127.0.0.2")
    internet.dns.set(HOST, "A", LOOPBACK)
    leads = f"http://127.0.0.2:{internet.web.port}/secret"
    internet.web.pages[HOST, PATH] = Page(b"proof", status=status, location=leads)
    with pytest.raises(NotReached, match=f"status {status}"):
        small_file(HOST, PATH)
    assert ours.joined == []
    assert internet.web.asked == [(HOST, PATH)]


@pytest.mark.parametrize("status", [201, 204, 404, 500])
def test_only_a_plain_answer_counts(internet: Internet, status: int) -> None:
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.web.pages[HOST, PATH] = Page(b"" if status == 204 else b"proof", status=status)
    with pytest.raises(NotReached, match=f"status {status}"):
        small_file(HOST, PATH)


def test_a_large_answer_is_not_taken(internet: Internet) -> None:
    internet.dns.set(HOST, "A", LOOPBACK)
    internet.web.pages[HOST, PATH] = Page(b"x" * MOST_BYTES)
    with pytest.raises(NotReached, match="too large"):
        small_file(HOST, PATH)


def test_a_name_without_an_address(internet: Internet) -> None:
    with pytest.raises(NotReached, match="no address"):
        public_addresses(HOST)
    internet.dns.failing[HOST] = dns.rcode.SERVFAIL
    with pytest.raises(NotReached, match="no address can be read"):
        public_addresses(HOST)


def test_nobody_listens(internet: Internet, settings: Any) -> None:
    internet.dns.set(HOST, "A", LOOPBACK)
    with socket.create_server((LOOPBACK, 0)) as gone:
        settings.OUTBOUND_HTTP_PORT = gone.getsockname()[1]
    with pytest.raises(NotReached, match="no connection"):
        small_file(HOST, PATH)


@pytest.mark.parametrize(
    ("pieces", "told"),
    [
        ([b"not http at all\r\n\r\n"], "no HTTP"),
        ([b""], "no HTTP"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nproof"], "no HTTP"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b"x" * MOST_BYTES], "too large"),
        ([b"H"] * 50, "no whole answer"),
    ],
)
def test_what_answers_badly_is_given_up(
    internet: Internet, settings: Any, monkeypatch: pytest.MonkeyPatch, pieces: list[bytes], told: str
) -> None:
    """The last one would go on for seconds, a letter at a time."""
    monkeypatch.setattr(outbound, "WHOLE_SECONDS", 0.3)
    internet.dns.set(HOST, "A", LOOPBACK)
    done = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as server:
        settings.OUTBOUND_HTTP_PORT = server.getsockname()[1]
        answering = threading.Thread(target=_answer, args=(server, pieces, done))
        answering.start()
        with pytest.raises(NotReached, match=told):
            small_file(HOST, PATH)
        done.set()
        answering.join()


def _answer(server: socket.socket, pieces: list[bytes], done: threading.Event) -> None:
    caller, _ = server.accept()
    with caller:
        caller.recv(4096)
        for piece in pieces:
            try:
                caller.sendall(piece)
            except OSError:
                return
            if len(pieces) > 2 and done.wait(0.05):
                return
