"""python -m bookme.dev.prepare FILE: set the database up, then write the list of businesses to the file, as JSON.

Two management commands in one process: each start of Django takes a second.
"""

import sys

import django
from django.core.management import CommandError, call_command


def main() -> None:
    django.setup()
    try:
        call_command("prepare_local")
        with open(sys.argv[1], "w", encoding="utf-8") as output:
            call_command("tenant", "list", "--format", "json", stdout=output)
    except CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
