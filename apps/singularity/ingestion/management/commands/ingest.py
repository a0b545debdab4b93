"""`manage.py ingest PATH`: read a code base, then fill in its vectors."""

from __future__ import annotations

import json
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from kombu.exceptions import OperationalError

from apps.shared.access.commands import RecordedCommand
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled
from apps.shared.core.progress import ProgressDisplay, progress_display
from apps.singularity.ingestion import selectors, services, tasks
from apps.singularity.ingestion.engine.embedding import EmbedderError
from apps.singularity.ingestion.engine.errors import IngestError
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.selectors.preview import Preview, tree_preview


class Command(RecordedCommand):
    """Learn a code base."""

    help = (
        "Read a folder or git work tree: cut it into chunks that follow the syntax, store them, "
        "and fill in their vectors. Run again after changes; only what changed is read."
    )
    action = "ingest.start"
    about = "path"
    noted = ("name", "full")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """PATH and the options."""
        parser.add_argument("path", type=Path, help="the folder that holds the code")
        parser.add_argument("--name", default="", help="what to call it (default: the folder)")
        parser.add_argument(
            "--dry-run", action="store_true", help="show what would be read; write nothing"
        )
        parser.add_argument(
            "--full", action="store_true", help="read every file again, changed or not"
        )
        parser.add_argument(
            "--vectors",
            choices=["now", "later"],
            default="now",
            help="fill in the vectors now, or leave them to a worker",
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run under a job row, with a display of how far it is."""
        try:
            if options["dry_run"]:
                self._preview(options)
            else:
                self._ingest(options)
        except (IngestError, JobAlreadyRunning, JobCancelled, EmbedderError) as error:
            raise CommandError(str(error)) from None

    def _preview(self, options: dict[str, Any]) -> None:
        preview = tree_preview(options["path"])
        if options["json"]:
            self.stdout.write(json.dumps(preview.numbers()))
        else:
            self.stdout.write(_shown_preview(preview))

    def _ingest(self, options: dict[str, Any]) -> None:
        started = time.monotonic()
        codebase = services.codebase_open(
            instance=settings.INSTANCE_ID, path=options["path"], name=options["name"]
        )
        with progress_display() as display:
            report = services.ingest_run(
                codebase=codebase,
                full=options["full"],
                progress=lambda numbers: _show_reading(display, numbers, started),
            )
            if options["vectors"] == "now":
                self._fill(display)
            else:
                self._leave_to_worker()
        seconds = time.monotonic() - started
        for problem in report.problems:
            self.stderr.write(f"warning: {problem}")
        if options["json"]:
            self.stdout.write(json.dumps(_result(codebase, report, seconds)))
        else:
            self.stdout.write(_shown_result(codebase, report, seconds))

    def _leave_to_worker(self) -> None:
        try:
            tasks.fill_start.delay()
        except OperationalError:  # the broker; beat asks again every few minutes
            self.stderr.write("No task queue answers: vectors wait for the worker's schedule.")

    def _fill(self, display: ProgressDisplay) -> None:
        started = time.monotonic()

        def progress(numbers: dict[str, Any]) -> None:
            done, total = numbers["vectors"], numbers["texts"]
            display.show("vectors", done, total, _rate(done - first[0], started, "chunks"))

        first = [selectors.vector_progress(instance=settings.INSTANCE_ID).vectors]
        try:
            services.fill_run(instance=settings.INSTANCE_ID, progress=progress)
        except JobAlreadyRunning as error:
            self.stderr.write(f"Vectors are left to the run that makes them already ({error}).")


def _show_reading(display: ProgressDisplay, numbers: dict[str, Any], started: float) -> None:
    chunks = numbers["chunks"]
    note = f"{chunks:,} chunks, {_rate(chunks, started, 'chunks')}"
    display.show("reading", numbers["read"], numbers["pending"], note)


def _rate(count: int, started: float, what: str) -> str:
    seconds = max(time.monotonic() - started, 0.001)
    return f"{count / seconds:,.0f} {what}/s"


def _result(codebase: Codebase, report: services.IngestReport, seconds: float) -> dict[str, Any]:
    summary = selectors.codebase_summary(codebase=codebase)
    vectors = selectors.vector_progress(instance=codebase.instance)
    return {
        "codebase": codebase.name,
        "id": codebase.pk,
        "root": codebase.root,
        "seconds": round(seconds, 3),
        "run": report.numbers(),
        "problems": report.problems,
        "files": summary.files,
        "bytes": summary.bytes,
        "lines": summary.lines,
        "chunks": summary.chunks,
        "secrets": summary.secrets,
        "dependencies": summary.dependencies,
        "languages": summary.languages,
        "skipped": summary.skipped,
        "vectors": vectors.vectors,
        "texts": vectors.texts,
        "model": vectors.model,
    }


def _shown_result(codebase: Codebase, report: services.IngestReport, seconds: float) -> str:
    summary = selectors.codebase_summary(codebase=codebase)
    vectors = selectors.vector_progress(instance=codebase.instance)
    skipped = ", ".join(f"{count:,} {reason}" for reason, count in summary.skipped.items())
    done = f"{report.changed:,} files read, {report.unchanged:,} only touched"
    return "\n".join(
        [
            f"{codebase.name}: {done}, {report.removed:,} removed, in {seconds:.1f} s",
            f"  files         {summary.files:,} ({_named(summary.languages)})",
            f"  lines         {summary.lines:,}",
            f"  chunks        {summary.chunks:,}",
            f"  vectors       {vectors.vectors:,} of {vectors.texts:,} texts, {vectors.model}",
            f"  dependencies  {summary.dependencies:,} declared",
            f"  secrets       {summary.secrets:,} found and scrubbed",
            f"  left out      {skipped or 'nothing'}",
        ]
    )


def _named(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in list(counts.items())[:8])


def _shown_preview(preview: Preview) -> str:
    languages = _named({name: files for name, (files, _) in preview.languages.items()})
    times = f"text in {preview.text_seconds:.0f} s, vectors in {preview.vector_seconds:.0f} s"
    return "\n".join(
        [
            f"{preview.files:,} files, {preview.bytes:,} bytes would be read",
            f"  languages  {languages}",
            f"  left out   {_named(preview.skipped) or 'nothing'}",
            f"  estimate   about {preview.chunks_estimated:,} chunks; {times}",
            "Nothing was written.",
        ]
    )
