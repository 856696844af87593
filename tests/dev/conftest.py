"""A checkout of its own for tests of the servers, away from those that run the suite."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bookme.dev import account, servers
from bookme.dev.place import Place

SET_FOR_THE_SUITE = (
    *("DATABASE_URL", "REDIS_URL", "EMAIL_HOST", "EMAIL_PORT", "MAILBOX_DIR"),
    *("PORT", "LOG_FORMAT", "DJANGO_SETTINGS_MODULE"),
)


@pytest.fixture(autouse=True)
def no_servers_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SET_FOR_THE_SUITE:
        monkeypatch.delenv(name, raising=False)


def make_checkout() -> Path:
    root = Path(tempfile.mkdtemp(prefix="bookme-test-")).resolve()
    root.chmod(0o755)
    return root


def remove_checkout(root: Path) -> None:
    for profile in ("local", "test"):
        if Place(root, profile).folder.exists():
            servers.down(profile, root=root)
    account.remove_shared_folder(Place(root, "test"))
    shutil.rmtree(root)


@pytest.fixture(scope="module")
def checkout() -> Iterator[Path]:
    root = make_checkout()
    yield root
    remove_checkout(root)


@pytest.fixture
def other_checkout() -> Iterator[Path]:
    root = make_checkout()
    yield root
    remove_checkout(root)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root borrows an account")
