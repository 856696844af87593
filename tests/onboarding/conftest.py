"""The demo files as data to change."""

import copy
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from bookme import onboarding

DEMO = Path(onboarding.__file__).parent / "demo"
SLUGS = sorted(path.name.partition(".")[0] for path in DEMO.glob("*.json"))


@cache
def _read(slug: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DEMO / f"{slug}.client.config.json").read_text(encoding="utf-8"))
    return data


def demo(slug: str) -> dict[str, Any]:
    """A copy of a demo file's data."""
    return copy.deepcopy(_read(slug))


@pytest.fixture
def salon_file() -> dict[str, Any]:
    return demo("house-of-hair")


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], Path]:
    """Writes data, or bytes as they are, to a file of its own."""

    def write(data: Any) -> Path:
        path = tmp_path / "business.client.config.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return path

    return write
