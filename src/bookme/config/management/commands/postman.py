"""`bookme postman [FILE]`: the API as a Postman collection."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from bookme.config.management.commands.openapi import described_api
from bookme.config.postman import collection


class Command(BaseCommand):
    help = "Write the API of a business as a Postman collection."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path("docs/bookme.postman_collection.json"))

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(collection(described_api()), indent=2, ensure_ascii=False)
        options["file"].write_text(text + "\n", encoding="utf-8")
        self.stdout.write(f"{options['file']}")
