"""`manage.py patterns`: what this instance has learned of its code bases."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from apps.singularity.ingestion.selectors.codebases import codebases_of
from apps.singularity.ingestion.selectors.filters import UnknownCodebase
from apps.singularity.patterns.display.rules import rule_yaml
from apps.singularity.patterns.engine.mined import PatternKind
from apps.singularity.patterns.models import CodePattern
from apps.singularity.patterns.selectors.learned import finding_json, pattern_json
from apps.singularity.patterns.selectors.listing import (
    PatternFilters,
    UnknownSignature,
    pattern_rows,
    patterns_listed,
)

LIMIT = 1000


class Command(BaseCommand):
    """Show code patterns, or one of them in full."""

    help = "Show the code patterns that were mined, best first, or one of them in full."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Filters, or one signature."""
        parser.add_argument("signature", nargs="?", default="", help="show this one in full")
        parser.add_argument("--codebase", default="", help="only this code base")
        parser.add_argument("--kind", choices=[kind.value for kind in PatternKind], default="")
        parser.add_argument("--language", default="", help="python, rust, ...")
        parser.add_argument("--words", default="", help="words that the template holds")
        parser.add_argument("--limit", type=int, default=20, help=f"at most {LIMIT}")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """List, or show one."""
        if not 1 <= options["limit"] <= LIMIT:
            raise CommandError(f"--limit is a number from 1 to {LIMIT}.")
        try:
            if options["signature"]:
                self._one(options["signature"], as_json=options["json"])
            else:
                self._list(options)
        except (UnknownCodebase, UnknownSignature) as error:
            raise CommandError(str(error)) from None

    def _list(self, options: dict[str, Any]) -> None:
        name = options["codebase"]
        codebases = codebases_of(instance=settings.INSTANCE_ID, name=name)
        filters = PatternFilters(
            codebases=tuple(one.pk for one in codebases) if name else (),
            kind=options["kind"],
            language=options["language"],
            words=options["words"],
        )
        rows = patterns_listed(instance=settings.INSTANCE_ID, filters=filters)[: options["limit"]]
        if options["json"]:
            self.stdout.write(json.dumps([_json(row) for row in rows]))
            return
        if not rows:
            self.stdout.write("No pattern: run `manage.py mine_patterns`, or filter less.")
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        for row in rows:
            _show(console, row)

    def _one(self, signature: str, *, as_json: bool) -> None:
        rows = pattern_rows(instance=settings.INSTANCE_ID, signature=signature)
        if as_json:
            self.stdout.write(json.dumps([_json(row) | _more(row) for row in rows]))
            return
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        for row in rows:
            _show(console, row)
            for place in row.examples:
                console.print(f"  {place['path']}:{place['start_line']}", highlight=False)
            for point in row.history.all():
                support = f"{point.occurrences:,} in {point.files:,} files"
                console.print(f"  {point.mined_at:%Y-%m-%d %H:%M}  {support}", highlight=False)
            rule = rule_yaml(
                row.details.get("ast_grep"), signature=row.signature, language=row.language
            )
            if rule:
                console.print(_code(rule, "yaml"), soft_wrap=True)


def _json(row: CodePattern) -> dict[str, Any]:
    return {"codebase": row.codebase.name, **pattern_json(row)}


def _more(row: CodePattern) -> dict[str, Any]:
    return {
        "trend": [
            {
                "at": point.mined_at.isoformat(),
                "occurrences": point.occurrences,
                "files": point.files,
            }
            for point in row.history.all()
        ],
        "findings": [finding_json(one) for one in row.findings.filter(withdrawn_at=None)],
    }


def _show(console: Console, row: CodePattern) -> None:
    head = Text(f"{row.rank}. {row.kind}, {row.language}, {row.codebase.name}: ", style="bold")
    head.append(f"{row.occurrences:,} times in {row.files:,} files", style="not bold")
    if row.confidence is not None:
        head.append(f", confidence {row.confidence:.0%}", style="not bold")
    console.print(head)
    console.print(f"   {row.signature}", style="dim", highlight=False)
    console.print(_code(row.template, row.language), soft_wrap=True)


def _code(code: str, language: str) -> Text:
    """Highlighted and indented; nothing is cut at the terminal's width."""
    lines = Syntax(code, language, background_color="default").highlight(code).split("\n")
    return Text("\n").join([Text("   ").append_text(line) for line in lines if line.plain.strip()])
