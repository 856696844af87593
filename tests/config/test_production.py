"""Production settings: safe, and refused without their secrets."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bookme.config.sentry import scrub_event
from bookme.config.settings.base import BASE_DIR
from bookme.tenants.models import Tenant
from tests.openid import APPLE_KEY

_SECRETS = {
    "SECRET_KEY": "s3cret-" * 10,
    "ENCRYPTION_KEYS": "keep-it-" * 5,
    "DATABASE_URL": "postgres://u:p@127.0.0.1:1/db",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def _manage(*arguments: str, without: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    given = {key: value for key, value in _SECRETS.items() if key != without} | more
    env = kept | given | {"DJANGO_SETTINGS_MODULE": "bookme.config.settings.production", "PYTHONPATH": "src"}
    return subprocess.run(
        [sys.executable, "src/manage.py", *arguments],
        env=env,
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_deployment_check_is_clean() -> None:
    done = _manage("check", "--deploy", "--fail-level", "INFO")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("secret", sorted(_SECRETS))
def test_there_is_no_default_for_a_secret(secret: str) -> None:
    done = _manage("check", without=secret)
    assert done.returncode != 0
    assert secret in done.stderr


@pytest.mark.parametrize("weak", ["x", "s3cret-" * 7, "ab" * 40, ""])
def test_a_weak_secret_key_is_refused(weak: str) -> None:
    done = _manage("check", SECRET_KEY=weak)
    assert done.returncode != 0
    assert "SECRET_KEY is too weak: give at least 50 random characters" in done.stderr


@pytest.mark.parametrize("weak", ["x", "keep-it-" * 5 + ",short", ""])
def test_a_weak_encryption_key_is_refused(weak: str) -> None:
    done = _manage("check", ENCRYPTION_KEYS=weak)
    assert done.returncode != 0
    assert "ENCRYPTION_KEYS is too weak" in done.stderr


def _setting(*names: str, **more: str) -> object:
    told = ", ".join(f"settings.{name}" for name in names)
    code = f"from django.conf import settings; print(repr(({told})))"
    done = _manage("shell", "--no-imports", "-c", code, **more)
    assert done.returncode == 0, done.stderr
    return ast.literal_eval(done.stdout)


def test_the_options_of_the_database_s_address_are_kept() -> None:
    url = _SECRETS["DATABASE_URL"] + "?sslmode=verify-full"
    options = "DATABASES['default']['OPTIONS']"
    assert _setting(options, DATABASE_URL=url) == {
        "server_side_binding": True,
        "prepare_threshold": 5,
        "sslmode": "verify-full",
    }
    pooled = _setting(options, DATABASE_URL=url, DATABASE_POOL_SIZE="3")
    assert isinstance(pooled, dict)
    assert (pooled["sslmode"], pooled["pool"]["max_size"]) == ("verify-full", 3)


def test_hsts_is_for_the_host_alone_unless_asked_for() -> None:
    names = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    assert _setting(*names) == (31_536_000, False, False)
    asked = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "true", "SECURE_HSTS_PRELOAD": "true"}
    assert _setting(*names, **asked) == (31_536_000, True, True)


def test_the_header_that_says_https_is_believed_from_a_proxy_only() -> None:
    assert _setting("SECURE_PROXY_SSL_HEADER") is None
    assert _setting("SECURE_PROXY_SSL_HEADER", TRUSTED_PROXY_COUNT="1") == ("HTTP_X_FORWARDED_PROTO", "https")


def test_the_networks_of_the_proxies_are_networks() -> None:
    assert _setting("TRUSTED_PROXIES", TRUSTED_PROXIES="10.0.0.0/24,2001:db8::1") == ["10.0.0.0/24", "2001:db8::1/128"]
    refused = _manage("check", TRUSTED_PROXIES="10.0.0.1/24")
    assert refused.returncode != 0
    assert "10.0.0.1/24" in refused.stderr


def test_what_goes_to_sentry_is_scrubbed_and_tagged(salon: Tenant) -> None:
    event = {
        "user": {"email": "ada@example.com"},
        "request": {"url": "http://x/", "data": "ada", "cookies": "ada", "headers": {"Authorization": "ada"}},
        "exception": {
            "values": [
                {
                    "type": "IntegrityError",
                    "value": "DETAIL: Key (email)=(ada@example.com) already exists.",
                    "stacktrace": {"frames": [{"function": "f", "vars": {"name": "ada"}}]},
                }
            ]
        },
        "breadcrumbs": {"values": ["ada"]},
        "logentry": {"message": "%s: %s", "params": ["ada"], "formatted": "ada"},
        "extra": {"request": "<WSGIRequest: GET '/ada/'>"},
    }
    sent = scrub_event(event, None)
    assert sent["tags"] == {"tenant": "salon"}
    assert "ada" not in str(sent)
    assert sent["request"]["url"] == "http://x/"
    assert sent["exception"]["values"][0]["type"] == "IntegrityError"
    assert sent["logentry"] == {"message": "%s: %s"}


def test_a_link_s_token_does_not_go_to_sentry() -> None:
    sent = scrub_event({"request": {"url": f"https://salon.example/manage/{'s' * 44}/cancel/"}}, None)
    assert sent["request"]["url"] == "https://salon.example/manage/…/cancel/"


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"SOCIAL_GOOGLE_CLIENT_ID": "x"}, "SOCIAL_GOOGLE_CLIENT_SECRET"),
        ({"SOCIAL_APPLE_CLIENT_ID": "x", "SOCIAL_APPLE_TEAM_ID": "y"}, "SOCIAL_APPLE_PRIVATE_KEY"),
        ({"SOCIAL_MICROSOFT_CLIENT_ID": "x"}, "SOCIAL_MICROSOFT_CLIENT_SECRET"),
    ],
)
def test_a_provider_is_set_up_whole_or_not_at_all(given: dict[str, str], missing: str) -> None:
    done = _manage("check", **given)
    assert done.returncode != 0
    assert missing in done.stderr


def test_apples_key_is_one_line_of_the_environment() -> None:
    """As files of settings have it: its new lines are written out."""
    key = APPLE_KEY.as_pem(private=True).decode()
    done = _manage("shell", "-v", "0", "-c", _SIGN, SOCIAL_APPLE_PRIVATE_KEY=key.replace("\n", "\\n"))
    assert done.stdout.count(".") == 2, done.stderr


_SIGN = """
from bookme.users.social.providers import _apple_secret
from bookme.core.time import now
print(_apple_secret("https://appleid.apple.com", now()))
"""


def _settings_read() -> set[str]:
    text = "".join(path.read_text() for path in (BASE_DIR / "src/bookme/config/settings").glob("*.py"))
    return set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', text))


@pytest.mark.parametrize("page", ["docs/settings.md", ".env.example"])
def test_every_setting_is_documented(page: str) -> None:
    told = set(re.findall(r"\b([A-Z][A-Z_]{3,})\b", Path(BASE_DIR, page).read_text()))
    assert _settings_read() - told == {"PORT"} - told
