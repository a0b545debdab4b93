"""`manage.py rounds`: rounds of averaging, closing one now, opening one anew."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table

from apps.centralcloud.averaging.models import Round
from apps.centralcloud.averaging.selectors.overview import rounds_listed
from apps.centralcloud.averaging.services import AveragingError, round_close, round_open
from apps.shared.access.commands import RecordedCommand

EMPTY = "There is no round: the first model that an instance shares opens one."
OPTIONS = ("trimmed", "clip", "rate", "momentum")


class Command(RecordedCommand):
    """List, close, open."""

    help = "List the rounds of averaging; --close closes one now, --open opens a family's next."
    noted = ("close", "open")

    def recorded(self, options: dict[str, Any]) -> str:
        """To look at rounds is no action."""
        return "round.close" if options["close"] else "round.open" if options["open"] else ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do; without any of it, list."""
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument("--all", action="store_true", help="list rounds that are over, too")
        parser.add_argument("--close", metavar="FAMILY", help="close its round as if it were time")
        parser.add_argument("--open", metavar="FAMILY", help="open the next round of a family")
        parser.add_argument("--quorum", type=int, help="of the round to open")
        parser.add_argument("--codec", choices=("fp32", "bf16", "int8", "int4"))
        parser.add_argument("--aggregator", help="of the round to open, such as trimmed_mean")
        for name in OPTIONS:
            parser.add_argument(f"--{name}", type=float, help="of the aggregator")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it and say what came of it."""
        if options["close"]:
            self._close(options["close"])
        elif options["open"]:
            self._open(options)
        else:
            self._list(options)

    def _close(self, family: str) -> None:
        row = rounds_listed(over=False).filter(family_id=family).first()
        closed = round_close(round_id=row.pk, forced=True) if row else None
        if closed is None:
            raise CommandError(f"{family} has no open round, or another worker closes it now.")
        self.stdout.write(f"{closed.round}: {closed.version or closed.reason}")

    def _open(self, options: dict[str, Any]) -> None:
        given = {name: options[name] for name in OPTIONS if options[name] is not None}
        how = {name: options[name] for name in ("quorum", "codec", "aggregator")}
        try:
            opened = round_open(family=options["open"], options=given or None, **how)
        except AveragingError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{opened} is open until {opened.closes_at:%Y-%m-%d %H:%M} UTC")

    def _list(self, options: dict[str, Any]) -> None:
        rows = list(rounds_listed(over=options["all"]))
        if options["json"]:
            self.stdout.write(json.dumps([_as_json(row) for row in rows], indent=2))
        elif not rows:
            self.stdout.write(EMPTY)
        else:
            Console(file=cast("IO[str]", self.stdout)).print(_table(rows))


def _as_json(row: Round) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "family": row.family_id,
        "number": row.number,
        "state": row.state,
        "asks": row.asks,
        "submissions": row.there,  # type: ignore[attr-defined]  # annotated by the selector
        "quorum": row.quorum,
        "closes_at": row.closes_at.isoformat(),
        "error": row.error,
    }


def _table(rows: list[Round]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("family", "round", "state", "submissions", "closes", "error"):
        table.add_column(name, overflow="fold")
    for row in rows:
        said = _as_json(row)
        there = f"{said['submissions']} of {row.quorum}"
        closes = f"{row.closes_at:%Y-%m-%d %H:%M}"
        table.add_row(row.family_id, f"{row.number}", row.state, there, closes, row.error)
    return table
