"""What import-linter cannot see: foreign keys named by strings, and events that nobody has wired."""

import tomllib
from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Field, Model

import bookme
from bookme.eventlog import registry
from bookme.eventlog.events import Event
from tests.structure.sources import ROOT


def layers() -> dict[str, int]:
    """App to its height: 0 is core."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    declared = next(each for each in contracts if each["name"] == "Apps are layered")["layers"]
    return {name.strip(" ()"): height for height, layer in enumerate(reversed(declared)) for name in layer.split("|")}


def _app(model: type[Model]) -> str | None:
    """The name of our app that a model is of, or None for somebody else's."""
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "bookme" else None


def _references() -> Iterator[tuple[type[Model], Any, type[Model]]]:
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.get_fields():
            if isinstance(field, Field) and field.is_relation and isinstance(field.related_model, type):
                yield model, field, field.related_model


def test_foreign_keys_point_down() -> None:
    height = layers()
    wrong = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model, field, target in _references()
        if (ours := _app(model)) and (theirs := _app(target)) and height[theirs] > height[ours]
    ]
    assert wrong == []


def test_nothing_in_a_tenant_points_to_public() -> None:
    inside = set(settings.TENANT_APPS)
    found = list(_references())
    wrong = [
        f"{model._meta.label}.{field.name} -> {target._meta.label}"
        for model, field, target in found
        if model._meta.app_config.name in inside and target._meta.app_config.name not in inside
    ]
    assert wrong == []
    assert any(model._meta.label == "bookings.Booking" for model, _, _ in found)


def test_every_app_is_in_a_layer_and_every_tenant_app_is_ours() -> None:
    ours = {config.name.split(".")[1] for config in apps.get_app_configs() if config.name.startswith("bookme.")}
    assert ours <= set(layers())
    assert all(name.startswith("bookme.") for name in settings.TENANT_APPS)


def _event_types() -> set[type[Event]]:
    for module in walk_packages(bookme.__path__, "bookme."):
        if module.name.split(".")[-1] == "events" or ".events." in module.name:
            import_module(module.name)
    waiting, found = [Event], set()
    while waiting:
        for each in waiting.pop().__subclasses__():
            waiting.append(each)
            found.add(each)
    return {each for each in found if "name" in vars(each) and each.__module__.startswith("bookme.")}


def test_every_event_is_in_the_table_of_reactions() -> None:
    declared = _event_types()
    assert declared == registry.wired_types()
    assert len({each.name for each in declared}) == len(declared)


@pytest.mark.parametrize("event", sorted(_event_types(), key=lambda each: each.name), ids=lambda each: each.name)
def test_an_event_says_what_it_is_about(event: type[Event]) -> None:
    thing, _, happened = event.name.partition(".")
    assert thing
    assert happened
    assert event.subject in event.__dataclass_fields__


def test_reactions_come_from_reactions() -> None:
    names = [
        f"{reaction.__module__}.{reaction.__name__}"
        for event in _event_types()
        for reaction in registry.reactions_to(event.name)
    ]
    assert [name for name in names if ".reactions" not in name] == []
