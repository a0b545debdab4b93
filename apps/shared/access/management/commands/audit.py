"""Show what people did."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from rich.console import Console
from rich.table import Table

from apps.shared.access.models import AuditEntry

SHOWN = 50


class Command(BaseCommand):
    """Show entries of the audit log, the newest first."""

    help = "Show who did what here, the newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        """Filters."""
        parser.add_argument("--actor", default="", help="exact name of an account")
        parser.add_argument("--action", default="", help="such as job.cancel, or job for all of it")
        parser.add_argument("--since", type=_moment, metavar="TIME", help="ISO 8601, UTC")
        parser.add_argument("--limit", type=int, default=SHOWN, help="show at most so many")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and print."""
        rows = AuditEntry.objects.filter(instance=settings.INSTANCE_ID)
        if options["actor"]:
            rows = rows.filter(actor=options["actor"])
        if options["action"]:
            rows = rows.filter(action__startswith=options["action"])
        if options["since"]:
            rows = rows.filter(at__gte=options["since"])
        shown = list(rows[: max(options["limit"], 0)])
        if options["json"]:
            self.stdout.write(json.dumps([_json(row) for row in shown]))
        elif shown:
            Console(file=cast("IO[str]", self.stdout)).print(_table(shown))
        else:
            self.stdout.write("Nobody did anything like that.")


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text} is no time such as 2026-01-31T12:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _json(row: AuditEntry) -> dict[str, Any]:
    names = ("actor", "via", "address", "action", "target", "target_kind", "target_id", "outcome")
    said = {name: getattr(row, name) for name in names}
    return {"at": row.at.isoformat(), **said, "details": row.details}


def _table(rows: list[AuditEntry]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("at (UTC)", "who", "action", "of", "outcome", "by"):
        table.add_column(name, overflow="fold")
    for row in rows:
        cells = (f"{row.at:%Y-%m-%d %H:%M:%S}", row.actor, row.action, row.target, row.outcome)
        table.add_row(*cells, row.via)
    return table
