"""A training process: started, listened to, and ended with all that it started itself."""

from __future__ import annotations

import fcntl
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import structlog
from django.conf import settings

from apps.singularity.training.engine.events import TrainingFailed
from apps.singularity.training.services.folders import LOG

GRACE_SECONDS = 30.0
"""Between asking a process to end, when it writes a checkpoint, and killing it."""
TICK_SECONDS = 1.0
LOCK_SECONDS = 45
"""How long a process that lost its parent is waited for."""
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "PYTHONUNBUFFERED": "1"}
_SHOWN = 300
_LOCK = ".lock"
log = structlog.get_logger(__name__)

Event = Mapping[str, Any]


def training_command(spec: Path) -> list[str]:
    """What runs a spec. It is another program, so that a worker never loads torch."""
    return [sys.executable, "-m", "apps.singularity.training.engine", str(spec)]


class TrainingProcess:
    """A process that says events on its standard output, one JSON object a line."""

    def __init__(self, process: subprocess.Popen[str], log_file: Path) -> None:
        self._process = process
        self._log_file = log_file
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True, name="training output").start()

    def events(self) -> Iterator[Event | None]:
        """Events until the process ends; None where it has said nothing for a second."""
        while True:
            try:
                line = self._lines.get(timeout=TICK_SECONDS)
            except queue.Empty:
                if self._process.poll() is not None:  # what it started may hold the pipe open
                    return
                yield None
                continue
            if line is None:
                return
            if event := event_read(line):
                yield event

    def stop(self) -> None:
        """Ask it to end, then kill what is left of its group."""
        if self._process.poll() is None:
            self._signal(signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE_SECONDS)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def how_it_ended(self) -> str:
        """What became of a process that said nothing of its end, as words for people."""
        code = self._process.wait()
        if code < 0:
            name = signal.Signals(-code).name
            short = " (memory may have run out)" if -code == signal.SIGKILL else ""
            return f"was killed by {name}{short}"
        last = _last_line(self._log_file)
        return f"ended with exit code {code}" + (f": {last}" if last else "")

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def _read(self) -> None:
        if self._process.stdout is not None:
            for line in self._process.stdout:
                self._lines.put(line)
        self._lines.put(None)


@contextmanager
def training_process(command: Sequence[str], *, folder: Path) -> Iterator[TrainingProcess]:
    """Start a process in a group of its own; whatever the body does, it is gone afterwards.

    It holds the lock of ``folder`` as long as it lives: one whose parent was killed may still be
    writing its checkpoint. What it writes on standard error goes to the end of the folder's log.

    Raises:
        TrainingFailed: another process of this folder does not end.
    """
    log_file = folder / LOG
    with _lock(folder) as lock, log_file.open("ab") as errors:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=os.environ | OFFLINE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )
    running = TrainingProcess(process, log_file)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def _lock(folder: Path) -> Iterator[BinaryIO]:
    """A lock that goes with the last process that has the file open, not with this one."""
    with (folder / _LOCK).open("ab") as file:
        tries = iter(range(LOCK_SECONDS))
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if next(tries, None) is None:
                    raise TrainingFailed(
                        "A process of this run is still alive: end it, then go on with --resume."
                    ) from None
                time.sleep(1)
        yield file


def event_read(line: str) -> Event | None:
    """The event of a line; a line that holds none is shown in the log."""
    with suppress(ValueError, RecursionError):
        said = json.loads(line)
        if isinstance(said, dict) and isinstance(said.get("event"), str):
            return said
    if line.strip():
        log.warning("training.said", line=line.strip()[:_SHOWN])
    return None


def _last_line(file: Path) -> str:
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - 4096))
        lines = opened.read().decode(errors="replace").split("\n")
    return next((line.strip()[:_SHOWN] for line in reversed(lines) if line.strip()), "")
