"""Do now what the schedules do every hour: add up, count, work out what it means, tell."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from apps.centralcloud.aggregation.services.adding_up import facts_aggregate
from apps.centralcloud.aggregation.services.statistics import statistics_generate
from apps.centralcloud.insights.services import insights_generate
from apps.shared.access.commands import RecordedCommand


class Command(RecordedCommand):
    """Safe beside workers that do the same."""

    help = "Add up what changed, compute statistics and insights, and queue them for instances."
    action = "insights.publish"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to print."""
        parser.add_argument("--json", action="store_true", help="print the numbers as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Go through the steps and say what came of them."""
        added = facts_aggregate()
        counted = statistics_generate()
        told = insights_generate()
        if options["json"]:
            numbers = {"added": asdict(added), "contributions": counted.contributions}
            self.stdout.write(json.dumps({**numbers, "insights": told}))
            return
        self.stdout.write(
            f"{added.keys:,} keys added up, {counted.contributions:,} contributions, "
            f"{told['facts']:,} facts shown; {told['insights']:,} insights for all and "
            f"{told['recommendations']:,} for {told['recommended to']:,} instances, "
            f"in {told['messages']:,} messages."
        )
