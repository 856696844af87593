"""The JSON Schema, and its faults in words for people."""

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema import validators as jsonschema_validators
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator

from bookme.onboarding.validation.faults import Fault, Path
from bookme.onboarding.validation.formats import FORMATS, MESSAGES

SCHEMA_PATH = FilePath(__file__).parents[1] / "client.config.schema.json"

SETTINGS = (
    "name",
    "timezone",
    "currency",
    "country",
    "languages",
    "contact",
    "branding",
    "policies",
    "features",
    "reminders",
    "messages",
    "tax",
    "invoices",
    "legal",
    "allowed_origins",
    "team",
)

# What no page or app of a customer needs: told to whoever may change it.
INTERNAL = ("allowed_origins", "invoices", "messages", "reminders", "team")

# What operators change of a business, and what they order a new one by.
IDENTITY = ("name", "slug", "domains")
ORDER = ("slug", "name", "kind", "owner", "country", "currency", "timezone", "languages", "domains")
ORDER_REQUIRED = ("slug", "name", "kind", "owner")

_PATTERNS = {
    r"\S": "must not be blank",
    "^[a-z0-9]+([_-][a-z0-9]+)*$": "must be lower-case letters, digits and single hyphens, such as cut-finish",
    "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": "must be lower-case letters, digits and single hyphens, and start with a letter",
    "^(0|[1-9][0-9]{0,8})(\\.[0-9]{1,3})?$": "must be an amount as text, such as 58.00",
    "^(100(\\.0{1,3})?|[0-9]{1,2}(\\.[0-9]{1,3})?)$": "must be a percentage as text, from 0 to 100",
    "^#[0-9a-fA-F]{6}$": "must be a colour such as #6d3b5e",
    "^([01][0-9]|2[0-3]):[0-5][0-9]$": "must be a time from 00:00 to 23:59",
    "^(([0-3][0-9]|4[0-7]):[0-5][0-9]|48:00)$": "must be a time from 00:00 to 48:00 (past 24:00 is the next day)",
    "^[A-Za-z0-9][A-Za-z0-9 -]*$": "must be letters, digits, spaces and hyphens",
    "^[A-Za-z0-9 ]+$": "must be the name of a font",
    "^[A-Za-z0-9/_-]*$": "must be letters, digits and / _ -",
}
_MESSAGES = {
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "exclusiveMinimum": "must be more than {}",
    "minLength": "must not be empty",
    "maxLength": "must be at most {} characters long",
    "minItems": "must not be empty",
    "maxItems": "must have at most {} entries",
    "minProperties": "must not be empty",
    "maxProperties": "must have at most {} entries",
    "uniqueItems": "must not hold the same entry twice",
    "not": "must not contain control characters",
}
_TYPES = {
    "string": "a text",
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


@lru_cache(maxsize=1)
def config_schema() -> dict[str, Any]:
    """The published JSON Schema of the whole file."""
    schema: dict[str, Any] = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    return schema


def shape_faults(data: object) -> list[Fault]:
    """Every fault of a whole file against the JSON Schema."""
    return _faults(_whole(), data)


def settings_shape_faults(data: object) -> list[Fault]:
    """The same for the settings alone: what is required of a whole file is not required here."""
    return _faults(_settings(), data)


def identity_faults(data: object) -> list[Fault]:
    """The same for a change of some of IDENTITY."""
    return _faults(_identity(), data)


def order_faults(data: object) -> list[Fault]:
    """The same for what a new business is made of, by the names of ORDER."""
    return _faults(_order(), data)


def parts_schema(names: tuple[str, ...]) -> dict[str, Any]:
    """What the JSON Schema says of these; `owner` is an e-mail address."""
    known = config_schema()["properties"] | {"owner": {"$ref": "#/$defs/email"}}
    return {name: known[name] for name in names}


def _faults(validator: Validator, data: Any) -> list[Fault]:
    """One fault a value: a blank name is not also a short one."""
    found: dict[Path, Fault] = {}
    for error in validator.iter_errors(data):
        for fault in _told(error):
            found.setdefault(fault.path, fault)
    return list(found.values())


@lru_cache(maxsize=1)
def _whole() -> Validator:
    return _strict()(config_schema(), format_checker=FORMATS)


@lru_cache(maxsize=1)
def _settings() -> Validator:
    return _of_parts(SETTINGS, required=[name for name in config_schema()["required"] if name in SETTINGS])


@lru_cache(maxsize=1)
def _identity() -> Validator:
    return _of_parts(IDENTITY, required=[])


@lru_cache(maxsize=1)
def _order() -> Validator:
    return _of_parts(ORDER, required=list(ORDER_REQUIRED))


def _of_parts(names: tuple[str, ...], *, required: list[str]) -> Validator:
    parts = {"properties": parts_schema(names), "required": required}
    return _strict()(config_schema() | parts, format_checker=FORMATS)


def _strict() -> Callable[..., Validator]:
    """Draft 2020-12, where `$` is the end and not also a last line feed, and `60.0` is no whole number."""
    types = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    strict: Callable[..., Validator] = jsonschema_validators.extend(  # type: ignore[no-untyped-call]
        Draft202012Validator, {"pattern": _pattern}, type_checker=types
    )
    return strict


def _pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), instance):
        yield ValidationError("pattern")


def _told(error: ValidationError) -> Iterator[Fault]:
    path: Path = tuple(error.absolute_path)
    wanted = error.validator_value
    match error.validator:
        case "required":
            yield Fault((*path, _first_quoted(error.message)), "is missing", "required")
        case "dependentRequired":
            yield Fault((*path, _first_quoted(error.message)), "is missing beside the others", "required")
        case "additionalProperties":
            yield from (Fault((*path, name[:60]), "is not a known key", "unknown_key") for name in _unknown(error))
        case "not" if not wanted:
            yield Fault(path, "is not allowed here", "not_allowed_here")
        case keyword:
            yield Fault(path, _message(str(keyword), wanted), str(keyword))


def _first_quoted(message: str) -> str:
    """The missing key: the library names it first, in quotes, and nowhere else."""
    return message.split("'")[1]


def _keys(instance: Any) -> list[str]:
    return list(instance)


def _unknown(error: ValidationError) -> list[str]:
    schema: Any = error.schema
    patterns = schema.get("patternProperties", {})
    return [
        name
        for name in _keys(error.instance)
        if name not in schema.get("properties", {}) and not any(re.search(each, name) for each in patterns)
    ]


def _message(keyword: str, wanted: Any) -> str:
    template = _MESSAGES.get(keyword)
    if template is not None:
        return template.format(wanted)
    match keyword:
        case "type":
            return f"must be {' or '.join(_TYPES[each] for each in ([wanted] if isinstance(wanted, str) else wanted))}"
        case "enum":
            return f"must be {_alternatives(wanted)}"
        case "pattern":
            return _PATTERNS[wanted]
        case "format":
            return MESSAGES[wanted]
        case _:
            return "is not valid"


def _alternatives(values: list[Any]) -> str:
    texts = [str(value) for value in values]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} or {texts[-1]}"
