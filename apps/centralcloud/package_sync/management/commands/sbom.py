"""`manage.py sbom INSTANCE`: what an instance is made of, in CycloneDX 1.6."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from apps.centralcloud.package_sync.selectors.sbom import UnknownSubject, instance_sbom
from apps.shared.core.management.sbom_file import sbom_leave


class Command(BaseCommand):
    """Write a software bill of materials."""

    help = (
        "Write a software bill of materials (CycloneDX 1.6, JSON) of what an instance declares, "
        "with licences and advisories."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Of whom, and where it goes."""
        parser.add_argument("instance", metavar="INSTANCE", help="its INSTANCE_ID")
        parser.add_argument(
            "--codebase",
            default="",
            metavar="KEY",
            help="only this code base; or how its key begins",
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="instead of printing it")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it, leave it."""
        try:
            text = instance_sbom(
                instance=options["instance"],
                codebase=options["codebase"],
                made_at=timezone.now(),
            )
        except UnknownSubject as error:
            raise CommandError(str(error)) from None
        sbom_leave(text, output=options["output"], stdout=self.stdout)
        if not json.loads(text).get("components"):
            self.stderr.write(f"It has no component: {options['instance']} has declared nothing.")
