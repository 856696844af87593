"""The shape of a row in the API: read from one serializer, written through the same."""

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, ClassVar, TypeAlias, TypeVar
from uuid import UUID

from django.db import models
from django.utils.translation import get_language
from rest_framework import serializers

from bookme.core.fetch import all_of
from bookme.core.http.fields import (
    BoundedList,
    EmailField,
    InstantField,
    JsonObject,
    MultilineText,
    PlainText,
    WholeNumber,
)
from bookme.core.text import has_control_characters

LISTED_TEXT = 120
TOLD_UNKNOWN = 20

AnySerializer: TypeAlias = serializers.BaseSerializer[Any]
M = TypeVar("M", bound=models.Model)


class _Idle(threading.local):
    """The serializers of a thread that are not in use, each with its context."""

    def __init__(self) -> None:
        self.serializers: dict[type[AnySerializer], tuple[AnySerializer, dict[str, Any]]] = {}


_idle = _Idle()


@contextmanager
def kept(serializer_class: type[AnySerializer], context: Mapping[str, Any]) -> Iterator[AnySerializer]:
    """A serializer for `run_validation` and `to_representation`, which leave nothing behind in it.

    Each thread keeps its own: to make the fields takes longer than to read a body, or to write a row. `get_fields` must
    not depend on the context.
    """
    found = _idle.serializers.pop(serializer_class, None)
    serializer, own = _made(serializer_class) if found is None else found
    own.update(context)
    yield serializer
    # Whichever found fault is not kept: DRF's validators tell it ever after in the language in which they first did.
    own.clear()
    _idle.serializers[serializer_class] = serializer, own


def _made(serializer_class: type[AnySerializer]) -> tuple[AnySerializer, dict[str, Any]]:
    """With its context, which is filled in for each use."""
    context: dict[str, Any] = {}
    return serializer_class(context=context), context


class InputSerializer(serializers.Serializer[Any]):
    """A body that is read: a key that it does not know is a fault, and all faults of its form are told at once.

    A field that is only answered may be sent back, and is ignored.
    """

    def known(self) -> set[str]:
        """The keys that may be there."""
        return set(self.fields)

    def also_wrong(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What is told beside other faults of the form; alone, the action tells it, with a code of its own."""
        return {}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return super().to_internal_value(data)
        known = self.known()
        unknown = islice((each for each in data if each not in known), TOLD_UNKNOWN)
        faults: dict[str, Any] = {each: [_no_such_field()] for each in unknown} | self._missing(data)
        values: Any = None
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            faults = merged(faults, error.detail)
        if faults:
            raise serializers.ValidationError(merged(self.also_wrong(data), faults))
        return values

    def _missing(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What an object within one that is changed in part lacks: it is replaced whole, and DRF would ask for none."""
        if self.parent is None or not getattr(self.root, "partial", False):
            return {}
        return {
            name: [serializers.ErrorDetail(str(field.error_messages["required"]), code="required")]
            for name, field in self.fields.items()
            if field.required and name not in data
        }


def merged(first: Any, second: Any) -> Any:
    """The faults of two looks at one body; of one thing, those of the second."""
    if not (isinstance(first, dict) and isinstance(second, dict)):
        return second
    return first | {name: merged(first.get(name), told) for name, told in second.items()}


def _no_such_field() -> serializers.ErrorDetail:
    return serializers.ErrorDetail("There is no such field.", code="unknown")


class RowSerializer(InputSerializer, serializers.ModelSerializer[M]):
    """Fields of a model with our bounds. The view puts `actor` and `languages` into the context.

    `translated` texts are answered in the language of the request; the rest of `team_only` never leaves the team.
    """

    translated: ClassVar[tuple[str, ...]] = ()
    translated_lists: ClassVar[tuple[str, ...]] = ()
    team_only: ClassVar[frozenset[str]] = frozenset()
    serializer_field_mapping: ClassVar[dict[Any, Any]] = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: PlainText,
        models.TextField: MultilineText,
        models.EmailField: EmailField,
        models.PositiveIntegerField: WholeNumber,
        models.PositiveSmallIntegerField: WholeNumber,
        models.IntegerField: WholeNumber,
    }

    def to_representation(self, instance: Any) -> dict[str, Any]:
        answer = super().to_representation(instance)
        language = get_language() or ""
        for name in self.translated:
            answer[name] = instance.text(name, language)
        if not self.context["actor"].is_team:
            for name in self.team_only:
                answer.pop(name, None)
        return answer


class RowsField(BoundedList):
    """Rows of a table by their ids, in one query; each id that is unknown is a fault at its place."""

    default_error_messages = {"does_not_exist": "There is no such row.", "twice": "This is there twice."}

    def __init__(self, *, model: type[models.Model], max_length: int = 1000, **options: Any) -> None:
        super().__init__(child=serializers.UUIDField(), max_length=max_length, **options)
        self.model = model

    def to_internal_value(self, data: Any) -> Any:
        wanted: list[UUID] = super().to_internal_value(data)
        found = all_of(self.model._default_manager.all(), wanted)
        faults: dict[int, Any] = {}
        for index, each in enumerate(wanted):
            if code := "twice" if each in wanted[:index] else "" if each in found else "does_not_exist":
                faults[index] = [serializers.ErrorDetail(str(self.error_messages[code]), code=code)]
        if faults:
            raise serializers.ValidationError(faults)  # type: ignore[arg-type]
        return [found[each] for each in wanted]

    def to_representation(self, data: Any) -> list[str]:
        rows = data.all() if hasattr(data, "all") else data
        return [str(row.pk) for row in rows]


