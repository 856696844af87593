"""The check of requirements/*.txt finds what would make an installation differ from pyproject.toml."""

from pathlib import Path

import pytest

from bookme.dev.place import ROOT
from bookme.dev.requirements import check

PYPROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["django~=5.2.19", "celery[redis]>=5"]
[dependency-groups]
test = ["pytest~=9.2"]
"""
RUN = "celery==5.7.0 \\\n    --hash=sha256:aa\ndjango==5.2.19 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
TEST = "pytest==9.2.0 ; python_version > '3' \\\n    --hash=sha256:cc\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "requirements" / "run.txt").write_text(RUN)
    (tmp_path / "requirements" / "test.txt").write_text(TEST)
    return tmp_path


def test_good_files_pass(project: Path) -> None:
    assert check(project) == []


def test_our_own_files_pass() -> None:
    assert check(ROOT) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("run", "django==5.2.19", "django==5.2.18", "run.txt: django~=5.2.19 is asked for, 5.2.18 is there"),
        ("run", "celery==5.7.0", "kombu==5.7.0", "run.txt: celery[redis]>=5 is not there"),
        ("run", "    --hash=sha256:aa\n", "", "run.txt: no hash: celery==5.7.0"),
        ("run", "celery==", "--index-url https://index.example/simple\ncelery==", "run.txt: holds an address: --index"),
        ("test", "pytest==9.2.0 ;", "pytest @ file:/tmp/pytest.whl ;", "test.txt: holds an address: pytest @ file"),
        (
            "test",
            "pytest==",
            "celery==5.6.9 \\\n  --hash=sha256:dd\npytest==",
            "test.txt: celery is 5.6.9 here and 5.7.0",
        ),
    ],
)
def test_each_fault_is_named(project: Path, name: str, old: str, new: str, problem: str) -> None:
    file = project / "requirements" / f"{name}.txt"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new, 1))
    assert any(found.startswith(problem) for found in check(project)), check(project)


def test_a_missing_file_is_named(project: Path) -> None:
    (project / "requirements" / "test.txt").unlink()
    assert check(project) == ["test.txt: missing, run `make lock`"]
