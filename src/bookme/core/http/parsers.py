"""Reading a JSON body: bounded in size and depth, without numbers and characters that no database can hold."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.http import QueryDict
from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer

from bookme.core.errors import FieldError, Invalid, pointer_part

MAX_DEPTH = 20
MAX_NUMBER = 2**63 - 1
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class TooLarge(exceptions.APIException):
    status_code = 413
    default_code = "too_large"
    default_detail = "The body is too large."


class BoundedJSONParser(BaseParser):
    """JSON of an object or a list. Raises TooLarge (413) and Invalid (400, with a pointer where there is one)."""

    media_type = "application/json"
    renderer_class = JSONRenderer

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLarge
        try:
            data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise Invalid("The body is not JSON.", code="malformed_json") from error
        if not isinstance(data, dict | list):
            raise Invalid("The body must be a JSON object.", code="malformed_json")
        for pointer, value in _leaves(data):
            _check_leaf(pointer, value)
        return data


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _leaves(data: Any) -> Iterator[tuple[str, Any]]:
    """Every key and every value that holds no others, with its pointer; without recursion."""
    waiting = [("", 0, data)]
    while waiting:
        pointer, depth, value = waiting.pop()
        if depth > MAX_DEPTH:
            raise Invalid.field(pointer, "This is nested too deeply.", code="too_deep")
        if isinstance(value, dict):
            for key in value:
                yield pointer, key
            waiting.extend((f"{pointer}/{pointer_part(key)}", depth + 1, each) for key, each in value.items())
        elif isinstance(value, list):
            waiting.extend((f"{pointer}/{index}", depth + 1, each) for index, each in enumerate(value))
        else:
            yield pointer, value


def _check_leaf(pointer: str, value: Any) -> None:
    if isinstance(value, str) and unstorable(value):
        raise Invalid.field(pointer, "Control characters are not allowed.", code="control_characters")
    if isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:
        raise Invalid.field(pointer, "This number is too large.", code="number_too_large")


def unstorable(text: str) -> bool:
    """Whether no database can hold it: NUL, or half of a surrogate pair."""
    return bool(_UNSTORABLE.search(text))


def query_faults(query: QueryDict) -> list[FieldError]:
    """What in a query string no database can hold."""
    return [
        FieldError(
            f"/{pointer_part(_UNSTORABLE.sub('', key))}", "control_characters", "Control characters are not allowed."
        )
        for key, values in query.lists()
        if any(unstorable(each) for each in (key, *values))
    ]
