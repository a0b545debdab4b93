"""`manage.py mine_patterns`: learn what code bases are made of."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from apps.shared.access.commands import RecordedCommand
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled
from apps.shared.core.progress import ProgressDisplay, progress_display
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.patterns import services
from apps.singularity.patterns.management.shown import learned_text
from apps.singularity.patterns.selectors.learned import learned_of


class Command(RecordedCommand):
    """Mine code patterns, architecture and frameworks."""

    help = (
        "Mine what code bases are made of: idioms, API usage, conventions, clones, architecture "
        "and frameworks. Run again after an ingest; only files that changed are read again."
    )
    action = "mine.start"
    about = "codebase"
    noted = ("full",)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which code base, and how to print."""
        parser.add_argument("--codebase", default="", help="its name (default: all of them)")
        parser.add_argument("--full", action="store_true", help="read every file again")
        parser.add_argument("--json", action="store_true", help="print what was learned as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Mine one after the other, each under a job row."""
        try:
            codebases = codebases_of(instance=settings.INSTANCE_ID, name=options["codebase"])
            if not codebases:
                raise CommandError("There is nothing to mine yet: run `manage.py ingest PATH`.")
            with progress_display() as display:
                reports = [self._mine(one, display, full=options["full"]) for one in codebases]
        except (UnknownCodebase, services.MiningError, JobAlreadyRunning, JobCancelled) as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(codebases, reports)))
            return
        for codebase, (report, seconds) in zip(codebases, reports, strict=True):
            self.stdout.write(_headline(codebase, report, seconds))
            self.stdout.write(learned_text(learned_of(codebase=codebase)))

    def _mine(
        self, codebase: Any, display: ProgressDisplay, *, full: bool
    ) -> tuple[services.MiningReport, float]:
        started = time.monotonic()

        def progress(numbers: dict[str, Any]) -> None:
            if numbers["pending"]:
                display.show(f"mining {codebase.name}", numbers["read"], numbers["pending"])

        report = services.mine_run(codebase=codebase, full=full, progress=progress)
        return report, time.monotonic() - started


def _headline(codebase: Any, report: services.MiningReport, seconds: float) -> str:
    if report.unchanged:
        return f"{codebase.name}: nothing changed since it was last mined"
    return (
        f"{codebase.name}: {report.files:,} files mined ({report.read:,} read again) in "
        f"{seconds:.1f} s: {report.new:,} patterns new, {report.withdrawn:,} withdrawn"
    )


def _as_json(
    codebases: list[Any], reports: list[tuple[services.MiningReport, float]]
) -> dict[str, Any]:
    """One object for all code bases; each entry names its own."""
    runs = [
        {
            "codebase": codebase.name,
            "seconds": round(seconds, 3),
            **report.numbers(),
            "changes": report.changes,
        }
        for codebase, (report, seconds) in zip(codebases, reports, strict=True)
    ]
    parts: dict[str, list[Any]] = {"runs": runs}
    for codebase in codebases:
        for name, rows in learned_of(codebase=codebase).as_json().items():
            parts.setdefault(name, []).extend(rows)
    return parts
