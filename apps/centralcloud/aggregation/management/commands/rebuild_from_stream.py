"""Rebuild aggregates from JetStream and compare them with the live ones."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError

from apps.centralcloud.aggregation.services.rebuild import (
    Rebuilt,
    StreamUnreadable,
    rebuild_from_stream,
)
from apps.shared.access.commands import RecordedCommand
from apps.shared.core.progress import progress_display


class Command(RecordedCommand):
    """Exits 1 when the two differ and stay so."""

    help = (
        "Rebuild contributions and facts from the first message of the stream, beside the live "
        "ones, and print how they differ. The bridge may run meanwhile."
    )

    def recorded(self, options: dict[str, Any]) -> str:
        """To compare is no action."""
        return "facts.rebuild" if options["apply"] else ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to keep the rebuilt ones, and how to print."""
        parser.add_argument(
            "--apply", action="store_true", help="make the live tables say what the stream says"
        )
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Rebuild, compare, report."""
        try:
            with progress_display() as display:
                rebuilt = rebuild_from_stream(
                    apply=options["apply"],
                    progress=lambda read, total: display.show("reading", read, total, "messages"),
                )
        except StreamUnreadable as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(asdict(rebuilt)) if options["json"] else _text(rebuilt))
        if rebuilt.differences and not rebuilt.swapped:
            sys.exit(1)


def _text(rebuilt: Rebuilt) -> str:
    read = f"{rebuilt.messages:,} messages read"
    lines = [f"{read}, {rebuilt.refused:,} refused, {rebuilt.failed:,} failed"]
    if rebuilt.carried:
        lines.append(f"{rebuilt.carried:,} contributions are older than the stream: taken as told")
    lines += [
        f"{one.table}: {one.live:,} rows only live, {one.rebuilt:,} only rebuilt, such as "
        + "; ".join(one.examples)
        for one in rebuilt.differences
    ]
    if not rebuilt.differences:
        lines.append("What is live is what the stream says.")
    if rebuilt.swapped:
        lines.append("The live tables now say what the stream says.")
    return "\n".join(lines)
