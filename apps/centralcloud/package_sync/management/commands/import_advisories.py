"""`manage.py import_advisories`: read advisories in OSV schema."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from apps.centralcloud.package_sync.services.advisories import (
    AdvisoriesRead,
    ReadSource,
    advisories_read,
)
from apps.shared.access.commands import RecordedCommand
from apps.shared.core.progress import progress_display

_COLUMNS = ("source", "read", "new", "changed", "unchanged", "left out", "seconds", "")


class Command(RecordedCommand):
    """Safe beside workers that do the same; stopped in the middle, it goes on the next time."""

    help = "Read advisories in OSV schema and match them to the versions of known packages."
    action = "advisories.import"
    noted = ("sources", "again")

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to read, and how."""
        parser.add_argument(
            "sources",
            nargs="*",
            metavar="PATH|URL",
            help="zip files, JSON files, folders, https:// addresses; else ADVISORY_SOURCES",
        )
        parser.add_argument("--dry-run", action="store_true", help="store nothing")
        parser.add_argument(
            "--again", action="store_true", help="match all packages, not only what has changed"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Read all, show what came of it, and fail where a source could not be read."""
        sources = options["sources"] or settings.ADVISORY_SOURCES
        if not sources and not options["again"]:
            raise CommandError(
                "There is nothing to read: name files or addresses, or set ADVISORY_SOURCES."
            )
        with progress_display() as display:
            read = advisories_read(
                sources=sources,
                dry_run=options["dry_run"],
                again=options["again"],
                report=display.show,
            )
        self._show(read, dry_run=options["dry_run"])
        failed = [f"{one.name} {one.error}" for one in read.sources if one.error]
        if failed:
            raise CommandError("Not read, or not to the end: " + "; ".join(failed))

    def _show(self, read: AdvisoriesRead, *, dry_run: bool) -> None:
        table = Table(*_COLUMNS, box=None)
        for source in read.sources:
            table.add_row(*_cells(source))
        console = Console(file=cast("IO[str]", self.stdout), soft_wrap=True)
        if read.sources:
            console.print(table)
        for reason in read.total.reasons:
            self.stdout.write(f"left out: {reason}")
        self.stdout.write(
            "Nothing was stored: a dry run."
            if dry_run
            else f"{read.matched:,} matches of versions changed."
        )


def _cells(source: ReadSource) -> tuple[Text, ...]:
    got = source.imported
    numbers = (got.read, got.new, got.changed, got.unchanged, got.left_out)
    said = source.error or ("has not changed" if source.unchanged else "")
    cells = (source.name, *(f"{one:,}" for one in numbers), f"{source.seconds:.1f}", said)
    return tuple(Text(one) for one in cells)  # names in brackets are no markup