def fault(field: str, detail: str, code: str) -> serializers.ValidationError:
    """One fault of one field, with a stable code."""
    return serializers.ValidationError({field: [serializers.ErrorDetail(detail, code=code)]})


def row_field(rows: Any, **options: Any) -> serializers.PrimaryKeyRelatedField[Any]:
    """One row by its id; another business's id is simply unknown."""
    return serializers.PrimaryKeyRelatedField(queryset=rows, pk_field=serializers.UUIDField(), **options)


class TagsField(BoundedList):
    """At most twenty words, each once."""

    default_error_messages = {"twice": "A tag is there twice."}

    def __init__(self, **options: Any) -> None:
        super().__init__(child=PlainText(max_length=40), max_length=20, **options)

    def to_internal_value(self, data: Any) -> list[str]:
        tags: list[str] = super().to_internal_value(data)
        if len(set(tags)) < len(tags):
            self.fail("twice")
        return tags


class ColorField(serializers.RegexField):
    """`#rrggbb`, or empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(r"^(#[0-9a-fA-F]{6})?\Z", max_length=7, allow_blank=True, **options)


class MetadataField(JsonObject):
    """Free data of the business's own: an object of at most 8 kB, four levels deep."""

    default_error_messages = {
        "too_deep": "This may be nested four levels deep at most.",
        "not_storable": "Numbers must be finite, and texts without control characters.",
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if _depth(data) > 4:
            self.fail("too_deep")
        if not all(map(_is_storable, _leaves(data))):
            self.fail("not_storable")
        return super().to_internal_value(data)


class TranslationsField(serializers.DictField):
    """Texts in the business's other languages: `{"ar": {"name": "…"}}`. Given, it replaces all of them."""

    default_error_messages = {
        "unknown_language": "This is not another language of this business.",
        "unknown_field": "This has no translation.",
        "not_text": "This must be a text of at most {limit} characters.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.DictField(), **options)

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        texts: dict[str, dict[str, Any]] = super().to_internal_value(data)
        limits = self._limits()
        faults: dict[str, Any] = {}
        for language, fields in texts.items():
            if language not in self.context["languages"][1:]:
                faults[language] = [self._fault("unknown_language")]
                continue
            if wrong := {name: self._wrong(name, text, limits) for name, text in fields.items()}:
                kept = {name: [fault] for name, fault in wrong.items() if fault is not None}
                faults |= {language: kept} if kept else {}
        if faults:
            raise serializers.ValidationError(faults)
        return texts

    def _limits(self) -> dict[str, int]:
        parent: Any = self.parent
        return {name: parent.Meta.model._meta.get_field(name).max_length for name in parent.translated}

    def _wrong(self, name: str, text: Any, limits: dict[str, int]) -> serializers.ErrorDetail | None:
        parent: Any = self.parent
        if name in parent.translated_lists and isinstance(text, list):
            return (
                None
                if all(_is_text(each, LISTED_TEXT) for each in text)
                else self._fault("not_text", limit=LISTED_TEXT)
            )
        if name not in limits:
            return self._fault("unknown_field")
        return None if _is_text(text, limits[name]) else self._fault("not_text", limit=limits[name])

    def _fault(self, code: str, **values: Any) -> serializers.ErrorDetail:
        return serializers.ErrorDetail(self.error_messages[code].format(**values), code=code)


def _is_text(text: Any, limit: int) -> bool:
    return isinstance(text, str) and len(text) <= limit and not has_control_characters(text, multiline=True)


def _depth(value: Any) -> int:
    """Levels of nesting; it stops counting where that is enough, so that no input can exhaust the stack."""
    level, nested = 0, [value]
    while nested and level < 8:
        nested = [each for item in nested for each in _children(item)]
        level += 1
    return level - 1


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value
    children = _children(value)
    for each in children:
        yield from _leaves(each)
    if not children and not isinstance(value, dict | list):
        yield value


def _is_storable(leaf: Any) -> bool:
    if isinstance(leaf, str):
        return not has_control_characters(leaf, multiline=True)
    return not isinstance(leaf, float) or math.isfinite(leaf)


class StandingBookingSerializer(serializers.Serializer[Any]):
    """A booking to come that the archiving does not touch."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    status = serializers.CharField()
    start = InstantField()
    end = InstantField()
    service = serializers.UUIDField()
    staff = serializers.UUIDField()
    location = serializers.UUIDField()


class ArchivedSerializer(serializers.Serializer[Any]):
    """What was archived, and the future bookings that still stand."""

    id = serializers.UUIDField()
    is_active = serializers.BooleanField()
    standing_bookings = StandingBookingSerializer(many=True)
