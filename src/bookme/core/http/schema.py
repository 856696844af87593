"""What drf-spectacular cannot see by itself: how one signs in, the one error shape, the lists of our base views."""

from typing import Any, Literal

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from bookme.core.http.permissions import declared_for
from bookme.core.permissions import Access

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; some codes bring members of their own, such as `alternatives`.",
    "required": ["type", "title", "status", "code", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri", "examples": ["urn:bookme:invalid"]},
        "title": {"type": "string", "examples": ["Bad request"]},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "examples": [400]},
        "code": {"type": "string", "examples": ["invalid"]},
        "detail": {"type": "string", "examples": ["Some fields are not valid."]},
        "instance": {"type": "string", "format": "uri-reference", "examples": ["/api/v1/bookings/"]},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string", "format": "json-pointer", "examples": ["/customer/email"]},
                    "code": {"type": "string", "examples": ["required"]},
                    "detail": {"type": "string", "examples": ["This field is required."]},
                },
            },
        },
    },
}
_VERBS = {
    "_list": "List",
    "_create": "Add",
    "_retrieve": "Read",
    "_read": "Read",
    "_partial_update": "Change",
    "_update": "Replace",
    "_change": "Change",
    "_destroy": "Remove",
}
_OF_MANY = {"List", "Replace"}
_LONGEST_SUMMARY = 60
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Of your choice, at most 200 characters: the same request under the same key is done once.",
)
_PROBLEM_CONTENT = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
HEADERS: dict[str, Any] = {
    "RateLimit": {
        "description": "What is left (`r`) of each limit that counted this, and in how many seconds it is whole (`t`).",
        "schema": {"type": "string"},
        "example": '"sign-in-account";r=9;t=900, "sign-in-network";r=99;t=900',
    },
    "RateLimit-Policy": {
        "description": "Of each of them how much there is (`q`), and in how many seconds (`w`).",
        "schema": {"type": "string"},
        "example": '"sign-in-account";q=10;w=900, "sign-in-network";q=100;w=900',
    },
    "Retry-After": {
        "description": "In how many seconds it is worth trying again.",
        "schema": {"type": "integer", "minimum": 0},
        "example": 900,
    },
}
VERSION_HEADER = {"description": "The version of the API that answered.", "schema": {"type": "string"}, "example": "1"}


class ApiSchema(AutoSchema):
    """Every operation may also answer a problem, and a public one needs no token.

    `lists_rows` marks a view whose GET is a page of rows.
    """

    @property
    def _lists_rows(self) -> bool:
        return bool(getattr(self.view, "lists_rows", False))

    def get_auth(self) -> list[dict[str, Any]]:
        needed = declared_for(self.view, self.method)
        found = [{name: scopes} for each in super().get_auth() for name, scopes in each.items()]
        return [*found, {}] if needed is Access.ANYONE else found

    def get_summary(self) -> str | None:
        """Where nobody wrote one: `Add service category`, or the first sentence of the description if it is short."""
        if told := super().get_summary():
            return str(told)
        name = self.get_operation_id()
        for ending, verb in _VERBS.items():
            if name.endswith(ending):
                rows = name.removesuffix(ending).replace("_", " ")
                shown = "Archive" if ending == "_destroy" and hasattr(self.view, "archive") else verb
                return f"{shown} {rows if verb in _OF_MANY else _one_of(rows)}"
        sentence = self.get_description().split(". ")[0].rstrip(".")
        return sentence if len(sentence) <= _LONGEST_SUMMARY else name.replace("_", " ").capitalize()

    def get_override_parameters(self) -> list[Any]:
        """A view that keeps answers for a repeat has `secrets`, what of them it does not keep."""
        given = list(super().get_override_parameters())
        return [*given, IDEMPOTENCY_KEY] if self.method == "POST" and hasattr(self.view, "secrets") else given

    def get_request_serializer(self) -> Any:
        found: Any = super().get_request_serializer()
        if self._lists_rows and self.method == "PUT":
            return type(found)(many=True)
        return found

    def get_filter_backends(self) -> list[Any]:
        """Those of a view that has filters: also where it answers rows in a form of its own, such as a file."""
        if not getattr(self.view, "filterset_class", None):
            return []
        own = getattr(self.view, "filter_backends", [])
        return list(own if self.method == "GET" else super().get_filter_backends())

    def _is_list_view(self, serializer: Any = None) -> bool:
        if self._lists_rows:
            return self.method in {"GET", "PUT"}
        return bool(super()._is_list_view(serializer))

    def _is_create_operation(self) -> bool:
        return (self._lists_rows and self.method == "POST") or bool(super()._is_create_operation())

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method in getattr(self.view, "limited", ()):
            bodies["429"] = {"description": "Too many: a limit is reached", "content": _PROBLEM_CONTENT}
            for each in bodies.values():
                each["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _LIMIT_HEADERS}
            bodies["429"]["headers"]["Retry-After"] = {"$ref": "#/components/headers/Retry-After"}
        bodies["default"] = {"description": "A problem (RFC 9457)", "content": _PROBLEM_CONTENT}
        return bodies


def _one_of(rows: str) -> str:
    if rows.endswith("ies"):
        return rows.removesuffix("ies") + "y"
    return rows if rows.endswith("hours") else rows.removesuffix("s")


class BusinessAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Named here by its path: what signs people in is above this layer."""

    target_class = "bookme.users.authentication.BusinessAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        how = "What `POST auth/login/` gives, or a key of the business."
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": how},
            {
                "type": "apiKey",
                "in": "cookie",
                "name": settings.SESSION_COOKIE_NAME,
                "description": "The session of the pages; writes also need the CSRF token in `X-CSRFToken`.",
            },
        ]


def add_problem(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of drf-spectacular: the schema of problems, the headers, and the version on every answer."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
    components.setdefault("headers", {}).update({"API-Version": VERSION_HEADER, **HEADERS})
    for operations in result["paths"].values():
        for operation in operations.values():
            for answer in operation.get("responses", {}).values():
                answer.setdefault("headers", {})["API-Version"] = {"$ref": "#/components/headers/API-Version"}
    return result
