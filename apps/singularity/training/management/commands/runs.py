"""`manage.py runs`: what was trained, how it went, and two runs side by side."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.management.shown import compared_text, run_text, runs_text
from apps.singularity.training.selectors import run_get, runs_of
from apps.singularity.training.selectors.curves import curves_of, runs_compare
from apps.singularity.training.selectors.facts import comparison_facts, run_facts

SHOWN = 30


class Command(BaseCommand):
    """List training runs, show one, or compare two."""

    help = "List training runs, show one with its curves, or compare two."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which runs, and how to print."""
        parser.add_argument("run", nargs="?", default="", help="id of a run, or its beginning")
        parser.add_argument("--compare", nargs=2, metavar=("RUN", "OTHER"), help="two ids")
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print what was asked for."""
        try:
            said, text = _asked(options)
        except RunRefused as error:
            raise CommandError(str(error)) from None
        self.stdout.write(json.dumps(said) if options["json"] else text)


def _asked(options: dict[str, Any]) -> tuple[Any, str]:
    """The answer as JSON and as text."""
    if options["compare"]:
        one, other = (run_get(reference=name) for name in options["compare"])
        comparison = runs_compare(one=one, other=other)
        return comparison_facts(comparison), compared_text(comparison)
    if options["run"]:
        run = run_get(reference=options["run"])
        curves = curves_of(runs=[run])[run.pk]
        return {**run_facts(run), "curves": curves}, run_text(run, curves)
    runs = list(runs_of()[:SHOWN])
    return [run_facts(run) for run in runs], runs_text(runs)
