"""`bookme postcodes import FILE`: where postcodes are, for areas and distances."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookme.core.errors import DomainError
from bookme.postcodes.actions import import_postcodes
from bookme.tenants.context import public_scope


class Command(BaseCommand):
    help = "Add or correct postcodes from a CSV file with the columns postcode, latitude and longitude."
    requires_system_checks = ()  # they load every page and cost more than the command

    def add_arguments(self, parser: ArgumentParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        sub = commands.add_parser("import", help=self.help, description=self.help)
        sub.add_argument("file")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with Path(options["file"]).open(encoding="utf-8", newline="") as file, public_scope():
                count = import_postcodes(file)
        except DomainError as error:
            raise CommandError(error.detail) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']}: this is not a text in UTF-8") from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        self.stdout.write(f"{count} postcodes read")
