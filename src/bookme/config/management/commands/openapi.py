"""`bookme openapi [FILE]`: the description of the API of a business."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from drf_spectacular.generators import SchemaGenerator


def described_api() -> dict[str, Any]:
    """OpenAPI 3.1 as plain data."""
    generator = SchemaGenerator(urlconf=settings.BUSINESS_URLCONF)  # type: ignore[no-untyped-call]
    described = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return dict(json.loads(json.dumps(described, default=str)))


class Command(BaseCommand):
    help = "Write the OpenAPI description of a business's API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=Path("docs/openapi.json"))

    def handle(self, *args: Any, **options: Any) -> None:
        options["file"].write_text(json.dumps(described_api(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        self.stdout.write(f"{options['file']}")
