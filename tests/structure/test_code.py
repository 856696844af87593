"""Rules of the house that a machine can hold: sizes, names, words, and where HTTP is known."""

import ast
import re
from pathlib import Path

import pytest

from tests.structure.sources import SOURCE, files, imported, place, tree

LONGEST_FUNCTION, LONGEST_FILE = 40, 400

# A name that says nothing of what is inside, or that is an app's own.
NAMES_OF_NOTHING = {"utils.py", "helpers.py", "common.py", "misc.py", "services.py", "signals.py"}

HTTP_FILES = {"serializers", "views", "filters", "urls", "admin"}
HTTP_PLACES = (
    "core/http/",
    "web/",
    "config/",
    "tenants/middleware.py",
    "users/authentication.py",
)

BANNED = {
    r"^\s*with tenant:": "use tenants.context.tenant_scope()",
    r"schema_context|tenant_context": "use tenants.context.tenant_scope()",
    r"\.set_tenant\(|\.set_schema\(|\.set_schema_to_public\(": "use tenants.context",
    r"\bpsycopg\.connect\(": "a connection of one's own knows no tenant",
    r"RegexField\([^\n]*\$\"": "\\Z is the end: $ is also before a line's",
    r"\bTODO\b|\bFIXME\b|\bXXX\b": "do it, or leave it",
    r"\bpost_save\b|\bpre_save\b|\bpost_delete\b": "publish an event",
    r"\bdatetime\.now\(\)|\bdatetime\.utcnow\(": "a naive datetime: use core.time.now()",
}
# Where a connection's schema is set, because somebody must.
MAY_SET_TENANT = ("tenants/", "dev/")


READS_THE_CLOCK = re.compile(r"\bfrom bookme\.core\.time import [^\n]*\bnow\b(?! as read_clock)")


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function without its decorators and its docstring."""
    first = node.body[0]
    told = first.value if isinstance(first, ast.Expr) else None
    documented = isinstance(told, ast.Constant) and isinstance(told.value, str)
    docstring = (first.end_lineno or 0) - first.lineno + 1 if documented else 0
    return (node.end_lineno or node.lineno) - node.lineno + 1 - docstring


def test_no_function_is_longer_than_forty_lines() -> None:
    long = {
        place(path, node): _length(node)
        for path in files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) > LONGEST_FUNCTION
    }
    assert long == {}


def test_what_decides_is_told_the_time() -> None:
    """A stamp alone reads the clock in an action, and says so by the name."""
    within = [path for path in files() if {"actions", "selectors"} & {*path.with_suffix("").parts}]
    assert len(within) > 20
    assert [path for path in within if READS_THE_CLOCK.search(path.read_text())] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {place(path): len(path.read_text().splitlines()) for path in files()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_every_file_is_named_for_what_is_in_it() -> None:
    assert [place(path) for path in files() if path.name in NAMES_OF_NOTHING] == []


@pytest.mark.parametrize("pattern", BANNED)
def test_banned_words_are_not_used(pattern: str) -> None:
    found = [
        f"{place(path)}:{number} {BANNED[pattern]}"
        for path in files()
        if not place(path).startswith(MAY_SET_TENANT)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["    with tenant:", "@schema_context('x')", "connection.set_tenant(t)", "# TODO: later", "post_save.connect("],
)
def test_the_banned_words_are_recognised(line: str) -> None:
    assert any(re.search(pattern, line) for pattern in BANNED)


def _knows_http(path: Path) -> bool:
    return bool(HTTP_FILES & {path.stem, *path.relative_to(SOURCE).parent.parts}) or place(path).startswith(HTTP_PLACES)


def test_http_is_known_only_at_the_doors() -> None:
    found = [
        f"{place(path, node)} imports {module}"
        for path in files()
        if not _knows_http(path)
        for node, module in imported(path)
        if module.split(".")[0] == "rest_framework" or module == "django.http" or module.startswith("django.http.")
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    """All but those whose name says it all."""
    silent = re.compile(r"(__init__|apps|urls\w*)\.py")
    telling = [path for path in files() if not silent.fullmatch(path.name)]
    assert [place(path) for path in telling if not ast.get_docstring(tree(path))] == []
