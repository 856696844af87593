"""`make setup`: quick when nothing is to do, mended after an interruption. The installer is a fake with its own log."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookme.dev.place import ROOT
from bookme.dev.processes import wait_until

from .conftest import make_checkout

UV = """#!/bin/sh
echo "$@" >> "{root}/calls"
case "$1" in
venv) for last; do :; done; mkdir -p "$last/bin"; ln -s "{python}" "$last/bin/python";;
pip) test ! -e "{root}/offline" || exit 2; test ! -e "{root}/slow" || sleep 20;;
esac
"""


@pytest.fixture
def project() -> Iterator[Path]:
    root = make_checkout()
    (root / "src/bookme/dev").mkdir(parents=True)
    shutil.copy(ROOT / "src/bookme/dev/install.py", root / "src/bookme/dev")
    (root / "requirements").mkdir()
    for group in ("run", "test"):
        (root / "requirements" / f"{group}.txt").write_text(f"{group}-package==1\n")
    (root / "pyproject.toml").write_text("[project]\n")
    uv = root / "tools" / "uv"
    uv.parent.mkdir()
    uv.write_text(UV.format(root=root, python=sys.executable))
    uv.chmod(0o755)
    yield root
    shutil.rmtree(root)


def command(root: Path, *groups: str) -> list[str]:
    return [sys.executable, "-P", str(root / "src/bookme/dev/install.py"), *groups]


def environment(root: Path) -> dict[str, str]:
    return os.environ | {"PATH": f"{root / 'tools'}:{os.environ['PATH']}"}


def install(root: Path, *groups: str) -> tuple[int, list[str], str]:
    """Exit code, the calls of the installer, and what was said about an error."""
    (root / "calls").unlink(missing_ok=True)
    done = subprocess.run(command(root, *groups), env=environment(root), capture_output=True, text=True, check=False)
    calls = (root / "calls").read_text().splitlines() if (root / "calls").exists() else []
    return done.returncode, [" ".join(call.split()[:2]) for call in calls], done.stderr


def test_a_second_time_nothing_is_done(project: Path) -> None:
    assert install(project, "run") == (0, ["venv --quiet", "pip install", "pip install"], "")
    calls = (project / "calls").read_text()
    assert "--require-hashes" in calls
    assert "--compile-bytecode" in calls
    assert "--no-index --editable" in calls
    assert install(project, "run") == (0, [], "")


def test_only_what_has_changed_is_installed(project: Path) -> None:
    install(project, "run")
    assert install(project, "run", "test")[1] == ["pip install"]
    (project / "requirements/test.txt").write_text("test-package==2\n")
    assert install(project, "run", "test")[1] == ["pip install"]
    assert "run.txt" not in (project / "calls").read_text()
    (project / "pyproject.toml").write_text("[project]\nname = 'bookme'\n")
    assert install(project, "run", "test")[1] == ["pip install"]


def test_a_failure_is_told_and_tried_again_without_starting_over(project: Path) -> None:
    (project / "offline").touch()
    code, _, error = install(project, "run")
    assert (code, "Installing failed" in error) == (1, True)
    (project / "offline").unlink()
    assert install(project, "run") == (0, ["pip install", "pip install"], "")


def test_after_an_interruption_the_environment_is_made_anew(project: Path) -> None:
    (project / "slow").touch()
    process = subprocess.Popen(command(project, "run"), env=environment(project), start_new_session=True)
    assert wait_until(lambda: _is_in(project / "calls", "pip install"), seconds=10)
    assert (project / ".venv/.unfinished").exists()
    process.kill()  # what it began has a session of its own, and has told all that it will tell
    process.wait()
    (project / "slow").unlink()
    (project / ".venv/half-installed").touch()
    assert install(project, "run") == (0, ["venv --quiet", "pip install", "pip install"], "")
    assert not (project / ".venv/half-installed").exists()


def _is_in(path: Path, text: str) -> bool:
    return path.exists() and text in path.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_is_one_line(project: Path, number: int) -> None:
    (project / "slow").touch()
    process = subprocess.Popen(
        command(project, "run"),
        env=environment(project),
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # noqa: PLW1509 ignored, where tests run behind
    )
    assert wait_until(lambda: _is_in(project / "calls", "pip install"), seconds=10)
    os.killpg(process.pid, number)
    began = time.monotonic()
    _, error = process.communicate()
    assert (process.returncode, error) == (130, "Installing was interrupted; the next `make` goes on.\n")
    assert time.monotonic() - began < 10, "the installer was left running"
    (project / "slow").unlink()
    assert install(project, "run") == (0, ["venv --quiet", "pip install", "pip install"], "")


def test_an_environment_whose_python_is_gone_is_made_anew(project: Path) -> None:
    install(project, "run")
    (project / ".venv/bin/python").unlink()
    (project / ".venv/bin/python").symlink_to(project / "no-python-here")
    assert install(project, "run") == (0, ["venv --quiet", "pip install", "pip install"], "")


def test_an_unknown_group_is_named(project: Path) -> None:
    code, _, error = install(project, "tests")
    assert (code, error) == (1, "There is no requirements/tests.txt.\n")
