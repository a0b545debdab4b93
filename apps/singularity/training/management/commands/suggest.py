"""`manage.py suggest FILE:LINE[:COLUMN]`: what may stand there."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.singularity.training.engine.errors import RunRefused
from apps.singularity.training.management.holes import MARKER, code_of, hole_of_place, hole_of_text
from apps.singularity.training.services import FAILURES
from apps.singularity.training.services.asking import t5_for
from apps.singularity.training.services.judging import AUC, LENGTH_AUC
from apps.singularity.training.services.suggesting import COUNT, Hole, accuracy_of, suggest
from apps.singularity.training.services.surprise import finds_bugs


class Command(BaseCommand):
    """Suggest a name or a line."""

    help = (
        "Ask the T5 in use what may stand at a place: the word at FILE:LINE:COLUMN, or the code "
        "of FILE:LINE. Off where copying from the file is measured to do better."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The place, and how to answer."""
        parser.add_argument("place", nargs="?", default="", metavar="FILE:LINE[:COLUMN]")
        parser.add_argument("--stdin", action="store_true", help=f"read code with {MARKER} in it")
        parser.add_argument("--language", default="", help="of that code")
        parser.add_argument("--count", type=int, default=COUNT, help="of suggestions, up to 4")
        parser.add_argument("--anyway", action="store_true", help="also where copying is better")
        parser.add_argument(
            "--measure", action="store_true", help="measure the T5 in use, and suggest nothing"
        )
        parser.add_argument("--json", action="store_true", help="print as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Answer."""
        try:
            if options["measure"]:
                self._measure(options["language"], as_json=options["json"])
            else:
                self._suggest(options)
        except FAILURES as error:
            raise CommandError(str(error)) from None

    def _suggest(self, options: dict[str, Any]) -> None:
        hole = _hole(options)
        found = suggest(hole=hole, count=options["count"], anyway=options["anyway"])
        if options["json"]:
            self.stdout.write(json.dumps({"suggestions": [asdict(one) for one in found]}))
        else:
            lines = [f"{one.probability:6.1%}  {one.text}" for one in found]
            self.stdout.write("\n".join(lines) or "Nothing comes to its mind.")

    def _measure(self, language: str, *, as_json: bool) -> None:
        model = t5_for(language=language)
        finds, measured = finds_bugs(model=model), accuracy_of(model=model)
        if as_json:
            on = {"suggestions": measured.beats_copying, "reviews": finds}
            self.stdout.write(json.dumps({"model": model.version, **model.metrics, "on": on}))
            return
        by_surprise, by_length = (model.metrics[name] for name in (AUC, LENGTH_AUC))
        self.stdout.write(
            f"{model} {measured}: suggestions are {_state(measured.beats_copying)}.\n"
            f"Lines with a swapped name rank above others by surprise in {by_surprise:.1%} of "
            f"pairs, by length in {by_length:.1%}: notes in reviews are {_state(finds)}."
        )


def _state(on: bool) -> str:  # noqa: FBT001 - what it says is what it is
    return "on" if on else "off"


def _hole(options: dict[str, Any]) -> Hole:
    if options["stdin"] == bool(options["place"]):
        raise RunRefused("Say either FILE:LINE[:COLUMN] or --stdin.")
    if options["stdin"]:
        return hole_of_text(code_of(sys.stdin.buffer.read(), "That"), options["language"])
    return hole_of_place(options["place"])
