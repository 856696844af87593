#!/usr/bin/env python
"""Django's commands. Locally, `bookme` is the same with the embedded servers found by itself."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookme.config.settings.production")
    execute_from_command_line(sys.argv)
