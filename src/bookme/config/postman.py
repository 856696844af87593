"""From the description of the API to a Postman collection (format 2.1). Pure."""

import json
import re
from collections.abc import Iterator
from typing import Any

FORMAT = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
BASE_URL = "http://house-of-hair.localhost:8000"
DEEPEST = 6

_KEEP_TOKEN = [
    "const tokens = pm.response.json();",
    "pm.collectionVariables.set('access', tokens.access);",
    "pm.collectionVariables.set('refresh', tokens.refresh);",
]
_SAMPLES = {"integer": 1, "number": 1.0, "boolean": True, "null": None}
_TEXTS = {
    "uuid": "00000000-0000-0000-0000-000000000000",
    "date": "2027-03-01",
    "date-time": "2027-03-01T09:30:00+00:00",
    "email": "ada@mail.example",
    "uri": "https://salon.example",
    "decimal": "58.00",
}


def collection(schema: dict[str, Any]) -> dict[str, Any]:
    """A folder for each tag, a request for each operation; the token of a sign-in is kept and sent with the others."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            folders.setdefault(operation["tags"][0], []).append(_item(method, path, operation, schema))
    return {
        "info": {
            "name": schema["info"]["title"],
            "description": schema["info"]["description"],
            "schema": FORMAT,
        },
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{access}}", "type": "string"}]},
        "variable": [
            {"key": key, "value": value} for key, value in (("baseUrl", BASE_URL), ("access", ""), ("refresh", ""))
        ],
        "item": [{"name": tag, "item": items} for tag, items in sorted(folders.items())],
    }


def _item(method: str, path: str, operation: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    body = list(_bodies(operation, schema))
    item: dict[str, Any] = {
        "name": operation["summary"],
        "request": {
            "method": method.upper(),
            "description": operation.get("description", ""),
            "header": [{"key": "Accept", "value": "application/json"}],
            "url": _url(path, operation),
        },
        "response": [],
    }
    if {} in operation.get("security", []) and method == "get":
        item["request"]["auth"] = {"type": "noauth"}
    if body:
        item["request"]["header"].append({"key": "Content-Type", "value": "application/json"})
        item["request"]["body"] = {
            "mode": "raw",
            "raw": json.dumps(body[0], indent=2, ensure_ascii=False),
            "options": {"raw": {"language": "json"}},
        }
    if operation["operationId"] == "auth_login":
        item["event"] = [{"listen": "test", "script": {"type": "text/javascript", "exec": _KEEP_TOKEN}}]
    return item


def _url(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    parameters = operation.get("parameters", [])
    inside = [each["name"] for each in parameters if each["in"] == "path"]
    query = [each for each in parameters if each["in"] == "query"]
    parts = [re.sub(r"^\{(\w+)\}$", r":\1", part) for part in path.strip("/").split("/")] + [""]
    return {
        "raw": "{{baseUrl}}/" + "/".join(parts),
        "host": ["{{baseUrl}}"],
        "path": parts,
        "variable": [{"key": name, "value": ""} for name in inside],
        "query": [
            {
                "key": each["name"],
                "value": "",
                "description": each.get("description", ""),
                "disabled": not each.get("required", False),
            }
            for each in query
        ],
    }


def _bodies(operation: dict[str, Any], schema: dict[str, Any]) -> Iterator[Any]:
    """The examples of a request, else one made of its fields."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield from (each["value"] for each in content.get("examples", {}).values())
        yield sample(content.get("schema", {}), schema)


def sample(part: dict[str, Any], schema: dict[str, Any], depth: int = 0) -> Any:
    """A value of that shape: its example or default, else of its type."""
    if "$ref" in part:
        name = part["$ref"].rsplit("/", 1)[-1]
        return sample(schema["components"]["schemas"][name], schema, depth + 1)
    for known in ("example", "default"):
        if known in part:
            return part[known]
    for listed in ("examples", "enum"):
        if part.get(listed):
            return part[listed][0]
    for several in ("oneOf", "anyOf", "allOf"):
        if part.get(several):
            return sample(part[several][0], schema, depth + 1)
    return _of_type(part, schema, depth)


def _of_type(part: dict[str, Any], schema: dict[str, Any], depth: int) -> Any:
    kinds = part.get("type", "object")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    if kind in _SAMPLES:
        return part.get("minimum", _SAMPLES[kind]) if kind != "boolean" else True
    if kind == "string":
        return _TEXTS.get(part.get("format", ""), "text")
    if kind == "array":
        return [sample(part["items"], schema, depth + 1)] if depth < DEEPEST else []
    fields = part.get("properties", {}) if depth < DEEPEST else {}
    return {name: sample(each, schema, depth + 1) for name, each in fields.items() if not each.get("readOnly")}
