"""`manage.py advisories`: packages to look at, as Centralcloud tells of them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import IO, Any, cast

from django.core.management.base import BaseCommand
from rich.console import Console
from rich.text import Text

from apps.singularity.guidance.display.advisories import remedy, standing, why_no_advisories
from apps.singularity.guidance.display.kinds import plain
from apps.singularity.guidance.selectors.advisories import (
    Concern,
    advisories_here,
    advisories_joined,
    advisories_told,
)

_FIELDS = (
    "key", "kind", "purl", "name", "advisory", "severity", "summary", "affected", "fixed",
)  # fmt: skip
_COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow"}


class Command(BaseCommand):
    """Show what concerns this instance."""

    help = "Show vulnerable, withdrawn and deprecated packages that code bases here declare."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to show, and how."""
        parser.add_argument(
            "--all", action="store_true", help="also those that concern nothing here"
        )
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List them, worst first."""
        everything = options["all"]
        concerns = advisories_joined(advisories_told()) if everything else advisories_here()
        if options["json"]:
            self.stdout.write(json.dumps([_json(one) for one in concerns]))
            return
        if not concerns:
            self.stdout.write(why_no_advisories())
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        for one in concerns:
            _show(console, one)


def _json(concern: Concern) -> dict[str, Any]:
    return {name: getattr(concern.advisory, name) for name in _FIELDS} | {
        "here": [asdict(one) for one in concern.here]
    }


def _show(console: Console, concern: Concern) -> None:
    row = concern.advisory
    rating = " ".join(part for part in (row.severity, row.kind) if part)
    head = Text(f"{plain(row.name)} ", style="bold")
    head.append(rating, style=f"not bold {_COLOURS.get(row.severity, '')}".strip())
    head.append(f" {plain(row.advisory)}".rstrip(), style="not bold dim")
    console.print(head, highlight=False)
    if row.summary:
        console.print(Text(f"   {plain(row.summary)}"), highlight=False)
    here = standing(concern.here) or "not declared here in such a version"
    console.print(Text(f"   {plain(here)}", style="cyan"), highlight=False)
    console.print(Text(f"   {plain(remedy(row))}", style="dim"), highlight=False)
