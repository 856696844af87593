"""The product's own source files, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "bookme"


@lru_cache(maxsize=1)
def files() -> tuple[Path, ...]:
    """Every module of the product but migrations, which are written by a program."""
    return tuple(sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST | None = None) -> str:
    """`bookings/models.py:12`, as a failing test names it."""
    line = f":{node.lineno}" if node is not None and hasattr(node, "lineno") else ""
    return f"{path.relative_to(SOURCE).as_posix()}{line}"


def imported(path: Path) -> Iterator[tuple[ast.stmt, str]]:
    """Every module that a file imports, at its top or inside."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node, node.module
            yield from ((node, f"{node.module}.{each.name}") for each in node.names)
