"""The local mailbox: a real SMTP conversation, one complete file a message."""

import smtplib
import socket
from email.message import EmailMessage
from pathlib import Path

import pytest

from bookme.dev.mailbox import Mailbox


def message(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "salon@example.com", "ana@example.com", subject
    made.set_content("À bientôt, مرحبا\n.\nThe line above is a single dot.")
    return made


def test_what_is_sent_is_kept_complete_and_in_order(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mail, smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        client.send_message(message("Réservé"))
        client.send_message(message("Cancelled"), to_addrs=["hidden@example.com", "ana@example.com"])
        kept = mail.messages()
    assert [each["Subject"] for each in kept] == ["Réservé", "Cancelled"]
    assert kept[0].get_content().splitlines() == ["À bientôt, مرحبا", ".", "The line above is a single dot."]
    assert kept[1]["Delivered-To"] == "hidden@example.com, ana@example.com"
    assert kept[1]["To"] == "ana@example.com"


def test_messages_of_an_earlier_run_are_still_there(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mail, smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        client.send_message(message("First"))
    with Mailbox(tmp_path / "mailbox") as again:
        assert [each["Subject"] for each in again.messages()] == ["First"]


def test_emptied_it_keeps_what_comes_next(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mail, smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client:
        client.send_message(message("First"))
        mail.empty()
        assert mail.messages() == []
        client.send_message(message("Second"))
        assert [each["Subject"] for each in mail.messages()] == ["Second"]


def test_an_interrupted_message_is_not_kept(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mail:
        with socket.create_connection(("127.0.0.1", mail.port), timeout=5) as client:
            client.recv(1024)
            for line in (b"HELO me", b"MAIL FROM:<a@example.com>", b"RCPT TO:<b@example.com>", b"DATA"):
                client.sendall(line + b"\r\n")
                client.recv(1024)
            client.sendall(b"Subject: half\r\n\r\nhal")
        with smtplib.SMTP("127.0.0.1", mail.port, timeout=5) as client_again:
            client_again.send_message(message("Whole"))
        assert [each["Subject"] for each in mail.messages()] == ["Whole"]


def test_the_port_is_free_again_after_stop(tmp_path: Path) -> None:
    with Mailbox(tmp_path / "mailbox") as mail:
        port = mail.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=1)
