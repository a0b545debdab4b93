"""Write the AsyncAPI document, or the schemas it is made from."""

from __future__ import annotations

import json
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from apps.shared.contracts.asyncapi import asyncapi_document
from apps.shared.contracts.schemas import schema_texts, schemas_write
from apps.shared.core.version import VERSION


class Command(BaseCommand):
    """Describe the messages that this site sends and receives."""

    help = "Print the AsyncAPI 3.0 document of this site; --schemas writes the JSON Schemas."

    def add_arguments(self, parser: CommandParser) -> None:
        """The form of the document, or the schema files in its place."""
        parser.add_argument("--format", choices=("yaml", "json"), default="yaml")
        parser.add_argument(
            "--schemas",
            action="store_true",
            help="write apps/shared/contracts/schemas from the models instead",
        )

    def handle(self, *, schemas: bool, **options: Any) -> None:
        """Print the document, or the names of the schema files that were written."""
        if schemas:
            changed = schemas_write(schema_texts())
            self.stdout.write("\n".join(changed) or "All schemas are those of the models.")
            return
        document = asyncapi_document(source=settings.IDENTITY.source, version=VERSION)
        if options["format"] == "json":
            self.stdout.write(json.dumps(document, indent=2))
        else:
            self.stdout.write(yaml.safe_dump(document, sort_keys=False, allow_unicode=True))
