"""Files on disk."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Write = Callable[[Any], Path]


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Writes data, or bytes as they are, to a file of its own."""

    def write(data: Any) -> Path:
        path = tmp_path / "business.client.config.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return path

    return write
