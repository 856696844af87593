"""PostgreSQL refuses to run as root: an account to borrow, and places that this account can reach."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bookme.dev.place import Place, ServerError

BORROWED = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    uid: int
    gid: int


def borrowed(data: Path) -> Account | None:
    """The account for PostgreSQL when we are root: the owner of the data if there is some; None when not root."""
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    for name in BORROWED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    raise ServerError("PostgreSQL cannot run as root, and there is no account to borrow: set DATABASE_URL.")


def can_reach(path: Path) -> bool:
    """Whether any account may go to this folder, or run this file."""
    path = path.resolve()
    return all(each.stat().st_mode & stat.S_IXOTH for each in (path, *path.parents))


def shared_folder(place: Place) -> Path:
    """A folder of ours outside a private checkout, made if need be. Raises ServerError when it is not ours."""
    folder = _shared_path(place)
    folder.mkdir(exist_ok=True)
    if not _is_ours(folder):
        raise ServerError(f"{folder} belongs to somebody else: remove it, or set DATABASE_URL.")
    folder.chmod(0o755)
    return folder


def remove_shared_folder(place: Place) -> None:
    folder = _shared_path(place)
    if folder.is_dir() and _is_ours(folder):
        shutil.rmtree(folder)


def _shared_path(place: Place) -> Path:
    """In /var/tmp before /tmp: it survives a restart of the machine."""
    base = Path("/var/tmp")
    return (base if base.is_dir() else Path(tempfile.gettempdir())) / f"bookme-{place.digest}"


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and folder.stat().st_uid == os.geteuid()


def data_folder(place: Place) -> Path:
    """Where data of the borrowed account lives: in the checkout, unless that is private to root."""
    place.make()
    if os.geteuid() != 0 or can_reach(place.folder):
        return place.folder
    folder = shared_folder(place) / place.profile
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    return folder


def reachable_copy(place: Place, *, package: Path, libraries: Path) -> Path:
    """A copy of a package and its libraries, side by side as in the wheel: binaries find the libraries relatively."""
    stamp = f"{package.name}-{package.stat().st_mtime_ns}"
    target = shared_folder(place) / stamp
    if not target.exists():
        for old in target.parent.glob(f"{package.name}-*"):
            shutil.rmtree(old)
        unfinished = target.with_name(f"unfinished-{stamp}")
        shutil.rmtree(unfinished, ignore_errors=True)
        for source in (package, libraries):
            if source.is_dir():
                shutil.copytree(source, unfinished / source.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        unfinished.rename(target)
    return target / package.name
