"""`manage.py train`: make a model of this instance's code."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from kombu.exceptions import OperationalError

from apps.shared.access.commands import RecordedCommand
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled
from apps.shared.core.progress import ProgressDisplay, progress_display
from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.training import services, tasks
from apps.singularity.training.management.shown import speed_text, trained_text

SETTINGS = ("base", "steps", "minutes", "size", "lora", "seed", "processes")


class Command(RecordedCommand):
    """Train a vocabulary, a T5 or the search encoder."""

    help = (
        "Train a model on this instance's own code, judge it on code that was held out, and take "
        "it into use where it is better than the one in use."
    )
    action = "training.start"
    about = "kind"
    noted = ("codebase", "steps", "minutes", "resume", "background")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The kind, what to learn from, how long, and how to print."""
        parser.add_argument("kind", choices=["vocabulary", "t5", "encoder"])
        parser.add_argument("--codebase", default="", help="learn from this one alone, by name")
        parser.add_argument(
            "--language", action="append", default=[], help="learn from this one; repeatable"
        )
        parser.add_argument(
            "--base", default="", help="aggregate, a version, or a Hugging Face folder"
        )
        parser.add_argument("--steps", type=int, default=0, help="optimizer steps")
        parser.add_argument("--minutes", type=float, default=0.0, help="wall-clock time instead")
        parser.add_argument("--size", default="", help="of a T5 from scratch: tiny, small, base")
        parser.add_argument("--lora", type=int, default=0, help="rank of LoRA adapters")
        parser.add_argument("--seed", type=int, default=0, help="of data order and masks")
        parser.add_argument("--processes", type=int, default=0, help="default: one for each GPU")
        parser.add_argument("--resume", default="", metavar="RUN", help="go on with this run")
        in_use = parser.add_mutually_exclusive_group()
        in_use.add_argument("--use", action="store_true", help="take it into use in any case")
        in_use.add_argument("--no-use", action="store_true", help="leave what is in use")
        parser.add_argument("--background", action="store_true", help="leave it to a worker")
        parser.add_argument("--json", action="store_true", help="print the result as one object")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Train here with a display of how far it is, or queue it."""
        try:
            self._handle(options)
        except (UnknownCodebase, JobAlreadyRunning, JobCancelled, *services.FAILURES) as error:
            raise CommandError(str(error)) from None

    def _handle(self, options: dict[str, Any]) -> None:
        use = True if options["use"] else False if options["no_use"] else None
        if options["background"]:
            self._enqueue(options, use=use)
            return
        run = _start(options)
        try:
            with progress_display() as display:
                model = services.train_run(run=run, use=use, report=partial(_show, display))
        except (KeyboardInterrupt, SystemExit):
            self.stderr.write(f"Stopped. {services.how_to_resume(run)}")
            raise
        services.models_told()
        if options["json"]:
            self.stdout.write(json.dumps(services.run_result(model)))
        else:
            self.stdout.write(trained_text(run, model))

    def _enqueue(self, options: dict[str, Any], *, use: bool | None) -> None:
        with transaction.atomic():
            run = _start(options)
            job = services.run_enqueue(run=run, use=use)
        try:
            tasks.train.delay(job.pk)
        except OperationalError as error:  # beat sends it again
            self.stderr.write(f"No worker hears of job {job.pk} yet: {error}.")
        if options["json"]:
            self.stdout.write(json.dumps({"run": str(run.pk), "job": job.pk}))
        else:
            self.stdout.write(f"Run {str(run.pk)[:8]} waits for a worker as job {job.pk}.")


def _start(options: dict[str, Any]) -> Any:
    chosen = {name: options[name] for name in SETTINGS if options[name]}
    name = options["codebase"]
    if name:
        (chosen["codebase"],) = codebases_of(instance=settings.INSTANCE_ID, name=name)
    if options["language"]:
        chosen["languages"] = options["language"]
    return services.run_start(kind=options["kind"], resume=options["resume"] or None, **chosen)


def _show(display: ProgressDisplay, run: Any, phase: str) -> None:
    """One line for the run: how far, its loss and its speed, else what it is at."""
    numbers = services.run_progress(run)
    done, total = numbers["step"], numbers["steps"] or 1
    if phase == services.TRAINING:
        display.show(f"{run.kind} {run.scope}", done, total, speed_text(run))
    else:
        display.show(f"{run.kind} {run.scope}: {phase}", 0, 1)
