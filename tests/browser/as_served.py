"""The settings of the product in a browser's tests: the local ones, with pages and files served as in production.

Templates are compiled once, and files come compressed under names with a hash. It is copied beside `local.py`.
"""

from bookme.config.settings.local import *  # noqa: F403
from bookme.config.settings.local import STORAGES, TEMPLATES

TEMPLATES[0]["OPTIONS"]["loaders"] = [("django.template.loaders.cached.Loader", TEMPLATES[0]["OPTIONS"]["loaders"])]
STORAGES["staticfiles"] = {"BACKEND": "bookme.web.storage.HashedStorage"}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False
