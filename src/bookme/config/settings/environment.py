"""Where the checkout is, and the environment that settings come from."""

from pathlib import Path

import environ

env = environ.Env()

PACKAGE_DIR = Path(__file__).resolve().parents[2]
BASE_DIR = PACKAGE_DIR.parents[1]
env.read_env(BASE_DIR / ".env")  # what the environment itself says comes first
