"""What is logged in production, read from a real process's stdout: JSON lines with ids, and nothing personal."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

_PROGRAM = """
import django; django.setup()
from django.test import Client
from django.conf import settings
client = Client(headers={"host": "localhost"})
client.get("/health/", {"email": "ada@example.com"})
import logging
logging.getLogger("some.library").warning("from %s", "a library")
from django.test import RequestFactory
from django.utils.log import log_response
request = RequestFactory().get(f"/manage/{'t' * 44}/cancel/")
from django.http import HttpResponseServerError
log_response("%s: %s", "Internal Server Error", request.path, response=HttpResponseServerError(), request=request)
client.get(f"/api/{'t' * 80}/")
"""


def _production_lines(program: str) -> list[dict[str, Any]]:
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "bookme.config.settings.production",
        "SECRET_KEY": "s3cret-" * 10,
        "ENCRYPTION_KEYS": "keep-it-" * 5,
        "SECURE_SSL_REDIRECT": "false",
        "PYTHONPATH": "src",
    }
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return _production_lines(_PROGRAM)


def test_a_request_is_one_json_line(lines: list[dict[str, Any]]) -> None:
    line, _ = [line for line in lines if line["event"] == "request"]
    assert {key: line[key] for key in ("level", "method", "path", "status", "tenant", "user_id")} == {
        "level": "info",
        "method": "GET",
        "path": "/health/",
        "status": 200,
        "tenant": None,
        "user_id": None,
    }
    assert line["duration_ms"] >= 0
    assert len(line["request_id"]) == 32


def test_a_library_s_line_has_the_same_shape(lines: list[dict[str, Any]]) -> None:
    (line,) = [line for line in lines if line["logger"] == "some.library"]
    assert (line["event"], line["level"]) == ("from a library", "warning")


def test_no_query_and_so_no_address_is_logged(lines: list[dict[str, Any]]) -> None:
    assert "ada@example.com" not in json.dumps(lines)


def test_no_token_of_a_link_is_logged(lines: list[dict[str, Any]]) -> None:
    assert "tttt" not in json.dumps(lines)
    assert [line["event"] for line in lines if line["logger"] == "django.request"] == [
        "Internal Server Error: /manage/…/cancel/"
    ]
    assert [line["path"] for line in lines if line["event"] == "request"][1:] == ["/api/…/"]
