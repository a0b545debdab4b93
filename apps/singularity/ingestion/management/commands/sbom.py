"""`manage.py sbom [CODEBASE]`: what code bases are made of, in CycloneDX 1.6."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.shared.core.management.sbom_file import sbom_leave
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.ingestion.selectors.sbom import sbom_of


class Command(BaseCommand):
    """Write a software bill of materials."""

    help = (
        "Write a software bill of materials (CycloneDX 1.6, JSON) of what manifests and lock files "
        "declare."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which code base, and where it goes."""
        parser.add_argument("codebase", nargs="?", default="", help="only this code base")
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of printing it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, leave it."""
        try:
            text = sbom_of(
                instance=settings.INSTANCE_ID,
                codebase=options["codebase"],
                made_at=timezone.now(),
            )
        except UnknownCodebase as error:
            raise CommandError(str(error)) from None
        sbom_leave(text, output=options["output"], stdout=self.stdout)
        if not json.loads(text).get("components"):
            self.stderr.write("It has no component: nothing is declared in what was ingested.")
