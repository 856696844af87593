"""A provider of one's own, by OpenID Connect: a real small HTTP server with its own books, that can misbehave.

It is strict where a real one is: it knows its client and the one address that it sends people back to, demands PKCE and
a nonce, and gives a token once for a code. `account` is who is signed in there; without one it asks by a form.
"""

import base64
import hashlib
import hmac
import html
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

CLIENT_ID = "bookme-client"
CLIENT_SECRET = "a-secret-of-the-client"
DIRECTORY = "6b1f1d4e-58c1-4f56-9b8a-0f5d2f7f3a11"
TEAM_ID, KEY_ID = "TEAM123456", "KEY1234567"
ADA = {"sub": "ada-1", "email": "ada@people.example", "email_verified": True, "name": "Ada Byron"}

_SIGNING = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
_STRANGER = RSAKey.generate_key(2048, {"kid": "first", "use": "sig", "alg": "RS256"})
_NEXT = RSAKey.generate_key(2048, {"kid": "second", "use": "sig", "alg": "RS256"})
APPLE_KEY = ECKey.generate_key("P-256")


@dataclass
class Granted:
    """What a code stands for."""

    account: dict[str, Any]
    asked: dict[str, str]


@dataclass
class OpenIdProvider:
    """`name` is whose ways it has. `faults` are what it does wrong, `claims` are put over those of its tokens."""

    name: str
    port: int = 0
    account: dict[str, Any] | None = field(default_factory=lambda: dict(ADA))
    faults: set[str] = field(default_factory=set)
    claims: dict[str, Any] = field(default_factory=dict)
    redirect_uri: str = ""
    codes: dict[str, Granted] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.base}/{{tenantid}}/v2.0" if self.name == "microsoft" else self.base

    @property
    def discovery_url(self) -> str:
        return f"{self.base}/.well-known/openid-configuration"

    @property
    def environment(self) -> dict[str, str]:
        """The settings under which BookMe knows it."""
        start = f"SOCIAL_{self.name.upper()}_"
        known = {"CLIENT_ID": CLIENT_ID, "DISCOVERY_URL": self.discovery_url}
        if self.name != "apple":
            return {start + key: value for key, value in (known | {"CLIENT_SECRET": CLIENT_SECRET}).items()}
        key = APPLE_KEY.as_pem(private=True).decode()
        apple = {"TEAM_ID": TEAM_ID, "KEY_ID": KEY_ID, "PRIVATE_KEY": key}
        return {start + key: value for key, value in (known | apple).items()}

    def about(self) -> dict[str, Any]:
        there = "ftp://127.0.0.1/token" if "unsafe_endpoint" in self.faults else f"{self.base}/token"
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.base}/authorize",
            "token_endpoint": there,
            "jwks_uri": f"{self.base}/keys",
        }

    def keys(self) -> dict[str, Any]:
        """Once it has rotated, the new one too."""
        known = [_SIGNING, _NEXT] if "rotated" in self.faults else [_SIGNING]
        extra = {"issuer": self.issuer} if self.name == "microsoft" else {}
        if "key_of_another" in self.faults:
            extra = {"issuer": f"{self.base}/{'0' * 8}-0000-4000-8000-{'0' * 12}/v2.0"}
        return {"keys": [{**each.as_dict(private=False), **extra} for each in known] + [{"kty": "odd", "kid": "x"}]}

    def fault_of(self, asked: dict[str, str]) -> str:
        """What is wrong with how it is asked, or nothing."""
        wanted = {"response_type": "code", "client_id": CLIENT_ID, "code_challenge_method": "S256"}
        wrong = [key for key, value in wanted.items() if asked.get(key) != value]
        missing = [key for key in ("state", "nonce", "code_challenge", "scope") if not asked.get(key)]
        if self.redirect_uri and asked.get("redirect_uri") != self.redirect_uri:
            wrong.append("redirect_uri")
        if self.name == "apple" and asked.get("response_mode") != "form_post":
            wrong.append("response_mode")
        return ", ".join(wrong + missing)

    def answer_to(self, asked: dict[str, str], account: dict[str, Any] | None) -> dict[str, str]:
        """What the browser takes back; without an account it was cancelled."""
        if account is None or "cancel" in self.faults:
            error = "user_cancelled_authorize" if self.name == "apple" else "access_denied"
            return {"error": error, "state": asked["state"]}
        code = secrets.token_urlsafe(24)
        self.codes[code] = Granted(account, asked)
        told = {"code": code, "state": asked["state"]}
        if self.name == "apple" and "name" in account:
            first, _space, last = account["name"].partition(" ")
            told["user"] = json.dumps({"name": {"firstName": first, "lastName": last}, "email": account["email"]})
        return told

    def token_for(self, given: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and body of the token endpoint."""
        found = self.codes.pop(given.get("code", ""), None)
        if found is None:
            return self._refuse("invalid_grant")
        if not self._knows_client(given):
            return self._refuse("invalid_client")
        challenge = _plain(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if found.asked["code_challenge"] != challenge or given.get("redirect_uri") != found.asked["redirect_uri"]:
            return self._refuse("invalid_grant")
        if "token_error" in self.faults:
            return self._refuse("invalid_grant")
        body = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "expires_in": 3600}
        return 200, body if "no_token" in self.faults else body | {"id_token": self._id_token(found)}

    def _refuse(self, error: str) -> tuple[int, dict[str, Any]]:
        self.refusals.append(error)
        return 400, {"error": error}

    def _knows_client(self, given: dict[str, str]) -> bool:
        if given.get("client_id") != CLIENT_ID:
            return False
        if self.name != "apple":
            return given.get("client_secret") == CLIENT_SECRET
        token = jwt.decode(given.get("client_secret", ""), APPLE_KEY, algorithms=["ES256"])
        wanted = {"iss": TEAM_ID, "sub": CLIENT_ID, "aud": self.issuer}
        in_time = token.claims["iat"] <= time.time() + 5 and time.time() < token.claims["exp"] <= time.time() + 3600
        return token.header["kid"] == KEY_ID and wanted.items() <= token.claims.items() and in_time

    def _id_token(self, granted: Granted) -> str:
        at = int(time.time())
        account = {key: value for key, value in granted.account.items() if self.name != "apple" or key != "name"}
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": at, "exp": at + 600, "nonce": granted.asked["nonce"]}
        if self.name == "microsoft":
            claims |= {"tid": DIRECTORY, "iss": self.issuer.replace("{tenantid}", DIRECTORY)}
        claims = {key: value for key, value in (claims | account | self.claims).items() if value is not None}
        return self._signed(claims)

    def _signed(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": "first"}
        if "no_signature" in self.faults:
            return f"{_unsigned(header | {'alg': 'none'}, claims)}."
        if "public_key_as_secret" in self.faults:  # no library does this any more
            text = _unsigned(header | {"alg": "HS256"}, claims)
            return f"{text}.{_plain(hmac.digest(_SIGNING.as_pem(private=False), text.encode(), 'sha256'))}"
        if "key_nobody_knows" in self.faults or "rotated" in self.faults:
            return jwt.encode(header | {"kid": "second"}, claims, _NEXT)
        return jwt.encode(header, claims, _STRANGER if "key_of_a_stranger" in self.faults else _SIGNING)


@contextmanager
def running_provider(name: str = "google") -> Iterator[OpenIdProvider]:
    """On a free port of this machine, until the block ends."""
    provider = OpenIdProvider(name)
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, _flat(urlsplit(self.path).query)
        self.provider.fetched.append(path)
        if path == "/authorize":
            self._authorize(asked)
        elif "down" in self.provider.faults:
            self._send(503, "text/html", "<h1>Out of order</h1>")
        elif path == "/.well-known/openid-configuration":
            self._json(200, self.provider.about())
        elif path == "/keys":
            self._json(200, self.provider.keys())
        else:
            self._send(404, "text/plain", "")

    def do_POST(self) -> None:
        given = _flat(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if urlsplit(self.path).path == "/authorize":
            asked = json.loads(given["asked"])
            self._back(asked, json.loads(given["account"]) if given["do"] == "go" else None)
            return
        self.provider.fetched.append("/token")
        if "slow" in self.provider.faults:
            time.sleep(0.6)
        if "token_down" in self.provider.faults:
            self._send(502, "text/html", "<h1>Bad gateway</h1>")
        elif "token_elsewhere" in self.provider.faults:
            self._send(307, "text/plain", "", Location=f"{self.provider.base}/token?again")
        elif "no_json" in self.provider.faults:
            self._send(200, "text/html", "<h1>Hello</h1>")
        else:
            self._json(*self.provider.token_for(given))

    def _authorize(self, asked: dict[str, str]) -> None:
        self.provider.asked.append(asked)
        if fault := self.provider.fault_of(asked):
            self._send(400, "text/plain", fault)
        elif self.provider.account is not None or "cancel" in self.provider.faults:
            self._back(asked, self.provider.account)
        else:
            self._ask(asked)

    def _back(self, asked: dict[str, str], account: dict[str, Any] | None) -> None:
        answer = self.provider.answer_to(asked, account)
        if asked.get("response_mode") == "form_post":
            self._send(200, "text/html", _posting_page(asked["redirect_uri"], answer))
        else:
            self._send(302, "text/plain", "", Location=f"{asked['redirect_uri']}?{urlencode(answer)}")

    def _ask(self, asked: dict[str, str]) -> None:
        fields = {"asked": json.dumps(asked), "account": json.dumps(ADA)}
        page = f"""<!doctype html><title>Provider</title><h1>Sign in at the provider</h1>
            <form method="post" action="/authorize">{_hidden(fields)}
            <button name="do" value="go">Go on as Ada</button><button name="do" value="no">Cancel</button></form>"""
        self._send(200, "text/html", page)

    def _json(self, status: int, body: dict[str, Any]) -> None:
        self._send(status, "application/json", json.dumps(body))

    def _send(self, status: int, kind: str, text: str, **headers: str) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in (headers | {"Content-Type": kind, "Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test says what went wrong by itself."""


def _unsigned(header: dict[str, str], claims: dict[str, Any]) -> str:
    return ".".join(_plain(json.dumps(each).encode()) for each in (header, claims))


def _plain(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _flat(query: str) -> dict[str, str]:
    return {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}


def _hidden(fields: dict[str, str]) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}">' for name, value in fields.items()
    )


def _posting_page(url: str, fields: dict[str, str]) -> str:
    """As Apple's: it sends itself, across sites."""
    return f"""<!doctype html><title>Provider</title><form method="post" action="{html.escape(url)}">{_hidden(fields)}
        <button>Go on</button></form><script>document.forms[0].submit()</script>"""
