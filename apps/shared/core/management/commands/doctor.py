"""Show what the site uses, whether it answers, and how to mend it."""

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from apps.shared.core.doctor.examine import examine
from apps.shared.core.doctor.findings import Finding, Status

WIDE = 200  # characters, where there is no terminal to fit into
COLOURS = {Status.OK: "green", Status.IDLE: "yellow", Status.BROKEN: "red"}


class Command(BaseCommand):
    """Exits 1 when something is broken."""

    help = "Show what is configured, embedded and reachable, and how to mend what is not."

    def add_arguments(self, parser: CommandParser) -> None:
        """Choose between a table and JSON."""
        parser.add_argument("--json", action="store_true", help="print a list of findings")

    def handle(self, *, json: bool, **options: Any) -> None:
        """Examine and show."""
        findings = examine()
        if json:
            self.stdout.write(as_json(findings))
        else:
            width = None if sys.stdout.isatty() else WIDE
            show(findings, Console(file=sys.stdout, width=width))
        if any(finding.status is Status.BROKEN for finding in findings):
            sys.exit(1)


def as_json(findings: list[Finding]) -> str:
    """One object for each finding."""
    return json.dumps([asdict(finding) for finding in findings], indent=2)


def show(findings: list[Finding], console: Console) -> None:
    """A table, and below it what to do."""
    table = Table("", "status", "how", "version", "detail", box=None, pad_edge=False)
    for finding in findings:
        colour = COLOURS[finding.status]
        status = f"[{colour}]{finding.status}[/]"
        table.add_row(finding.name, status, finding.source, finding.version, finding.detail)
    console.print(table)
    for finding in findings:
        if finding.mend:
            console.print(f"{finding.name}: {finding.mend}", style="bold")
