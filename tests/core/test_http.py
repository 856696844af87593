"""One error shape for whatever goes wrong, on every path below /api/."""

import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions

from bookme.core.errors import Closed, Conflict
from bookme.core.http.problems import exception_handler, field_errors, problem_body
from tests.factories.users import Api, Person, UserFactory

MEMBERS = {"type", "title", "status", "code", "detail", "instance", "errors"}


def _is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer.content)
    assert (answer.status_code, body["code"]) == (status, code), answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert status == 500 or answer["API-Version"] == "1"
    assert set(body) >= MEMBERS
    assert body["status"] == status
    assert "SELECT" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    return body


def _raw(door: Api, body: bytes | str, content_type: str = "application/json") -> Any:
    return door.client.generic("POST", "/api/v1/echo/", body, content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"\xff\xfe",
        b'{"name": "\xc3"}',
        b"nonsense",
        b'"a text"',
        b"5",
        b"null",
        b'{"party": NaN}',
        b'{"party": Infinity}',
        b'{"party": -Infinity}',
        b'{"a": 1} {"b": 2}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"party": ' + b"1" * 5000 + b"}",
        b"\x00",
    ],
    ids=lambda body: body[:20],
)
def test_what_is_not_json(door: Api, body: bytes) -> None:
    if body == b"":
        assert _raw(door, body).status_code == 200  # nothing given: every field of this one is optional
        return
    _is_problem(_raw(door, body), 400, "malformed_json")


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ('{"name": "a\\u0000"}', "/name", "control_characters"),
        ('{"data": {"deep": ["\\ud800"]}}', "/data/deep/0", "control_characters"),
        ('{"data": {"a/b~c": "\\u0000"}}', "/data/a~1b~0c", "control_characters"),
        ('{"data": {"\\u0000": 1}}', "/data", "control_characters"),
        ('{"party": 1e400}', "/party", "number_too_large"),
        ('{"party": 99999999999999999999}', "/party", "number_too_large"),
        ('{"data": {"n": -99999999999999999999}}', "/data/n", "number_too_large"),
        ('{"data": ' + "[" * 40 + "]" * 40 + "}", None, "too_deep"),
    ],
)
def test_what_no_database_can_hold(door: Api, body: str, pointer: str | None, code: str) -> None:
    found = _is_problem(_raw(door, body), 400, code)["errors"][0]
    assert found["code"] == code
    assert pointer is None or found["pointer"] == pointer


def test_a_list_where_an_object_belongs(door: Api) -> None:
    _is_problem(_raw(door, "[1]"), 400, "invalid")


def test_other_refusals(door: Api) -> None:
    _is_problem(_raw(door, "name=a", "application/x-www-form-urlencoded"), 415, "unsupported_media_type")
    _is_problem(_raw(door, "<a/>", "text/xml"), 415, "unsupported_media_type")
    _is_problem(door.put("echo/", {}), 405, "method_not_allowed")
    _is_problem(door.client.generic("BREW", "/api/v1/echo/"), 405, "method_not_allowed")
    _is_problem(door.get("nothing/"), 404, "not_found")
    _is_problem(door.get("rows/1/"), 404, "not_found")
    _is_problem(door.get("echo/", accept="text/csv"), 406, "not_acceptable")


