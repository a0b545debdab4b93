"""`manage.py sync_packages`: read packages from their registries, now."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from typing import IO, Any, cast

from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table

from apps.centralcloud.package_sync.engine.registry import ECOSYSTEMS
from apps.centralcloud.package_sync.models import Outcome
from apps.centralcloud.package_sync.services.choosing import MOST_WANTED
from apps.centralcloud.package_sync.services.naming import WrongPurl, purl_normal
from apps.centralcloud.package_sync.services.syncing import (
    SyncReport,
    SyncStopped,
    packages_sync,
    sync_run,
)
from apps.centralcloud.package_sync.services.uses import uses_read
from apps.shared.access.commands import RecordedCommand
from apps.shared.core.jobs import JobAlreadyRunning, JobCancelled
from apps.shared.core.progress import ProgressDisplay, progress_display

NOTHING = (
    "Nothing is due: packages that code bases declare or that are seeds are read once a day. "
    "Name some, such as pkg:npm/react, to read them now."
)
REASONS_SHOWN = 20


class Command(RecordedCommand):
    """Sync."""

    help = "Read packages that are due from their registries, or those named, whether due or not."
    action = "package.sync"
    noted = ("purls", "ecosystem", "depth", "limit")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which packages, and how many."""
        parser.add_argument("purls", nargs="*", metavar="purl", help="such as pkg:npm/react")
        parser.add_argument("--ecosystem", choices=ECOSYSTEMS, default="", help="only of this one")
        parser.add_argument(
            "--depth",
            type=_number(0),
            help="with packages: how many steps of dependencies are read too (PACKAGE_DEPTH); "
            "else: only packages that so many steps lead to",
        )
        parser.add_argument("--limit", type=_number(1), help="packages at most")
        parser.add_argument(
            "--dry-run", action="store_true", help="print what would be read first; ask nobody"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Sync under a job row, with a display of how far it is."""
        try:
            purls = [purl_normal(text) for text in options["purls"]] or None
            wanted = {name: options[name] for name in ("ecosystem", "depth", "limit")}
            if options["dry_run"]:
                self._planned(packages_sync(purls=purls, dry_run=True, **wanted), options)
                return
            uses_read()
            with progress_display() as display:
                said = sync_run(
                    purls=purls, report=lambda numbers: _show(display, numbers), **wanted
                )
        except (WrongPurl, JobAlreadyRunning, JobCancelled, SyncStopped) as error:
            raise CommandError(str(error)) from None
        self._told(said, options)

    def _planned(self, said: SyncReport, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps({"packages": said.planned, "why": said.why}))
            return
        for purl in said.planned:
            self.stdout.write(purl)
        self.stdout.write(said.why or f"{said.total:,} packages would be read first.")

    def _told(self, said: SyncReport, options: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(said.numbers() | {"reasons": _reasons(said)}))
            return
        if said.why or not said.count():
            self.stdout.write(said.why or NOTHING)
            return
        console = Console(file=cast("IO[str]", self.stdout))
        console.print(_outcomes(said))
        if said.reasons:
            console.print(_failures(said))
        for line in _lines(said):
            self.stdout.write(line)


def _number(least: int) -> Any:
    def parse(text: str) -> int:
        if text.isdecimal() and least <= int(text) <= 1_000_000:
            return int(text)
        raise ArgumentTypeError(f"{text} is no number from {least}")

    return parse


def _show(display: ProgressDisplay, numbers: Mapping[str, int]) -> None:
    note = f"{numbers['changed']:,} changed, {numbers['failed']:,} failed"
    display.show("packages", numbers["read"], numbers["total"], note)


def _outcomes(said: SyncReport) -> Table:
    table = _table("ecosystem", *Outcome.State.values)
    for ecosystem, counts in sorted(said.outcomes.items()):
        table.add_row(ecosystem, *(f"{counts[state]:,}" for state in Outcome.State.values))
    return table


def _failures(said: SyncReport) -> Table:
    table = _table("ecosystem", "packages", "reason")
    for (ecosystem, reason), count in said.reasons.most_common(REASONS_SHOWN):
        table.add_row(ecosystem, f"{count:,}", reason)
    return table


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def _lines(said: SyncReport) -> list[str]:
    cost = f"{said.requests:,} requests, {said.bytes:,} bytes, {said.seconds:.1f} s"
    lines = [f"{said.count():,} packages read: {cost}."]
    if len(said.reasons) > REASONS_SHOWN:
        lines.append(f"{len(said.reasons) - REASONS_SHOWN:,} more reasons are in the admin.")
    if said.left:
        lines.append(f"{said.left:,} packages are left to the next run.")
    if said.chosen is not None and said.chosen.left_out:
        over = f"{said.chosen.left_out:,} packages or more are left out"
        lines.append(f"{over}: {MOST_WANTED:,} are wanted at most, the most needed first.")
    return lines


def _reasons(said: SyncReport) -> list[dict[str, Any]]:
    return [
        {"ecosystem": ecosystem, "reason": reason, "packages": count}
        for (ecosystem, reason), count in said.reasons.most_common()
    ]
