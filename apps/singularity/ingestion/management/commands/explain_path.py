"""`manage.py explain_path FILE`: why a file is read or left out."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.engine.explain import explain
from apps.singularity.ingestion.selectors.codebases import root_for
from apps.singularity.ingestion.services.ingest import recipe_of_settings


class Command(BaseCommand):
    """Explain one path."""

    help = "Say why a file or folder is read or left out, naming the rule with its file and line."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """FILE and the tree it is judged in."""
        parser.add_argument("path", type=Path, help="the file or folder")
        parser.add_argument(
            "--root",
            type=Path,
            help="the code base's folder (default: the known one, or git work tree, around it)",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Explain and print."""
        path: Path = options["path"]
        root = options["root"] or root_for(instance=settings.INSTANCE_ID, path=path)
        try:
            explanation = explain(root, path, recipe_of_settings().limits)
        except IngestError as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(
                json.dumps(
                    {
                        "path": explanation.path,
                        "root": str(root),
                        "included": explanation.included,
                        "reason": explanation.reason.value if explanation.reason else None,
                        "detail": explanation.detail,
                    }
                )
            )
            return
        verdict = "read" if explanation.included else "left out"
        why = f"{explanation.reason.value}: " if explanation.reason else ""
        self.stdout.write(f"{explanation.path} is {verdict} ({why}{explanation.detail})")
