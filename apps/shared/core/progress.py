"""How far a command is: a live display on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

LINE_EVERY_SECONDS = 5.0


class ProgressDisplay(Protocol):
    """Shows named phases, each with a count and a note such as ``1,200 chunks``."""

    def show(self, phase: str, done: int, total: int, note: str = "") -> None:
        """Show that ``done`` of ``total`` is reached in ``phase``; equal numbers end it."""


@contextmanager
def progress_display(*, live: bool | None = None) -> Iterator[ProgressDisplay]:
    """A display on standard error, which leaves standard output to the result.

    Args:
        live: force the live display or the lines; by default, whether it is a terminal.
    """
    console = Console(stderr=True)
    if not (console.is_terminal if live is None else live):
        yield _Lines(console)
        return
    columns = (
        SpinnerColumn(finished_text="[green]✓"),
        TextColumn("{task.description:<12}"),
        BarColumn(bar_width=28),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}", style="cyan"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(elapsed_when_finished=False),
    )
    with Progress(*columns, console=console, refresh_per_second=8) as progress:
        yield _Live(progress)


class _Live:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, phase: str, done: int, total: int, note: str = "") -> None:
        if phase not in self._tasks:
            self._tasks[phase] = self._progress.add_task(phase, total=total, note=note)
        self._progress.update(self._tasks[phase], completed=done, total=total, note=note)


class _Lines:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._last: dict[str, tuple[float, bool]] = {}

    def show(self, phase: str, done: int, total: int, note: str = "") -> None:
        """Print a phase's beginning, its end once, and a line every few seconds between."""
        now, ended = time.monotonic(), done >= total
        at, over = self._last.get(phase, (0.0, False))
        if over or (phase in self._last and not ended and now - at < LINE_EVERY_SECONDS):
            return
        self._last[phase] = (now, ended)
        line = f"{phase}: {done:,} of {total:,}" + (f" · {note}" if note else "")
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)
