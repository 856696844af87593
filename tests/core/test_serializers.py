"""Serializers that a thread keeps: what one request leaves behind is nothing to the next."""

from threading import Thread
from typing import Any

import pytest
from django.utils.translation import override
from rest_framework import serializers

from bookme.core.http.serializers import kept


class Named(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    by = serializers.SerializerMethodField()

    def get_by(self, _row: Any) -> Any:
        return self.context.get("by")


def written_by(who: str) -> Any:
    with kept(Named, {"by": who}) as serializer:
        return serializer.to_representation({"name": "Ada"})["by"]


def one_of(**context: Any) -> Any:
    with kept(Named, context) as serializer:
        return serializer


def test_a_thread_makes_one_and_another_thread_its_own() -> None:
    other: list[Any] = []
    thread = Thread(target=lambda: other.append(one_of()))
    thread.start()
    thread.join()
    assert one_of() is one_of()
    assert one_of() is not other[0]


def test_nothing_of_a_context_is_left_to_the_next() -> None:
    assert written_by("Ada") == "Ada"
    assert one_of().context == {}
    assert written_by("Ben") == "Ben"


def test_asked_for_again_within_it_is_another_one() -> None:
    with kept(Named, {"by": "Ada"}) as outer:
        assert written_by("Ben") == "Ben"
        assert outer.to_representation({"name": "Ada"})["by"] == "Ada"


def fault_in(language: str) -> str:
    with override(language), pytest.raises(serializers.ValidationError) as caught, kept(Named, {"by": "Ada"}) as named:
        named.run_validation({"name": "Adam"})
    return str(caught.value.detail["name"][0])  # type: ignore[index]


def test_a_fault_is_told_in_the_language_of_who_is_told() -> None:
    assert fault_in("en") == "Ensure this field has no more than 3 characters."
    assert fault_in("fr") != fault_in("en")
    assert written_by("Ben") == "Ben"
