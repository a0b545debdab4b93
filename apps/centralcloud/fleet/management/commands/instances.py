"""`manage.py instances`: who belongs to the fleet."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import BaseCommand
from django.utils import timezone
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from apps.centralcloud.fleet.selectors.listing import Listed, instances_listed
from apps.shared.core.templatetags.figures import duration

STYLES = {"online": "green", "stale": "yellow", "offline": "red", "revoked": "red"}
EMPTY = "Nobody is enrolled: `manage.py instance_enroll ID` enrols an instance."


class Command(BaseCommand):
    """List."""

    help = "List the instances: how each is, when it was last heard, what it has and waits with."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How."""
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """All of them, by name."""
        rows = instances_listed()
        if options["json"]:
            self.stdout.write(json.dumps([row.as_json() for row in rows], indent=2))
        elif not rows:
            self.stdout.write(EMPTY)
        else:
            console = Console(file=cast("IO[str]", self.stdout))
            console.print(_table(rows))


def _table(rows: list[Listed]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("instance", "state", "heard", "version", "patterns", "queued", "note"):
        table.add_column(name, justify="right" if name in ("patterns", "queued") else "left")
    now = timezone.now()
    for row in rows:
        one = row.instance
        table.add_row(
            one.name,
            f"[{STYLES.get(row.condition, 'default')}]{row.condition}[/]",
            f"{duration(now - one.heard_at)} ago" if one.heard_at else "never",
            _text(one.version) + (" (read-only)" if row.read_only else ""),
            f"{one.patterns:,}",
            f"{one.queued:,}",
            _text(one.note),
        )
    return table


def _text(said: str) -> str:
    """Neither markup nor anything that a terminal obeys: instances choose it."""
    return escape("".join(one for one in said if one.isprintable()))
