"""Bytes to data: what plain JSON parsers let through is refused here."""

import json
import math
from typing import Any

from bookme.onboarding.validation.faults import BadConfig, Fault

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 32


class _TwiceError(ValueError):
    """A key that stands twice in one object."""


def read_config(content: bytes) -> Any:
    """The data of a UTF-8 JSON document of at most 2 MB. Raises BadConfig, with line and column where there is one."""
    if len(content) > MAX_BYTES:
        raise _refused(f"is larger than {MAX_BYTES // 1024 // 1024} MB", "too_large")
    if content.startswith(b"\xef\xbb\xbf"):
        raise _refused("starts with a byte order mark; save it as UTF-8 without one", "encoding")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _refused(f"is not UTF-8 (byte {error.start})", "encoding") from error
    return normalised(_parsed(text))


def normalised(data: Any) -> Any:
    """Whole numbers written as `60.0` become `60`. Raises BadConfig where the nesting is too deep."""
    return _normalised(data, 0)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        raise _refused(f"is not JSON: line {error.lineno}, column {error.colno}: {error.msg}", "not_json") from error
    except RecursionError as error:
        raise _too_deep() from error
    except _TwiceError as error:
        raise _refused(str(error), "duplicate_key") from error
    except ValueError as error:
        raise _refused(f"is not JSON: {error}", "not_json") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise _TwiceError(f'has the key "{twice[:60]}" twice in one object')
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _normalised(data: Any, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(data, dict):
        return {key: _normalised(value, depth + 1) for key, value in data.items()}
    if isinstance(data, list):
        return [_normalised(value, depth + 1) for value in data]
    if isinstance(data, float) and data.is_integer():
        return int(data)
    return data


def _too_deep() -> BadConfig:
    return _refused(f"is nested more than {MAX_DEPTH} deep", "too_deep")


def _refused(message: str, code: str) -> BadConfig:
    return BadConfig([Fault((), message, code)])
