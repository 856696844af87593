"""What is said in the words of the config file, in OpenAPI 3.1, made from its JSON Schema, so that they cannot differ.

Pure.
"""

from typing import Any

from bookme.onboarding.validation.shape import (
    IDENTITY,
    INTERNAL,
    ORDER,
    ORDER_REQUIRED,
    SETTINGS,
    config_schema,
    parts_schema,
)

_TEXT = {"type": "string"}
_QUESTION = {
    "type": "object",
    "required": ["id", "key", "label", "help_text", "kind", "choices", "choice_labels", "required", "services"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "key": {"type": ["string", "null"]},
        "label": _TEXT,
        "help_text": _TEXT,
        "kind": {"type": "string", "enum": ["text", "integer", "choice", "boolean", "date"]},
        "choices": {"type": "array", "items": _TEXT, "description": "What to send."},
        "choice_labels": {"type": "array", "items": _TEXT, "description": "The same in the request's language."},
        "minimum": {"type": ["integer", "null"]},
        "maximum": {"type": ["integer", "null"]},
        "required": {"type": "boolean"},
        "services": {"type": "array", "items": {"type": "string", "format": "uuid"}, "description": "Empty: all."},
    },
}
_CONSENT = {
    "type": "object",
    "description": "What a booking asks people to agree to; the sentence is kept with their answer.",
    "required": ["kind", "wording", "url"],
    "properties": {
        "kind": {"type": "string", "enum": ["terms", "privacy", "marketing"]},
        "wording": _TEXT,
        "url": {"type": ["string", "null"], "description": "The text behind it."},
    },
}


def patch_schema() -> dict[str, Any]:
    """What `PATCH config/` takes: a JSON merge patch of the settings."""
    parts = {name: {"anyOf": [schema, {"type": "null"}]} for name, schema in _settings().items()}
    return {"type": "object", "additionalProperties": False, "properties": parts}


def identity_schema() -> dict[str, Any]:
    """What a change of a business as such takes."""
    return {"type": "object", "additionalProperties": False, "properties": _parts(IDENTITY)}


def order_schema() -> dict[str, Any]:
    """What a new business is made of: some settings, or a whole file."""
    whole = {"type": "object", "description": "A whole client.config.json: see /schemas/client.config.json."}
    few = {
        "type": "object",
        "additionalProperties": False,
        "required": list(ORDER_REQUIRED),
        "properties": _parts(ORDER),
    }
    file = {"type": "object", "additionalProperties": False, "required": ["config"], "properties": {"config": whole}}
    return {"oneOf": [few, file]}


def answer_schema(*, whole: bool) -> dict[str, Any]:
    """What `config/` answers: settings with their values now, the questions and the consents.

    The INTERNAL ones are certain to be there only in the `whole`, which `PATCH` answers.
    """
    parts = _settings()
    parts |= {name: _loosened(parts[name]) for name in ("contact", "branding")}
    parts["branding"]["properties"]["tagline"] = _TEXT
    parts["tax"] = {"anyOf": [parts["tax"], {"type": "null"}]}
    parts["country"] = _TEXT
    more = {
        "slug": _TEXT,
        "kind": {"type": "string", "enum": ["salon", "classes", "mobile", "clinic"]},
        "version": {"type": "integer", "description": "Counts the changes of the settings."},
        "language": {"type": "string", "description": "That of the texts in this answer."},
        "questions": {"type": "array", "items": _QUESTION},
        "consents": {"type": "array", "items": _CONSENT},
        "cancellation_text": _TEXT | {"description": "What cancelling costs, in a sentence; a service may differ."},
    }
    kept_back = () if whole else INTERNAL
    for name in kept_back:
        parts[name] = parts[name] | {"description": "Only for whoever may change the settings."}
    certain = sorted((parts | more).keys() - set(kept_back))
    return {"type": "object", "required": certain, "properties": parts | more}


def _settings() -> dict[str, Any]:
    return _parts(SETTINGS)


def _parts(names: tuple[str, ...]) -> dict[str, Any]:
    return {name: inlined(part, config_schema()["$defs"]) for name, part in parts_schema(names).items()}


def inlined(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema without references: OpenAPI has another root."""
    if isinstance(part, list):
        return [inlined(each, definitions) for each in part]
    if not isinstance(part, dict):
        return part
    own = {name: inlined(value, definitions) for name, value in part.items() if name != "$ref"}
    if "$ref" not in part:
        return own
    return inlined(definitions[part["$ref"].removeprefix("#/$defs/")], definitions) | own


def _loosened(part: dict[str, Any]) -> dict[str, Any]:
    """Answered texts may be empty, and have no form."""
    return part | {"properties": {name: {"type": ["string", "null"]} for name in part["properties"]}}
