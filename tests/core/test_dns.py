"""What is read in the DNS, by real questions to a real name server on loopback."""

from types import SimpleNamespace
from typing import Any

import dns.rcode
import pytest

from bookme.core import dns as our_dns
from bookme.core.dns import DnsUnreadable, addresses, txt_records
from tests.internet import Internet, NameServer

NAME = "_bookme.salon.example"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (['"one"'], ["one"]),
        (['"one"', '"two"'], ["one", "two"]),
        (['"spl" "it " "up"'], ["split up"]),
        ([r'"caf\195\169"'], ["café"]),
        ([r'"\255"'], ["\ufffd"]),
        (['""'], [""]),
    ],
)
def test_texts_as_they_are(internet: Internet, values: list[str], told: list[str]) -> None:
    internet.dns.set(NAME, "TXT", *values)
    assert sorted(txt_records(NAME)) == sorted(told)
    assert internet.dns.asked == [(NAME, "TXT")]


def test_what_is_not_there_is_nothing(internet: Internet) -> None:
    internet.dns.set(NAME, "A", "192.0.2.1")
    assert txt_records(NAME) == []
    assert txt_records("nobody.example") == []
    assert txt_records("a..b") == []
    assert txt_records("x" * 64 + ".example") == []
    assert txt_records(".".join(["x" * 60] * 5)) == []
    assert [name for name, _ in internet.dns.asked] == [NAME, "nobody.example"]


def test_an_alias_is_followed(internet: Internet) -> None:
    internet.dns.set(NAME, "CNAME", "proof.host.example.")
    internet.dns.set("proof.host.example", "TXT", '"here"')
    assert txt_records("proof.host.example") == ["here"]


@pytest.mark.parametrize("code", [dns.rcode.SERVFAIL, dns.rcode.REFUSED, dns.rcode.NOTIMP])
def test_a_server_that_fails_is_not_one_that_says_no(internet: Internet, code: dns.rcode.Rcode) -> None:
    internet.dns.set(NAME, "TXT", '"one"')
    internet.dns.failing[NAME] = code
    with pytest.raises(DnsUnreadable):
        txt_records(NAME)


def test_nor_is_silence_and_it_is_not_waited_for_long(internet: Internet, monkeypatch: pytest.MonkeyPatch) -> None:
    assert our_dns.LIFETIME_SECONDS <= 3
    monkeypatch.setattr(our_dns, "ANSWER_SECONDS", 0.1)
    monkeypatch.setattr(our_dns, "LIFETIME_SECONDS", 0.2)
    internet.dns.silent.add(NAME)
    with pytest.raises(DnsUnreadable, match="Timeout"):
        txt_records(NAME)
    assert internet.dns.asked


def test_the_next_server_is_asked(internet: Internet, settings: Any) -> None:
    second = NameServer()
    try:
        second.set(NAME, "TXT", '"second"')
        internet.dns.failing[NAME] = dns.rcode.SERVFAIL
        settings.DNS_SERVERS = [internet.dns.address, second.address]
        assert txt_records(NAME) == ["second"]
    finally:
        second.stop()


def test_nothing_is_kept(internet: Internet) -> None:
    internet.dns.turns[NAME, "TXT"] = [['"one"'], ['"two"']]
    assert (txt_records(NAME), txt_records(NAME)) == (["one"], ["two"])


def test_addresses_are_of_both_kinds(internet: Internet) -> None:
    internet.dns.set("salon.example", "A", "192.0.2.1", "192.0.2.2")
    internet.dns.set("salon.example", "AAAA", "2001:db8::1")
    assert sorted(addresses("salon.example")) == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]


@pytest.mark.parametrize(
    ("text", "address", "port"),
    [
        ("192.0.2.53", "192.0.2.53", 53),
        ("192.0.2.53:5353", "192.0.2.53", 5353),
        ("[2001:db8::53]:54", "2001:db8::53", 54),
    ],
)
def test_servers_are_named_by_settings(settings: Any, text: str, address: str, port: int) -> None:
    settings.DNS_SERVERS = [text]
    (server,) = our_dns._resolver().nameservers
    assert (server.address, server.port) == (address, port)  # type: ignore[union-attr]


def test_none_named_are_those_of_the_system(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(our_dns, "Resolver", lambda configure: asked.append(configure) or SimpleNamespace())
    settings.DNS_SERVERS = []
    our_dns._resolver()
    assert asked == [True]
