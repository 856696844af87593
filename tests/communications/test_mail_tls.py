"""A mail server of the business's own, over TLS: for the name that the business gave, and nobody else."""

import datetime as dt
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bookme.communications.channels import NotTakenError, account_carrier, smtp
from tests.communications.test_mail_accounts import make_outgoing, smtp_account
from tests.internet import LOOPBACK, Internet
from tests.slow_mail import Trouble, slow_mail

NAME = "mail.salon.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of that name, with its key in the same file, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    at = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - dt.timedelta(days=1))
        .not_valid_after(at + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = tmp_path / "mail.pem"
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


class Letterbox:
    """Keeps what it is given, from whom it knows."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.letters.append(bytes(envelope.content or b""))
        return "250 Kept"


def _knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"salon", b"their-password")
    return AuthResult(success=is_right, handled=False)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@contextmanager
def _server(certificate: Path, security: str) -> Iterator[tuple[Letterbox, int]]:
    context = _context(certificate)
    given: dict[str, Any] = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    box = Letterbox()
    with socket.create_server((LOOPBACK, 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        box, hostname=LOOPBACK, port=port, authenticator=_knows, auth_require_tls=security != "tls", **given
    )
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_it_is_who_it_says_and_knows_the_account(
    internet: Internet, settings: Any, monkeypatch: pytest.MonkeyPatch, certificate: Path, security: str
) -> None:
    settings.LOCAL_MODE = False
    for name in (NAME, "else.salon.example"):
        internet.dns.set(name, "A", LOOPBACK)
    who = {"username": "salon", "password": "their-password", "security": security}
    with _server(certificate, security) as (box, port):

        def code_for(**changes: str) -> str:
            try:
                account_carrier(smtp_account(port, **{"host": NAME, **who, **changes})).check()
            except NotTakenError as error:
                return error.code
            return ""

        assert code_for() == "unreachable", "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert code_for() == ""
        assert code_for(host="else.salon.example") == "unreachable", "it is another"
        assert code_for(password="wrong") == "credentials"
        assert box.letters == []
        account_carrier(smtp_account(port, host=NAME, **who)).send(make_outgoing())
        assert len(box.letters) == 1


def test_under_tls_too_one_that_drips_is_cut_off(
    internet: Internet, settings: Any, monkeypatch: pytest.MonkeyPatch, certificate: Path
) -> None:
    """It is who it says, and then never comes to the end of its greeting."""
    settings.LOCAL_MODE = False
    internet.dns.set(NAME, "A", LOOPBACK)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setattr(smtp, "CONVERSATION_SECONDS", 0.6)
    with slow_mail(Trouble.DRIPS, context=_context(certificate)) as server:
        began = time.monotonic()
        with pytest.raises(NotTakenError) as caught:
            account_carrier(smtp_account(server.port, host=NAME, security="tls")).send(make_outgoing())
        assert caught.value.is_silent
        assert 0.6 <= time.monotonic() - began < 1.8
