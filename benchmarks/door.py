"""The product's front door without a network: WSGI, all middleware, and one connection that stays open."""

import io
import json
from functools import cache
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

HOST = "bench.localhost"


def get(path: str, query: str = "") -> bytes:
    """The answer of a GET, as it would go out. Raises AssertionError for another status than 200."""
    return _call("GET", path, query, b"", 200)


def post(path: str, body: dict[str, Any], **headers: str) -> bytes:
    """The answer of a POST; raises AssertionError for another status than 201."""
    return _call("POST", path, "", json.dumps(body).encode(), 201, **headers)


@cache
def _application() -> WSGIHandler:
    return get_wsgi_application()


def _call(method: str, path: str, query: str, body: bytes, wanted: int, **headers: str) -> bytes:
    status: list[int] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": HOST,
        "SERVER_PORT": "80",
        "HTTP_HOST": HOST,
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **headers,
    }
    response = _application()(environ, lambda line, _headers: status.append(int(line.split()[0])))
    content = b"".join(response)
    response.close()
    assert status == [wanted], (status, content[:500])
    return content
