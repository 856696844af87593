"""The diagrams of docs/architecture.md are those of the code."""

import re

from django.apps import apps
from django.conf import settings

from bookme.bookings.models import Waiting
from bookme.bookings.states import KEEPS_SEATS, TRANSITIONS, UNDO, Status
from tests.structure.sources import ROOT, SOURCE
from tests.structure.test_layers import layers

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
DIAGRAMS = re.findall(r"```mermaid\n(\w[\w-]*)(.*?)```", PAGE, re.S)


def _diagrams(kind: str) -> list[str]:
    return [body for name, body in DIAGRAMS if name == kind]


def test_the_states_are_those_of_the_table() -> None:
    body, _waitlist = _diagrams("stateDiagram-v2")
    drawn = set(re.findall(r"(\w+) --> (\w+)(?! *\w* *: undo)\s*?\n", body))
    undone = set(re.findall(r"(\w+) --> (\w+) : undo", body))

    assert drawn == {(before.value, after.value) for before, afters in TRANSITIONS.items() for after in afters}
    assert undone == {(before.value, after.value) for before, after in UNDO.items()}


def test_the_states_of_who_waits_are_all_drawn() -> None:
    _bookings, body = _diagrams("stateDiagram-v2")
    assert set(re.findall(r"--> (\w+)", body)) == {each.value for each in Waiting}


def test_the_states_that_keep_their_seats_are_named() -> None:
    sentence = next(line for line in PAGE.splitlines() if line.endswith("the others give theirs back."))
    assert set(re.findall(r"`(\w+)`", sentence)) == {each.value for each in KEEPS_SEATS}
    assert {each.value for each in Status} - {each.value for each in KEEPS_SEATS}


def _drawn_relations() -> set[frozenset[str]]:
    lines = "".join(_diagrams("erDiagram"))
    return {frozenset(pair) for pair in re.findall(r"(\w+) [|}{o]+--[|}{o]+ (\w+) :", lines)}


def _real_relations() -> set[frozenset[str]]:
    ours = [model for model in apps.get_models() if model.__module__.startswith("bookme.")]
    return {
        frozenset((model.__name__, field.related_model.__name__))
        for model in ours
        for field in (*model._meta.fields, *model._meta.many_to_many)
        if field.is_relation
        and field.related_model in ours
        and getattr(getattr(field, "remote_field", None), "through", None) not in ours
    }


def test_the_relations_are_those_of_the_models() -> None:
    assert _drawn_relations() == _real_relations()


def test_every_table_of_a_business_is_named() -> None:
    tables = [model.__name__ for model in apps.get_models() if model._meta.app_config.name in settings.TENANT_APPS]
    assert [name for name in tables if not re.search(rf"\b{name}\b", PAGE)] == []


def test_the_layers_are_drawn_in_order() -> None:
    drawn = re.search(r"    (config --> .*?)\n```", PAGE, re.S)
    assert drawn is not None
    order = list(dict.fromkeys(re.findall(r"\w+", drawn[1])))
    height = layers()
    assert set(order) == {name for name in height if (SOURCE / name).is_dir()}
    assert order == sorted(order, key=lambda name: -height[name])


def test_what_it_points_to_is_there() -> None:
    table = PAGE.split("## Where to look")[1]
    named = re.findall(r"`([\w./]+/[\w./]*)`", table)
    assert named
    assert [each for each in named if not ((SOURCE / each).exists() or (ROOT / each).exists())] == []
