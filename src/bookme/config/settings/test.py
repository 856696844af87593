"""The test suite: real PostgreSQL, Valkey and SMTP; cheap passwords."""

from bookme.config.settings.local import *  # noqa: F403
from bookme.config.settings.local import TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PUBLIC_PORT = 8000
FORM_MIN_SECONDS = 0  # a test sends a form at once; those of the shortest time set one
TEMPLATES[0]["OPTIONS"]["loaders"] = [  # type: ignore[index]
    ("django.template.loaders.cached.Loader", TEMPLATES[0]["OPTIONS"]["loaders"])  # type: ignore[index]
]
