"""requirements/*.txt: exact versions with hashes, compiled from pyproject.toml, that plain pip can install.

    python -m bookme.dev.requirements lock [--upgrade]
    python -m bookme.dev.requirements check

`run.txt` holds the project's dependencies, each other file the dependency group of its name. No file holds an address,
and all agree on versions, because each is compiled against those before it.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from bookme.dev.place import ROOT, ServerError

OPTIONS = ["--generate-hashes", "--universal", "--no-annotate", "--no-header", "--no-emit-index-url", "--quiet"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bookme.dev.requirements")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check")
    commands.add_parser("lock").add_argument("--upgrade", action="store_true")
    arguments = parser.parse_args()
    try:
        if arguments.command == "lock":
            lock(ROOT, upgrade=arguments.upgrade)
    except (ServerError, subprocess.CalledProcessError) as error:
        sys.exit(str(error))
    problems = check(ROOT)
    print("\n".join(problems) or "The requirements agree with pyproject.toml.", file=sys.stderr if problems else None)
    return 1 if problems else 0


def lock(root: Path, *, upgrade: bool = False) -> None:
    """Compile every file; what is pinned already stays unless `upgrade`. Needs uv; raises ServerError without."""
    uv = shutil.which("uv")
    if uv is None:
        raise ServerError("Compiling the requirements needs uv: https://docs.astral.sh/uv/")
    oldest = str(_pyproject(root)["project"]["requires-python"]).removeprefix(">=")
    options = [*OPTIONS, "--python-version", oldest, *(["--upgrade"] if upgrade else [])]
    constraints: list[str] = []
    for name in wanted(root):
        source = ["pyproject.toml"] if name == "run" else ["--group", name]
        output = f"requirements/{name}.txt"
        subprocess.run([uv, "pip", "compile", *source, *options, *constraints, "-o", output], cwd=root, check=True)
        constraints += ["--constraint", output]


def check(root: Path) -> list[str]:
    """What is wrong with the files, one line each; empty when all is well."""
    problems: list[str] = []
    seen: dict[str, str] = {}
    for name, requirements in wanted(root).items():
        file = root / "requirements" / f"{name}.txt"
        if not file.is_file():
            problems.append(f"{file.name}: missing, run `make lock`")
            continue
        text = file.read_text(encoding="utf-8")
        pins = pinned(text)
        problems += [f"{file.name}: {problem}" for problem in [*_addresses(text), *_without_hash(text)]]
        problems += [f"{file.name}: {problem}" for problem in _unsatisfied(requirements, pins)]
        for package, version in pins.items():
            if seen.setdefault(package, version) != version:
                problems.append(f"{file.name}: {package} is {version} here and {seen[package]} before")
    return problems


def wanted(root: Path) -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, by the name of the file that answers it."""
    pyproject = _pyproject(root)
    groups = {"run": pyproject["project"]["dependencies"], **pyproject["dependency-groups"]}
    return {name: [Requirement(text) for text in texts] for name, texts in groups.items()}


def pinned(text: str) -> dict[str, str]:
    """Version by package of a requirements file."""
    found = (PIN.match(line) for line in text.splitlines())
    return {canonicalize_name(match[1]): match[2] for match in found if match}


def _pyproject(root: Path) -> dict[str, Any]:
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def _addresses(text: str) -> list[str]:
    return [f"holds an address: {line.strip()}" for line in text.splitlines() if "://" in line or "file:" in line]


def _without_hash(text: str) -> list[str]:
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    return [f"no hash: {entry.split()[0]}" for entry in entries if PIN.match(entry) and "--hash=sha256:" not in entry]


def _unsatisfied(requirements: list[Requirement], pins: dict[str, str]) -> list[str]:
    problems = []
    for requirement in requirements:
        version = pins.get(canonicalize_name(requirement.name))
        if version is None:
            problems.append(f"{requirement} is not there, run `make lock`")
        elif not requirement.specifier.contains(Version(version), prereleases=True):
            problems.append(f"{requirement} is asked for, {version} is there, run `make lock`")
    return problems


if __name__ == "__main__":
    sys.exit(main())
