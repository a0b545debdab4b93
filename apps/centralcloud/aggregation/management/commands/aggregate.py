"""Add contributions up to what the fleet knows."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Safe beside a worker that does the same: each key is added up by one of them."""

    help = "Add up the facts whose contributions changed since they were last added up."
    action = "facts.aggregate"
    noted = ("full",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which facts, and how to print."""
        parser.add_argument("--full", action="store_true", help="add up every fact anew")
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Add up and say what changed."""
        added = facts_aggregate(full=options["full"])
        if options["json"]:
            self.stdout.write(json.dumps(asdict(added)))
            return
        self.stdout.write(
            f"{added.keys:,} keys added up: {added.written:,} facts changed, "
            f"{added.removed:,} removed, {added.reshared:,} with another share of the fleet"
        )
