"""`make reset`: delete the local data of this checkout, after asking."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from bookme.dev import account, servers
from bookme.dev.place import ROOT, Place, ServerError
from bookme.dev.record import running_product

PROFILES = ("local", "test")


def main(*, is_sure: bool, root: Path = ROOT) -> int:
    """Exit code 1 when the developer says no. Raises ServerError while something uses the data."""
    if not (root / ".bookme").exists():
        print("There is no local data.")
        return 0
    for profile in PROFILES:
        _refuse_if_used(Place(root, profile))
    if not is_sure and not _is_wanted(root):
        print("Nothing was deleted.")
        return 1
    for profile in PROFILES:
        servers.down(profile, root=root)
        account.remove_shared_folder(Place(root, profile))
    shutil.rmtree(root / ".bookme")
    print("The local data is deleted; `make run` starts afresh.")
    return 0


def _refuse_if_used(place: Place) -> None:
    if place.folder.exists() and (running_product(place) or servers.is_used(place)):
        raise ServerError(f"The {place.profile} data is in use: end `make run`, tests and `bookme` commands first.")


def _is_wanted(root: Path) -> bool:
    if not sys.stdin.isatty():
        raise ServerError("To delete without being asked: make reset YES=1")
    question = f"Delete the databases and mail of all local businesses in {root / '.bookme'}? [y/N] "
    return input(question).strip().lower() in {"y", "yes"}