def test_a_body_over_the_limit(door: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert _raw(door, json.dumps({"notes": "n" * 900})).status_code == 200
    _is_problem(_raw(door, json.dumps({"notes": "n" * 1000})), 413, "too_large")
    refused = exception_handler(RequestDataTooBig(), {"request": type("Request", (), {"path": "/api/"})})
    assert refused is not None
    assert refused.status_code == 413


@pytest.mark.parametrize("query", ["a=%00", "%00=a", "a=1&a=%00"])
def test_queries_that_no_database_can_hold(door: Api, query: str) -> None:
    _is_problem(door.client.get(f"/api/v1/echo/?{query}"), 400, "control_characters")


@pytest.mark.parametrize("query", ["a=%ED%A0%80", "a=%ff", "%", "a=1&a=2", "page=" + "9" * 400])
def test_odd_queries_are_only_odd(door: Api, query: str) -> None:
    assert door.client.get(f"/api/v1/echo/?{query}").status_code == 200


def test_a_path_that_no_database_can_hold(door: Api) -> None:
    assert door.client.get("/api/v1/echo/word/").json()["word"] == "word"
    _is_problem(door.client.get("/api/v1/echo/a%00b/"), 404, "not_found")


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("unique", 409, "exists"),
        ("too_long", 400, "max_length"),
        ("too_large", 400, "number_too_large"),
        ("check", 400, "invalid"),
        ("foreign", 409, "in_use"),
        ("protected", 409, "in_use"),
        ("timeout", 503, "busy"),
        ("ours", 500, "server_error"),
        ("fault", 500, "server_error"),
    ],
)
def test_what_the_database_says(door: Api, owner: Person, kind: str, status: int, code: str) -> None:
    UserFactory()
    answer = door.post("database/", {"kind": kind})
    _is_problem(answer, status, code)
    assert ("Retry-After" in answer) == (status == 503)


def test_a_nul_that_slipped_through_is_no_500(door: Api) -> None:
    _is_problem(door.post("database/", {"kind": "nul"}), 400, "control_characters")


def test_what_a_cache_may_keep(door: Api) -> None:
    assert door.get("echo/")["Cache-Control"] == "no-store"
    assert door.get("kept/")["Cache-Control"] == "public, max-age=60"


def test_roles(door: Api, owner: Person, stylist: Person, customer: Person) -> None:
    for method, wanted in {
        "get": (401, 200, 200, 200),
        "post": (401, 403, 200, 200),
        "put": (401, 403, 403, 200),
    }.items():
        codes = tuple(getattr(api, method)("role/").status_code for api in (door, customer.api, stylist.api, owner.api))
        assert codes == wanted, method
    refused = _is_problem(customer.api.post("role/"), 403, "not_allowed")
    assert refused["permission"] == "bookings.manage"
    assert _is_problem(door.get("role/"), 401, "not_signed_in")["errors"] == []
    assert door.get("role/")["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (PermissionDenied(), 403, "not_allowed"),
        (exceptions.PermissionDenied(), 403, "not_allowed"),
        (Http404(), 404, "not_found"),
        (exceptions.NotFound("Invalid page."), 404, "not_found"),
        (exceptions.NotAuthenticated(), 401, "not_signed_in"),
        (exceptions.AuthenticationFailed(), 401, "not_signed_in"),
        (exceptions.Throttled(wait=2.1), 429, "too_many_requests"),
        (exceptions.ParseError(), 400, "parse_error"),
        (OperationalError("the server is away"), 503, "busy"),
        (InterfaceError("connection already closed"), 503, "busy"),
        (Closed(), 503, "suspended"),
    ],
)
def test_what_frameworks_raise(error: Exception, status: int, code: str) -> None:
    answer = exception_handler(error, {"request": type("Request", (), {"path": "/api/"})})
    assert answer is not None
    assert (answer.status_code, answer.data["status"], answer.data["code"]) == (status, status, code)
    assert ("Retry-After" in answer.headers) == (status in {429, 503})


def test_faults_are_pointed_at_however_deep() -> None:
    error = exceptions.ValidationError(
        {"customer": {"email": ["bad"]}, "extras": [{}, {"id": ["bad"]}], "a/b": ["bad"], "non_field_errors": ["bad"]}
    )
    found = {each.pointer for each in field_errors(error.get_full_details())}
    assert found == {"/customer/email", "/extras/1/id", "/a~1b", ""}


def test_a_fault_of_ours_is_not_hidden() -> None:
    assert exception_handler(ValueError("ours"), {"request": None}) is None


def test_extra_members_never_replace_the_standard_ones() -> None:
    body = problem_body(Conflict(extra={"status": 1, "alternatives": []}), instance="/x")
    assert (body["status"], body["alternatives"]) == (409, [])
