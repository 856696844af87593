"""Calling the operations of the matrix, each for real and each undone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db import transaction
from django.http import HttpResponse
from django.utils.http import urlencode

from bookme.tenants.selectors import forget_tenants
from tests.security.bodies import BODIES, LISTS, QUERIES, Csv
from tests.security.world import Caller, Side, World, seen_in

# Whose reach has no bounds: what they may do with what is far, they may do with what is near.
UNBOUND = frozenset({"manager", "owner", "operator", "key"})
PLATFORM = "platform/"  # its operations are served by the platform's own host
CHANGES_THE_BUSINESS = ("PATCH config/", f"POST {PLATFORM}", f"PATCH {PLATFORM}")
NEAR, FAR, BOTH, NEITHER = "near", "far", "both", "none"


@dataclass(frozen=True)
class Told:
    """What a caller was answered: the cell, the bytes of all of it, and the first answer alone."""

    cell: str
    content: bytes
    first: bytes


@dataclass(frozen=True)
class Sent:
    """A request: what of it depends on whether it is about what is near or far."""

    path: str
    query: dict[str, Any]
    body: Any

    @classmethod
    def of(cls, operation: str, side: Side) -> "Sent":
        path = operation.split()[1].format_map(side)
        return cls(path, _filled(QUERIES.get(operation, {}), side), _filled(BODIES.get(operation, {}), side))


def called(world: World, role: str, operation: str) -> Told:
    """What that caller is answered: a cell as the matrix has them."""
    caller = world.callers[role]
    sent, other = Sent.of(operation, world.near | caller.own), Sent.of(operation, world.far)
    token = _token(operation, world) if role == "link" else {}
    if role in UNBOUND and not any(f"{{{name}}}" in operation for name in caller.own):
        sent = other
    near = _answered(caller, operation, sent, token)
    if sent != other:
        far = _answered(caller, operation, other, token)
        cells = dict.fromkeys(str(each.status_code) for each in (near, far))
        first = content_of(near)
        return Told("/".join(cells), first + content_of(far), first)
    cell, content = str(near.status_code), content_of(near)
    if operation in LISTS and near.status_code == 200:
        cell += _seen(content, world, LISTS[operation], caller)
    return Told(cell, content, content)


def status_about_near(world: World, role: str, operation: str) -> str:
    """Of what is near, and theirs: how that caller, who has no link, is answered."""
    caller = world.callers[role]
    return str(_answered(caller, operation, Sent.of(operation, world.near | caller.own), {}).status_code)


def _seen(content: bytes, world: World, kind: str, caller: Caller) -> str:
    near, far = seen_in(content, world.near | caller.own, kind), seen_in(content, world.far, kind)
    return f":{BOTH if near and far else NEAR if near else FAR if far else NEITHER}"


def _token(operation: str, world: World) -> dict[str, str]:
    """The link of what is near, for what has one."""
    kind = operation.partition("{")[2].partition("}")[0]
    return {"token": world.near["tokens"][kind]} if kind in world.near["tokens"] else {}


def _answered(caller: Caller, operation: str, sent: Sent, token: dict[str, str]) -> HttpResponse:
    query = urlencode(sent.query | token)
    is_platform = sent.path.startswith(PLATFORM)
    prefix, headers = ("/api/v1/", {"host": "localhost"}) if is_platform else (caller.api.prefix, {})
    url = f"{prefix}{sent.path}" + (f"?{query}" if query else "")
    is_file = isinstance(sent.body, Csv)
    body, kind = (sent.body, "text/csv") if is_file else (json.dumps(sent.body), "application/json")
    with undone(operation):
        return caller.api.client.generic(operation.split(maxsplit=1)[0], url, body, kind, headers=headers)


@contextmanager
def undone(operation: str) -> Iterator[None]:
    """Nothing that is written stays: neither rows nor counters, nor what the process keeps of the business."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(point)
        caches["default"].clear()
        if operation.startswith(CHANGES_THE_BUSINESS):
            forget_tenants()


def _filled(given: Any, side: Side) -> Any:
    if isinstance(given, str):
        return type(given)(given.format_map(side))
    if isinstance(given, dict):
        return {name: _filled(value, side) for name, value in given.items()}
    return [_filled(each, side) for each in given] if isinstance(given, list) else given


def content_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
