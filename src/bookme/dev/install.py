"""Make or mend `.venv` and install requirement groups: what `make setup` runs. Standard library only.

    python3 -P src/bookme/dev/install.py run local test

Quick when there is nothing to do: each group leaves a stamp with the hash of its requirements file. An installation
that was interrupted leaves `.venv/.unfinished`, and the next one starts over.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UNFINISHED = VENV / ".unfinished"
OLDEST = (3, 11)
UNWANTED = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PIP_NO_COMPILE", "PIP_USER", "PIP_TARGET"}
NO_PIP = """\
There is no pip for the virtual environment. Install one of these, then try again:
  Debian, Ubuntu:  apt-get install python3-venv
  anywhere:        uv, see https://docs.astral.sh/uv/"""


class InstallError(Exception):
    """What the developer has to do."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Install requirement groups into .venv.")
    parser.add_argument("groups", nargs="+")
    groups = parser.parse_args().groups
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        with _one_at_a_time():
            _make_environment()
            missing = [group for group in groups if not _is_installed(group)]
            if missing:
                with _marked_unfinished():
                    _install_groups(missing)
            if not _is_installed("project"):
                _install_project()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Installing was interrupted; the next `make` goes on.", file=sys.stderr)
        return 130
    except subprocess.CalledProcessError as error:
        print(f"Installing failed: {' '.join(error.cmd[:4])} … ended with {error.returncode}.", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """`make run` and `make test` may be started together on a new checkout."""
    (ROOT / ".bookme").mkdir(exist_ok=True)
    with open(ROOT / ".bookme" / "install.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _marked_unfinished() -> Iterator[None]:
    """Only what kills this process leaves the mark: an installer that reports an error has changed nothing."""
    UNFINISHED.touch()
    try:
        yield
    except subprocess.CalledProcessError:
        UNFINISHED.unlink()
        raise
    UNFINISHED.unlink()


def _make_environment() -> None:
    if _works():
        return
    if VENV.is_symlink() or VENV.is_file():
        raise InstallError(f"{VENV} is not a working environment: remove it.")
    if sys.version_info < OLDEST:
        raise InstallError(f"BookMe needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    print(f"Making .venv with Python {sys.version.split()[0]}", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    if _uv():
        _run([_uv(), "venv", "--quiet", "--python", sys.executable, str(VENV)])
    else:
        _make_environment_with_pip()


def _make_environment_with_pip() -> None:
    """Debian's Python may come without ensurepip; another pip on the machine can then install into the venv."""
    has_ensurepip = _succeeds([sys.executable, "-c", "import ensurepip"])
    options = [] if has_ensurepip else ["--without-pip"]
    VENV.mkdir()
    UNFINISHED.touch()
    _run([sys.executable, "-m", "venv", *options, str(VENV)])
    if not has_ensurepip and not _succeeds([*_pip(), "--version"]):
        shutil.rmtree(VENV)
        raise InstallError(NO_PIP)
    UNFINISHED.unlink()


def _works() -> bool:
    version = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return PYTHON.exists() and not UNFINISHED.exists() and _succeeds([str(PYTHON), "-c", version])


def _uv() -> str:
    return shutil.which("uv") or ""


def _pip() -> list[str]:
    """The pip of the environment, else the machine's pip working on the environment."""
    if _succeeds([str(PYTHON), "-c", "import pip"]):
        return [str(PYTHON), "-m", "pip"]
    return [sys.executable, "-m", "pip", "--python", str(PYTHON)]


def _install_groups(groups: list[str]) -> None:
    print(f"Installing {', '.join(groups)}", flush=True)
    files = [word for group in groups for word in ("-r", str(ROOT / "requirements" / f"{group}.txt"))]
    if _uv():
        _run(
            [
                _uv(),
                "pip",
                "install",
                "--quiet",
                "--python",
                str(PYTHON),
                "--compile-bytecode",
                "--require-hashes",
                *files,
            ]
        )
    else:
        _require_pip()
        _run([*_pip(), "install", "--quiet", "--disable-pip-version-check", "--require-hashes", *files])
    for group in groups:
        _stamp(group).write_text(_fingerprint(group))


def _install_project() -> None:
    """Editable, from what the `local` group brought: no index is asked, nothing is built in isolation."""
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)]
    if _uv():
        _run([_uv(), "pip", "install", "--python", str(PYTHON), *options])
    else:
        _run([*_pip(), "install", "--disable-pip-version-check", *options])
    _stamp("project").write_text(_fingerprint("project"))


def _require_pip() -> None:
    if not _succeeds([*_pip(), "--version"]):
        raise InstallError(NO_PIP)


def _stamp(group: str) -> Path:
    return VENV / f".installed-{group}"


def _fingerprint(group: str) -> str:
    source = ROOT / "pyproject.toml" if group == "project" else ROOT / "requirements" / f"{group}.txt"
    if not source.is_file():
        raise InstallError(f"There is no {source.relative_to(ROOT)}.")
    return hashlib.sha256(str(ROOT).encode() + source.read_bytes()).hexdigest()


def _is_installed(group: str) -> bool:
    try:
        return _stamp(group).read_text() == _fingerprint(group)
    except OSError:
        return False


def _succeeds(command: list[str]) -> bool:
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _run(command: list[str]) -> None:
    """In a session of its own: Ctrl-C reaches us alone, and we end the installer with all that it started."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=_environment(), start_new_session=True)
    try:
        code = process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    if code:
        raise subprocess.CalledProcessError(code, command)


def _environment() -> dict[str, str]:
    """Bytecode is written whatever the machine prefers: without it every start takes seconds longer."""
    kept = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    return kept | {"PIP_NO_INPUT": "1"}


if __name__ == "__main__":
    sys.exit(main())
