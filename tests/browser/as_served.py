"""The settings of the product in a browser's tests: the local ones, with pages and files served as in production.

Templates are compiled once, and files come compressed under names with a hash. It is copied beside `local.py`.
With HOURS_AHEAD it is so much later, as it is for the tests.
"""

import datetime as dt
import os

import time_machine

from bookme.config.settings.local import *  # noqa: F403
from bookme.config.settings.local import STORAGES, TEMPLATES

TEMPLATES[0]["OPTIONS"]["loaders"] = [("django.template.loaders.cached.Loader", TEMPLATES[0]["OPTIONS"]["loaders"])]
STORAGES["staticfiles"] = {"BACKEND": "bookme.web.storage.HashedStorage"}
WHITENOISE_USE_FINDERS = False
WHITENOISE_AUTOREFRESH = False

if ahead := float(os.environ.get("HOURS_AHEAD", "0")):
    time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=ahead)).start()
