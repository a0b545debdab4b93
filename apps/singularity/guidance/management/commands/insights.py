"""`manage.py insights`: what the fleet tells this instance, and why."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import CommandError
from rich.console import Console
from rich.text import Text

from apps.shared.access.commands import RecordedCommand
from apps.singularity.guidance.display.kinds import KINDS, numbers, plain, versions
from apps.singularity.guidance.models import Insight
from apps.singularity.guidance.selectors import insights_told
from apps.singularity.guidance.selectors.digest import why_nothing
from apps.singularity.guidance.services import (
    UnknownInsight,
    insight_dismiss,
    insight_restore,
)

LIMIT = 2_000
_FIELDS = (
    "key", "kind", "scope", "subject", "subject_key", "subject_kind", "language", "name",
    "reason", "score", "evidence",
)  # fmt: skip
_TIMES = ("first_told_at", "last_told_at", "withdrawn_at", "dismissed_at")


class Command(RecordedCommand):
    """Show insights, or put one away."""

    help = "Show what the fleet tells this instance, best first, with the numbers behind it."
    noted = ("dismiss", "restore")

    def recorded(self, options: dict[str, Any]) -> str:
        """To list is no action."""
        verbs = [verb for verb in ("dismiss", "restore") if options[verb]]
        return f"insight.{verbs[0]}" if verbs else ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Filters, or one key."""
        parser.add_argument("--kind", choices=list(KINDS), default="")
        parser.add_argument("--all", action="store_true", help="dismissed and withdrawn ones too")
        parser.add_argument("--limit", type=int, default=20, help=f"at most {LIMIT}")
        parser.add_argument("--json", action="store_true", help="print JSON")
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--dismiss", metavar="KEY", default="", help="show this one no more")
        one.add_argument("--restore", metavar="KEY", default="", help="show this one again")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List, dismiss or restore."""
        if not 1 <= options["limit"] <= LIMIT:
            raise CommandError(f"--limit is a number from 1 to {LIMIT}.")
        try:
            if options["dismiss"]:
                insight_dismiss(key=options["dismiss"])
                self.stdout.write("Dismissed; --restore brings it back.")
            elif options["restore"]:
                insight_restore(key=options["restore"])
                self.stdout.write("Restored.")
            else:
                self._list(options)
        except UnknownInsight as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        rows = insights_told(kind=options["kind"], everything=options["all"])
        shown = list(rows[: options["limit"]])
        if options["json"]:
            self.stdout.write(json.dumps([_json(row) for row in shown]))
            return
        if not shown:
            self.stdout.write(why_nothing() or "No insight is like that.")
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        for row in shown:
            _show(console, row)


def _json(row: Insight) -> dict[str, Any]:
    times = {name: getattr(row, name) for name in _TIMES}
    return {name: getattr(row, name) for name in _FIELDS} | {
        name: time and time.isoformat() for name, time in times.items()
    }


def _show(console: Console, row: Insight) -> None:
    state = " (dismissed)" if row.dismissed_at else " (told no more)" if row.withdrawn_at else ""
    head = Text(f"{KINDS.get(row.kind, row.kind)}{state}: ", style="bold")
    head.append(plain(row.reason), style="not bold")
    console.print(head, highlight=False)
    name = plain(row.name).rstrip()
    console.print(Text("\n".join(f"   {line}" for line in name.splitlines()), style="cyan"))
    spread = versions(row.evidence)
    evidence = numbers(row.evidence) + (f"; {spread}" if spread else "")
    console.print(Text(f"   {plain(evidence)}", style="dim"))
    console.print(Text(f"   {plain(row.key)}", style="dim"))
