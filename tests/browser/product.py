"""The real product for the browser: `make run` in a checkout of its own, with fresh data, on a free port."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bookme.dev.processes import free_port
from tests.dev.conftest import SET_FOR_THE_SUITE, make_checkout, remove_checkout

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 240
STOP_SECONDS = 60
UNUSED = ("admin", "unfold", "rest_framework", "drf_spectacular_sidecar", "ext", "htmx-4*")
NO_SERVERS = {"DATABASE_URL": "postgres://nobody@127.0.0.1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}


@dataclass(frozen=True)
class Product:
    """A running BookMe with the demo businesses."""

    port: int

    def url(self, slug: str = "", path: str = "/") -> str:
        """An address of a business, or of the platform."""
        host = f"{slug}.localhost" if slug else "localhost"
        return f"http://{host}:{self.port}{path}"


@contextmanager
def running_product(settings: Mapping[str, str] | None = None) -> Iterator[Product]:
    """Starts it, waits until it is ready, and ends it. Raises RuntimeError with its output if it does not get ready."""
    root = make_checkout()
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(__file__).with_name("as_served.py"), root / "src" / "bookme" / "config" / "settings")
    port = free_port(0)
    env = {name: value for name, value in os.environ.items() if name not in SET_FOR_THE_SUITE}
    env |= {"PYTHONPATH": str(root / "src"), "PORT": str(port), "FORM_MIN_SECONDS": "0"}
    env |= {"DJANGO_SETTINGS_MODULE": "bookme.config.settings.as_served"} | dict(settings or {})
    _speak_arabic(root / "src" / "bookme" / "onboarding" / "demo")
    _collect_static(root, env)
    with (root / "output").open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "bookme.dev", "run"], cwd=root, env=env, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            product = Product(port)
            if not _gets_ready(product, process):
                raise RuntimeError((root / "output").read_text()[-5000:])
            yield product
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_SECONDS)
            remove_checkout(root)


def _speak_arabic(demo: Path) -> None:
    """Every demo business has Arabic as well, so that every page can be looked at from right to left."""
    for path in demo.glob("*.client.config.json"):
        config = json.loads(path.read_text())
        config["languages"] = list(dict.fromkeys([*config["languages"], "ar"]))
        path.write_text(json.dumps(config))


def _collect_static(root: Path, env: Mapping[str, str]) -> None:
    """All but what the admin alone uses, and htmx what we do not: nobody looks at it here."""
    command = [sys.executable, "src/manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    command += [part for each in UNUSED for part in ("--ignore", each)]
    subprocess.run(command, cwd=root, env=dict(env) | NO_SERVERS, check=True)


def _gets_ready(product: Product, process: subprocess.Popen[bytes]) -> bool:
    """`/ready/` also asks for the worker, without which no mail is sent."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(product.url(path="/ready/"), timeout=5) as answer:
                if answer.status == 200:
                    return True
        except (OSError, urllib.error.URLError):
            time.sleep(0.3)
    return False
